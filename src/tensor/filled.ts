import { allocate, type Cells, type DType } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import { Tensor } from "./tensor.ts";

/** A tensor of one number in all cells, which are not made before they are looked at: a trace only needs the number. */
export class Filled extends Tensor {
  /** What messages call it. */
  static override readonly name = "Tensor";

  readonly #number: number;
  #cells: Cells | undefined;

  constructor(shape: Shape, dtype: DType, number: number) {
    super(shape, dtype);
    this.#number = number;
  }

  /** The number; `undefined` once the cells were given away, in which others may stand by now. */
  get number(): number | undefined {
    return this.#cells === undefined ? this.#number : undefined;
  }

  override get symbolic(): boolean {
    return false;
  }

  override get data(): Cells {
    this.#cells ??= allocate(this.dtype, this.size).fill(this.#number);
    return this.#cells;
  }
}

import { allocate, type Cells } from "../dtype.ts";
import { Tensor } from "./tensor.ts";

/** Some rows of a tensor, along its first axis. They are gathered where they are needed, and no sooner. */
export class Rows extends Tensor {
  /** What messages call it. */
  static override readonly name = "Tensor";

  readonly #source: Tensor;
  readonly #rows: Int32Array;
  #cells: Cells | undefined;

  /** `rows` are whole numbers from 0. Neither they nor the cells of `source` may change. */
  constructor(source: Tensor, rows: Int32Array) {
    super([rows.length, ...source.shape.slice(1)], source.dtype);
    this.#source = source;
    this.#rows = rows;
  }

  override get symbolic(): boolean {
    return false;
  }

  override get data(): Cells {
    if (this.#cells === undefined) {
      const cells = allocate(this.dtype, this.size);
      this.writeTo(cells);
      this.#cells = cells;
    }
    return this.#cells;
  }

  override writeTo(cells: Cells): void {
    const { data, size, shape } = this.#source;
    const each = size / shape[0]!;
    for (const [i, row] of this.#rows.entries())
      cells.set(data.subarray(row * each, (row + 1) * each), i * each);
  }
}

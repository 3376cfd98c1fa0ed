import { ChainruleError } from "../../errors.ts";
import type { WindowAxis } from "../../geometry.ts";
import { formatShape, type Shape, sizeOf } from "../../shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { limitOf } from "../pictures/heatmap.ts";
import type { TensorRecord } from "../trace/records.ts";
import { indexOf, sampledCell } from "../trace/sample.ts";
import { type Index, positionOf } from "../windows/ledger.ts";

/** A tensor of a trace, as far as its cells are at hand. */
export class Values {
  /** NaN where a cell is missing. */
  readonly tensor: Tensor;
  /** Whether all cells are there. */
  readonly whole: boolean;
  readonly has: (cell: Index) => boolean;
  #limit: number | undefined;

  constructor(tensor: Tensor, whole: boolean, has: (cell: Index) => boolean) {
    this.tensor = tensor;
    this.whole = whole;
    this.has = has;
  }

  /** What has the strongest color in pictures of the tensor. */
  get limit(): number {
    return (this.#limit ??= limitOf(this.tensor.data));
  }
}

/** Of a larger tensor, a file has too few cells for a picture of windows. */
const mostCells = 2 ** 21;

function ensureModest(shape: Shape): number {
  const size = sizeOf(shape);
  if (size <= mostCells) return size;
  throw new ChainruleError(
    `there are only samples of a tensor of ${formatShape(shape)}; record a smaller batch or image to see its windows`,
  );
}

/** All cells of a tensor. */
export const wholeValues = (tensor: Tensor): Values => new Values(tensor, true, () => true);

/**
 * The cells that a trace has of a tensor: all of them, or the sample that a file keeps of a large one.
 *
 * @throws If there are only samples of a tensor that is too large.
 */
export function valuesOf({ shape, dtype, cells, sample }: TensorRecord): Values {
  if (cells !== undefined) return wholeValues(new Tensor(shape, dtype, cells));
  const filled = new Float64Array(ensureModest(shape)).fill(Number.NaN);
  for (let i = 0; i < sample.cells.length; i++) {
    filled[positionOf("sample", indexOf(sample, i), shape)] = sample.cells[i]!;
  }
  const has = (cell: Index) => sampledCell(sample, cell) !== undefined;
  return new Values(new Tensor(shape, "float64", filled), false, has);
}

/** A tensor of which no cell is known. */
export function noValues(shape: Shape): Values {
  const cells = new Float64Array(ensureModest(shape)).fill(Number.NaN);
  return new Values(new Tensor(shape, "float64", cells), false, () => false);
}

/** At most so many squares along an axis, padding and gaps included. */
const mostSquares = 2048;

/**
 * Refuses windows that are too large to draw: files may have any numbers in them.
 *
 * @throws If there are more than {@link mostSquares} squares along an axis.
 */
export function ensureDrawable(axes: readonly WindowAxis[]): void {
  for (const { input, output, kernel, stride, dilation } of axes) {
    const squares = Math.max(input, output * stride) + 2 * kernel * dilation;
    if (squares <= mostSquares) continue;
    throw new ChainruleError(
      `these windows take ${squares} squares along an axis; at most ${mostSquares} are drawn. Record smaller images.`,
    );
  }
}

import type { ConvGeometry, WindowAxis } from "../../../geometry.ts";
import { isContiguous, type View } from "../../../view.ts";

/** Whether all views are row-major float32 cells, which most kernels want. */
export const isDense = (...views: readonly View[]): boolean =>
  views.every((view) => view.data instanceof Float32Array && isContiguous(view));

// Less work than this, in cells touched, is not worth a block of its own: it takes some microseconds.
const smallBlock = 8192;
/** Results of a block that an epilogue still finds in the cache. */
const cachedCells = 16384;
const blocksPerThread = 12;

/**
 * How many of `items` make a block, when each touches `cost` cells and gives `cells` results: small work is one block, large
 * work has many for each thread, none too large for the cache.
 */
export function blockOf(items: number, cost: number, cells: number, threads: number): number {
  const enough = Math.ceil(smallBlock / Math.max(cost, 1));
  const fair = Math.ceil(items / (blocksPerThread * threads));
  const cached = Math.ceil(cachedCells / Math.max(cells, 1));
  return Math.max(1, Math.min(items, Math.max(enough, Math.min(fair, cached))));
}

/** The axis as the kernels' six words. */
export const axisWords = ({ input, output, kernel, stride, dilation, before }: WindowAxis): number[] => [
  input,
  output,
  kernel,
  stride,
  dilation,
  before,
];

/** Whether some window sees nothing but padding, as only wide dilations make. */
export const hasEmptyWindow = ({ height, width }: Pick<ConvGeometry, "height" | "width">): boolean =>
  [height, width].some(({ dilation, before }) => dilation > 1 && before > 0);

/** An axis as the kernels loop over it. */
export interface Loop {
  readonly count: number;
  /** In cells. */
  readonly step: number;
}

export const single: Loop = { count: 1, step: 0 };

/** The axes from `from` to before `to` as two loops; undefined where they need more. */
export function loopsOf(
  view: View,
  from: number,
  to: number,
): readonly [outer: Loop, inner: Loop] | undefined {
  const loops: Loop[] = [];
  for (let axis = from; axis < to; axis++) {
    const [count, step] = [view.shape[axis]!, view.stride[axis]!];
    if (count === 1) continue;
    const outer = loops.at(-1);
    if (outer?.step === count * step) loops[loops.length - 1] = { count: outer.count * count, step };
    else loops.push({ count, step });
  }
  if (loops.length > 2) return undefined;
  return [loops.at(-2) ?? single, loops.at(-1) ?? single];
}

import { type Shape, sizeOf, stridesOf } from "../../shape.ts";
import type { Sample, SampledAxis } from "./records.ts";

/** Tensors of up to so many cells are kept whole. */
export const wholeCells = 4096;

/** Axes this short (taps of a filter, some samples of a batch) are cut last. */
const short = 8;

/** How many indices of each axis are kept: the longest are halved until the rest is small enough. */
function countsOf(shape: Shape, batched: boolean, most: number): number[] {
  const counts = [...shape];
  // Of images and the like, one sample with its neighbours says more than scattered cells of many.
  if (batched && shape.length > 2 && sizeOf(shape) > most) counts[0] = 1;
  while (sizeOf(counts) > most) {
    const long = counts.some((count) => count > short);
    const longest = counts.indexOf(Math.max(...counts.filter((count) => !long || count > short)));
    counts[longest] = Math.ceil(counts[longest]! / 2);
  }
  return counts;
}

/** A grid of cells, evenly spaced, `most` at most. `batched` says that the first axis counts samples. */
export function sampleOf(
  cells: ArrayLike<number>,
  shape: Shape,
  batched: boolean,
  most: number = wholeCells,
): Sample {
  const axes = countsOf(shape, batched, most).map(
    (count, axis): SampledAxis => ({ first: 0, step: Math.max(Math.floor(shape[axis]! / count), 1), count }),
  );
  const size = sizeOf(axes.map(({ count }) => count));
  if (size === cells.length) return { axes, cells };
  const strides = stridesOf(shape);
  const kept = new Float32Array(size);
  const at = axes.map(() => 0);
  for (let i = 0; i < size; i++) {
    kept[i] =
      cells[at.reduce((offset, index, axis) => offset + index * axes[axis]!.step * strides[axis]!, 0)]!;
    for (let axis = axes.length - 1; axis >= 0 && ++at[axis]! === axes[axis]!.count; axis--) at[axis] = 0;
  }
  return { axes, cells: kept };
}

/** The cell of a sample at an index of the whole tensor; `undefined` if it was not kept. */
export function sampledCell({ axes, cells }: Sample, index: readonly number[]): number | undefined {
  let offset = 0;
  for (const [axis, { first, step, count }] of axes.entries()) {
    const place = (index[axis]! - first) / step;
    if (!Number.isInteger(place) || place < 0 || place >= count) return undefined;
    offset = offset * count + place;
  }
  return cells[offset];
}

/** The index, in the whole tensor, of cell number `i` of a sample. */
export function indexOf({ axes }: Sample, i: number): number[] {
  const index: number[] = [];
  let rest = i;
  for (const { first, step, count } of [...axes].reverse()) {
    index.unshift(first + step * (rest % count));
    rest = Math.floor(rest / count);
  }
  return index;
}

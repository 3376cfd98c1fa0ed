import { stridesOf } from "../../shape.ts";
import type { Sample, SampledAxis } from "../trace/records.ts";

/** A rectangle of cells of a tensor, to look at and to point into. */
export interface Plane {
  readonly rows: number;
  readonly columns: number;
  readonly sample: Sample;
  /** The index in the tensor of the cell in a row and a column. */
  indexOf(row: number, column: number): number[];
}

/** An axis whose place can be chosen, because the plane does not show all of it. */
export interface Choosable {
  readonly axis: number;
  /** The indices that were kept. */
  readonly indices: readonly number[];
}

/** No more rows and columns than this are drawn. */
const mostCells = 64;

const indices = ({ first, step, count }: SampledAxis): number[] =>
  Array.from({ length: count }, (_, i) => first + step * i);

/** Which axes go down and across: those of the images of a batch, or of the taps of a filter; the last, if these are single. */
function axesOf(axes: readonly SampledAxis[], isWeight: boolean): [number, number] {
  const [down, across] = axes.length > 2 && !isWeight ? [1, 2] : [0, 1];
  const isSingle = axes[down]?.count === 1 && axes[across]?.count === 1;
  return isSingle ? [axes.length - 2, axes.length - 1] : [down, across];
}

export function choosable({ axes }: Sample, isWeight: boolean): Choosable[] {
  const shown = axesOf(axes, isWeight);
  return axes.flatMap((axis, i) => (shown.includes(i) ? [] : [{ axis: i, indices: indices(axis) }]));
}

/** The largest width of at most half the limit that fills its rows, for a list of numbers. */
function lineWidth(count: number): number {
  for (let width = Math.min(mostCells / 2, count); width >= 8; width--) if (count % width === 0) return width;
  return count;
}

/** Evenly spaced places, no more than are drawn. */
function thinned(count: number): number[] {
  const step = Math.max(1, Math.ceil(count / mostCells));
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
}

/** A list of numbers, in several lines if it is long. */
function listPlane({ axes: [axis], cells }: Sample): Plane {
  const all = indices(axis!);
  const width = lineWidth(all.length);
  const [down, across] = [thinned(all.length / width), thinned(width)];
  return planeOf(down.length, across.length, (row, column) => {
    const at = down[row]! * width + across[column]!;
    return { cell: cells[at]!, index: [all[at]!] };
  });
}

/** The plane of a tensor at the places of its other axes, given as numbers of kept indices. */
export function planeAt(sample: Sample, isWeight: boolean, places: readonly number[]): Plane {
  const { axes, cells } = sample;
  if (axes.length === 0) return planeOf(1, 1, () => ({ cell: cells[0]!, index: [] }));
  if (axes.length === 1) return listPlane(sample);
  const [rowAxis, columnAxis] = axesOf(axes, isWeight);
  const strides = stridesOf(axes.map(({ count }) => count));
  const others = choosable(sample, isWeight).map(({ axis }) => axis);
  const [down, across] = [thinned(axes[rowAxis]!.count), thinned(axes[columnAxis]!.count)];
  return planeOf(down.length, across.length, (row, column) => {
    const place = axes.map(() => 0);
    others.forEach((axis, i) => {
      place[axis] = places[i] ?? 0;
    });
    place[rowAxis] = down[row]!;
    place[columnAxis] = across[column]!;
    return {
      cell: cells[place.reduce((offset, at, axis) => offset + at * strides[axis]!, 0)]!,
      index: place.map((at, axis) => axes[axis]!.first + axes[axis]!.step * at),
    };
  });
}

function planeOf(
  rows: number,
  columns: number,
  at: (row: number, column: number) => { cell: number; index: number[] },
): Plane {
  const cells = Array.from(
    { length: rows * columns },
    (_, i) => at(Math.floor(i / columns), i % columns).cell,
  );
  const whole = (count: number): SampledAxis => ({ first: 0, step: 1, count });
  return {
    rows,
    columns,
    sample: { axes: [whole(rows), whole(columns)], cells },
    indexOf: (row, column) => at(row, column).index,
  };
}

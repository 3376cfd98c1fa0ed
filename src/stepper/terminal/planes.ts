import { stridesOf } from "../../shape.ts";
import type { Sample } from "../trace/records.ts";

/** Cells in rows and columns. */
export interface Plane {
  readonly rows: number;
  readonly columns: number;
  at(row: number, column: number): number;
}

/** The axes that go down and across: those of an image, of a filter, of a sequence, of a matrix. */
function directionsOf(rank: number, isWeight: boolean): readonly [number | undefined, number | undefined] {
  if (rank < 2) return [undefined, rank === 1 ? 0 : undefined];
  if (rank === 4) return isWeight ? [0, 1] : [1, 2];
  return [rank - 2, rank - 1];
}

/**
 * The kept cells as planes: of images `[batch, height, width, channels]` one for each channel of the first, of filters
 * `[height, width, from, to]` one for each pair of channels, of others the last two axes.
 */
export function planesOf({ axes, cells }: Sample, isWeight: boolean): Plane[] {
  const counts = axes.map(({ count }) => count);
  const strides = stridesOf(counts);
  const [down, across] = directionsOf(counts.length, isWeight);
  const size = (axis: number | undefined) => (axis === undefined ? 1 : counts[axis]!);
  const stride = (axis: number | undefined) => (axis === undefined ? 0 : strides[axis]!);
  const [rows, columns] = [size(down), size(across)];
  if (counts.includes(0)) return [];
  const isImage = counts.length === 4 && !isWeight;
  const others = counts.flatMap((_, axis) => (axis === down || axis === across ? [] : [axis]));
  const tiled = isImage ? [3] : others;
  const starts = tiled.reduce<number[]>(
    (all, axis) =>
      all.flatMap((start) => Array.from({ length: counts[axis]! }, (_, i) => start + i * strides[axis]!)),
    [0],
  );
  return starts.map((start) => ({
    rows,
    columns,
    at: (row, column) => cells[start + row * stride(down) + column * stride(across)]!,
  }));
}

/** Every so many rows and columns of a plane, so that there are at most as many as wanted. */
export function thinned(plane: Plane, rows: number, columns: number): Plane {
  const down = Math.ceil(plane.rows / rows);
  const across = Math.ceil(plane.columns / columns);
  return {
    rows: Math.ceil(plane.rows / down),
    columns: Math.ceil(plane.columns / across),
    at: (row, column) => plane.at(row * down, column * across),
  };
}

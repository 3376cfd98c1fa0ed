import type { Histogram, Statistics } from "./records.ts";

/** The numbers that sum up a tensor. Of no finite cell they are all 0. */
export function statisticsOf(cells: ArrayLike<number>): Statistics {
  let [sum, squares, zeros, finite] = [0, 0, 0, 0];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < cells.length; i++) {
    const x = cells[i]!;
    if (!Number.isFinite(x)) continue;
    finite++;
    sum += x;
    squares += x * x;
    if (x === 0) zeros++;
    if (x < min) min = x;
    if (x > max) max = x;
  }
  const nonFinite = cells.length - finite;
  if (finite === 0) return { rms: 0, mean: 0, min: 0, max: 0, zeros: 0, nonFinite };
  return {
    rms: Math.sqrt(squares / finite),
    mean: sum / finite,
    min,
    max,
    zeros: zeros / cells.length,
    nonFinite,
  };
}

const bins = 24;

/** The distribution of the finite cells between the least and the largest. */
export function histogramOf(cells: ArrayLike<number>, { min, max }: Statistics): Histogram {
  const counts = new Array<number>(max > min ? bins : 1).fill(0);
  const scale = max > min ? counts.length / (max - min) : 0;
  for (let i = 0; i < cells.length; i++) {
    const x = cells[i]!;
    if (Number.isFinite(x)) counts[Math.min(Math.floor((x - min) * scale), counts.length - 1)]!++;
  }
  return { low: min, high: max, counts };
}

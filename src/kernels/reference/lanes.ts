import type { ReduceName, ScanName } from "../kernels.ts";

/** One row of numbers, in float64 whatever the tensor's dtype, so that a result is rounded once. */
export type Lane = Float64Array;

function sum(lane: Lane): number {
  let total = 0;
  for (let i = 0; i < lane.length; i++) total += lane[i]!;
  return total;
}

const mean = (lane: Lane): number => sum(lane) / lane.length;

// NaN wins, as in numpy: a comparison with NaN is false, so ask for "not smaller".
function argBest(lane: Lane, better: (a: number, b: number) => boolean): number {
  let best = 0;
  for (let i = 1; i < lane.length && !Number.isNaN(lane[best]!); i++) {
    if (better(lane[i]!, lane[best]!) || Number.isNaN(lane[i]!)) best = i;
  }
  return best;
}

const argmax = (lane: Lane): number => argBest(lane, (a, b) => a > b);
const argmin = (lane: Lane): number => argBest(lane, (a, b) => a < b);
const max = (lane: Lane): number => lane[argmax(lane)]!;

/** log Σ eˣ as the largest cell, and what is added to it: the cells less the largest can be summed safely. */
function logSumExpParts(lane: Lane): readonly [top: number, rest: number] {
  if (lane.length === 0) return [-Infinity, 0];
  const top = max(lane);
  if (!Number.isFinite(top)) return [top, 0];
  let total = 0;
  for (let i = 0; i < lane.length; i++) total += Math.exp(lane[i]! - top);
  return [top, Math.log(total)];
}

function logSumExp(lane: Lane): number {
  const [top, rest] = logSumExpParts(lane);
  return top + rest;
}

/** A lane to a number: each entry is the textbook definition. */
export const reducers: Readonly<Record<ReduceName, (lane: Lane) => number>> = {
  sum,
  mean,
  prod: (lane) => lane.reduce((product, x) => product * x, 1),
  max,
  min: (lane) => lane[argmin(lane)]!,
  variance: (lane) => {
    const center = mean(lane);
    return mean(lane.map((x) => (x - center) ** 2));
  },
  logSumExp,
  argmax,
  argmin,
};

/**
 * Projects a lane onto the probability simplex: max(x − τ, 0), with τ such that the result sums to 1.
 * Martins and Astudillo, "From Softmax to Sparsemax", 2016, algorithm 1.
 */
function sparsemax(lane: Lane, out: Lane): void {
  // Less the largest cell, which changes nothing, so that 1 is not lost beside large numbers.
  const top = max(lane);
  const sorted = lane.map((x) => x - top).sort();
  sorted.reverse();
  let cumulative = 0;
  let threshold = 0;
  for (let k = 0; k < sorted.length; k++) {
    cumulative += sorted[k]!;
    const candidate = (cumulative - 1) / (k + 1);
    if (sorted[k]! > candidate) threshold = candidate;
  }
  for (let i = 0; i < lane.length; i++) out[i] = Math.max(lane[i]! - top - threshold, 0);
}

/** A lane to a lane of the same length. */
export const scans: Readonly<Record<ScanName, (lane: Lane, out: Lane) => void>> = {
  cumsum: (lane, out) => {
    let total = 0;
    for (let i = 0; i < lane.length; i++) out[i] = total += lane[i]!;
  },
  reverseCumsum: (lane, out) => {
    let total = 0;
    for (let i = lane.length - 1; i >= 0; i--) out[i] = total += lane[i]!;
  },
  softmax: (lane, out) => {
    const shift = max(lane);
    let total = 0;
    for (let i = 0; i < lane.length; i++) total += out[i] = Math.exp(lane[i]! - shift);
    for (let i = 0; i < lane.length; i++) out[i]! /= total;
  },
  logSoftmax: (lane, out) => {
    const [top, rest] = logSumExpParts(lane);
    for (let i = 0; i < lane.length; i++) out[i] = lane[i]! - top - rest;
  },
  sparsemax,
};

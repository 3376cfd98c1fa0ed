import type { Cells } from "../../dtype.ts";
import { isContiguous, type View } from "../../view.ts";
import type { BinaryName } from "../kernels.ts";

/** Cells in row-major order: cell i lies at `at + i·step`; the step is 0 where one cell stands for all. */
export interface Run {
  readonly data: Cells;
  readonly at: number;
  readonly step: number;
}

/** The cells of a view as a run, if they are one. */
export function runOf(view: View): Run | undefined {
  const { data, offset: at, stride } = view;
  if (isContiguous(view)) return { data, at, step: 1 };
  return stride.every((step) => step === 0) ? { data, at, step: 0 } : undefined;
}

type Loop = (
  count: number,
  out: Cells,
  a: Cells,
  i: number,
  da: number,
  b: Cells,
  j: number,
  db: number,
) => void;

const loops: Partial<Record<BinaryName, Loop>> = {
  add: (count, out, a, i, da, b, j, db) => {
    for (let n = 0; n < count; n++, i += da, j += db) out[n] = a[i]! + b[j]!;
  },
  sub: (count, out, a, i, da, b, j, db) => {
    for (let n = 0; n < count; n++, i += da, j += db) out[n] = a[i]! - b[j]!;
  },
  mul: (count, out, a, i, da, b, j, db) => {
    for (let n = 0; n < count; n++, i += da, j += db) out[n] = a[i]! * b[j]!;
  },
  div: (count, out, a, i, da, b, j, db) => {
    for (let n = 0; n < count; n++, i += da, j += db) out[n] = a[i]! / b[j]!;
  },
  greater: (count, out, a, i, da, b, j, db) => {
    for (let n = 0; n < count; n++, i += da, j += db) out[n] = Number(a[i]! > b[j]!);
  },
};

/** Computes the most frequent operations where both operands are runs; false for others. */
export function onRuns(name: BinaryName, a: View, b: View, count: number, out: Cells): boolean {
  const loop = loops[name];
  const left = loop && runOf(a);
  const right = left && runOf(b);
  if (right === undefined) return false;
  loop!(count, out, left!.data, left!.at, left!.step, right.data, right.at, right.step);
  return true;
}

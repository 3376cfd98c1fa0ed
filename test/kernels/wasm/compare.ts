import { expect } from "vitest";
import type { Cells } from "../../../src/dtype.ts";
import type { Instruction, Workshop } from "../../../src/kernels/wasm/instruction.ts";
import { streamFrom } from "../../../src/random.ts";
import { type Shape, sizeOf } from "../../../src/shape.ts";
import { type View, viewOf } from "../../../src/view.ts";
import { runLowering } from "../../support/run-wasm.ts";

/** Half the distance of 1 to the next float32: the largest relative error of one rounding. */
export const rounding = 2 ** -24;

type Lower = (workshop: Workshop) => readonly Instruction[] | undefined;

/** Numbers from `low` to `high`, as float32 holds them. */
export function numbers(shape: Shape, seed: number, low = -1, high = 1): View {
  const random = streamFrom(String(seed));
  const cells = Float32Array.from({ length: sizeOf(shape) }, () => low + (high - low) * random.uniform());
  return viewOf(cells, shape);
}

/** The same numbers in float64, for the reference; `change` maps each. */
export const exact = (view: View, change: (x: number) => number = (x) => x): View => ({
  ...view,
  data: Float64Array.from(view.data, change),
});

/** Row-major cells of a new view in float64. */
export const zeros = (shape: Shape): View => viewOf(new Float64Array(sizeOf(shape)), shape);

// Cells around a result that a kernel must leave alone, and what they hold.
const guards = 24;
const untouched = 123;

/** Runs a lowering into a result of the given shape, row-major between guard cells, and gives its cells. */
export function resultOf(
  inputs: readonly View[],
  shape: Shape,
  lower: (workshop: Workshop, out: View) => ReturnType<Lower>,
  threads: number,
  cells: new (size: number) => Cells = Float32Array,
  isFixed = false,
): Cells {
  const size = sizeOf(shape);
  const data = new cells(size + 2 * guards).fill(untouched);
  const out: View = { ...viewOf(data, shape), offset: guards };
  expect(
    runLowering([...inputs, out], (workshop) => lower(workshop, out), threads, isFixed),
    "the kernel takes it",
  ).toBe(true);
  const around = [...data.subarray(0, guards), ...data.subarray(size + guards)];
  expect(
    around.every((cell) => cell === untouched),
    "cells around the result are as before",
  ).toBe(true);
  return data.subarray(guards, guards + size);
}

/** Asserts that each cell is within its tolerance of what is expected; equal infinities and NaNs are near, too. */
export function expectNear(actual: Cells, expected: Cells, tolerance: (cell: number) => number): void {
  let worst = { excess: 0, text: "" };
  expected.forEach((wanted, i) => {
    const got = actual[i]!;
    if (Object.is(got, wanted) || got === wanted) return;
    const off = Math.abs(got - wanted);
    const excess = Number.isNaN(off) ? Infinity : off / tolerance(i);
    if (excess > worst.excess) worst = { excess, text: `cell ${i}: got ${got}, expected ${wanted}` };
  });
  expect(worst.excess <= 1, `${worst.text} (${worst.excess.toPrecision(3)} times the tolerance)`).toBe(true);
}

import { expect } from "vitest";
import type { Tensor } from "../../src/index.ts";
import type { Stored } from "./fixtures.ts";

export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

/** Asserts the shape, and each cell within atol + rtol · |expected|; says which cell is farthest off. */
export function expectClose(
  actual: Tensor,
  expected: Stored | Tensor,
  { rtol, atol }: Tolerance,
  what = "",
): void {
  expect(actual.shape, `${what}: shape`).toEqual([...expected.shape]);
  const wanted = Array.from(expected.data as ArrayLike<number | boolean>, Number);
  let worst = { excess: 0, text: "" };
  wanted.forEach((value, i) => {
    const got = actual.data[i]!;
    const same = Object.is(got, value) || (Number.isNaN(got) && Number.isNaN(value)) || got === value;
    const off = Math.abs(got - value);
    const excess = same ? 0 : Number.isNaN(off) ? Infinity : off / (atol + rtol * Math.abs(value));
    if (excess > worst.excess) worst = { excess, text: `cell ${i}: got ${got}, expected ${value}` };
  });
  expect(worst.excess, `${what}: ${worst.text}`).toBeLessThanOrEqual(1);
}

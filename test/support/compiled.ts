import { expect } from "vitest";
import * as c from "../../src/index.ts";
import { expectClose } from "./close.ts";

/** The same cases in every run of the tests. */
export const runs = (numRuns: number): { numRuns: number; seed: number } => ({ numRuns, seed: 20 });

type Results = c.Tensor | readonly c.Tensor[];

const listOf = (results: Results): readonly c.Tensor[] => (results instanceof c.Tensor ? [results] : results);

/**
 * How far compiled results may be from eager ones, relative to the largest cell. In float64 both are computed by the reference,
 * in the same order: every bit is the same. In float32 the kernels add in another order and have exponentials of their own.
 */
export const bounds = { float64: 0, float32: 1e-5, int32: 0, bool: 0 } as const;

/**
 * Asserts that a tensor is another: shape, dtype, and cells within the bound of their dtype times the largest of them, or times
 * `scale`, the size of the numbers that they were made of, if that is more.
 */
export function expectSame(actual: c.Tensor, expected: c.Tensor, what = "", scale = 0): void {
  expect([actual.shape, actual.dtype], what).toEqual([expected.shape, expected.dtype]);
  const finite = Array.from(expected.data as ArrayLike<number>, Math.abs).filter(Number.isFinite);
  const atol = bounds[expected.dtype] * Math.max(scale, ...finite);
  expectClose(actual, expected, { rtol: 0, atol: atol || Number.MIN_VALUE }, what);
}

/** Asserts that results, one or several, are the others. */
export function expectAllSame(actual: Results, expected: Results, what = "", scale = 0): void {
  const [some, others] = [listOf(actual), listOf(expected)];
  expect(some.length, what).toBe(others.length);
  for (const [i, x] of some.entries()) expectSame(x, others[i]!, `${what} result ${i}`, scale);
}

/** Compiles a function and runs it twice on arguments: each time it gives what it gives eagerly. */
export function expectCompiles<A extends readonly c.Tensor[], R extends Results>(
  f: (...xs: A) => R,
  xs: A,
  what = "",
  scale = 0,
): void {
  const compiled = c.compile(f) as (...xs: A) => R;
  const expected = f(...xs);
  expectAllSame(compiled(...xs), expected, what, scale);
  expectAllSame(compiled(...xs), expected, `${what}, again:`, scale);
}

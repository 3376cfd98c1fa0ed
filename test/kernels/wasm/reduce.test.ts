import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReduceName } from "../../../src/kernels/kernels.ts";
import { reducers } from "../../../src/kernels/reference/lanes.ts";
import { reference } from "../../../src/kernels/reference/reference.ts";
import { reduce } from "../../../src/kernels/wasm/lower/reduce.ts";
import { type Shape, sizeOf } from "../../../src/shape.ts";
import { transposeView, type View, viewOf } from "../../../src/view.ts";
import { seeds } from "../../support/cells.ts";
import { runLowering } from "../../support/run-wasm.ts";
import { exact, expectNear, numbers, resultOf, rounding, zeros } from "./compare.ts";

const names = Object.keys(reducers) as ReduceName[];
const positions: readonly string[] = ["argmax", "argmin"];
const extremes: readonly string[] = [...positions, "max", "min"];

// Runs of at most 64 cells are added in float32, all else in float64; their errors are random. Squares, exponentials and
// their sums have some more roundings.
const sumTolerance = 8 * rounding;
/** The smallest number above 0, near which products lose digits: as a multiple of the tolerance. */
const smallest = 2 ** -149 / sumTolerance;

/** x with the given axes last, as the op asks for it. */
function reducedLast(x: View, reduced: readonly number[]): View {
  const kept = x.shape.map((_, i) => i).filter((i) => !reduced.includes(i));
  return transposeView(x, [...kept, ...reduced]);
}

/** The sum of the sizes of what is added up for each result, which bounds the error. */
function magnitude(name: ReduceName, x: View, count: number, shape: Shape): View {
  const out = zeros(shape);
  const square = name === "variance" ? 4 : 1;
  reference.reduce(
    name === "sum" ? "sum" : "mean",
    exact(x, (cell) => square * Math.abs(cell)),
    count,
    out,
  );
  return out;
}

function check(name: ReduceName, x: View, count: number, threads: number): void {
  const shape = x.shape.slice(0, x.shape.length - count);
  const cells = positions.includes(name) ? Int32Array : Float32Array;
  const got = resultOf([x], shape, (w, out) => reduce(w, name, x, count, out), threads, cells);
  const want = zeros(shape);
  reference.reduce(name, exact(x), count, want);
  if (extremes.includes(name)) {
    expect([...got]).toEqual([...want.data]);
    return;
  }
  const size = magnitude(name, x, count, shape).data;
  const relative = name === "prod" || name === "logSumExp";
  expectNear(
    got,
    want.data,
    (i) => sumTolerance * (relative ? Math.abs(want.data[i]!) + (name === "prod" ? smallest : 1) : size[i]!),
  );
}

const axis = fc.integer({ min: 1, max: 23 });

const cases = fc
  .record({
    shape: fc.tuple(axis, fc.integer({ min: 1, max: 5 }), axis),
    reduced: fc.subarray([0, 1, 2], { minLength: 1 }),
    seed: seeds,
    threads: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ shape, reduced, seed, threads }) => ({
    x: reducedLast(numbers(shape, seed), reduced),
    reduced,
    threads,
  }));

describe("reductions in WebAssembly", () => {
  it.each(names)("%s: over any axes of three", (name) => {
    fc.assert(
      fc.property(cases, ({ x, reduced, threads }) => {
        if (positions.includes(name) && reduced.length === 3) return;
        check(name, x, reduced.length, threads);
      }),
    );
  });

  it.each(names)("%s: over two axes of four, in turn", (name) => {
    const x = numbers([3, 5, 4, 37], 3);
    for (const reduced of [
      [0, 2],
      [1, 3],
      [0, 1],
      [2, 3],
      [1, 2],
    ]) {
      check(name, reducedLast(x, reduced), 2, 2);
    }
  });

  it.each(names)("%s: of many cells, whose lanes are split", (name) => {
    if (name === "prod") return;
    check(name, numbers([150_001], 1, 0, 1), 1, 2);
    check(name, reducedLast(numbers([30_001, 19], 2, 0, 1), [0]), 1, 2);
    check(name, numbers([3, 70_000], 3, -1, 2), 1, 2);
    check(name, reducedLast(numbers([2, 9001, 21], 4), [1]), 1, 16);
    check(name, reducedLast(numbers([40, 3000], 5), [0]), 1, 2);
  });

  it("a million cells lose no more than a few", () => {
    const cells = viewOf(new Float32Array(1 << 20).fill(0.1), [1 << 20]);
    const [got] = resultOf([cells], [], (w, out) => reduce(w, "sum", cells, 1, out), 1);
    const want = Math.fround(0.1) * 2 ** 20;
    expect(Math.abs(got! - want)).toBeLessThan(1e-6 * want);
  });

  it("variance: of numbers far from 0, too", () => {
    const x = numbers([3, 1000], 1, 1000, 1001);
    const got = resultOf([x], [3], (w, out) => reduce(w, "variance", x, 1, out), 1);
    const want = zeros([3]);
    reference.reduce("variance", exact(x), 1, want);
    // The mean is rounded to a number near 1000, which changes each distance by 3e-5; its square is what remains.
    expectNear(got, want.data, () => 1e-7);
  });

  it.each(["max", "min", "argmax", "argmin"] as const)("%s: the first of ties, NaN before all", (name) => {
    const values = [0, -0, 1, 1, -1, -Infinity, Infinity, Number.NaN];
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.constantFrom(...values), { minLength: 40, maxLength: 40 }), {
          minLength: 1,
          maxLength: 5,
        }),
        (lanes) => {
          const x = viewOf(Float32Array.from(lanes.flat()), [lanes.length, 40]);
          const plain = viewOf(
            x.data.map((cell) => cell + 0),
            x.shape,
          );
          check(name, plain, 1, 1);
          check(name, reducedLast(plain, [0]), 1, 1);
        },
      ),
    );
  });

  it("prod: of numbers whose partial products float32 cannot hold", () => {
    const x = viewOf(Float32Array.of(1e30, 1e30, 1e-30, 1e-30, 3, 1e-30, 1e-30, 1e30, 1e30, 2), [2, 5]);
    check("prod", x, 1, 1);
    check("prod", reducedLast(viewOf(x.data, [5, 2]), [0]), 1, 1);
  });

  it("logSumExp: of large, infinite and undefined numbers", () => {
    const lanes = [
      [1000, 1000, 999],
      [-1000, -1001, -1000],
      [-Infinity, -Infinity, -Infinity],
      [Infinity, 0, 1],
      [Number.NaN, 0, Infinity],
      [-Infinity, 2, -200],
    ];
    const x = viewOf(Float32Array.from(lanes.flat()), [lanes.length, 3]);
    check("logSumExp", x, 1, 1);
  });

  it("leaves other dtypes, no cells and scattered views to the reference", () => {
    const refused = (x: View, count: number) => {
      const out = viewOf(new Float32Array(sizeOf(x.shape.slice(0, -count))), x.shape.slice(0, -count));
      return !runLowering([x, out], (w) => reduce(w, "sum", x, count, out));
    };
    expect(refused(viewOf(new Int32Array(4), [2, 2]), 1)).toBe(true);
    expect(refused(viewOf(new Float32Array(0), [2, 0]), 1)).toBe(true);
    expect(refused({ ...viewOf(new Float32Array(16), [2, 3]), stride: [8, 2] }, 1)).toBe(true);
  });
});

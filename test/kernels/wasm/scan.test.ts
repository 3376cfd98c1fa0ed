import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reference } from "../../../src/kernels/reference/reference.ts";
import { scan } from "../../../src/kernels/wasm/lower/scan.ts";
import { type Shape, sizeOf } from "../../../src/shape.ts";
import { sliceView, transposeView, type View, viewOf } from "../../../src/view.ts";
import { seeds } from "../../support/cells.ts";
import { runLowering } from "../../support/run-wasm.ts";
import { exact, expectNear, numbers, rounding } from "./compare.ts";

const names = ["softmax", "logSoftmax", "cumsum", "reverseCumsum"] as const;
type Name = (typeof names)[number];

// x less the largest is rounded: an error of |x| roundings in the exponent, and a few for exp, the sum and the division.
const relative = (range: number): number => (6 + 2 * range) * rounding;
// Results below the normal numbers are multiples of the smallest one.
const smallest = 2 ** -149;

/** Errors are relative to the result, but for those of a logarithm, to which 1 is added. Sums are rounded once. */
function tolerance(name: Name, size: number, range: number): number {
  if (name === "softmax") return relative(range) * size + smallest;
  return name === "logSoftmax" ? 6 * rounding * (size + 1) : 2 * rounding * size + smallest;
}

/** x with an axis last, as the op asks for it. */
const axisLast = (view: View, axis: number): View =>
  transposeView(view, [...view.shape.map((_, i) => i).filter((i) => i !== axis), axis]);

const guards = 24;
const untouched = 123;

/** Scans along an axis of row-major cells into others, between guard cells, and compares with the reference. */
function check(name: Name, x: View, threads: number, range: number, axis = x.shape.length - 1): void {
  const size = sizeOf(x.shape);
  const data = new Float32Array(size + 2 * guards).fill(untouched);
  const out = axisLast({ ...viewOf(data, x.shape), offset: guards }, axis);
  const want = { ...out, data: new Float64Array(data.length).fill(untouched) };
  reference.scan(name, exact(axisLast(x, axis)), want);
  expect(
    runLowering([x, out], (w) => scan(w, name, axisLast(x, axis), out), threads),
    "the kernel takes it",
  ).toBe(true);
  expectNear(data, want.data, (i) => tolerance(name, Math.abs(want.data[i]!), range));
}

describe.each(names)("%s in WebAssembly", (name) => {
  it("lanes along any axis", () => {
    const size = fc.integer({ min: 1, max: 5 });
    const many = fc.integer({ min: 1, max: 70 });
    const cases = fc.record({
      shape: fc.oneof(fc.tuple(size, size, many), fc.tuple(size, many, size), fc.tuple(many, size, size)),
      axis: fc.constantFrom(0, 1, 2),
      range: fc.constantFrom(1, 10, 60),
      threads: fc.integer({ min: 1, max: 3 }),
      seed: seeds,
    });
    fc.assert(
      fc.property(cases, ({ shape, axis, range, threads, seed }) => {
        // Sums of numbers of either sign may be near 0, with an error that is not.
        const low = name === "softmax" || name === "logSoftmax" ? -range : 0;
        check(name, numbers(shape, seed, low, range), threads, range, axis);
      }),
      { numRuns: 200 },
    );
  });

  it("long and many lanes", () => {
    const low = name === "softmax" || name === "logSoftmax" ? -3 : 0;
    const cases: [Shape, number][] = [
      [[2, 5001], 1],
      [[6000, 10], 1],
      [[5001, 2], 0],
      [[300, 301], 0],
      [[9, 40, 133], 1],
    ];
    for (const [shape, axis] of cases) check(name, numbers(shape, 1, low, 3), 2, 3, axis);
  });

  it("infinite and undefined numbers", () => {
    const lanes = [
      [1000, 999, 1000, 0, -1000],
      [-Infinity, 1, 2, 3, -Infinity],
      [-Infinity, -Infinity, -Infinity, -Infinity, -Infinity],
      [Infinity, 0, 1, 2, -Infinity],
      [0, 1, 2, Number.NaN, 3],
      [0, 1, 2, 3, Number.NaN],
      [0, -87, -100, -103, -104],
    ];
    const cells = Float32Array.from(lanes.flat());
    check(name, viewOf(cells, [lanes.length, 5]), 1, 100);
    const beside = Float32Array.from(
      cells,
      (_, i) => lanes[i % lanes.length]![Math.floor(i / lanes.length)]!,
    );
    check(name, viewOf(beside, [5, lanes.length]), 1, 100, 0);
  });

  it("lanes with gaps between them", () => {
    const whole = numbers([7, 20], 3, 0, 1);
    const x = sliceView(whole, [1, 2], [2, 1], [3, 11]);
    for (const axis of [0, 1]) {
      const base = sliceView(viewOf(new Float32Array(9 * 16), [9, 16]), [0, 5], [3, 1], [3, 11]);
      const [from, to] = [axisLast(x, axis), axisLast(base, axis)];
      const want = { ...to, data: new Float64Array(to.data.length) };
      reference.scan(name, exact(from), want);
      expect(runLowering([from, to], (w) => scan(w, name, from, to))).toBe(true);
      expectNear(to.data, want.data, (i) => 8 * rounding * (Math.abs(want.data[i]!) + 1));
    }
  });
});

describe("scans in WebAssembly", () => {
  it("leave the rest to the reference", () => {
    const [x, out] = [numbers([4, 4], 1), numbers([4, 4], 2)];
    expect(runLowering([x, out], (w) => scan(w, "sparsemax", x, out))).toBe(false);
    const doubles = exact(x);
    expect(runLowering([doubles, out], (w) => scan(w, "softmax", doubles, out))).toBe(false);
    const scattered = { ...numbers([2, 2, 60], 1), shape: [2, 2, 2, 3], stride: [60, 33, 17, 2] };
    expect(runLowering([scattered, out], (w) => scan(w, "softmax", scattered, scattered))).toBe(false);
  });
});

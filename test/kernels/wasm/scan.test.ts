import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reference } from "../../../src/kernels/reference/reference.ts";
import { scan } from "../../../src/kernels/wasm/lower/scan.ts";
import { sliceView, transposeView, type View, viewOf } from "../../../src/view.ts";
import { seeds } from "../../support/cells.ts";
import { runLowering } from "../../support/run-wasm.ts";
import { exact, expectNear, numbers, resultOf, rounding, zeros } from "./compare.ts";

const names = ["softmax", "logSoftmax"] as const;

// x less the largest is rounded: an error of |x| roundings in the exponent, and a few for exp, the sum and the division.
const relative = (range: number): number => (6 + 2 * range) * rounding;
// Results below the normal numbers are multiples of the smallest one.
const smallest = 2 ** -149;

function check(name: (typeof names)[number], x: View, threads: number, range: number): void {
  const got = resultOf([x], x.shape, (w, out) => scan(w, name, x, out), threads);
  const want = zeros(x.shape);
  reference.scan(name, exact(x), want);
  expectNear(got, want.data, (i) => {
    const size = name === "softmax" ? Math.abs(want.data[i]!) : Math.abs(want.data[i]!) + 1;
    return (name === "softmax" ? relative(range) : 6 * rounding) * size + smallest;
  });
}

describe.each(names)("%s in WebAssembly", (name) => {
  it("any lanes", () => {
    const cases = fc.record({
      shape: fc.tuple(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 70 }),
      ),
      range: fc.constantFrom(1, 10, 60),
      threads: fc.integer({ min: 1, max: 3 }),
      seed: seeds,
    });
    fc.assert(
      fc.property(cases, ({ shape, range, threads, seed }) => {
        check(name, numbers(shape, seed, -range, range), threads, range);
      }),
    );
  });

  it("long and many lanes", () => {
    check(name, numbers([2, 5001], 1, -3, 3), 2, 3);
    check(name, numbers([6000, 10], 2, -3, 3), 2, 3);
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
    check(name, viewOf(Float32Array.from(lanes.flat()), [lanes.length, 5]), 1, 100);
  });

  it("lanes with gaps between them", () => {
    const whole = numbers([7, 20], 3);
    const x = sliceView(whole, [1, 2], [2, 1], [3, 11]);
    check(name, x, 1, 1);
    const out = sliceView(viewOf(new Float32Array(9 * 16), [9, 16]), [0, 5], [3, 1], [3, 11]);
    const want = { ...out, data: new Float64Array(out.data.length) };
    reference.scan(name, exact(x), want);
    expect(runLowering([x, out], (w) => scan(w, name, x, out))).toBe(true);
    expectNear(out.data, want.data, (i) => 8 * rounding * (Math.abs(want.data[i]!) + 1));
  });
});

describe("scans in WebAssembly", () => {
  it("leave the rest to the reference", () => {
    const [x, out] = [numbers([4, 4], 1), numbers([4, 4], 2)];
    expect(runLowering([x, out], (w) => scan(w, "cumsum", x, out))).toBe(false);
    const across = transposeView(x, [1, 0]);
    expect(runLowering([x, out], (w) => scan(w, "softmax", across, out))).toBe(false);
  });
});

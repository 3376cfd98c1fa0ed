import { describe, expect, it } from "vitest";
import { reducers, scans } from "../../src/kernels/reference/lanes.ts";
import { erf, erfc, floorMod, sigmoid, softplus } from "../../src/kernels/reference/scalar.ts";

const relative = (actual: number, expected: number) => Math.abs(actual / expected - 1);

describe("error function, against values to 17 digits", () => {
  it.each([
    [0.1, 0.1124629160182849, 0.8875370839817152],
    [0.5, 0.5204998778130465, 0.4795001221869535],
    [1, 0.8427007929497149, 0.15729920705028513],
    [2, 0.9953222650189527, 0.004677734981047266],
    [3, 0.9999779095030014, 2.209049699858544e-5],
    [5, 0.9999999999984626, 1.5374597944280349e-12],
    [10, 1, 2.088487583762545e-45],
    [25, 1, 8.300172571196522e-274],
  ])("at %d", (x, value, complement) => {
    expect(relative(erf(x), value)).toBeLessThan(1e-14);
    expect(relative(erf(-x), -value)).toBeLessThan(1e-14);
    // Its own rounding error grows with x² in the exponent.
    expect(relative(erfc(x), complement)).toBeLessThan(1e-13);
    expect(relative(erfc(-x), 1 + value)).toBeLessThan(1e-14);
  });

  it("at 0, ∞ and NaN", () => {
    expect([erf(0), erf(Infinity), erf(-Infinity), erfc(Infinity), erfc(-Infinity)]).toEqual([
      0, 1, -1, 0, 2,
    ]);
    expect([erf(Number.NaN), erfc(Number.NaN)]).toEqual([Number.NaN, Number.NaN]);
  });
});

describe("functions that must not overflow", () => {
  it("sigmoid", () => {
    expect([sigmoid(1000), sigmoid(-1000), sigmoid(0)]).toEqual([1, 0, 0.5]);
    expect(relative(sigmoid(-700), Math.exp(-700))).toBeLessThan(1e-12);
  });
  it("softplus", () => {
    expect([softplus(1000), softplus(-1000), softplus(0)]).toEqual([1000, 0, Math.LN2]);
    expect(relative(softplus(-40), Math.exp(-40))).toBeLessThan(1e-12);
  });
  it("logSumExp and logSoftmax", () => {
    expect(reducers.logSumExp(Float64Array.of(1000, 1000))).toBe(1000 + Math.LN2);
    expect(reducers.logSumExp(Float64Array.of(-Infinity, -Infinity))).toBe(-Infinity);
    const out = new Float64Array(2);
    scans.logSoftmax(Float64Array.of(1e4, -1e4), out);
    expect([...out]).toEqual([0, -2e4]);
  });
});

it("the remainder has the sign of the divisor, as in Python", () => {
  expect([floorMod(7, 3), floorMod(-7, 3), floorMod(7, -3), floorMod(-7, -3), floorMod(6, 3)]).toEqual([
    1, 2, -2, -1, 0,
  ]);
});

describe("lanes", () => {
  it("extremes: the first of ties, and NaN before all, as in numpy", () => {
    expect(reducers.argmax(Float64Array.of(1, 5, 5))).toBe(1);
    expect(reducers.argmin(Float64Array.of(2, 1, 1))).toBe(1);
    expect(reducers.argmax(Float64Array.of(1, Number.NaN, 5, Number.NaN))).toBe(1);
    expect(reducers.max(Float64Array.of(1, Number.NaN, 5))).toBeNaN();
    expect(reducers.min(Float64Array.of(Number.NaN, 1))).toBeNaN();
  });
  it("variance is that of the shifted numbers, whatever their size", () => {
    expect(reducers.variance(Float64Array.of(1e9 + 1, 1e9 + 2, 1e9 + 3))).toBeCloseTo(2 / 3, 12);
  });
  it("sparsemax: the projection onto the simplex", () => {
    const out = new Float64Array(3);
    scans.sparsemax(Float64Array.of(0.5, 0.3, -2), out);
    expect(Array.from(out, (x) => Number(x.toFixed(12)))).toEqual([0.6, 0.4, 0]);
  });
});

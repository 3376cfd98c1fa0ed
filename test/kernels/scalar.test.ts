import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binary, erf, erfc, floorMod, sigmoid, softplus, unary } from "../../src/kernels/reference/scalar.ts";

const expectRelative = (actual: number, expected: number, tolerance: number, what = "") =>
  expect(Math.abs(actual - expected), `${what}: ${actual} against ${expected}`).toBeLessThanOrEqual(
    tolerance * Math.abs(expected),
  );

describe("error function, against mpmath's values for 60 digits", () => {
  it.each([
    [1e-300, 1.1283791670955126e-300, 1.0],
    [1e-8, 1.1283791670955126e-8, 0.9999999887162083],
    [0.1, 0.1124629160182849, 0.887537083981715],
    [0.5, 0.5204998778130465, 0.4795001221869535],
    [0.9, 0.7969082124228322, 0.20309178757716786],
    [0.99, 0.8385080695553698, 0.1614919304446302],
    [1, 0.8427007929497149, 0.15729920705028513],
    [1.25, 0.9229001282564583, 0.07709987174354177],
    [1.5, 0.9661051464753108, 0.033894853524689274],
    [2, 0.9953222650189527, 0.004677734981047266],
    [2.4, 0.999311486103355, 0.0006885138966450789],
    [2.5, 0.999593047982555, 0.0004069520174449589],
    [3, 0.9999779095030014, 2.209049699858544e-5],
    [3.7, 0.9999998328489421, 1.6715105790914599e-7],
    [5, 0.9999999999984626, 1.537459794428035e-12],
    [6.6, 1.0, 1.0213251678575794e-20],
    [8.3, 1.0, 8.141478353024893e-32],
    [10, 1.0, 2.088487583762545e-45],
    [15.7, 1.0, 3.2018577446765816e-109],
    [20.3, 1.0, 2.985318180601636e-181],
    [24.7, 1.0, 2.509877040383667e-267],
    [25, 1.0, 8.300172571196523e-274],
  ])("at %d", (x, value, complement) => {
    expectRelative(erf(x), value, 2e-15);
    expectRelative(erf(-x), -value, 2e-15);
    expectRelative(erfc(x), complement, 5e-15);
    expectRelative(erfc(-x), 1 + value, 2e-15);
  });

  it("at 0, ∞ and NaN", () => {
    expect([0, -0, Infinity, -Infinity, Number.NaN].map(erf)).toEqual([0, -0, 1, -1, Number.NaN]);
    expect([0, 30, 40, Infinity, -Infinity, Number.NaN].map(erfc)).toEqual([1, 0, 0, 0, 2, Number.NaN]);
  });

  it("has no step where its formula changes", () => {
    for (const at of [1, -1]) {
      expectRelative(erf(at * (1 - 1e-15)), erf(at), 2e-15);
      expectRelative(erfc(at * (1 - 1e-15)), erfc(at), 1e-14);
    }
  });
});

describe("functions that must not overflow", () => {
  const anywhere = fc.double({ min: -1000, max: 1000, noNaN: true });

  it("sigmoid: between 0 and 1, and σ(−x) = 1 − σ(x)", () => {
    expect([-Infinity, -1000, 0, 1000, Infinity, Number.NaN].map(sigmoid)).toEqual([
      0,
      0,
      0.5,
      1,
      1,
      Number.NaN,
    ]);
    expectRelative(sigmoid(-700), Math.exp(-700), 1e-15);
    fc.assert(
      fc.property(anywhere, (x) => {
        expect(sigmoid(x) >= 0 && sigmoid(x) <= 1).toBe(true);
        expectRelative(sigmoid(-x) + sigmoid(x), 1, 3e-16);
      }),
    );
  });

  it("softplus: at least x and 0, and softplus(x) − softplus(−x) = x", () => {
    expect([-Infinity, -1000, 0, 1000, Infinity, Number.NaN].map(softplus)).toEqual([
      0,
      0,
      Math.LN2,
      1000,
      Infinity,
      Number.NaN,
    ]);
    expectRelative(softplus(-40), Math.exp(-40), 1e-15);
    fc.assert(
      fc.property(anywhere, (x) => {
        expect(softplus(x)).toBeGreaterThanOrEqual(Math.max(x, 0));
        const off = Math.abs(softplus(x) - softplus(-x) - x);
        expect(off).toBeLessThanOrEqual(4e-16 * (1 + Math.abs(x)));
      }),
    );
  });
});

describe("the remainder", () => {
  it("has the sign of the divisor, as in Python", () => {
    const rows: [number, number, number][] = [
      [7, 3, 1],
      [-7, 3, 2],
      [7, -3, -2],
      [-7, -3, -1],
      [-6, 3, 0],
      [6, -3, -0],
      [5.5, 2, 1.5],
      [-1, Infinity, Infinity],
      [1, Infinity, 1],
      [1, 0, Number.NaN],
    ];
    expect(rows.map(([a, b]) => floorMod(a, b))).toEqual(rows.map(([, , r]) => r));
  });

  it("is what the whole multiples leave", () => {
    const whole = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(
        whole,
        whole.filter((b) => b !== 0),
        (a, b) => {
          const r = floorMod(a, b);
          expect(Math.floor(a / b) * b + r).toBe(a);
          expect(Math.abs(r)).toBeLessThan(Math.abs(b));
        },
      ),
    );
  });
});

describe("NaN and infinities", () => {
  const nan = Number.NaN;

  it("NaN wins in maximum and minimum, is equal to nothing, and counts as true", () => {
    const results = (["maximum", "minimum", "equal", "notEqual", "less", "greaterEqual"] as const).map(
      (name) => binary[name](nan, 1),
    );
    expect(results).toEqual([nan, nan, 0, 1, 0, 0]);
    expect([binary.equal(nan, nan), binary.logicalAnd(nan, 1), binary.logicalOr(nan, 0)]).toEqual([0, 1, 1]);
    expect([unary.logicalNot(nan), unary.isFinite(nan), unary.isFinite(-Infinity)]).toEqual([0, 0, 0]);
  });

  it("passes through every function of one number that has a value everywhere", () => {
    const total = [
      "neg",
      "abs",
      "sign",
      "square",
      "exp",
      "tanh",
      "erf",
      "sigmoid",
      "softplus",
      "floor",
    ] as const;
    expect(total.map((name) => unary[name](nan))).toEqual(total.map(() => nan));
  });

  it("functions outside their domain give NaN, at its edge the limit", () => {
    expect([unary.log(-1), unary.sqrt(-1), unary.asin(2), unary.log1p(-2)]).toEqual([nan, nan, nan, nan]);
    expect([unary.log(0), unary.rsqrt(0), unary.reciprocal(-0), unary.log1p(-1)]).toEqual([
      -Infinity,
      Infinity,
      -Infinity,
      -Infinity,
    ]);
  });
});

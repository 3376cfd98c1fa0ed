import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as activations from "../../src/activations/index.ts";
import * as c from "../../src/index.ts";
import { seeds, shapes, spread } from "../support/cells.ts";
import { checkDerivatives } from "../support/op-checker.ts";

const builtin = [...new Set(Object.values(activations))].filter(activations.isActivation);
const pointwise = builtin.filter((f) => f.pointwise);

/** Other values of the parameters, so that no formula is right for the defaults alone. */
const variants = (f: c.Activation): c.Activation[] => {
  const others: Record<string, c.Params> = {
    relu: { negativeSlope: 0.1, maxValue: 2, threshold: 1 },
    leaky_relu: { negativeSlope: 0.05 },
    elu: { alpha: 0.5 },
    celu: { alpha: 0.5 },
    gelu: { approximate: true },
    squareplus: { b: 1 },
    soft_shrink: { threshold: 1.2 },
    hard_shrink: { threshold: 1.2 },
    threshold: { threshold: 0.5, defaultValue: -1 },
  };
  const own = others[f.activationName];
  if (own === undefined) {
    if (Object.keys(f.params).length > 0)
      throw new Error(`${f.activationName} needs a variant of its parameters`);
    return [f];
  }
  return [f, activations.withParameters(f, own)];
};

const named = (list: readonly c.Activation[]) =>
  list.flatMap(variants).map((f) => [`${f.activationName} ${JSON.stringify(f.params)}`, f] as const);

describe("every pointwise activation", () => {
  it("is found by walking the exports", () => {
    expect(pointwise.length).toBeGreaterThanOrEqual(26);
    expect(builtin.length - pointwise.length).toBe(4);
  });

  it.each(named(pointwise))("%s has the derivatives of its maths", (_, f) => {
    fc.assert(
      fc.property(shapes({ maxRank: 3 }), seeds, (shape, seed) => {
        const x = spread(shape, seed, { domain: [-8, 8], kinks: f.kinks });
        checkDerivatives((u) => f(u), [x], seed);
      }),
      { numRuns: 30 },
    );
  });

  it.each(named(pointwise))("%s: derivative(n) is what differentiating n times gives", (_, f) => {
    const x = spread([40], 1, { domain: [-8, 8], kinks: f.kinks });
    let nth = (u: c.Tensor) => f(u);
    for (const order of [0, 1, 2, 3]) {
      expect(f.derivative(order)(x).data).toEqual(nth(x).data);
      const before = nth;
      nth = (u) => c.grad((v: c.Tensor) => before(v).sum())(u);
    }
  });

  it.each(named(pointwise))("%s is smooth between its kinks, and only there", (_, f) => {
    // A slope that jumps where no kink is declared would be seen as a jump between neighbours.
    const x = c.linspace(-8, 8, 16001, "float64");
    const slope = f.derivative()(x).data;
    const largest = Math.max(1, ...Array.from(slope, Math.abs).filter((s) => s < 100));
    for (let i = 1; i < x.size; i++) {
      const kink = f.kinks.some((at) => at >= x.data[i - 1]! - 1e-9 && at <= x.data[i]! + 1e-9);
      if (!kink)
        expect(Math.abs(slope[i]! - slope[i - 1]!)).toBeLessThan(
          0.01 * Math.max(largest, Math.abs(slope[i]!)),
        );
    }
  });
});

const magnitudes = [
  0, 1e-300, 1e-30, 1e-8, 1e-3, 0.5, 1, 3, 6, 10, 20, 50, 100, 750, 1e3, 1e5, 1e10, 1e20, 3e38,
];
const huge = [1e100, 1e154, 1e200, 1.7e308];

describe("safe tails: no NaN or infinity for any finite input", () => {
  const values = (dtype: c.DType) => {
    const all = dtype === "float64" ? [...magnitudes, ...huge] : magnitudes;
    return c.tensor([...all, ...all.map((x) => -x)], { dtype });
  };
  // eˣ itself leaves the range of floats above 88 (float32) or 709 (float64).
  const safe = pointwise.filter((f) => f !== activations.exponential);

  it.each(named(safe))("%s", (_, f) => {
    for (const dtype of ["float32", "float64"] as const) {
      for (const order of [0, 1, 2]) {
        const y = f.derivative(order)(values(dtype));
        const stray = y.data.findIndex((value) => !Number.isFinite(value));
        const at = values(dtype).data[stray];
        expect(stray, `derivative ${order} in ${dtype} at ${at} is ${y.data[stray]}`).toBe(-1);
      }
    }
  });

  it("the ones that look at a lane, too", () => {
    const x = c.tensor(
      [
        [-3e38, 3e38],
        [1e5, -1e5],
        [0, 0],
      ],
      { dtype: "float64" },
    );
    for (const f of [c.softmax, c.logSoftmax, c.sparsemax, c.glu]) {
      const [y, pull] = c.vjp((u: c.Tensor) => f(u))(x);
      expect(y.isFinite().toTypedArray()).not.toContain(0);
      expect(pull(c.ones(y.shape, "float64")).isFinite().toTypedArray()).not.toContain(0);
    }
  });
});

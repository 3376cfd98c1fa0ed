import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import * as c from "../../../src/index.ts";
import { type Normalization, normalizationPaths } from "../../../src/stepper/windows/normalization.ts";
import { texToText } from "../../../src/tex.ts";
import { seeds, spread } from "../../support/cells.ts";
import { expectClose } from "../../support/close.ts";

const tight = { rtol: 1e-10, atol: 1e-10 };

/** Images, their upstream, and how they are normalized: batch by batch, or sample by sample. */
const cases = fc
  .record({
    shape: fc.tuple(
      fc.integer({ min: 2, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 2, max: 3 }),
    ),
    axis: fc.constantFrom([0, 1], [2], [1, 2]),
    epsilon: fc.constantFrom(1e-3, 0.1),
    scaled: fc.boolean(),
    seed: seeds,
  })
  .map(({ shape, axis, epsilon, scaled, seed }) => {
    const gamma = spread([shape[2]], seed + 2, { domain: [0.5, 2] });
    const how: Normalization = scaled ? { axis, epsilon, gamma } : { axis, epsilon };
    return { x: spread(shape, seed), dy: spread(shape, seed + 1), how };
  });

describe("the three paths of a normalization", () => {
  it("add up to the gradient", () => {
    fc.assert(
      fc.property(cases, ({ x, dy, how }) => {
        const { paths, gradient } = normalizationPaths(x, dy, how);
        expectClose(
          paths.map((path) => path.gradient).reduce((a, b) => a.add(b)),
          gradient,
          tight,
        );
      }),
    );
  });

  it("are what their formulas say", () => {
    fc.assert(
      fc.property(cases, ({ x, dy, how: { axis, epsilon, gamma } }) => {
        const { paths } = normalizationPaths(x, dy, gamma ? { axis, epsilon, gamma } : { axis, epsilon });
        const over = { axis, keepdims: true };
        const scale = x.variance(over).add(epsilon).rsqrt();
        const xHat = x.sub(x.mean(over)).mul(scale);
        const arriving = gamma ? dy.mul(gamma) : dy;
        // A mean is 1 / n times the sum.
        const [direct, mean, variance] = paths.map((path) => path.gradient);
        expectClose(direct!, scale.mul(arriving), tight);
        expectClose(mean!, scale.mul(arriving.mean(over)).neg().add(x.mul(0)), tight);
        expectClose(variance!, scale.mul(xHat).mul(arriving.mul(xHat).mean(over)).neg(), tight);
        expect(paths.map(({ name, tex }) => [name, texToText(tex)])).toEqual([
          ["direct", `1 / √(σ² + ε) ${gamma ? "γ " : ""}ȳ`],
          ["mean", `-1 / √(σ² + ε) 1 / n Σ ${gamma ? "γ " : ""}ȳ`],
          ["variance", `-1 / √(σ² + ε) x̂ 1 / n Σ ${gamma ? "γ " : ""}ȳ x̂`],
        ]);
      }),
    );
  });

  it("add up to the gradient of the layer BatchNormalization in training", () => {
    c.setFloatx("float64");
    onTestFinished(() => c.setFloatx("float32"));
    const layer = c.BatchNormalization({ epsilon: 0.01 });
    const x = c.variable(spread([4, 3, 3, 2], 1), { dtype: "float64" });
    layer(x, { training: true });
    layer.gamma!.assign([1.5, -0.5]);
    const y = layer(x, { training: true });
    const dy = spread(y.shape, 2);
    const [expected] = c.gradients(y, [x], { upstream: dy });
    const { gamma } = layer;
    const { paths, gradient } = normalizationPaths(x, dy, { axis: [0, 1, 2], epsilon: 0.01, gamma: gamma! });
    const sum = paths.map((path) => path.gradient).reduce((a, b) => a.add(b));
    expectClose(gradient, expected!, tight);
    expectClose(sum, expected!, tight);
    expect(x.grad).toBeUndefined();
  });
});

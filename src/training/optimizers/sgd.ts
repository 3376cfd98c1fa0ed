import { fraction } from "../../config/kinds.ts";
import { sign } from "../../ops/arithmetic.ts";
import { flag } from "../../ops/attributes.ts";
import { moving } from "./averages.ts";
import { optimizerClass } from "./optimizer-class.ts";
import type { Slots } from "./slots.ts";
import { beta2, learningRate, openBeta1 } from "./specs.ts";
import type { Update, Updated } from "./update.ts";

/**
 * Stochastic gradient descent: w −= lr · g. With `momentum` μ (0, from 0 to 1): v = μ·v − lr·g and w += v; with `nesterov`
 * w += μ·v − lr·g. `learningRate` 0.01. Polyak, 1964; Nesterov: Sutskever et al., 2013. All optimizers have further
 * options: {@link OptimizerOptions}. Keras: `SGD`.
 *
 * @example
 * ```ts
 * const w = variable([1, -1]);
 * new SGD(0.5).apply([w], [tensor([2, 2])]);
 * deepEqual(w.toArray(), [0, -2]);
 * ```
 */
export class SGD extends optimizerClass("SGD", ["learningRate", "momentum", "nesterov"], {
  learningRate: learningRate(0.01),
  momentum: fraction(0),
  nesterov: flag(false),
}) {
  protected override slots(): readonly Slots[] {
    return this.options.momentum > 0 ? [{ momentum: 0 }] : [];
  }

  protected override update({ w, g, lr, slot }: Update): Updated {
    const { momentum, nesterov } = this.options;
    const down = g.mul(lr).neg();
    if (momentum === 0) return { w: w.add(down) };
    const v = slot("momentum").mul(momentum).add(down);
    return { w: w.add(nesterov ? v.mul(momentum).add(down) : v), momentum: v };
  }
}

/**
 * Steps of equal size by sign: w −= lr · sign(β₁·m + (1 − β₁)·g), then m = β₂·m + (1 − β₂)·g. `learningRate` 0.001 (take a
 * third to a tenth of what AdamW likes), `beta1` 0.9 (above 0, up to 1), `beta2` 0.99 (from 0, below 1). Chen et al., 2023
 * (https://arxiv.org/abs/2302.06675). Keras: `Lion`.
 *
 * @example
 * ```ts
 * const w = variable([1, -1]);
 * new Lion(0.5).apply([w], [tensor([300, 0.001])]);
 * deepEqual(w.toArray(), [0.5, -1.5]);
 * ```
 */
export class Lion extends optimizerClass("Lion", ["learningRate", "beta1", "beta2"], {
  learningRate: learningRate(0.001),
  beta1: openBeta1(0.9),
  beta2: beta2(0.99),
}) {
  protected override slots(): readonly Slots[] {
    return [{ momentum: 0 }];
  }

  protected override update({ w, g, lr, slot }: Update): Updated {
    const { beta1, beta2 } = this.options;
    const m = slot("momentum");
    return { w: w.sub(sign(moving(m, g, beta1)).mul(lr)), momentum: moving(m, g, beta2) };
  }
}

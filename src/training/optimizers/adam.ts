import { notNegative, notNegativeOrNull } from "../../config/kinds.ts";
import { abs, maximum, sub } from "../../ops/arithmetic.ts";
import { flag } from "../../ops/attributes.ts";
import { pow } from "../../ops/exponential.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { filled, moving } from "./averages.ts";
import { optimizerClass } from "./optimizer-class.ts";
import type { Slots } from "./slots.ts";
import { beta1, beta2, learningRate } from "./specs.ts";
import type { Update, Updated } from "./update.ts";

const specs = {
  learningRate: learningRate(0.001),
  beta1: beta1(0.9),
  beta2: beta2(0.999),
  epsilon: notNegative(1e-7),
};

const positional = ["learningRate", "beta1", "beta2", "epsilon"] as const;

interface Options {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly amsgrad: boolean;
}

const adamSlots = ({ amsgrad }: Options): readonly Slots[] => [
  { momentum: 0, velocity: 0 },
  ...(amsgrad ? [{ velocity_hat: 0 }] : []),
];

function adamUpdate({ w, g, lr, t, slot }: Update, { beta1, beta2, epsilon, amsgrad }: Options): Updated {
  const m = moving(slot("momentum"), g, beta1);
  const v = moving(slot("velocity"), g.square(), beta2);
  const largest = amsgrad ? { velocity_hat: maximum(slot("velocity_hat"), v) } : undefined;
  // Both averages began with 0 and are too small by a known factor; the learning rate makes up for it.
  const rate = lr.mul(filled(beta2, t).sqrt().div(filled(beta1, t)).cast(w.dtype));
  const spread = (largest?.velocity_hat ?? v).sqrt().add(epsilon);
  return { w: w.sub(m.mul(rate).div(spread)), momentum: m, velocity: v, ...largest };
}

/**
 * Moving averages of gradients and of their squares: m = β₁·m + (1 − β₁)·g, v = β₂·v + (1 − β₂)·g² and w −= lr · √(1 − β₂ᵗ)
 * / (1 − β₁ᵗ) · m / (√v + ε). `amsgrad` takes the largest v so far (Reddi et al., 2018). `learningRate` 0.001, `beta1` 0.9,
 * `beta2` 0.999 (both from 0, below 1), `epsilon` 1e-7 (≥ 0; it is the paper's ε̂). Kingma and Ba, 2015
 * (https://arxiv.org/abs/1412.6980). All optimizers have further options: {@link OptimizerOptions}. Keras: `Adam`.
 *
 * @example
 * ```ts
 * const w = variable([1, 1], { dtype: "float64" });
 * new Adam(0.1, { epsilon: 0 }).apply([w], [tensor([300, -0.01])]);
 * deepEqual(w.toArray().map((x) => Number(x.toFixed(6))), [0.9, 1.1]);
 * ```
 */
export class Adam extends optimizerClass("Adam", positional, { ...specs, amsgrad: flag(false) }) {
  protected override slots(): readonly Slots[] {
    return adamSlots(this.options);
  }

  protected override update(update: Update): Updated {
    return adamUpdate(update, this.options);
  }
}

/**
 * {@link Adam} with weight decay that is not part of the gradient: before each update w −= lr · weightDecay · w.
 * `weightDecay` 0.004 (≥ 0), the other options as Adam's. `excludeFromWeightDecay("bias", "gamma")` leaves some variables
 * out. Loshchilov and Hutter, 2019 (https://arxiv.org/abs/1711.05101). Keras: `AdamW`.
 *
 * @example
 * ```ts
 * const w = variable(2, { dtype: "float64" });
 * new AdamW(0.5, { weightDecay: 0.5 }).apply([w], [tensor(0)]);
 * deepEqual(w.item(), 1.5);
 * ```
 */
export class AdamW extends optimizerClass("AdamW", positional, {
  ...specs,
  amsgrad: flag(false),
  weightDecay: notNegativeOrNull(0.004),
}) {
  protected override slots(): readonly Slots[] {
    return adamSlots(this.options);
  }

  protected override update(update: Update): Updated {
    return adamUpdate(update, this.options);
  }
}

/**
 * {@link Adam} with the largest of the gradients in place of the root of their mean square: u = max(β₂·u, |g|) and
 * w −= lr / (1 − β₁ᵗ) · m / (u + ε). `learningRate` 0.001, `beta1` 0.9, `beta2` 0.999 (both from 0, below 1), `epsilon` 1e-7
 * (≥ 0). Kingma and Ba, 2015, section 7.1 (https://arxiv.org/abs/1412.6980). Keras: `Adamax`.
 *
 * @example
 * ```ts
 * const w = variable([1, 1], { dtype: "float64" });
 * new Adamax(0.5, { epsilon: 0 }).apply([w], [tensor([4, -0.25])]);
 * deepEqual(w.toArray().map((x) => Number(x.toFixed(6))), [0.5, 1.5]);
 * ```
 */
export class Adamax extends optimizerClass("Adamax", positional, specs) {
  protected override slots(): readonly Slots[] {
    return [{ momentum: 0, norm: 0 }];
  }

  protected override update({ w, g, lr, t, slot }: Update): Updated {
    const { beta1, beta2, epsilon } = this.options;
    const m = moving(slot("momentum"), g, beta1);
    const u = maximum(slot("norm").mul(beta2), abs(g));
    const rate = lr.div(filled(beta1, t).cast(w.dtype));
    return { w: w.sub(m.mul(rate).div(u.add(epsilon))), momentum: m, norm: u };
  }
}

/**
 * {@link Adam} with Nesterov's momentum, which warms up: μₜ = β₁ · (1 − ½ · 0.96ᵗ), and m̂ = μₜ₊₁ · m / (1 − μ₁…μₜ₊₁) +
 * (1 − μₜ) · g / (1 − μ₁…μₜ) in place of m / (1 − β₁ᵗ). `learningRate` 0.001, `beta1` 0.9, `beta2` 0.999 (both from 0, below
 * 1), `epsilon` 1e-7 (≥ 0). Dozat, 2015 (https://cs229.stanford.edu/proj2015/054_report.pdf). Keras: `Nadam`.
 *
 * @example
 * ```ts
 * const w = variable(3);
 * const nadam = new Nadam(0.1);
 * for (let i = 0; i < 100; i++) nadam.minimize(() => w.square(), [w]);
 * deepEqual(Math.abs(w.item()) < 0.05, true);
 * ```
 */
export class Nadam extends optimizerClass("Nadam", positional, specs) {
  protected override slots(): readonly Slots[] {
    return [{ momentum: 0, velocity: 0 }];
  }

  /** The product μ₁…μₜ; Keras gave it no name, so that files call it "variable". */
  protected override counters(): Slots {
    return { variable: 1 };
  }

  protected override count(t: Tensor, counter: (name: string) => Tensor): Readonly<Record<string, Tensor>> {
    return { variable: counter("variable").mul(this.#momentum(t)) };
  }

  protected override update({ w, g, lr, t, slot }: Update): Updated {
    const { beta1, beta2, epsilon } = this.options;
    const product = slot("variable");
    const next = this.#momentum(t.add(1));
    const ofMean = next.div(sub(1, product.mul(next)));
    const ofGradient = sub(1, this.#momentum(t)).div(sub(1, product));
    const m = moving(slot("momentum"), g, beta1);
    const v = moving(slot("velocity"), g.square(), beta2);
    const ahead = m.mul(ofMean.cast(w.dtype)).add(g.mul(ofGradient.cast(w.dtype)));
    const spread = v.div(filled(beta2, t).cast(w.dtype)).sqrt().add(epsilon);
    return { w: w.sub(ahead.mul(lr).div(spread)), momentum: m, velocity: v };
  }

  #momentum(t: Tensor): Tensor {
    return sub(1, pow(0.96, t).mul(0.5)).mul(this.options.beta1);
  }
}

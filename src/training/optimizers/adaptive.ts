import { fraction, notNegative, rate } from "../../config/kinds.ts";
import { flag } from "../../ops/attributes.ts";
import { moving } from "./averages.ts";
import { optimizerClass } from "./optimizer-class.ts";
import type { Slots } from "./slots.ts";
import { learningRate } from "./specs.ts";
import type { Update, Updated } from "./update.ts";

/**
 * Divides gradients by the root of their mean square: v = ρ·v + (1 − ρ)·g² and w −= lr · g / √(v + ε). `centered` takes the
 * variance in place of v: v − ḡ², ḡ = ρ·ḡ + (1 − ρ)·g. With `momentum` μ (0, from 0 to 1) what would be subtracted is added
 * to μ times that of the step before. `learningRate` 0.001, `rho` 0.9 (from 0, below 1), `epsilon` 1e-7 (≥ 0). Hinton, 2012
 * (https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf). Keras: `RMSprop`.
 *
 * @example
 * ```ts
 * const w = variable([1, 1], { dtype: "float64" });
 * new RMSprop(0.1, { rho: 0, epsilon: 0 }).apply([w], [tensor([5, -0.02])]);
 * deepEqual(w.toArray(), [0.9, 1.1]);
 * ```
 */
export class RMSprop extends optimizerClass("RMSprop", ["learningRate", "rho", "momentum"], {
  learningRate: learningRate(0.001),
  rho: rate(0.9),
  momentum: fraction(0),
  epsilon: notNegative(1e-7),
  centered: flag(false),
}) {
  protected override slots(): readonly Slots[] {
    const { momentum, centered } = this.options;
    return [
      { velocity: 0 },
      ...(momentum > 0 ? [{ momentum: 0 }] : []),
      ...(centered ? [{ average_gradient: 0 }] : []),
    ];
  }

  protected override update({ w, g, lr, slot }: Update): Updated {
    const { rho, momentum, epsilon, centered } = this.options;
    const velocity = moving(slot("velocity"), g.square(), rho);
    const mean = centered ? { average_gradient: moving(slot("average_gradient"), g, rho) } : undefined;
    const spread = mean ? velocity.sub(mean.average_gradient.square()) : velocity;
    const down = g.mul(lr).div(spread.add(epsilon).sqrt());
    if (momentum === 0) return { w: w.sub(down), velocity, ...mean };
    const v = slot("momentum").mul(momentum).add(down);
    return { w: w.sub(v), velocity, momentum: v, ...mean };
  }
}

/**
 * Divides gradients by the root of the sum of all their squares: a += g² and w −= lr · g / √(a + ε), so that steps shrink
 * where much has been learned. `learningRate` 0.001, `initialAccumulatorValue` 0.1 (≥ 0), `epsilon` 1e-7 (≥ 0). Duchi et
 * al., 2011 (https://jmlr.org/papers/v12/duchi11a.html). Keras: `Adagrad`.
 *
 * @example
 * ```ts
 * const w = variable(1, { dtype: "float64" });
 * new Adagrad(0.5, { initialAccumulatorValue: 7, epsilon: 0 }).apply([w], [tensor(3)]);
 * deepEqual(w.item(), 0.625);
 * ```
 */
export class Adagrad extends optimizerClass("Adagrad", ["learningRate", "initialAccumulatorValue"], {
  learningRate: learningRate(0.001),
  initialAccumulatorValue: notNegative(0.1),
  epsilon: notNegative(1e-7),
}) {
  protected override slots(): readonly Slots[] {
    return [{ accumulator: this.options.initialAccumulatorValue }];
  }

  protected override update({ w, g, lr, slot }: Update): Updated {
    const accumulator = slot("accumulator").add(g.square());
    return { w: w.sub(g.mul(lr).div(accumulator.add(this.options.epsilon).sqrt())), accumulator };
  }
}

/**
 * Steps as large as those before, by mean squares of gradients and of steps: a = ρ·a + (1 − ρ)·g², δ = −g · √(d + ε) /
 * √(a + ε), d = ρ·d + (1 − ρ)·δ² and w += lr · δ. `learningRate` 0.001 (the paper has 1), `rho` 0.95 (from 0, below 1),
 * `epsilon` 1e-7 (≥ 0). Zeiler, 2012 (https://arxiv.org/abs/1212.5701). Keras: `Adadelta`.
 *
 * @example
 * ```ts
 * const w = variable(1, { dtype: "float64" });
 * new Adadelta(1, { rho: 0, epsilon: 1 }).apply([w], [tensor(0)]);
 * deepEqual(w.item(), 1);
 * ```
 */
export class Adadelta extends optimizerClass("Adadelta", ["learningRate", "rho"], {
  learningRate: learningRate(0.001),
  rho: rate(0.95),
  epsilon: notNegative(1e-7),
}) {
  protected override slots(): readonly Slots[] {
    return [{ accumulated_grad: 0, accumulated_delta_var: 0 }];
  }

  protected override update({ w, g, lr, slot }: Update): Updated {
    const { rho, epsilon } = this.options;
    const d = slot("accumulated_delta_var");
    const a = moving(slot("accumulated_grad"), g.square(), rho);
    const delta = g.mul(d.add(epsilon).sqrt()).div(a.add(epsilon).sqrt()).neg();
    return {
      w: w.add(delta.mul(lr)),
      accumulated_grad: a,
      accumulated_delta_var: moving(d, delta.square(), rho),
    };
  }
}

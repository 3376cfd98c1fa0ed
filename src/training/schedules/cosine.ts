import { withOptions } from "../../config/configurable.ts";
import {
  atLeastOne,
  fraction,
  nameOption,
  notNegative,
  positive,
  positiveOrNull,
} from "../../config/kinds.ts";
import { floor, minimum, sub } from "../../ops/arithmetic.ts";
import { natural } from "../../ops/attributes.ts";
import { less, where } from "../../ops/compare.ts";
import { cos, log, pow } from "../../ops/exponential.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Schedule } from "./schedule.ts";

/** From 1 to 0 along half a wave while `part` goes from 0 to 1. */
const halfWave = (part: Tensor): Tensor => cos(part.mul(Math.PI)).add(1).mul(0.5);

/** From 1 to `alpha` as `wave` goes from 1 to 0. */
const above = (alpha: number, wave: Tensor): Tensor => wave.mul(1 - alpha).add(alpha);

/**
 * Half a cosine wave from the initial learning rate to `alpha` (0) times it, in `decaySteps` (> 0), where it stays. With
 * `warmupTarget` it first rises to that in a line, in `warmupSteps`, and falls from there. Loshchilov and Hutter, 2017
 * (https://arxiv.org/abs/1608.03983); the warmup: Goyal et al., 2017 (https://arxiv.org/abs/1706.02677).
 * Keras: `CosineDecay`.
 *
 * @example
 * ```ts
 * const rate = new CosineDecay(0, 20, { warmupTarget: 0.2, warmupSteps: 10, alpha: 0.5 });
 * deepEqual([0, 5, 10, 30, 99].map((step) => rate.of(step).item()), [0, 0.1, 0.2, 0.1, 0.1]);
 * ```
 */
export class CosineDecay extends withOptions(
  Schedule,
  "CosineDecay",
  ["initialLearningRate", "decaySteps", "alpha"],
  {
    initialLearningRate: notNegative(),
    decaySteps: positive(),
    alpha: fraction(0),
    name: nameOption("CosineDecay"),
    warmupTarget: positiveOrNull(null),
    warmupSteps: natural(0),
  },
) {
  protected override rate(step: Tensor): Tensor {
    const { initialLearningRate: start, warmupTarget: target, warmupSteps } = this.options;
    if (target === null) return this.#decay(step, start);
    const warm = step.mul((target - start) / warmupSteps).add(start);
    return where(less(step, warmupSteps), warm, this.#decay(sub(step, warmupSteps), target));
  }

  #decay(step: Tensor, from: number): Tensor {
    const { decaySteps, alpha } = this.options;
    return above(alpha, halfWave(minimum(step.div(decaySteps), 1))).mul(from);
  }
}

/**
 * Half cosine waves one after the other, each from the initial learning rate down to `alpha` (0) times it. The first
 * takes `firstDecaySteps` (> 0), each further one `tMul` (2, ≥ 1) times as long as that before, and from `mMul` (1) times
 * the height. SGDR: Loshchilov and Hutter, 2017 (https://arxiv.org/abs/1608.03983). Keras: `CosineDecayRestarts`.
 *
 * @example
 * ```ts
 * const rate = new CosineDecayRestarts(0.1, 10, { mMul: 0.5 });
 * deepEqual([0, 10, 30].map((step) => rate.of(step).item()), [0.1, 0.05, 0.025]);
 * ```
 */
export class CosineDecayRestarts extends withOptions(
  Schedule,
  "CosineDecayRestarts",
  ["initialLearningRate", "firstDecaySteps", "tMul", "mMul", "alpha"],
  {
    initialLearningRate: notNegative(),
    firstDecaySteps: positive(),
    tMul: atLeastOne(2),
    mMul: notNegative(1),
    alpha: fraction(0),
    name: nameOption("SGDRDecay"),
  },
) {
  protected override rate(step: Tensor): Tensor {
    const { initialLearningRate, firstDecaySteps, mMul, alpha } = this.options;
    const { restarts, part } = this.#position(step.div(firstDecaySteps));
    const wave = halfWave(part).mul(pow(mMul, restarts));
    return above(alpha, wave).mul(initialLearningRate);
  }

  /** How many waves are over, and what part of the present one; `passed` counts in lengths of the first wave. */
  #position(passed: Tensor): { restarts: Tensor; part: Tensor } {
    const { tMul } = this.options;
    if (tMul === 1) {
      const restarts = floor(passed);
      return { restarts, part: passed.sub(restarts) };
    }
    // n waves end at 1 + tMul + … + tMul^(n−1) = (tMulⁿ − 1) / (tMul − 1), which is solved for n. The logarithm may
    // come out a rounding error below a whole number, just where a wave begins.
    const waves = log(passed.mul(tMul - 1).add(1)).div(Math.log(tMul));
    const restarts = floor(waves.add(1e-9));
    const length = pow(tMul, restarts);
    const begin = length.sub(1).div(tMul - 1);
    return { restarts, part: passed.sub(begin).div(length) };
  }
}

import { withOptions } from "../../config/configurable.ts";
import { nameOption, notNegative, numbers, positive } from "../../config/kinds.ts";
import { ChainruleError } from "../../errors.ts";
import { floor, minimum, neg } from "../../ops/arithmetic.ts";
import { flag } from "../../ops/attributes.ts";
import { equal, lessEqual, where } from "../../ops/compare.ts";
import { pow } from "../../ops/exponential.ts";
import { tensor } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Schedule } from "./schedule.ts";

const ceil = (x: Tensor): Tensor => neg(floor(neg(x)));

/** step / decaySteps, or the whole part of it. */
const periods = (step: Tensor, decaySteps: number, staircase: boolean): Tensor => {
  const passed = step.div(decaySteps);
  return staircase ? floor(passed) : passed;
};

const byPeriods = (className: string) => ({
  initialLearningRate: notNegative(),
  decaySteps: positive(),
  decayRate: notNegative(),
  staircase: flag(false),
  name: nameOption(className),
});

const periodic = ["initialLearningRate", "decaySteps", "decayRate"] as const;

/**
 * initialLearningRate · decayRate^(step / decaySteps). With `staircase` the exponent is a whole number, so that the rate
 * falls once every `decaySteps` (> 0). Keras: `ExponentialDecay`.
 *
 * @example
 * ```ts
 * deepEqual(new ExponentialDecay(0.2, 10, 0.5).of(20).item(), 0.05);
 * deepEqual(new ExponentialDecay(0.2, 10, 0.5, { staircase: true }).of(9).item(), 0.2);
 * ```
 */
export class ExponentialDecay extends withOptions(
  Schedule,
  "ExponentialDecay",
  periodic,
  byPeriods("ExponentialDecay"),
) {
  protected override rate(step: Tensor): Tensor {
    const { initialLearningRate, decaySteps, decayRate, staircase } = this.options;
    return pow(decayRate, periods(step, decaySteps, staircase)).mul(initialLearningRate);
  }
}

/**
 * initialLearningRate / (1 + decayRate · step / decaySteps). With `staircase` the quotient is a whole number.
 * Keras: `InverseTimeDecay`.
 *
 * @example
 * ```ts
 * deepEqual(new InverseTimeDecay(0.2, 10, 0.5).of(20).item(), 0.1);
 * ```
 */
export class InverseTimeDecay extends withOptions(
  Schedule,
  "InverseTimeDecay",
  periodic,
  byPeriods("InverseTimeDecay"),
) {
  protected override rate(step: Tensor): Tensor {
    const { initialLearningRate, decaySteps, decayRate, staircase } = this.options;
    const divisor = periods(step, decaySteps, staircase).mul(decayRate).add(1);
    return divisor.reciprocal().mul(initialLearningRate);
  }
}

/**
 * From initialLearningRate to endLearningRate (0.0001) in `decaySteps`: the difference times (1 − step / decaySteps)^power
 * (power 1: a line). Afterwards it stays, or, with `cycle`, starts anew from a slope that reaches the end at the next
 * multiple of `decaySteps`. Keras: `PolynomialDecay`.
 *
 * @example
 * ```ts
 * const line = new PolynomialDecay(1, 10, { endLearningRate: 0 });
 * deepEqual([0, 5, 10, 20].map((step) => line.of(step).item()), [1, 0.5, 0, 0]);
 * ```
 */
export class PolynomialDecay extends withOptions(
  Schedule,
  "PolynomialDecay",
  ["initialLearningRate", "decaySteps"],
  {
    initialLearningRate: notNegative(),
    decaySteps: positive(),
    endLearningRate: notNegative(1e-4),
    power: positive(1),
    cycle: flag(false),
    name: nameOption("PolynomialDecay"),
  },
) {
  protected override rate(step: Tensor): Tensor {
    const { initialLearningRate, decaySteps, endLearningRate, power, cycle } = this.options;
    const passed = step.div(decaySteps);
    // The first period counts from its beginning, all others to the multiple at their end.
    const periodsToEnd = where(equal(step, 0), 1, ceil(passed));
    const part = cycle ? passed.div(periodsToEnd) : minimum(passed, 1);
    return pow(part.neg().add(1), power)
      .mul(initialLearningRate - endLearningRate)
      .add(endLearningRate);
  }
}

const PiecewiseOptions = withOptions(Schedule, "PiecewiseConstantDecay", ["boundaries", "values"], {
  boundaries: numbers("an array of growing numbers", (list) => list.every((x, i) => !(x <= list[i - 1]!)))(),
  values: numbers(
    "an array of numbers ≥ 0, at least one",
    (list) => list.length > 0 && Math.min(...list) >= 0,
  )(),
  name: nameOption("PiecewiseConstant"),
});

/**
 * values[0] up to and including step boundaries[0], then values[1] up to boundaries[1], …; the last value after the last
 * boundary. Keras: `PiecewiseConstantDecay`.
 *
 * @throws If the boundaries do not grow, or there is not one value more than boundaries.
 * @example
 * ```ts
 * const rate = new PiecewiseConstantDecay([10, 20], [0.1, 0.05, 0.01]);
 * deepEqual([10, 11, 21].map((step) => rate.of(step).item()), [0.1, 0.05, 0.01]);
 * ```
 */
export class PiecewiseConstantDecay extends PiecewiseOptions {
  constructor(...args: ConstructorParameters<typeof PiecewiseOptions>) {
    super(...args);
    const { boundaries, values } = this.options;
    if (values.length !== boundaries.length + 1) {
      throw new ChainruleError(
        `PiecewiseConstantDecay: there must be one value more than boundaries (${boundaries.length}); ` +
          `received ${values.length} values`,
      );
    }
  }

  protected override rate(step: Tensor): Tensor {
    const { boundaries, values } = this.options;
    return boundaries.reduceRight(
      (later, boundary, i) => where(lessEqual(step, boundary), values[i]!, later),
      tensor(values.at(-1)!, { dtype: "float64" }),
    );
  }
}

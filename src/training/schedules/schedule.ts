import type { Configurable } from "../../config/configurable.ts";
import { cast } from "../../ops/op.ts";
import { tensor } from "../../tensor/create.ts";
import { Tensor, type TensorLike } from "../../tensor/tensor.ts";

/**
 * A learning rate that depends on the number of the step, in ops, so that a compiled training step computes it, too.
 * Give it to an optimizer in place of a number. Extend it with `rate`. Keras: `LearningRateSchedule`.
 *
 * @example
 * ```ts
 * class Warmup extends Schedule {
 *   rate(step) { return step.div(10).minimum(1).mul(0.5); }
 * }
 * deepEqual(new Warmup().of(4).item(), 0.2);
 * deepEqual(new SGD(new Warmup()).learningRate, 0);
 * ```
 */
export abstract class Schedule implements Configurable {
  declare readonly options: object;
  declare getConfig: () => Record<string, unknown>;

  /** The learning rate, in ops, after that many steps: a float64 scalar, 0 before the first step. */
  protected abstract rate(step: Tensor): Tensor;

  /** The learning rate at a step, counted from 0. A float64 tensor, whatever the dtype of the weights. */
  of(step: TensorLike): Tensor {
    const count = step instanceof Tensor ? step : tensor(step, { dtype: "float64" });
    return this.rate(cast(count, "float64"));
  }
}

import { ensure } from "../../errors.ts";
import { add, mul, sub } from "../../ops/arithmetic.ts";
import { axis, count, flag } from "../../ops/attributes.ts";
import { greater, notEqual, where } from "../../ops/compare.ts";
import { oneHot } from "../../ops/gather.ts";
import { matmul } from "../../ops/matmul.ts";
import { cast } from "../../ops/op.ts";
import { expandDims, reshape, transpose } from "../../ops/rearrange.ts";
import { argmax, sum } from "../../ops/reduce.ts";
import { formatShape, sameShape } from "../../shape.ts";
import { eye } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { classOrNull, divideNoNan } from "../losses/numbers.ts";
import { checkCells, weightsFor } from "../losses/targets.ts";
import { onesLike } from "./mean.ts";
import { type Direction, Metric, metricClass } from "./metric.ts";

/**
 * How well areas of classes fit: the mean over classes of the cells that both yTrue and yPred give to a class, divided
 * by those that one of them does. Classes that do not occur are left out. Shapes: both [batch, …] class numbers.
 * Options: `numClasses`, needed; `ignoreClass`, cells with this target do not count, default null; `sparseYTrue` and
 * `sparseYPred`, default true, false for scores of the classes along `axis` (default −1). Keras: `MeanIoU`.
 *
 * @example
 * ```ts
 * const metric = new metrics.MeanIoU(2);
 * metric.updateState([0, 0, 1, 1], [0, 1, 0, 1]);
 * deepEqual(metric.result().item().toFixed(4), "0.3333");
 * ```
 */
export class MeanIoU extends metricClass(
  Metric<"confusion">,
  "MeanIoU",
  {
    numClasses: count(),
    ignoreClass: classOrNull(null),
    sparseYTrue: flag(true),
    sparseYPred: flag(true),
    axis: axis(-1),
  },
  { positional: ["numClasses"] },
) {
  override readonly direction: Direction = "up";

  protected override sums(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): Record<"confusion", Tensor> {
    const { numClasses, ignoreClass, sparseYTrue, sparseYPred, axis } = this.options;
    const truth = sparseYTrue ? yTrue : argmax(yTrue, axis);
    const answer = sparseYPred ? yPred : argmax(yPred, axis);
    ensure(
      sameShape(truth.shape, answer.shape),
      () =>
        `yTrue and yPred must have one shape; received ${formatShape(truth.shape)}, ${formatShape(answer.shape)}`,
    );
    const expected = `a class, a whole number from 0 to ${numClasses - 1}`;
    const isClass = (value: number) => Number.isInteger(value) && value >= 0 && value < numClasses;
    checkCells("yTrue", truth, (value) => isClass(value) || value === ignoreClass, expected);
    checkCells("yPred", answer, isClass, expected);
    const weights = sampleWeight ? weightsFor(sampleWeight, truth) : onesLike(truth);
    const counting = ignoreClass === null ? weights : where(notEqual(truth, ignoreClass), weights, 0);
    const hot = (x: Tensor) => cast(oneHot(reshape(cast(x, "int32"), [-1]), numClasses), this.dtype);
    const weighted = mul(hot(truth), expandDims(reshape(counting, [-1]), -1));
    return { confusion: matmul(transpose(weighted), hot(answer)) };
  }

  protected override value({ confusion }: Record<"confusion", Tensor>): Tensor {
    const both = sum(mul(confusion, eye(this.options.numClasses, this.dtype)), 0);
    const either = sub(add(sum(confusion, 0), sum(confusion, 1)), both);
    const occurring = sum(where(greater(either, 1e-9), 1.0, 0.0));
    return divideNoNan(sum(divideNoNan(both, either)), occurring);
  }
}

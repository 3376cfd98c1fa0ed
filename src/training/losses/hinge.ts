import { add, maximum, mul, square, sub } from "../../ops/arithmetic.ts";
import { equal, logicalOr, where } from "../../ops/compare.ts";
import { max, mean, min, sum } from "../../ops/reduce.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { lossClass } from "./loss.ts";

/** max(1 − y·p, 0) for each cell. Targets of which all are 0 or 1 become −1 and 1. */
function margins(yTrue: Tensor, yPred: Tensor): Tensor {
  const zeroOrOne = where(logicalOr(equal(yTrue, 0), equal(yTrue, 1)), 1, 0);
  const signs = where(equal(min(zeroOrOne), 1), sub(mul(yTrue, 2), 1), yTrue);
  return maximum(sub(1, mul(signs, yPred)), 0);
}

/**
 * mean(max(1 − yTrue · yPred, 0)) over the last axis. Targets are −1 and 1; if all are 0 or 1, 0 stands for −1.
 * Shapes: both [batch, …, d] → [batch, …]. Keras: `hinge`.
 *
 * @example
 * ```ts
 * deepEqual(new Hinge().of([[1, -1]], [[0.5, -3]]).item(), 0.25);
 * ```
 */
export class Hinge extends lossClass("Hinge", {}) {
  override perSample(yTrue: Tensor, yPred: Tensor): Tensor {
    return mean(margins(yTrue, yPred), -1);
  }
}

/**
 * mean(max(1 − yTrue · yPred, 0)²) over the last axis. Targets are −1 and 1; if all are 0 or 1, 0 stands for −1.
 * Shapes: both [batch, …, d] → [batch, …]. Keras: `squared_hinge`.
 *
 * @example
 * ```ts
 * deepEqual(new SquaredHinge().of([[1, -1]], [[0.5, -3]]).item(), 0.125);
 * ```
 */
export class SquaredHinge extends lossClass("SquaredHinge", {}) {
  override perSample(yTrue: Tensor, yPred: Tensor): Tensor {
    return mean(square(margins(yTrue, yPred)), -1);
  }
}

/**
 * max(1 + the largest score of a wrong class − the score of the right one, 0), for one-hot targets. Shapes: both
 * [batch, …, classes] → [batch, …]. Keras: `categorical_hinge`.
 *
 * @example
 * ```ts
 * deepEqual(new CategoricalHinge().of([[0, 1, 0]], [[2, 5, 4.5]]).item(), 0.5);
 * ```
 */
export class CategoricalHinge extends lossClass("CategoricalHinge", {}) {
  override perSample(yTrue: Tensor, yPred: Tensor): Tensor {
    const right = sum(mul(yTrue, yPred), -1);
    const wrong = max(mul(sub(1, yTrue), yPred), -1);
    return maximum(add(sub(wrong, right), 1), 0);
  }
}

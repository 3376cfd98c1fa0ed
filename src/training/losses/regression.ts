import { positive } from "../../config/kinds.ts";
import { epsilon } from "../../dtype.ts";
import { abs, add, div, maximum, mul, neg, square, sub } from "../../ops/arithmetic.ts";
import { axis } from "../../ops/attributes.ts";
import { lessEqual, where } from "../../ops/compare.ts";
import { log, log1p, rsqrt, softplus } from "../../ops/exponential.ts";
import { mean, sum } from "../../ops/reduce.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { lossClass } from "./loss.ts";

/**
 * mean((yTrue − yPred)²) over the last axis. Shapes: both [batch, …, d] → [batch, …]. Keras: `mean_squared_error`,
 * `mse`.
 *
 * @example
 * ```ts
 * deepEqual(new MeanSquaredError().of([[0, 1]], [[2, 1]]).item(), 2);
 * ```
 */
export class MeanSquaredError extends lossClass("MeanSquaredError", {}) {
  override perSample(yTrue: Tensor, yPred: Tensor): Tensor {
    return mean(square(sub(yTrue, yPred)), -1);
  }
}

/**
 * mean(|yTrue − yPred|) over the last axis. Shapes: both [batch, …, d] → [batch, …]. Keras: `mean_absolute_error`,
 * `mae`.
 *
 * @example
 * ```ts
 * deepEqual(new MeanAbsoluteError().of([[0, 1]], [[2, 1]]).item(), 1);
 * ```
 */
export class MeanAbsoluteError extends lossClass("MeanAbsoluteError", {}) {
  override perSample(yTrue: Tensor, yPred: Tensor): Tensor {
    return mean(abs(sub(yTrue, yPred)), -1);
  }
}

/**
 * 100 · mean(|yTrue − yPred| / max(|yTrue|, 1e-7)) over the last axis. Shapes: both [batch, …, d] → [batch, …].
 * Keras: `mean_absolute_percentage_error`, `mape`.
 *
 * @example
 * ```ts
 * deepEqual(new MeanAbsolutePercentageError().of([[4, 2]], [[3, 2]]).item(), 12.5);
 * ```
 */
export class MeanAbsolutePercentageError extends lossClass("MeanAbsolutePercentageError", {}) {
  override perSample(yTrue: Tensor, yPred: Tensor): Tensor {
    const share = abs(div(sub(yTrue, yPred), maximum(abs(yTrue), epsilon())));
    return mul(mean(share, -1), 100);
  }
}

/** log(1 + x), with 1e-7 in place of what is smaller. */
const logOnePlus = (x: Tensor): Tensor => log1p(maximum(x, epsilon()));

/**
 * mean((log(1 + yTrue) − log(1 + yPred))²) over the last axis; what is below 1e-7 counts as 1e-7. Shapes: both
 * [batch, …, d] → [batch, …]. Keras: `mean_squared_logarithmic_error`, `msle`.
 *
 * @example
 * ```ts
 * deepEqual(new MeanSquaredLogarithmicError().of([[3]], [[3]]).item(), 0);
 * ```
 */
export class MeanSquaredLogarithmicError extends lossClass("MeanSquaredLogarithmicError", {}) {
  override perSample(yTrue: Tensor, yPred: Tensor): Tensor {
    return mean(square(sub(logOnePlus(yPred), logOnePlus(yTrue))), -1);
  }
}

/**
 * Half the square of errors up to `delta`, a straight line beyond: mean of e²/2, or delta·|e| − delta²/2, over the
 * last axis. Shapes: both [batch, …, d] → [batch, …]. `delta` > 0, default 1. Keras: `Huber`, named `huber_loss`.
 *
 * @example
 * ```ts
 * deepEqual(new Huber({ delta: 1 }).of([[0, 0]], [[1, 3]]).item(), 1.5);
 * ```
 */
export class Huber extends lossClass("Huber", { delta: positive(1) }, "huber_loss") {
  override perSample(yTrue: Tensor, yPred: Tensor): Tensor {
    const { delta } = this.options;
    const error = sub(yPred, yTrue);
    const size = abs(error);
    const line = sub(mul(size, delta), (delta * delta) / 2);
    return mean(where(lessEqual(size, delta), mul(square(error), 0.5), line), -1);
  }
}

/**
 * mean(log cosh(yPred − yTrue)) over the last axis, without overflow. It is about e²/2 for small errors and
 * |e| − log 2 for large ones. Shapes: both [batch, …, d] → [batch, …]. Keras: `log_cosh`.
 *
 * @example
 * ```ts
 * deepEqual(new LogCosh().of([[1]], [[1]]).item(), 0);
 * ```
 */
export class LogCosh extends lossClass("LogCosh", {}) {
  override perSample(yTrue: Tensor, yPred: Tensor): Tensor {
    const error = sub(yPred, yTrue);
    return mean(sub(add(error, softplus(mul(error, -2))), Math.LN2), -1);
  }
}

/**
 * mean(yPred − yTrue · log(yPred + 1e-7)) over the last axis, for counts and their expected values. Shapes: both
 * [batch, …, d] → [batch, …]. Keras: `poisson`.
 *
 * @example
 * ```ts
 * deepEqual(new Poisson().of([[0, 0]], [[1, 3]]).item(), 2);
 * ```
 */
export class Poisson extends lossClass("Poisson", {}) {
  override perSample(yTrue: Tensor, yPred: Tensor): Tensor {
    return mean(sub(yPred, mul(yTrue, log(add(yPred, epsilon())))), -1);
  }
}

/** x divided by its length along an axis; zeros stay zeros. */
function unitLength(x: Tensor, axis: number): Tensor {
  const squares = sum(square(x), { axis, keepdims: true });
  return mul(x, rsqrt(maximum(squares, epsilon() * epsilon())));
}

/**
 * −cos of the angle between yTrue and yPred along an axis: −1 for the same direction, 1 for the opposite. Shapes:
 * both [batch, …, d] → [batch, …]. `axis`, default −1. Keras: `cosine_similarity`.
 *
 * @example
 * ```ts
 * deepEqual(new CosineSimilarity().of([[0, 1]], [[0, 5]]).item(), -1);
 * ```
 */
export class CosineSimilarity extends lossClass("CosineSimilarity", { axis: axis(-1) }) {
  override perSample(yTrue: Tensor, yPred: Tensor): Tensor {
    const { axis } = this.options;
    return neg(sum(mul(unitLength(yTrue, axis), unitLength(yPred, axis)), axis));
  }
}

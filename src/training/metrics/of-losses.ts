import { neg } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import * as losses from "../losses/crossentropy.ts";
import * as hinges from "../losses/hinge.ts";
import * as regression from "../losses/regression.ts";
import { lossMetric } from "./mean.ts";
import type { Direction } from "./metric.ts";

/**
 * The mean over samples of the {@link regression.MeanSquaredError} loss. Keras: `MeanSquaredError`, `mse`.
 *
 * @example
 * ```ts
 * const metric = new metrics.MeanSquaredError();
 * metric.updateState([[0, 1], [0, 0]], [[1, 1], [0, 0]]);
 * deepEqual(metric.result().item(), 0.25);
 * ```
 */
export class MeanSquaredError extends lossMetric(regression.MeanSquaredError) {}

/** The mean over samples of the loss of that name. Keras: `MeanAbsoluteError`, `mae`. */
export class MeanAbsoluteError extends lossMetric(regression.MeanAbsoluteError) {}

/** The mean over samples of the loss of that name. Keras: `MeanAbsolutePercentageError`, `mape`. */
export class MeanAbsolutePercentageError extends lossMetric(regression.MeanAbsolutePercentageError) {}

/** The mean over samples of the loss of that name. Keras: `MeanSquaredLogarithmicError`, `msle`. */
export class MeanSquaredLogarithmicError extends lossMetric(regression.MeanSquaredLogarithmicError) {}

/** The mean over samples of the loss LogCosh. Keras: `LogCoshError`, named `logcosh`. */
export class LogCoshError extends lossMetric(regression.LogCosh, "LogCoshError", "logcosh") {}

/** The mean over samples of the loss of that name. Keras: `Poisson`. */
export class Poisson extends lossMetric(regression.Poisson) {}

/**
 * The mean over samples of the cosine of the angle between targets and predictions: unlike the loss of that name it
 * is 1 for the same direction. Option `axis`, default −1. Keras: `CosineSimilarity`.
 *
 * @example
 * ```ts
 * const metric = new metrics.CosineSimilarity();
 * metric.updateState([[0, 1], [1, 0]], [[0, 3], [0, 2]]);
 * deepEqual(metric.result().item(), 0.5);
 * ```
 */
export class CosineSimilarity extends lossMetric(regression.CosineSimilarity) {
  override readonly direction: Direction = "up";

  override values(yTrue: Tensor, yPred: Tensor): Tensor {
    return neg(super.values(yTrue, yPred));
  }
}

/** The mean over samples of the loss of that name, with its options. Keras: `BinaryCrossentropy`, `bce`. */
export class BinaryCrossentropy extends lossMetric(losses.BinaryCrossentropy) {}

/** The mean over samples of the loss of that name, with its options. Keras: `CategoricalCrossentropy`. */
export class CategoricalCrossentropy extends lossMetric(losses.CategoricalCrossentropy) {}

/** The mean over samples of the loss of that name, with its options. Keras: `SparseCategoricalCrossentropy`. */
export class SparseCategoricalCrossentropy extends lossMetric(losses.SparseCategoricalCrossentropy) {}

/** The mean over samples of the loss of that name. Keras: `KLDivergence`, `kld`. */
export class KLDivergence extends lossMetric(losses.KLDivergence) {}

/** The mean over samples of the loss of that name. Keras: `Hinge`. */
export class Hinge extends lossMetric(hinges.Hinge) {}

/** The mean over samples of the loss of that name. Keras: `SquaredHinge`. */
export class SquaredHinge extends lossMetric(hinges.SquaredHinge) {}

/** The mean over samples of the loss of that name. Keras: `CategoricalHinge`. */
export class CategoricalHinge extends lossMetric(hinges.CategoricalHinge) {}

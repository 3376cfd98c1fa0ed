import { fraction } from "../../config/kinds.ts";
import { epsilon } from "../../dtype.ts";
import { add, div, mul, neg, sub } from "../../ops/arithmetic.ts";
import { axis, flag } from "../../ops/attributes.ts";
import { notEqual, where } from "../../ops/compare.ts";
import { log } from "../../ops/exponential.ts";
import { oneHot } from "../../ops/gather.ts";
import { cast } from "../../ops/op.ts";
import { clip } from "../../ops/rectify.ts";
import { mean, sum } from "../../ops/reduce.ts";
import { sigmoidCrossEntropy, softmaxCrossEntropy } from "../../ops/softmax.ts";
import { normalizeAxis, type Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { logitsOf } from "./logits.ts";
import { lossClass } from "./loss.ts";
import { classOrNull, clipped } from "./numbers.ts";
import { checkCells, classNumbers, matching } from "./targets.ts";

/** Targets of yes-no questions: from 0 to 1. */
export function chances(yTrue: Tensor, predicted: Shape): Tensor {
  const targets = matching(yTrue, predicted);
  checkCells("yTrue", targets, (value) => value >= 0 && value <= 1, "from 0 to 1");
  return targets;
}

/** Targets with one share per class: one-hot, or soft. */
export function shares(yTrue: Tensor, predicted: Shape): Tensor {
  const advice = "For class numbers use sparse_categorical_crossentropy, or make them one-hot with oneHot.";
  const targets = matching(yTrue, predicted, advice);
  checkCells("yTrue", targets, (value) => value >= 0, "shares of the classes, not below 0");
  return targets;
}

/** t · (1 − s) + s · even: targets moved towards an even guess. */
export const smoothed = (targets: Tensor, smoothing: number, even: number): Tensor =>
  smoothing === 0 ? targets : add(mul(targets, 1 - smoothing), smoothing * even);

/** One-hot targets moved towards 1 / classes. */
export const smoothedShares = (targets: Tensor, smoothing: number, axis: number): Tensor =>
  smoothed(targets, smoothing, 1 / targets.shape[normalizeAxis(axis, targets.rank)]!);

/** The options that cross-entropies of probabilities share. */
export const entropySpecs = {
  fromLogits: flag(false),
  labelSmoothing: fraction(0),
  axis: axis(-1),
};

/** The logits, where there are any. */
interface From {
  readonly fromLogits: boolean;
  readonly axis: number;
}

export const binaryLogits = (yPred: Tensor, { fromLogits }: { fromLogits: boolean }): Tensor | undefined =>
  fromLogits ? yPred : logitsOf(yPred, "sigmoid");

export const categoricalLogits = (yPred: Tensor, { fromLogits, axis }: From): Tensor | undefined =>
  fromLogits ? yPred : logitsOf(yPred, "softmax", axis);

/** −t·log p − (1 − t)·log(1 − p), for probabilities that are not rounded to 0 or 1. */
export function entropyOfChances(targets: Tensor, yPred: Tensor): Tensor {
  const p = clipped(yPred);
  return neg(add(mul(targets, log(p)), mul(sub(1, targets), log(sub(1, p)))));
}

/** Probabilities that sum to 1 along an axis, kept away from 0 and 1. */
export const normalized = (yPred: Tensor, axis: number): Tensor =>
  clipped(div(yPred, sum(yPred, { axis, keepdims: true })));

/**
 * The cross-entropy of yes-no questions: mean(−t·log p − (1 − t)·log(1 − p)) over an axis. Shapes: both
 * [batch, …, d] → [batch, …]. Targets are from 0 to 1. Predictions are probabilities, clipped to [1e-7, 1 − 1e-7];
 * if `sigmoid` made them (or with `fromLogits`) the loss is computed from the logits, safely for any of them.
 * Options: `fromLogits`, default false; `labelSmoothing` from 0 to 1, default 0, moves targets towards ½; `axis`,
 * default −1. Keras: `binary_crossentropy`, `bce`.
 *
 * @example
 * ```ts
 * const logits = variable([[10000]]);
 * const loss = new BinaryCrossentropy().of([[0]], sigmoid(logits));
 * loss.backward();
 * deepEqual([loss.item(), logits.grad.item()], [10000, 1]);
 * ```
 */
export class BinaryCrossentropy extends lossClass("BinaryCrossentropy", entropySpecs) {
  override targets(yTrue: Tensor, predicted: Shape): Tensor {
    return chances(yTrue, predicted);
  }

  override perSample(yTrue: Tensor, yPred: Tensor): Tensor {
    const { labelSmoothing, axis } = this.options;
    const targets = smoothed(yTrue, labelSmoothing, 0.5);
    const logits = binaryLogits(yPred, this.options);
    const each = logits ? sigmoidCrossEntropy(logits, targets) : entropyOfChances(targets, yPred);
    return mean(each, axis);
  }
}

/** −Σ t·log p along an axis. */
function entropyOfShares(targets: Tensor, yPred: Tensor, from: From): Tensor {
  const { axis } = from;
  const logits = categoricalLogits(yPred, from);
  if (logits) return softmaxCrossEntropy(logits, targets, axis);
  return neg(sum(mul(targets, log(normalized(yPred, axis))), axis));
}

/**
 * The cross-entropy of one choice among classes: −Σ t·log p along an axis, for one-hot targets. Shapes: both
 * [batch, …, classes] → [batch, …]. Predictions are probabilities, made to sum to 1 and clipped to
 * [1e-7, 1 − 1e-7]; if `softmax` made them (or with `fromLogits`) the loss is computed from the logits, safely for
 * any of them. Options: `fromLogits`, default false; `labelSmoothing` from 0 to 1, default 0, moves targets towards
 * 1/classes; `axis`, default −1. Keras: `categorical_crossentropy`.
 *
 * @example
 * ```ts
 * const logits = variable([[0, 10000]]);
 * const loss = new CategoricalCrossentropy().of([[1, 0]], softmax(logits));
 * loss.backward();
 * deepEqual([loss.item(), logits.grad.toArray()], [10000, [[-1, 1]]]);
 * ```
 */
export class CategoricalCrossentropy extends lossClass("CategoricalCrossentropy", entropySpecs) {
  override targets(yTrue: Tensor, predicted: Shape): Tensor {
    return shares(yTrue, predicted);
  }

  override perSample(yTrue: Tensor, yPred: Tensor): Tensor {
    const { labelSmoothing, axis } = this.options;
    return entropyOfShares(smoothedShares(yTrue, labelSmoothing, axis), yPred, this.options);
  }
}

// Keras's class has no such option, only its metric; a file that Keras must read leaves the default out.
const writtenIfNotLast = { ...axis(-1), write: (value: number) => (value === -1 ? undefined : value) };

/**
 * {@link CategoricalCrossentropy} for class numbers. Shapes: yTrue [batch, …] or [batch, …, 1], yPred
 * [batch, …, classes] → [batch, …]. Options: `fromLogits`, default false; `ignoreClass`, a class whose samples cost
 * nothing and do not count for the mean (such as 255 for "no label"), default null; `axis`, default −1.
 * Keras: `sparse_categorical_crossentropy`.
 *
 * @throws If a class number is no whole number, below 0 or too large for the predictions.
 * @example
 * ```ts
 * const loss = new SparseCategoricalCrossentropy({ fromLogits: true });
 * deepEqual(loss.of([1, 0], [[0, 50], [50, 0]]).item() < 1e-20, true);
 * throws(() => loss.of([2], [[0, 50]]), /whole number from 0 to 1; received 2/);
 * ```
 */
export class SparseCategoricalCrossentropy extends lossClass("SparseCategoricalCrossentropy", {
  fromLogits: flag(false),
  ignoreClass: classOrNull(null),
  axis: writtenIfNotLast,
}) {
  override targets(yTrue: Tensor, predicted: Shape): Tensor {
    const { axis, ignoreClass } = this.options;
    return classNumbers(yTrue, predicted, axis, ignoreClass);
  }

  override perSample(yTrue: Tensor, yPred: Tensor): Tensor {
    const { axis, ignoreClass } = this.options;
    const depth = yPred.shape[normalizeAxis(axis, yPred.rank)]!;
    const each = entropyOfShares(cast(oneHot(yTrue, { depth, axis }), yPred.dtype), yPred, this.options);
    return ignoreClass === null ? each : where(notEqual(yTrue, ignoreClass), each, 0);
  }

  protected override counted(targets: Tensor): Tensor | undefined {
    const { ignoreClass } = this.options;
    return ignoreClass === null ? undefined : where(notEqual(targets, ignoreClass), 1.0, 0.0);
  }
}

/**
 * Σ t·log(t / p) over the last axis: how far the distribution p is from t, both clipped to [1e-7, 1]. Shapes: both
 * [batch, …, d] → [batch, …]. Keras: `kl_divergence`, `kld`.
 *
 * @example
 * ```ts
 * deepEqual(new KLDivergence().of([[0.5, 0.5]], [[0.5, 0.5]]).item(), 0);
 * ```
 */
export class KLDivergence extends lossClass("KLDivergence", {}) {
  override perSample(yTrue: Tensor, yPred: Tensor): Tensor {
    const [t, p] = [yTrue, yPred].map((x) => clip(x, { min: epsilon(), max: 1 }));
    return sum(mul(t!, log(div(t!, p!))), -1);
  }
}

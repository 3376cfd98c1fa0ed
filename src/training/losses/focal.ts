import { fraction, notNegative } from "../../config/kinds.ts";
import { add, maximum, mul, neg, sub } from "../../ops/arithmetic.ts";
import { flag, kind } from "../../ops/attributes.ts";
import { log, pow, sigmoid } from "../../ops/exponential.ts";
import { mean, sum } from "../../ops/reduce.ts";
import { logSoftmax, sigmoidCrossEntropy, softmax } from "../../ops/softmax.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import {
  binaryLogits,
  categoricalLogits,
  chances,
  entropyOfChances,
  entropySpecs,
  normalized,
  shares,
  smoothed,
  smoothedShares,
} from "./crossentropy.ts";
import { lossClass } from "./loss.ts";

/** t·yes + (1 − t)·no. */
const mixed = (t: Tensor, yes: Tensor | number, no: Tensor | number): Tensor =>
  add(mul(t, yes), mul(sub(1, t), no));

/** miss^gamma; the slope of a root at 0 would be infinite. */
const factor = (miss: Tensor, gamma: number): Tensor => pow(maximum(miss, 1e-30), gamma);

/** The cross-entropy of yes-no questions, and what the predictions give to the wrong answer, cell by cell. */
function entropyAndMiss(t: Tensor, yPred: Tensor, from: { fromLogits: boolean }): [Tensor, Tensor] {
  const logits = binaryLogits(yPred, from);
  if (logits === undefined) return [entropyOfChances(t, yPred), mixed(t, sub(1, yPred), yPred)];
  // σ(−z) is 1 − σ(z) without its rounding error.
  return [sigmoidCrossEntropy(logits, t), mixed(t, sigmoid(neg(logits)), sigmoid(logits))];
}

/**
 * {@link BinaryCrossentropy} that counts easy cases less: each cell is multiplied by (1 − p)^gamma, where p is the
 * probability given to the right answer. Shapes: both [batch, …, d] → [batch, …]. Options: `gamma` ≥ 0, default 2;
 * `applyClassBalancing`, default false, also multiplies by `alpha` (from 0 to 1, default 0.25) where the target is
 * 1 and by 1 − alpha where it is 0; `fromLogits`, `labelSmoothing`, `axis` as there.
 * Keras: `binary_focal_crossentropy`. Lin et al., 2017.
 *
 * @example
 * ```ts
 * const [focal, plain] = [new BinaryFocalCrossentropy(), new BinaryCrossentropy()];
 * deepEqual(focal.of([[1]], [[0.5]]).item(), plain.of([[1]], [[0.5]]).item() / 4);
 * ```
 */
export class BinaryFocalCrossentropy extends lossClass("BinaryFocalCrossentropy", {
  applyClassBalancing: flag(false),
  alpha: fraction(0.25),
  gamma: notNegative(2),
  ...entropySpecs,
}) {
  override targets(yTrue: Tensor, predicted: Shape): Tensor {
    return chances(yTrue, predicted);
  }

  override perSample(yTrue: Tensor, yPred: Tensor): Tensor {
    const { applyClassBalancing, alpha, gamma, labelSmoothing, axis } = this.options;
    const t = smoothed(yTrue, labelSmoothing, 0.5);
    const [entropy, miss] = entropyAndMiss(t, yPred, this.options);
    const focal = mul(factor(miss, gamma), entropy);
    return mean(applyClassBalancing ? mul(mixed(t, alpha, 1 - alpha), focal) : focal, axis);
  }
}

/** One number, or one per class. */
const numbers = kind<number | readonly number[], number | readonly number[]>(
  "a number, or an array with one per class",
  (value) => ((Array.isArray(value) ? value : [value]).every(Number.isFinite) ? value : undefined),
);

/**
 * {@link CategoricalCrossentropy} that counts easy cases less: Σ alpha · (1 − p)^gamma · (−t·log p) along an axis.
 * Shapes: both [batch, …, classes] → [batch, …]. Options: `alpha`, a number or one per class (with the classes on
 * the last axis), default 0.25; `gamma` ≥ 0, default 2; `fromLogits`, `labelSmoothing`, `axis` as there.
 * Keras: `categorical_focal_crossentropy`.
 *
 * @example
 * ```ts
 * const focal = new CategoricalFocalCrossentropy({ alpha: 1 });
 * const plain = new CategoricalCrossentropy();
 * deepEqual(focal.of([[1, 0]], [[0.5, 0.5]]).item(), plain.of([[1, 0]], [[0.5, 0.5]]).item() / 4);
 * ```
 */
export class CategoricalFocalCrossentropy extends lossClass("CategoricalFocalCrossentropy", {
  alpha: numbers(0.25),
  gamma: notNegative(2),
  ...entropySpecs,
}) {
  override targets(yTrue: Tensor, predicted: Shape): Tensor {
    return shares(yTrue, predicted);
  }

  override perSample(yTrue: Tensor, yPred: Tensor): Tensor {
    const { alpha, gamma, labelSmoothing, axis } = this.options;
    const t = smoothedShares(yTrue, labelSmoothing, axis);
    const logits = categoricalLogits(yPred, this.options);
    const p = logits ? softmax(logits, axis) : normalized(yPred, axis);
    const entropy = neg(mul(t, logits ? logSoftmax(logits, axis) : log(p)));
    return sum(mul(mul(factor(sub(1, p), gamma), alpha), entropy), axis);
  }
}

import { epsilon } from "../../dtype.ts";
import { ensure } from "../../errors.ts";
import { add, maximum, minimum, mul, sub } from "../../ops/arithmetic.ts";
import { countOrNull, flag, kind, oneOf } from "../../ops/attributes.ts";
import { greater, logicalAnd, where } from "../../ops/compare.ts";
import { log, sigmoid } from "../../ops/exponential.ts";
import { reshape } from "../../ops/rearrange.ts";
import { mean, sum } from "../../ops/reduce.ts";
import { slice } from "../../ops/slice.ts";
import { sameSize } from "../../shape.ts";
import { tensor } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { divideNoNan } from "../losses/numbers.ts";
import { weightsFor, yesOrNo } from "../losses/targets.ts";
import { type Counts, countAnswers } from "./confusion.ts";
import { onesLike } from "./mean.ts";
import { type Direction, Metric, metricClass } from "./metric.ts";
import { ensureTable } from "./tables.ts";

type Numbers = readonly number[];

const numbersOrNull = (expects: string, holds: (value: number) => boolean, writeNull: boolean) =>
  kind<Numbers | null, Numbers | null>(
    expects,
    (value) => (value === null || (Array.isArray(value) && value.every(holds)) ? value : undefined),
    (value) => value ?? (writeNull ? null : undefined),
  )(null);

const specs = {
  numThresholds: kind<number, number>("a whole number ≥ 2", (value) =>
    Number.isInteger(value) && value >= 2 ? value : undefined,
  )(200),
  curve: oneOf("ROC", "PR")("ROC"),
  summationMethod: oneOf("interpolation", "minoring", "majoring")("interpolation"),
  // Keras leaves them out of files, where there are none.
  thresholds: numbersOrNull("an array of numbers from 0 to 1, or null", (x) => x >= 0 && x <= 1, false),
  multiLabel: flag(false),
  numLabels: countOrNull(null),
  labelWeights: numbersOrNull("an array of numbers ≥ 0, or null", (x) => x >= 0, true),
  fromLogits: flag(false),
};

/** Thresholds from just below 0 to just above 1: those given, or evenly spaced. */
function levelsOf({
  thresholds,
  numThresholds,
}: {
  thresholds: Numbers | null;
  numThresholds: number;
}): Numbers {
  const last = numThresholds - 1;
  const inner = thresholds
    ? [...thresholds].sort((a, b) => a - b)
    : Array.from({ length: numThresholds - 2 }, (_, i) => (i + 1) / last);
  return [-epsilon(), ...inner, 1 + epsilon()];
}

/** Each cell of the first axis but the last, and its successor: the ends of each piece of a curve. */
const ends = (x: Tensor): [Tensor, Tensor] => [slice(x, { end: [-1] }), slice(x, { begin: [1] })];

/**
 * The area under the precision-recall curve, with true and false positives (not precision) linear between two
 * thresholds. Davis and Goadrich, 2006; the closed form is that of Keras.
 */
function precisionRecallPieces({
  truePositives,
  falsePositives,
  falseNegatives,
}: Record<Counts, Tensor>): Tensor {
  const [tpBefore, tpAfter] = ends(truePositives);
  const [before, after] = ends(add(truePositives, falsePositives));
  const gained = sub(tpBefore, tpAfter);
  const slope = divideNoNan(gained, maximum(sub(before, after), 0));
  const intercept = sub(tpAfter, mul(slope, after));
  const both = logicalAnd(greater(before, 0), greater(after, 0));
  const ratio = where(both, divideNoNan(before, after), 1);
  const area = mul(slope, add(gained, mul(intercept, log(ratio))));
  return divideNoNan(area, add(tpAfter, ends(falseNegatives)[1]));
}

/**
 * The area under a curve of right against wrong answers, over all thresholds: the probability that a sample with
 * target 1 gets a higher prediction than one with target 0. Shapes: both [batch, …]; targets are 0 or 1, predictions
 * probabilities. It is computed at `numThresholds` (default 200) evenly spaced thresholds, or at `thresholds`.
 *
 * Options: `curve`, `"ROC"` (default) or `"PR"`; `summationMethod`, `"interpolation"` (default), `"minoring"` or
 * `"majoring"`; `multiLabel`, default false, for the mean over the labels of [batch, labels], each by itself;
 * `labelWeights`, one per label; `numLabels`, to be checked; `fromLogits`, default false. Keras: `AUC`.
 *
 * @example
 * ```ts
 * const metric = new metrics.AUC({ numThresholds: 3 });
 * metric.updateState([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]);
 * deepEqual(metric.result().item(), 0.75);
 * ```
 */
export class AUC extends metricClass(Metric<Counts>, "AUC", specs) {
  override readonly direction: Direction = "up";

  protected override sums(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): Record<Counts, Tensor> {
    const { multiLabel, numLabels, labelWeights, fromLogits } = this.options;
    const targets = yesOrNo(yTrue, multiLabel ? ensureTable(yPred) : yPred.shape);
    const labels = yPred.shape.at(-1)!;
    for (const [what, size] of Object.entries({ numLabels, labelWeights: labelWeights?.length ?? null })) {
      ensure(
        size === null || sameSize(size, labels),
        () => `${what} is for ${size} labels, but yPred has ${labels}`,
      );
    }
    const weights = sampleWeight ? weightsFor(sampleWeight, targets) : onesLike(targets);
    const levels = levelsOf(this.options);
    const predictions = fromLogits ? sigmoid(yPred) : yPred;
    if (multiLabel) return countAnswers(levels, targets, predictions, weights);
    const weighted = labelWeights ? mul(weights, tensor([...labelWeights])) : weights;
    const [t, p, w] = [targets, predictions, weighted].map((x) => reshape(x, [-1]));
    return countAnswers(levels, t!, p!, w!);
  }

  protected override value(counts: Record<Counts, Tensor>): Tensor {
    const { multiLabel, labelWeights, curve, summationMethod } = this.options;
    const interpolated = curve === "PR" && summationMethod === "interpolation";
    const pieces = interpolated ? precisionRecallPieces(counts) : this.#pieces(counts);
    const areas = sum(pieces, 0);
    if (!multiLabel) return areas;
    if (labelWeights === null) return mean(areas);
    const weights = tensor([...labelWeights]);
    return divideNoNan(sum(mul(areas, weights)), sum(weights));
  }

  #pieces({ truePositives, falsePositives, trueNegatives, falseNegatives }: Record<Counts, Tensor>): Tensor {
    const recall = divideNoNan(truePositives, add(truePositives, falseNegatives));
    const [x, y] =
      this.options.curve === "ROC"
        ? [divideNoNan(falsePositives, add(falsePositives, trueNegatives)), recall]
        : [recall, divideNoNan(truePositives, add(truePositives, falsePositives))];
    const [left, right] = ends(x);
    const [a, b] = ends(y);
    const heights = {
      interpolation: () => mul(add(a, b), 0.5),
      minoring: () => minimum(a, b),
      majoring: () => maximum(a, b),
    };
    return mul(sub(left, right), heights[this.options.summationMethod]());
  }
}

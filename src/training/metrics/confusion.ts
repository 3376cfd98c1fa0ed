import { ensure } from "../../errors.ts";
import { add, mul, sub } from "../../ops/arithmetic.ts";
import { countOrNull, kind } from "../../ops/attributes.ts";
import { greater, where } from "../../ops/compare.ts";
import { gather, oneHot } from "../../ops/gather.ts";
import { expandDims, reshape } from "../../ops/rearrange.ts";
import { argmax, sum } from "../../ops/reduce.ts";
import { formatShape } from "../../shape.ts";
import { tensor } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { classOrNull, divideNoNan } from "../losses/numbers.ts";
import { weightsFor, yesOrNo } from "../losses/targets.ts";
import { onesLike } from "./mean.ts";
import { type Direction, Metric, metricClass } from "./metric.ts";

/** Right and wrong answers, weighted, for each threshold. */
export type Counts = "truePositives" | "falsePositives" | "trueNegatives" | "falseNegatives";

/**
 * Counts answers for each threshold, an answer being yes if the prediction is above it. Shapes: yTrue, yPred and
 * weights [n, …] → [thresholds, …].
 */
export function countAnswers(
  thresholds: readonly number[],
  yTrue: Tensor,
  yPred: Tensor,
  weights: Tensor,
): Record<Counts, Tensor> {
  const levels = tensor([...thresholds], {
    shape: [thresholds.length, ...yPred.shape.map(() => 1)],
    dtype: yPred.dtype,
  });
  const yes = where(greater(expandDims(yPred, 0), levels), 1.0, 0.0);
  const right = expandDims(mul(yTrue, weights), 0);
  const wrong = expandDims(mul(sub(1, yTrue), weights), 0);
  const truePositives = sum(mul(yes, right), 1);
  const falsePositives = sum(mul(yes, wrong), 1);
  return {
    truePositives,
    falsePositives,
    trueNegatives: sub(sum(wrong, 1), falsePositives),
    falseNegatives: sub(sum(right, 1), truePositives),
  };
}

/** 1 for the k largest cells of the last axis (the first of equal ones), else 0. */
function topMask(x: Tensor, k: number): Tensor {
  const classes = x.shape.at(-1)!;
  let rest = x;
  let mask = oneHot(argmax(rest, -1), classes);
  for (let i = 1; i < Math.min(k, classes); i++) {
    rest = where(greater(mask, 0), Number.NEGATIVE_INFINITY, x);
    mask = add(mask, oneHot(argmax(rest, -1), classes));
  }
  return mask;
}

const isThreshold = (value: unknown): boolean => typeof value === "number" && value >= 0 && value <= 1;

/** One threshold, several or `null` for the default. */
const thresholds = kind<number | readonly number[] | null, number | readonly number[] | null>(
  "a number from 0 to 1, an array of them, or null",
  (value) => {
    if (value === null) return null;
    const all = Array.isArray(value) ? value : [value];
    return all.length > 0 && all.every(isThreshold) ? value : undefined;
  },
);

const answerSpecs = {
  thresholds: thresholds(null),
  topK: countOrNull(null),
  classId: classOrNull(null),
};

interface AnswerOptions {
  readonly thresholds: number | readonly number[] | null;
  readonly topK: number | null;
  readonly classId: number | null;
}

/** The thresholds as a list; among the top k every prediction is a yes unless one is given. */
function levelsOf({ thresholds, topK }: AnswerOptions): readonly number[] {
  const given = thresholds ?? (topK === null ? 0.5 : Number.NEGATIVE_INFINITY);
  return typeof given === "number" ? [given] : given;
}

/** The cells of one class, which keep their axis. */
function ofClass(x: Tensor, classId: number): Tensor {
  const classes = x.shape.at(-1)!;
  ensure(
    x.rank > 1 && classId >= 0 && !(classId >= classes),
    () => `classId ${classId} is no class of yPred ${formatShape(x.shape)}: they lie on its last axis`,
  );
  return gather(x, tensor([classId], { dtype: "int32" }), -1);
}

/** Counts the answers of a batch, all its cells taken together. */
function answersOf(
  options: AnswerOptions,
  yTrue: Tensor,
  yPred: Tensor,
  sampleWeight?: Tensor,
): Record<Counts, Tensor> {
  const { topK, classId } = options;
  const all = [
    yesOrNo(yTrue, yPred.shape),
    topK === null ? yPred : where(greater(topMask(yPred, topK), 0), yPred, Number.NEGATIVE_INFINITY),
  ];
  const [targets, predictions] = classId === null ? all : all.map((x) => ofClass(x, classId));
  const weights = sampleWeight ? weightsFor(sampleWeight, targets!) : onesLike(targets!);
  const [t, p, w] = [targets!, predictions!, weights].map((x) => reshape(x, [-1]));
  return countAnswers(levelsOf(options), t!, p!, w!);
}

/** One number for one threshold. */
const scalarIfOne = (x: Tensor): Tensor => (x.size === 1 ? reshape(x, []) : x);

/**
 * Which share of the yes answers is right: true positives / (true + false positives), 0 if there are none. Shapes:
 * both [batch, …]; targets are 0 or 1. Options: `thresholds` from 0 to 1 above which a prediction is a yes, one
 * (default 0.5) or several for as many results; `topK`, to take only the k highest predictions of the last axis for
 * a yes; `classId`, to look at one class of the last axis only. Keras: `Precision`.
 *
 * @example
 * ```ts
 * const metric = new metrics.Precision();
 * metric.updateState([0, 1, 1, 1], [1, 0, 1, 1]);
 * deepEqual(metric.result().item().toFixed(4), "0.6667");
 * ```
 */
export class Precision extends metricClass(
  Metric<"truePositives" | "falsePositives">,
  "Precision",
  answerSpecs,
) {
  override readonly direction: Direction = "up";

  protected override sums(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor) {
    const { truePositives, falsePositives } = answersOf(this.options, yTrue, yPred, sampleWeight);
    return { truePositives, falsePositives };
  }

  protected override value(sums: Record<"truePositives" | "falsePositives", Tensor>): Tensor {
    const { truePositives, falsePositives } = sums;
    return scalarIfOne(divideNoNan(truePositives, add(truePositives, falsePositives)));
  }
}

/**
 * Which share of what is there is found: true positives / (true positives + false negatives), 0 if there is nothing.
 * Shapes: both [batch, …]; targets are 0 or 1. Options as for {@link Precision}. Keras: `Recall`.
 *
 * @example
 * ```ts
 * const metric = new metrics.Recall({ thresholds: [0.5, 0.9] });
 * metric.updateState([0, 1, 1, 1], [1, 0, 0.7, 1]);
 * deepEqual(Array.from(metric.result().data, (x) => x.toFixed(2)), ["0.67", "0.33"]);
 * ```
 */
export class Recall extends metricClass(Metric<"truePositives" | "falseNegatives">, "Recall", answerSpecs) {
  override readonly direction: Direction = "up";

  protected override sums(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor) {
    const { truePositives, falseNegatives } = answersOf(this.options, yTrue, yPred, sampleWeight);
    return { truePositives, falseNegatives };
  }

  protected override value(sums: Record<"truePositives" | "falseNegatives", Tensor>): Tensor {
    const { truePositives, falseNegatives } = sums;
    return scalarIfOne(divideNoNan(truePositives, add(truePositives, falseNegatives)));
  }
}

import { positive } from "../../config/kinds.ts";
import { epsilon } from "../../dtype.ts";
import { abs, add, div, mul, sub } from "../../ops/arithmetic.ts";
import { kind } from "../../ops/attributes.ts";
import { greater, greaterEqual, logicalAnd, where } from "../../ops/compare.ts";
import { max, mean, sum } from "../../ops/reduce.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { weightsFor, yesOrNo } from "../losses/targets.ts";
import { onesLike } from "./mean.ts";
import { type Direction, Metric, metricClass } from "./metric.ts";
import { ensureTable } from "./tables.ts";

type Sums = "truePositives" | "falsePositives" | "falseNegatives" | "support";

const averages = ["micro", "macro", "weighted"] as const;
type Average = (typeof averages)[number] | null;

const specs = {
  average: kind<Average, Average>('"micro", "macro", "weighted" or null', (value) =>
    value === null ? null : averages.find((known) => known === value),
  )(null),
  threshold: kind<number | null, number | null>("a number above 0, up to 1, or null", (value) =>
    value === null || (value > 0 && value <= 1) ? value : undefined,
  )(null),
};

/** The answers as 1 and 0: what is above the threshold, or without one the highest of each row. */
function answers(yPred: Tensor, threshold: number | null): Tensor {
  if (threshold !== null) return where(greater(yPred, threshold), 1.0, 0.0);
  const highest = greaterEqual(yPred, max(yPred, { axis: -1, keepdims: true }));
  // A row of zeros has no highest.
  return where(logicalAnd(highest, greater(abs(yPred), 1e-9)), 1.0, 0.0);
}

/** What the scores have in common. */
abstract class Score extends Metric<Sums> {
  override readonly direction: Direction = "up";
  declare readonly options: { readonly average: Average; readonly threshold: number | null };
  protected abstract readonly beta: number;

  protected override sums(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): Record<Sums, Tensor> {
    const { average, threshold } = this.options;
    const truth = yesOrNo(yTrue, ensureTable(yPred));
    const answer = answers(yPred, threshold);
    const weights = sampleWeight ? weightsFor(sampleWeight, truth) : onesLike(truth);
    const total = (x: Tensor) => sum(mul(x, weights), average === "micro" ? null : 0);
    return {
      truePositives: total(mul(answer, truth)),
      falsePositives: total(mul(answer, sub(1, truth))),
      falseNegatives: total(mul(sub(1, answer), truth)),
      support: total(truth),
    };
  }

  protected override value(sums: Record<Sums, Tensor>): Tensor {
    const { truePositives, falsePositives, falseNegatives, support } = sums;
    const share = (a: Tensor, b: Tensor) => div(a, add(b, epsilon()));
    const precision = share(truePositives, add(truePositives, falsePositives));
    const recall = share(truePositives, add(truePositives, falseNegatives));
    const squared = this.beta ** 2;
    const balance = add(mul(precision, squared), recall);
    const scores = mul(share(mul(precision, recall), balance), 1 + squared);
    const { average } = this.options;
    if (average === null) return scores;
    return average === "weighted" ? sum(mul(scores, share(support, sum(support)))) : mean(scores);
  }
}

/**
 * The harmonic mean of precision and recall, in which recall counts `beta` times as much (> 0, default 1). Shapes:
 * both [batch, classes]; targets are 0 or 1. Options: `average` over the classes, `null` (default) for one result per
 * class, `"micro"` (all cells together), `"macro"` (the mean) or `"weighted"` (by how often each class is there);
 * `threshold` above which a prediction is a yes, default `null` for the highest of each row. Keras: `FBetaScore`.
 *
 * @example
 * ```ts
 * const metric = new metrics.FBetaScore({ beta: 2, threshold: 0.5 });
 * metric.updateState([[1, 1, 1], [1, 0, 0], [1, 1, 0]], [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0]]);
 * deepEqual(Array.from(metric.result().data, (x) => x.toFixed(4)), ["0.3846", "0.9091", "0.8333"]);
 * ```
 */
export class FBetaScore extends metricClass(
  Score,
  "FBetaScore",
  { ...specs, beta: positive(1) },
  { name: "fbeta_score" },
) {
  protected override get beta(): number {
    return this.options.beta;
  }
}

/**
 * The harmonic mean of precision and recall. Shapes and options as for {@link FBetaScore}, whose `beta` is 1.
 * Keras: `F1Score`.
 *
 * @example
 * ```ts
 * const metric = new metrics.F1Score({ average: "macro", threshold: 0.5 });
 * metric.updateState([[1, 1, 1], [1, 0, 0], [1, 1, 0]], [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0]]);
 * deepEqual(metric.result().item().toFixed(4), "0.6556");
 * ```
 */
export class F1Score extends metricClass(Score, "F1Score", specs) {
  protected override readonly beta = 1;
}

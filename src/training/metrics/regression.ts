import { div, mul, square, sub } from "../../ops/arithmetic.ts";
import { kind, natural } from "../../ops/attributes.ts";
import { equal, greater, where } from "../../ops/compare.ts";
import { sqrt } from "../../ops/exponential.ts";
import { mean, sum } from "../../ops/reduce.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { divideNoNan } from "../losses/numbers.ts";
import { matching, weightsFor } from "../losses/targets.ts";
import { MeanMetric, onesLike } from "./mean.ts";
import { type Direction, Metric, metricClass } from "./metric.ts";
import { ensureTable } from "./tables.ts";

/**
 * The root of the mean squared error: √mean((yTrue − yPred)²). Shapes: both [batch, …].
 * Keras: `RootMeanSquaredError`.
 *
 * @example
 * ```ts
 * const metric = new metrics.RootMeanSquaredError();
 * metric.updateState([[0, 1], [0, 0]], [[1, 1], [0, 0]]);
 * deepEqual(metric.result().item(), 0.5);
 * ```
 */
export class RootMeanSquaredError extends metricClass(MeanMetric, "RootMeanSquaredError", {}) {
  override readonly direction: Direction = "down";

  override values(yTrue: Tensor, yPred: Tensor): Tensor {
    return square(sub(matching(yTrue, yPred.shape), yPred));
  }

  protected override value(sums: Record<"total" | "count", Tensor>): Tensor {
    return sqrt(super.value(sums));
  }
}

const aggregations = ["uniform_average", "variance_weighted_average"] as const;

type R2Sums = "samples" | "squares" | "sum" | "residual" | "count";

/**
 * The share of the targets' variance that the predictions explain: 1 − Σ(yTrue − yPred)² / Σ(yTrue − mean)². 1 is
 * perfect, 0 no better than the mean. Shapes: both [batch, outputs]. Options: `classAggregation` of the outputs,
 * `"uniform_average"` (default), `"variance_weighted_average"` or `null` for one result per output;
 * `numRegressors`, default 0: with more, R² is adjusted for them (as long as there are samples enough, which Keras
 * counts as samples · outputs). An output whose targets are all the same gets 0. Keras: `R2Score`.
 *
 * @example
 * ```ts
 * const metric = new metrics.R2Score();
 * metric.updateState([[1], [4], [3]], [[2], [4], [4]]);
 * deepEqual(metric.result().item().toFixed(4), "0.5714");
 * ```
 */
export class R2Score extends metricClass(Metric<R2Sums>, "R2Score", {
  classAggregation: kind<(typeof aggregations)[number] | null, (typeof aggregations)[number] | null>(
    '"uniform_average", "variance_weighted_average" or null',
    (value) => (value === null ? null : aggregations.find((known) => known === value)),
  )("uniform_average"),
  numRegressors: natural(0),
}) {
  override readonly direction: Direction = "up";

  protected override sums(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): Record<R2Sums, Tensor> {
    const targets = matching(yTrue, ensureTable(yPred));
    const weights = sampleWeight ? weightsFor(sampleWeight, targets) : onesLike(targets);
    const weighted = mul(targets, weights);
    return {
      samples: sum(onesLike(targets)),
      squares: sum(mul(targets, weighted), 0),
      sum: sum(weighted, 0),
      residual: sum(mul(square(sub(targets, yPred)), weights), 0),
      count: sum(weights, 0),
    };
  }

  protected override value(sums: Record<R2Sums, Tensor>): Tensor {
    const { classAggregation, numRegressors } = this.options;
    const spread = sub(sums.squares, mul(sums.sum, divideNoNan(sums.sum, sums.count)));
    const scores = where(equal(spread, 0), 0, sub(1, divideNoNan(sums.residual, spread)));
    const score =
      classAggregation === null
        ? scores
        : classAggregation === "uniform_average"
          ? mean(scores)
          : divideNoNan(sum(mul(spread, scores)), sum(spread));
    if (numRegressors === 0) return score;
    const freedom = sub(sub(sums.samples, numRegressors), 1);
    const enough = greater(freedom, 0);
    const adjusted = sub(1, div(mul(sub(1, score), sub(sums.samples, 1)), where(enough, freedom, 1)));
    return where(enough, adjusted, score);
  }
}

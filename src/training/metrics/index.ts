import * as accuracies from "./accuracy.ts";
import { AUC } from "./auc.ts";
import { Precision, Recall } from "./confusion.ts";
import { F1Score, FBetaScore } from "./f-score.ts";
import { MeanIoU } from "./iou.ts";
import { Mean, MeanMetricWrapper } from "./mean.ts";
import * as ofLosses from "./of-losses.ts";
import { get, names, register, serialize } from "./registry.ts";
import { R2Score, RootMeanSquaredError } from "./regression.ts";

export { type Direction, Metric, type MetricOptions } from "./metric.ts";
export type { MetricLike } from "./registry.ts";

const { AutoAccuracy: _, ...accuracy } = accuracies;

/**
 * The classes of metrics, several of which are called as losses are, and what finds them by name:
 *
 * - `get` takes a metric, its name in any spelling, `"accuracy"` (resolved by the shapes of the first batch), a loss
 *   or its name, or a function of targets and predictions, both averaged over samples;
 * - `register` adds a class of one's own, `serialize` is the inverse of `get`, `names` lists the known;
 * - `resolveAccuracy` says what `"accuracy"` means for given shapes.
 *
 * @example
 * ```ts
 * const accuracy = metrics.get("accuracy");
 * accuracy.updateState([1, 0], [[0.2, 0.8], [0.1, 0.9]]);
 * deepEqual(accuracy.result().item(), 0.5);
 * deepEqual(metrics.get("mae") instanceof metrics.MeanAbsoluteError, true);
 * ```
 */
export const metrics = {
  ...accuracy,
  ...ofLosses,
  AUC,
  F1Score,
  FBetaScore,
  Mean,
  MeanIoU,
  MeanMetricWrapper,
  Precision,
  R2Score,
  Recall,
  RootMeanSquaredError,
  get,
  names,
  register,
  serialize,
};

import { count, kind } from "../../ops/attributes.ts";
import { equal, greater, less, where } from "../../ops/compare.ts";
import { oneHot } from "../../ops/gather.ts";
import { argmax, mean, sum } from "../../ops/reduce.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { classNumbers, matching } from "../losses/targets.ts";
import { MeanMetric } from "./mean.ts";
import { type Direction, type MetricOptions, metricClass } from "./metric.ts";

/** A mean of hits. */
abstract class Hits extends MeanMetric {
  override readonly direction: Direction = "up";
}

/** 1 where the condition holds, else 0. */
const hit = (condition: Tensor): Tensor => where(condition, 1.0, 0.0);

/** The targets, one-hot or soft. */
const oneHotTargets = (yTrue: Tensor, yPred: Tensor): Tensor =>
  matching(yTrue, yPred.shape, "For class numbers use the metric whose name begins with sparse.");

/**
 * How often predictions equal targets. Shapes: both [batch, …]. In `compile` the name `"accuracy"` means something
 * else, see `metrics.resolveAccuracy`. Keras: `Accuracy`.
 *
 * @example
 * ```ts
 * const metric = new metrics.Accuracy();
 * metric.updateState([[1], [2], [3], [4]], [[0], [2], [3], [4]]);
 * deepEqual(metric.result().item(), 0.75);
 * ```
 */
export class Accuracy extends metricClass(Hits, "Accuracy", {}) {
  override values(yTrue: Tensor, yPred: Tensor): Tensor {
    return mean(hit(equal(matching(yTrue, yPred.shape), yPred)), -1);
  }
}

/** A probability above which an answer is yes. */
const threshold = kind<number, number>("a number between 0 and 1", (value) =>
  value > 0 && value < 1 ? value : undefined,
);

/**
 * How often yes-no predictions are right: yPred > `threshold` (between 0 and 1, default 0.5) against targets 0 and 1.
 * Shapes: both [batch, …]. Keras: `BinaryAccuracy`.
 *
 * @example
 * ```ts
 * const metric = new metrics.BinaryAccuracy();
 * metric.updateState([[1], [1], [0], [0]], [[0.98], [1], [0], [0.6]]);
 * deepEqual(metric.result().item(), 0.75);
 * ```
 */
export class BinaryAccuracy extends metricClass(Hits, "BinaryAccuracy", { threshold: threshold(0.5) }) {
  override values(yTrue: Tensor, yPred: Tensor): Tensor {
    const answers = hit(greater(yPred, this.options.threshold));
    return mean(hit(equal(matching(yTrue, yPred.shape), answers)), -1);
  }
}

/**
 * How often the class with the highest prediction is the right one, for one-hot targets. Shapes: both
 * [batch, …, classes]. Keras: `CategoricalAccuracy`.
 *
 * @example
 * ```ts
 * const metric = new metrics.CategoricalAccuracy();
 * metric.updateState([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]]);
 * deepEqual(metric.result().item(), 0.5);
 * ```
 */
export class CategoricalAccuracy extends metricClass(Hits, "CategoricalAccuracy", {}) {
  override values(yTrue: Tensor, yPred: Tensor): Tensor {
    return hit(equal(argmax(oneHotTargets(yTrue, yPred), -1), argmax(yPred, -1)));
  }
}

/**
 * How often the class with the highest prediction is the right one, for class numbers. Shapes: yTrue [batch, …] or
 * [batch, …, 1], yPred [batch, …, classes]. Keras: `SparseCategoricalAccuracy`.
 *
 * @example
 * ```ts
 * const metric = new metrics.SparseCategoricalAccuracy();
 * metric.updateState([2, 1], [[0.1, 0.6, 0.3], [0.05, 0.95, 0]]);
 * deepEqual(metric.result().item(), 0.5);
 * ```
 */
export class SparseCategoricalAccuracy extends metricClass(Hits, "SparseCategoricalAccuracy", {}) {
  override values(yTrue: Tensor, yPred: Tensor): Tensor {
    return hit(equal(classNumbers(yTrue, yPred.shape), argmax(yPred, -1)));
  }
}

/** Whether fewer than k classes have a higher prediction than the right one. */
function amongTop(k: number, labels: Tensor, yPred: Tensor): Tensor {
  const right = greater(oneHot(labels, yPred.shape.at(-1)!), 0);
  const own = sum(where(right, yPred, 0), { axis: -1, keepdims: true });
  return hit(less(sum(hit(greater(yPred, own)), -1), k));
}

/**
 * How often the right class is among the `k` highest predictions (default 5), for one-hot targets. Shapes: both
 * [batch, …, classes]. Keras: `TopKCategoricalAccuracy`.
 *
 * @example
 * ```ts
 * const metric = new metrics.TopKCategoricalAccuracy(2);
 * metric.updateState([[0, 0, 1], [1, 0, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0.1]]);
 * deepEqual(metric.result().item(), 0.5);
 * ```
 */
export class TopKCategoricalAccuracy extends metricClass(
  Hits,
  "TopKCategoricalAccuracy",
  { k: count(5) },
  { positional: ["k"] },
) {
  override values(yTrue: Tensor, yPred: Tensor): Tensor {
    return amongTop(this.options.k, argmax(oneHotTargets(yTrue, yPred), -1), yPred);
  }
}

/**
 * How often the right class is among the `k` highest predictions (default 5), for class numbers. Shapes: yTrue
 * [batch, …] or [batch, …, 1], yPred [batch, …, classes]. Keras: `SparseTopKCategoricalAccuracy`.
 *
 * @example
 * ```ts
 * const metric = new metrics.SparseTopKCategoricalAccuracy(2);
 * metric.updateState([2, 0], [[0.1, 0.9, 0.8], [0.05, 0.95, 0.1]]);
 * deepEqual(metric.result().item(), 0.5);
 * ```
 */
export class SparseTopKCategoricalAccuracy extends metricClass(
  Hits,
  "SparseTopKCategoricalAccuracy",
  { k: count(5) },
  { positional: ["k"] },
) {
  override values(yTrue: Tensor, yPred: Tensor): Tensor {
    return amongTop(this.options.k, classNumbers(yTrue, yPred.shape), yPred);
  }
}

const kinds = { BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy };

/**
 * What Keras means by `"accuracy"`: binary if the model has one output, sparse for class numbers, else categorical.
 *
 * @example
 * ```ts
 * deepEqual(metrics.resolveAccuracy([32], [32, 10]) instanceof metrics.SparseCategoricalAccuracy, true);
 * deepEqual(metrics.resolveAccuracy([32, 10], [32, 10]) instanceof metrics.CategoricalAccuracy, true);
 * ```
 */
export function resolveAccuracy(yTrue: Shape, yPred: Shape, options: MetricOptions = {}): MeanMetric {
  const sparse = yTrue.length < yPred.length || yTrue.at(-1) === 1;
  const kind = yPred.at(-1) === 1 ? "Binary" : sparse ? "SparseCategorical" : "Categorical";
  return new kinds[`${kind}Accuracy`](options);
}

/** `"accuracy"` until it is known what the targets look like: the metric that fits the first batch. */
export class AutoAccuracy extends Hits {
  #resolved: MeanMetric | undefined;

  override values(yTrue: Tensor, yPred: Tensor): Tensor {
    this.#resolved ??= resolveAccuracy(yTrue.shape, yPred.shape, { name: this.name });
    return this.#resolved.values(yTrue, yPred);
  }
}

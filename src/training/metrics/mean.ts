import type { ConfiguredClass } from "../../config/configurable.ts";
import { snakeCase } from "../../config/names.ts";
import { mul } from "../../ops/arithmetic.ts";
import type { AttrSpecs } from "../../ops/attributes.ts";
import { isFinite, where } from "../../ops/compare.ts";
import { expandDims } from "../../ops/rearrange.ts";
import { mean, sum } from "../../ops/reduce.ts";
import type { Tensor, TensorLike, Variable } from "../../tensor/tensor.ts";
import type { Loss, LossLike, LossSpecs } from "../losses/loss.ts";
import { divideNoNan } from "../losses/numbers.ts";
import { losses } from "../losses/registry.ts";
import { weightsFor } from "../losses/targets.ts";
import {
  assignAll,
  type Direction,
  Metric,
  type MetricOptions,
  type MetricSpecs,
  metricClass,
} from "./metric.ts";

/** The names of what a mean adds up. */
type Sums = "total" | "count";

/** 1 in every cell. */
export const onesLike = (x: Tensor): Tensor => where(isFinite(x), 1, 1);

/** One number per sample: the mean over all axes but the first. */
const perSample = (x: Tensor): Tensor =>
  x.rank > 1 ? mean(x, { axis: x.shape.map((_, axis) => axis).slice(1) }) : x;

/** What a batch of values adds to a weighted mean over samples. */
function sumsOf(values: Tensor, weight?: Tensor): Record<Sums, Tensor> {
  const weights = weight === undefined ? onesLike(values) : weightsFor(weight, values);
  return { total: sum(perSample(mul(values, weights))), count: sum(perSample(weights)) };
}

/** A total and a count. */
abstract class Average extends Metric<Sums> {
  protected override value({ total, count }: Record<Sums, Tensor>): Tensor {
    return divideNoNan(total, count);
  }
}

/** A metric that is the weighted mean over samples of some value; extend it with `values`. */
export abstract class MeanMetric extends Average {
  /** The value of each sample, in ops: [batch, …] → [batch, …less some axes]. */
  abstract values(yTrue: Tensor, yPred: Tensor): Tensor;

  protected override sums(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): Record<Sums, Tensor> {
    // A vector of predictions is one prediction for each of many samples, not one sample.
    const column = (x: Tensor) => (yPred.rank === 1 && x.rank === 1 ? expandDims(x, -1) : x);
    return sumsOf(this.values(column(yTrue), column(yPred)), sampleWeight);
  }
}

/**
 * The mean of values over batches, weighted: Σ value · weight / Σ weight. It has values in place of targets and
 * predictions: `updateState(values, sampleWeight)`. Keras: `Mean`.
 *
 * @example
 * ```ts
 * const loss = new metrics.Mean();
 * loss.updateState(2, 32);
 * loss.updateState(5, 16);
 * deepEqual(loss.result().item(), 3);
 * ```
 */
export class Mean extends metricClass(Average, "Mean", {}) {
  override update(values: Tensor, sampleWeight?: Tensor): Map<Variable, Tensor> {
    return this.updates(values, values, sampleWeight);
  }

  override updateState(values: TensorLike, sampleWeight?: TensorLike): void {
    assignAll(this.updates(values, values, sampleWeight));
  }

  protected override sums(values: Tensor, _: Tensor, sampleWeight?: Tensor): Record<Sums, Tensor> {
    return sumsOf(values, sampleWeight);
  }
}

/**
 * The mean over samples of a loss, or of any function of targets and predictions. Keras: `MeanMetricWrapper`.
 *
 * @example
 * ```ts
 * const worst = (yTrue, yPred) => yTrue.sub(yPred).abs().max(-1);
 * const metric = new metrics.MeanMetricWrapper(worst);
 * metric.updateState([[0, 0], [1, 1]], [[1, -3], [1, 0]]);
 * deepEqual([metric.name, metric.result().item()], ["worst", 2]);
 * ```
 */
export class MeanMetricWrapper extends MeanMetric {
  readonly loss: Loss;
  override readonly direction: Direction;

  constructor(fn: LossLike, options: MetricOptions = {}) {
    const loss = losses.get(fn);
    super({ name: loss.name, ...options });
    this.loss = loss;
    // A loss is to be small; what a function is meant to be is not known.
    this.direction = typeof fn === "function" ? null : "down";
  }

  override values(yTrue: Tensor, yPred: Tensor): Tensor {
    return this.loss.each(yTrue, yPred);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), fn: losses.serialize(this.loss) };
  }
}

/** The mean of a loss that is made when it is first needed, with the metric's options. */
export abstract class LossMetric extends MeanMetric {
  override readonly direction: Direction = "down";
  #loss: Loss | undefined;

  /** Given by `lossMetric`. */
  declare protected readonly makeLoss: () => Loss;

  override values(yTrue: Tensor, yPred: Tensor): Tensor {
    this.#loss ??= this.makeLoss();
    return this.#loss.each(yTrue, yPred);
  }
}

/** A class of losses with its options. */
interface LossClass<S extends AttrSpecs> {
  new (options: never): Loss;
  readonly className: string;
  readonly specs: S;
}

/** The options of a loss that its metric has, too. */
type OwnSpecs<S extends AttrSpecs> = Omit<S, keyof LossSpecs>;

/** A base class for the metric that is the mean of a loss, with its options. */
export function lossMetric<S extends AttrSpecs & LossSpecs>(
  Class: LossClass<S>,
  className: string = Class.className,
  name: string = snakeCase(className),
): ConfiguredClass<OwnSpecs<S> & MetricSpecs, [], LossMetric> {
  const { reduction: _, name: __, ...own } = Class.specs;
  class OfLoss extends metricClass(LossMetric, className, own as OwnSpecs<S>, { name }) {
    protected override readonly makeLoss = (): Loss => {
      const { dtype: _, ...options } = this.options as Record<string, unknown>;
      return new Class(options as never);
    };
  }
  return OfLoss as object as ConfiguredClass<OwnSpecs<S> & MetricSpecs, [], LossMetric>;
}

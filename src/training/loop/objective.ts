import { ChainruleError, isPlainObject, nearest, show } from "../../errors.ts";
import type { Tensor, Variable } from "../../tensor/tensor.ts";
import type { Logs } from "../callbacks/index.ts";
import type { LossLike } from "../losses/index.ts";
import { losses } from "../losses/index.ts";
import type { Loss } from "../losses/loss.ts";
import { type MetricLike, metrics as registry } from "../metrics/index.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Batch } from "./data.ts";

/** One thing for all outputs, a list in their order, or by the names of the outputs. */
export type PerOutput<T> = T | readonly (T | null)[] | Readonly<Record<string, T>>;

/** A metric or several. */
export type MetricsLike = MetricLike | readonly MetricLike[];

/** What one output is trained for and judged by. */
export interface Target {
  readonly output: string;
  readonly loss: Loss | undefined;
  readonly weight: number;
  readonly metrics: readonly Metric[];
  readonly weightedMetrics: readonly Metric[];
}

const isByName = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isPlainObject(value) && !("class_name" in value);

/** What an option says of each output. */
function perOutput<T>(what: string, value: unknown, outputs: readonly string[]): (T | undefined)[] {
  if (value === undefined || value === null) return outputs.map(() => undefined);
  if (isByName(value)) {
    const stray = Object.keys(value).find((name) => !outputs.includes(name));
    if (stray !== undefined) {
      throw new ChainruleError(
        `compile: ${what} names an output ${show(stray)} that there is not; known: ${nearest(stray, outputs).join(", ")}`,
      );
    }
    return outputs.map((name) => value[name] as T | undefined);
  }
  if (!Array.isArray(value)) return outputs.map(() => value as T);
  if (value.length !== outputs.length) {
    throw new ChainruleError(
      `compile: ${what} must have one entry for each of the outputs ${outputs.join(", ")}; received ${value.length}`,
    );
  }
  return value.map((one) => one ?? undefined);
}

const listOf = (value: unknown): readonly MetricLike[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as MetricLike[]) : [value as MetricLike];

/** Metrics are given flat for one output, or per output. */
function metricsOf(what: string, value: unknown, outputs: readonly string[]): Metric[][] {
  const flat = outputs.length === 1 && !isByName(value);
  const each = flat ? [value] : perOutput<unknown>(what, value, outputs);
  return each.map((one) => listOf(one ?? undefined).map((id) => registry.get(id)));
}

export interface ObjectiveOptions {
  loss?: PerOutput<LossLike> | undefined;
  lossWeights?: PerOutput<number> | undefined;
  metrics?: unknown;
  weightedMetrics?: unknown;
}

/** The losses and metrics of all outputs. */
export class Objective {
  readonly targets: readonly Target[];

  constructor(options: ObjectiveOptions, outputs: readonly string[]) {
    const each = perOutput<LossLike>("loss", options.loss, outputs);
    const weights = perOutput<number>("lossWeights", options.lossWeights, outputs);
    const judged = metricsOf("metrics", options.metrics, outputs);
    const weighted = metricsOf("weightedMetrics", options.weightedMetrics, outputs);
    this.targets = outputs.map((output, i) => ({
      output,
      loss: each[i] === undefined ? undefined : losses.get(each[i]!),
      weight: weights[i] ?? 1,
      metrics: judged[i]!,
      weightedMetrics: weighted[i]!,
    }));
  }

  /** The loss of each output for a batch. */
  lossesOf(outputs: readonly Tensor[], batch: Batch): (Tensor | undefined)[] {
    return this.targets.map(({ loss }, i) => loss?.of(batch.ys[i]!, outputs[i]!, batch.weights[i]));
  }

  /** Refuses targets and weights that losses or metrics would refuse, before a step that does not look at values. */
  check(outputs: readonly Tensor[], batch: Batch): void {
    for (const [i, { loss }] of this.targets.entries()) {
      loss?.check(batch.ys[i]!, outputs[i]!, batch.weights[i]);
    }
    for (const { metric, target, weighted } of this.named) {
      metric.check(batch.ys[target]!, outputs[target]!, weighted ? batch.weights[target] : undefined);
    }
  }

  /** The metrics with the names that they have in logs. */
  get named(): { name: string; metric: Metric; target: number; weighted: boolean }[] {
    const prefix = this.targets.length > 1;
    return this.targets.flatMap(({ output, metrics, weightedMetrics }, target) =>
      [
        ...metrics.map((metric) => [metric, false] as const),
        ...weightedMetrics.map((metric) => [metric, true] as const),
      ].map(([metric, weighted]) => ({
        name: prefix ? `${output}_${metric.name}` : metric.name,
        metric,
        target,
        weighted,
      })),
    );
  }

  /** The new states of the metrics after a batch. */
  metricUpdates(outputs: readonly Tensor[], batch: Batch): Map<Variable, Tensor> {
    const updates = this.named.flatMap(({ metric, target, weighted }) => [
      ...metric.update(batch.ys[target]!, outputs[target]!, weighted ? batch.weights[target] : undefined),
    ]);
    return new Map(updates);
  }

  resetMetrics(): void {
    for (const { metric } of this.named) metric.reset();
  }

  /** The losses of a step by the names of logs: the whole one, and that of each output if there are several. */
  lossLogs({
    loss,
    parts,
  }: {
    readonly loss: number;
    readonly parts: readonly (number | undefined)[];
  }): Logs {
    if (this.targets.length === 1) return { loss };
    const named = this.targets.flatMap(({ output }, i) =>
      parts[i] === undefined ? [] : [[`${output}_loss`, parts[i]] as const],
    );
    return { loss, ...Object.fromEntries(named) };
  }

  /** The metrics over all batches since the last reset; of one with several results, their mean. */
  metricLogs(): Logs {
    return Object.fromEntries(this.named.map(({ name, metric }) => [name, metric.result().mean().item()]));
  }
}

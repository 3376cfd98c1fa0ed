import type { SerializedObject } from "../../config/configurable.ts";
import { spellingKey } from "../../config/names.ts";
import { createRegistry, type RegisteredClass } from "../../config/registry.ts";
import { Loss, type LossFunction, type LossLike } from "../losses/loss.ts";
import { aliases, losses } from "../losses/registry.ts";
import * as accuracies from "./accuracy.ts";
import * as auc from "./auc.ts";
import * as confusion from "./confusion.ts";
import * as scores from "./f-score.ts";
import * as iou from "./iou.ts";
import * as means from "./mean.ts";
import { Metric } from "./metric.ts";
import * as ofLosses from "./of-losses.ts";
import * as regression from "./regression.ts";

const { AutoAccuracy } = accuracies;
const { MeanMetricWrapper } = means;

const registry = createRegistry<Metric>(
  "metric",
  "keras.metrics",
  { ...accuracies, ...auc, ...confusion, ...scores, ...iou, ...means, ...ofLosses, ...regression },
  Metric,
  { ...aliases, log_cosh: "LogCoshError", logcosh: "LogCoshError" },
);

/**
 * What stands for a metric: an object, its name in any spelling, `"accuracy"`, a loss or its name, a function of
 * targets and predictions, a serialized object.
 */
export type MetricLike = Metric | Loss | string | LossFunction | (new () => Metric) | SerializedObject;

const isClass = (id: unknown): id is new () => Metric =>
  typeof id === "function" && id.prototype instanceof Metric;

/** The metric of a name; it is called as the user called it, as in Keras: `"mae"` reports `mae`. */
function named(name: string): Metric {
  if (["accuracy", "acc"].includes(spellingKey(name))) return new AutoAccuracy({ name });
  try {
    return registry.get({ class_name: name, config: { name } });
  } catch (unknown) {
    return new MeanMetricWrapper(lossNamed(name, unknown), { name });
  }
}

function lossNamed(name: string, otherwise: unknown): Loss {
  try {
    return losses.get(name);
  } catch {
    throw otherwise;
  }
}

/** `metrics.get`, see {@link metrics}. */
export function get(id: MetricLike): Metric {
  if (typeof id === "string") return named(id);
  if (isClass(id)) return new id();
  if (typeof id === "function" || id instanceof Loss) return new MeanMetricWrapper(id);
  if (id instanceof Metric || id?.class_name !== "MeanMetricWrapper") return registry.get(id);
  const { fn, name } = id.config as { fn: LossLike; name?: string };
  return new MeanMetricWrapper(losses.get(fn), name === undefined ? {} : { name });
}

/** `metrics.serialize`, see {@link metrics}. */
export function serialize(metric: Metric): SerializedObject | string {
  if (metric instanceof AutoAccuracy) return metric.name;
  if (!(metric instanceof MeanMetricWrapper)) return registry.serialize(metric);
  return {
    module: "keras.metrics",
    class_name: "MeanMetricWrapper",
    config: metric.getConfig(),
    registered_name: null,
  };
}

/** `metrics.register`, see {@link metrics}. */
export const register = (Class: RegisteredClass<Metric>, more: readonly string[] = []): void =>
  registry.register(Class, more);

/** `metrics.names`, see {@link metrics}. */
export const names = (): string[] => registry.names();

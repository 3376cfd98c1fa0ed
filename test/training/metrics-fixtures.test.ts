import { describe, expect, it } from "vitest";
import { tensor } from "../../src/index.ts";
import { type Metric, metrics } from "../../src/training/metrics/index.ts";
import { expectClose } from "../support/close.ts";
import { load, type Stored } from "../support/fixtures.ts";
import { casesOf, type FixtureCase, title } from "./losses-metrics-cases.ts";

interface Update {
  readonly y_true: Stored;
  readonly y_pred: Stored;
  readonly sample_weight: Stored | null;
  readonly result: Stored;
}

interface Case extends FixtureCase {
  readonly updates: readonly Update[];
}

const cases = casesOf<Case>("metric");
const exact = { rtol: 1e-9, atol: 1e-11 };
// Keras's MeanIoU counts and divides in float32, whatever its dtype; ours keeps to its dtype.
const toleranceOf = ({ class_name }: Case) =>
  class_name === "MeanIoU" ? { rtol: 1e-7, atol: 1e-11 } : exact;

const make = ({ class_name, kwargs }: Case): Metric =>
  metrics.get({ class_name, config: { ...kwargs, dtype: "float64" } });

function feed(metric: Metric, one: Case, name: string): void {
  for (const [i, { y_true, y_pred, sample_weight, result }] of one.updates.entries()) {
    metric.updateState(load(y_true), load(y_pred), sample_weight ? load(sample_weight) : undefined);
    expectClose(metric.result(), result, toleranceOf(one), `${name}, after update ${i + 1}`);
  }
}

describe("metrics agree with Keras in float64", () => {
  it.each(cases.map((one) => [title(one), one] as const))("%s", (name, one) => {
    const metric = make(one);
    feed(metric, one, name);
    metric.reset();
    feed(metric, one, `${name}, after reset`);
    expect(metric.variables.every(({ trainable, dtype }) => !trainable && dtype === "float64")).toBe(true);
  });

  it("covers the whole file", () => {
    expect(cases).toHaveLength(54);
    const covered = new Set(cases.map(({ class_name }) => class_name));
    const classes = Object.keys(metrics).filter((name) => /^[A-Z]/.test(name));
    // Mean and MeanMetricWrapper have no targets of their own; test/training/metrics.test.ts has them.
    expect(classes.filter((name) => !covered.has(name)).sort()).toEqual(["Mean", "MeanMetricWrapper"]);
  });
});

/**
 * Keras numbers the metrics that were given no name (`precision_1`); here that is for the model to do. Its MeanIoU
 * says int32, though its results are floats. Its metrics BinaryCrossentropy and CosineSimilarity do not write `axis`,
 * and its SparseCategoricalCrossentropy does: the defaults are the same. Its label_smoothing is the int 0.
 */
function comparable({ name, dtype: _, axis: __, ...config }: Readonly<Record<string, unknown>>) {
  return { ...config, name: String(name).replace(/_\d+$/, "") };
}

describe("configurations are those of Keras", () => {
  it.each(cases.map((one) => [title(one), one] as const))("%s", (_, one) => {
    const metric = metrics.get({ class_name: one.class_name, config: one.config });
    const written = metrics.serialize(metric);
    expect(written).toMatchObject({ module: "keras.metrics", class_name: one.class_name });
    expect(comparable(metric.getConfig())).toEqual(comparable(one.config));
    const again = metrics.get(JSON.parse(JSON.stringify(written)));
    expect(again.getConfig()).toEqual(metric.getConfig());
    const policy = { class_name: "DTypePolicy", config: { name: "float64" } };
    expect(metrics.get({ class_name: one.class_name, config: { ...one.config, dtype: policy } }).dtype).toBe(
      "float64",
    );
  });
});

describe("an update is a result of ops", () => {
  it.each(cases.map((one) => [title(one), one] as const))("%s: nothing is assigned", (_, one) => {
    const metric = make(one);
    const { y_true, y_pred, sample_weight } = one.updates[0]!;
    const weight = sample_weight ? load(sample_weight) : undefined;
    const updates = metric.update(load(y_true), load(y_pred), weight);
    expect([...updates.keys()]).toEqual(metric.variables);
    expect(metric.variables.flatMap(({ data }) => Array.from<number>(data)).every((x) => x === 0)).toBe(true);
    for (const [sum, value] of updates) sum.assign(value);
    expectClose(
      metric.result(),
      tensor(load(one.updates[0]!.result), { dtype: "float64" }),
      toleranceOf(one),
    );
  });
});

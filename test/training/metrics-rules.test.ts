import { describe, expect, it } from "vitest";
import { K, type Tensor, type TensorLike, tensor, variable } from "../../src/index.ts";
import { CosineSimilarity, MeanSquaredError } from "../../src/training/losses/index.ts";
import { Metric, metrics } from "../../src/training/metrics/index.ts";

describe("Mean", () => {
  it("is weighted over updates", () => {
    const mean = new metrics.Mean();
    mean.updateState(2, 32);
    mean.updateState(5, 16);
    expect(mean.result().item()).toBe(3);
    mean.reset();
    mean.updateState([
      [1, 3],
      [5, 7],
    ]);
    expect(mean.result().item()).toBe(4);
    mean.updateState([10], [0]);
    expect(mean.result().item()).toBe(4);
    const [total] = mean.update(tensor([1, 1])).values();
    expect([total!.item(), mean.result().item()]).toEqual([10, 4]);
  });

  it("is 0 over no weight, not NaN", () => {
    const mean = new metrics.Mean();
    mean.updateState([3], [0]);
    expect(mean.result().item()).toBe(0);
  });

  it("shows a loss that is NaN", () => {
    const mean = new metrics.Mean();
    mean.updateState(Number.NaN, 4);
    expect(mean.result().item()).toBeNaN();
  });
});

it("an update is a plain value: no gradient flows into a metric", () => {
  const p = variable([[0.5], [2]]);
  const updates = metrics.get("mse").update(tensor([[1], [1]]), p);
  expect([...updates.values()].map(({ tracked }) => tracked)).toEqual([false, false]);
});

describe("accuracy is resolved by the shapes", () => {
  const { BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy } = metrics;
  const none = Number.NaN;
  it.each([
    [[none, 1], [none, 1], BinaryAccuracy],
    [[none], [none, 1], BinaryAccuracy],
    [[none, 10], [none, 10], CategoricalAccuracy],
    [[none], [none, 10], SparseCategoricalAccuracy],
    [[none, 1], [none, 10], SparseCategoricalAccuracy],
    [[none, 7], [none, 7, 10], SparseCategoricalAccuracy],
    [[none, 7, 10], [none, 7, 10], CategoricalAccuracy],
  ])("%j against %j", (yTrue, yPred, Class) => {
    expect(metrics.resolveAccuracy(yTrue, yPred)).toBeInstanceOf(Class);
  });

  it.each(["accuracy", "acc", "Accuracy"])("metrics.get(%j) does so at the first batch", (name) => {
    const metric = metrics.get(name);
    metric.updateState(
      [1, 0, 1],
      [
        [0.1, 0.9],
        [0.2, 0.8],
        [0.3, 0.7],
      ],
    );
    expect([metric.name, metric.result().item(), metric.direction]).toEqual([name, Math.fround(2 / 3), "up"]);
    expect(metrics.serialize(metric)).toBe(name);
    const binary = metrics.get(name);
    binary.updateState([1, 0], [[0.9], [0.8]]);
    expect(binary.result().item()).toBe(0.5);
  });

  it("takes a vector of predictions for as many samples", () => {
    const metric = new metrics.BinaryAccuracy();
    metric.updateState([1, 1, 1], [0.9, 0.9, 0.9]);
    metric.updateState([1], [0.1]);
    expect(metric.result().item()).toBe(0.75);
  });
});

describe("look-up", () => {
  const classes = Object.entries(metrics).filter(
    ([name]) => /^[A-Z]/.test(name) && name !== "MeanMetricWrapper",
  );
  const needed: Readonly<Record<string, Readonly<Record<string, unknown>>>> = { MeanIoU: { num_classes: 3 } };

  it.each(classes)("%s, in every spelling and through a file", (name, Class) => {
    const config = needed[name] ?? {};
    const metric = metrics.get({ class_name: name, config });
    expect(metric).toBeInstanceOf(Class);
    for (const spelling of [name, metric.name, name.toLowerCase(), name[0]!.toLowerCase() + name.slice(1)]) {
      expect(metrics.get({ class_name: spelling, config })).toBeInstanceOf(Class);
      if (config === needed[name] || /^accuracy$/i.test(spelling)) continue;
      const called = metrics.get(spelling);
      expect([called instanceof Class, called.name]).toEqual([true, spelling]);
    }
    const again = metrics.get(JSON.parse(JSON.stringify(metrics.serialize(metric))));
    expect(again).toBeInstanceOf(Class);
    expect(again.options).toEqual({ ...metric.options, dtype: "float32" });
  });

  it("is called as the user called it", () => {
    for (const name of ["mae", "mse", "mean_absolute_error", "bce"])
      expect(metrics.get(name).name).toBe(name);
    expect(metrics.get("mae")).toBeInstanceOf(metrics.MeanAbsoluteError);
    expect(metrics.get(metrics.Precision)).toBeInstanceOf(metrics.Precision);
  });

  it("averages losses, by name or object, and functions", () => {
    const huber = metrics.get("huber");
    huber.updateState([[0], [0]], [[1], [3]]);
    expect([huber.name, huber.result().item(), huber.direction]).toEqual(["huber", 1.5, "down"]);
    const mse = metrics.get(new MeanSquaredError());
    mse.updateState([[0], [0]], [[1], [3]], [3, 1]);
    expect([mse.name, mse.result().item()]).toEqual(["mean_squared_error", 3]);
    const worst = metrics.get((yTrue: Tensor, yPred: Tensor) => yTrue.sub(yPred).abs().max());
    worst.updateState([[0], [0]], [[1], [3]]);
    worst.updateState([[0]], [[1]]);
    expect([worst.name, worst.result().item(), worst.direction]).toEqual(["loss", 2, null]);
    // As in Keras: the metric of this name is larger for better predictions, the loss is smaller.
    const [metric, loss] = [metrics.get("cosine_similarity"), metrics.get(new CosineSimilarity())];
    for (const one of [metric, loss]) one.updateState([[1, 0]], [[2, 0]]);
    expect([metric.result().item(), loss.result().item()]).toEqual([1, -1]);
  });

  it("writes and reads the mean of a loss", () => {
    const again = metrics.get(JSON.parse(JSON.stringify(metrics.serialize(metrics.get("huber")))));
    again.updateState([[0]], [[3]]);
    expect([again.name, again.result().item()]).toEqual(["huber", 2.5]);
  });

  it("names the nearest of the known", () => {
    expect(() => metrics.get("precison")).toThrow(/unknown metric "precison"; known: precision,/);
    expect(() => metrics.get("MeanIoU")).toThrow(/numClasses is needed/);
    expect(() => metrics.get(7 as never)).toThrow(/expected a metric/);
    expect(() => metrics.get(null as never)).toThrow(/expected a metric/);
  });

  it("registers a class", () => {
    class Bias extends Metric<"off" | "count"> {
      static readonly className = "Bias";
      static readonly specs = {};
      protected override sums(yTrue: Tensor, yPred: Tensor) {
        return { off: yPred.sub(yTrue).sum(), count: K.ones(yPred.shape).sum() };
      }
      protected override value({ off, count }: Record<"off" | "count", Tensor>): Tensor {
        return off.div(count);
      }
    }
    metrics.register(Bias, ["offset"]);
    const bias = metrics.get("offset");
    bias.updateState([[1], [2]], [[2], [5]]);
    expect(bias.result().item()).toBe(2);
    expect(bias.variables.map(({ name }) => name)).toEqual(["bias/off", "bias/count"]);
  });
});

describe("what a metric cannot mean", () => {
  const refused = (metric: Metric, yTrue: TensorLike, yPred: TensorLike) =>
    expect(() => metric.updateState(yTrue, yPred));

  it("labels", () => {
    const sparse = new metrics.SparseCategoricalAccuracy();
    refused(
      sparse,
      [0, 3],
      [
        [1, 0],
        [0, 1],
      ],
    ).toThrow(
      /^sparse_categorical_accuracy: yTrue must be a class, a whole number from 0 to 1; received 3 in cell \[1\]/,
    );
    refused(
      sparse,
      [0, 0.5],
      [
        [1, 0],
        [0, 1],
      ],
    ).toThrow(/received 0.5/);
    refused(sparse, [[1, 0]], [[1, 0]]).toThrow(/For one-hot targets/);
    refused(new metrics.CategoricalAccuracy(), [1], [[1, 0]]).toThrow(/For class numbers/);
    refused(new metrics.Precision(), [2], [0.3]).toThrow(
      "precision: yTrue must be 0 or 1; received 2 in cell [0]",
    );
    refused(new metrics.AUC(), [-1], [0.3]).toThrow("auc: yTrue must be 0 or 1; received -1 in cell [0]");
    refused(new metrics.MeanIoU(2), [2], [0]).toThrow(
      /yTrue must be a class, a whole number from 0 to 1; received 2/,
    );
    refused(new metrics.MeanIoU(2), [1], [0.5]).toThrow(/yPred must be a class.*received 0.5/);
  });

  it("shapes and options", () => {
    refused(new metrics.F1Score(), [1], [0.5]).toThrow(
      "f1_score: yPred must have shape [batch, outputs]; received [1]",
    );
    refused(new metrics.R2Score(), [1], [0.5]).toThrow(/r2_score: yPred must have shape/);
    refused(new metrics.AUC({ multiLabel: true, numLabels: 3 }), [[1, 0]], [[0.5, 0.1]]).toThrow(
      /numLabels is for 3 labels, but yPred has 2/,
    );
    refused(new metrics.Recall({ classId: 4 }), [[1, 0]], [[0.5, 0.1]]).toThrow(/classId 4 is no class/);
    expect(() => new metrics.Precision({ thresholds: [0.5, 2] })).toThrow(/Precision: thresholds must be/);
    expect(() => new metrics.BinaryAccuracy({ threshold: 1 })).toThrow(
      /threshold must be a number between 0 and 1/,
    );
    expect(() => new metrics.AUC({ numThresholds: 1 })).toThrow(/numThresholds must be a whole number ≥ 2/);
    expect(() => new metrics.F1Score({ average: "mean" as never })).toThrow(/average must be "micro"/);
    const r2 = new metrics.R2Score();
    r2.updateState([[1, 2]], [[1, 2]]);
    refused(r2, [[1]], [[1]]).toThrow(/had shape \[2\] in earlier batches and would have \[1\] now/);
  });
});

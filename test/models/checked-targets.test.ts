import { afterEach, expect, it, vi } from "vitest";
import * as c from "../../src/index.ts";

afterEach(() => vi.restoreAllMocks());

/** Takes any targets: what is refused, a metric refuses. */
const anyLoss = (_: c.Tensor, prediction: c.Tensor) => prediction.square().mean(-1);

function modelFor(metric: c.MetricsLike, runEagerly: boolean, weighted: boolean) {
  c.setSeed(3);
  const model = c.Sequential([c.Input([2]), c.Dense(3, { activation: "softmax" })]);
  model.compile({
    optimizer: "sgd",
    loss: anyLoss,
    ...(weighted ? { weightedMetrics: metric } : { metrics: metric }),
    runEagerly,
  });
  return model;
}

const messageOf = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was thrown";
};

const x = c.tensor([
  [1, 2],
  [3, 4],
]);
const labels = [2, 0];
const oneHot = [
  [0, 0, 1],
  [1, 0, 0],
];
const half = [
  [0, 0.5, 1],
  [1, 0, 0],
];

it.each<[string, () => c.MetricsLike, c.DataLike, c.DataLike, RegExp]>([
  [
    "a label that is no class",
    () => "sparse_categorical_accuracy",
    labels,
    [2, 3],
    /a class, .* 0 to 2.*received 3/,
  ],
  ["the same, by the name that fits", () => "accuracy", labels, [2, -1], /accuracy.*received -1/],
  [
    "neither yes nor no",
    () => new c.metrics.Precision(),
    oneHot,
    half,
    /precision: yTrue must be 0 or 1; received 0.5/,
  ],
  [
    "the same for an area",
    () => new c.metrics.AUC(),
    oneHot,
    half,
    /auc: yTrue must be 0 or 1; received 0.5/,
  ],
  [
    "a target that is not finite",
    () => "mae",
    oneHot,
    [
      [0, 0, 1],
      [1, Number.NaN, 0],
    ],
    /yTrue must be finite/,
  ],
  [
    "a label that no class of MeanIoU has",
    () => new c.metrics.MeanIoU(3, { sparseYPred: false }),
    labels,
    [2, 9],
    /a class.*received 9/,
  ],
])("metrics refuse in compiled steps what they refuse op by op: %s", (_, metric, good, bad, message) => {
  const warn = vi.spyOn(console, "warn");
  const said = [true, false].flatMap((runEagerly) => {
    const model = modelFor(metric(), runEagerly, false);
    model.trainOnBatch(x, good);
    model.testOnBatch(x, good);
    const before = model.getWeights();
    const messages = [() => model.trainOnBatch(x, bad), () => model.testOnBatch(x, bad)].map(messageOf);
    expect(model.getWeights()).toEqual(before);
    return messages;
  });
  expect(said[0]).toMatch(message);
  expect(new Set(said).size).toBe(1);
  expect(warn).not.toHaveBeenCalled();
});

it("weighted metrics check the weights, the others do not see them", () => {
  const seen = [true, false].map((weighted) => {
    const metric = new c.metrics.MeanAbsoluteError();
    const check = vi.spyOn(metric, "check");
    modelFor(metric, false, weighted).trainOnBatch(x, oneHot, [1, 2]);
    return check.mock.calls.map(([, , weights]) => weights?.toArray());
  });
  expect(seen).toEqual([[[1, 2]], [undefined]]);
});

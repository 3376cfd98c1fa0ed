import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";
import { expectClose } from "../support/close.ts";
import { load, readFixture, type Stored } from "../support/fixtures.ts";

interface Weight extends Stored {
  readonly path: string;
}

interface Case {
  readonly name: string;
  readonly architecture: unknown;
  readonly compile: {
    readonly optimizer: never;
    readonly loss: never;
    readonly loss_weights: never;
    readonly metrics: never;
  };
  readonly fit: { readonly batch_size: number; readonly epochs: number };
  readonly inputs: readonly Stored[];
  readonly targets: readonly Stored[];
  readonly initial_weights: readonly Weight[];
  readonly final_weights: readonly Weight[];
  readonly batches: readonly { readonly epoch: number; readonly batch: number; readonly logs: c.Logs }[];
  readonly history: Readonly<Record<string, readonly number[]>>;
  readonly evaluate: c.Logs;
  readonly predictions: readonly Stored[];
  readonly predictions_before: readonly Stored[];
}

const { cases } = readFixture<{ cases: Case[] }>("training.json");

/** The model of a case with its first weights, compiled. */
function build(one: Case) {
  const model = c.modelFromConfig(one.architecture);
  setByPath(model, one.initial_weights);
  const { optimizer, loss, loss_weights, metrics } = one.compile;
  model.compile({ optimizer, loss, metrics, ...(loss_weights !== null && { lossWeights: loss_weights }) });
  const data = [one.inputs.map(load), one.targets.map(load)] as const;
  return { model, data, options: { batchSize: one.fit.batch_size, verbose: 0 as const } };
}

/** Keras names weights `layer/kernel`; ours have the layer's name in front, too. */
const pathsOf = (model: c.Model) =>
  new Map<string, c.Variable>(
    model.layers.flatMap((layer) =>
      layer.weights.map((x) => [`${layer.name}/${x.name?.split("/").at(-1)}`, x] as const),
    ),
  );

function setByPath(model: c.Model, weights: readonly Weight[]): void {
  const paths = pathsOf(model);
  for (const weight of weights) paths.get(weight.path)!.assign(load(weight));
}

const tolerance = { rtol: 1e-9, atol: 1e-10 };

const expectLogs = (actual: c.Logs, expected: Readonly<Record<string, number>>, what: string) => {
  expect(Object.keys(actual).sort(), what).toEqual(Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected))
    expect(actual[name], `${what}, ${name}`).toBeCloseTo(value, 8);
};

// The files were made with float64 throughout.
beforeAll(() => c.setFloatx("float64"));
afterAll(() => c.setFloatx("float32"));

describe.each(cases.map((one) => [one.name, one] as const))("%s", (_, one) => {
  it("follows Keras batch by batch", () => {
    const { model, data, options } = build(one);
    const count = data[0][0]!.shape[0]!;
    for (const { batch, logs, epoch } of one.batches) {
      const part = (x: c.Tensor) =>
        x.slice({
          begin: [batch * options.batchSize],
          end: [Math.min((batch + 1) * options.batchSize, count)],
        });
      expectLogs(
        model.trainOnBatch(data[0].map(part), data[1].map(part)),
        logs,
        `epoch ${epoch}, batch ${batch}`,
      );
    }
    const paths = pathsOf(model);
    for (const weight of one.final_weights)
      expectClose(paths.get(weight.path)!, weight, tolerance, weight.path);
  });

  it("reports the same history, evaluation and predictions from fit", async () => {
    const { model, data, options } = build(one);
    const predicted = async () => [await model.predict(data[0])].flat();
    for (const [i, y] of (await predicted()).entries())
      expectClose(y, one.predictions_before[i]!, tolerance, "before");
    const { history } = await model.fit(...data, { ...options, epochs: one.fit.epochs, shuffle: false });
    expect(Object.keys(history).sort()).toEqual(Object.keys(one.history).sort());
    for (const [name, values] of Object.entries(one.history)) {
      for (const [i, value] of values.entries())
        expect(history[name]![i], `${name}, epoch ${i}`).toBeCloseTo(value, 8);
    }
    expectLogs(await model.evaluate(...data, options), one.evaluate, "evaluate");
    for (const [i, y] of (await predicted()).entries())
      expectClose(y, one.predictions[i]!, tolerance, "after");
    const paths = pathsOf(model);
    for (const weight of one.final_weights)
      expectClose(paths.get(weight.path)!, weight, tolerance, weight.path);
  });
});

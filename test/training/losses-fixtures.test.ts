import { describe, expect, it } from "vitest";
import { camelCase } from "../../src/config/names.ts";
import { gradients, type Tensor, tensor, variable } from "../../src/index.ts";
import { type Loss, losses, type Reduction } from "../../src/training/losses/index.ts";
import { expectClose } from "../support/close.ts";
import { load, type Stored } from "../support/fixtures.ts";
import { casesOf, type FixtureCase, title } from "./losses-metrics-cases.ts";

interface Reduced {
  readonly reduction: Reduction;
  readonly value: number;
  readonly grad_y_pred: Stored;
  readonly sample_weight?: Stored;
}

interface Case extends FixtureCase {
  readonly y_true: Stored;
  readonly y_pred: Stored;
  readonly per_sample: Stored;
  readonly mean: Reduced;
  readonly sum: Reduced;
  readonly weighted_mean: Reduced;
}

const cases = casesOf<Case>("loss");
const tolerance = { rtol: 1e-9, atol: 1e-11 };

const make = ({ class_name, kwargs }: Case, reduction: Reduction): Loss =>
  losses.get({ class_name, config: { ...kwargs, reduction } });

/** The options of a configuration in our names, without what Keras's class does not know. */
const options = (config: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(config).map(([name, value]) => [camelCase(name), value]));

describe("losses agree with Keras in float64", () => {
  it.each(cases.map((one) => [title(one), one] as const))("%s", (name, one) => {
    const truth = load(one.y_true);
    const none = make(one, "none");
    expectClose(none.of(truth, load(one.y_pred)), one.per_sample, tolerance, name);
    for (const [which, reduced] of Object.entries({
      mean: one.mean,
      sum: one.sum,
      weighted: one.weighted_mean,
    })) {
      const prediction = variable(load(one.y_pred), { dtype: "float64" });
      const weight = reduced.sample_weight && load(reduced.sample_weight);
      const loss = make(one, reduced.reduction).of(truth, prediction, weight);
      expectClose(loss, { shape: [], data: [reduced.value] }, tolerance, `${name}, ${which}`);
      expectClose(
        gradients(loss, [prediction])[0]!,
        reduced.grad_y_pred,
        tolerance,
        `${name}, ${which}, gradient`,
      );
    }
  });

  it("covers the whole file", () => {
    expect(cases).toHaveLength(43);
    const covered = new Set(cases.map(({ class_name }) => losses.get(class_name).constructor));
    expect(losses.names().filter((name) => !covered.has(losses.get(name).constructor))).toEqual([]);
  });
});

/** Where the configuration has more than Keras's, which leaves these out in this version. */
const added: Readonly<Record<string, readonly string[]>> = { Huber: ["delta"], CosineSimilarity: ["axis"] };

describe("configurations are those of Keras", () => {
  it.each(cases.map((one) => [title(one), one] as const))("%s", (_, one) => {
    const loss = losses.get({ class_name: one.class_name, config: one.config });
    const written = losses.serialize(loss);
    expect([written.module, written.class_name]).toEqual(["keras.losses", one.class_name]);
    const more = added[one.class_name] ?? [];
    expect(Object.fromEntries(Object.entries(written.config).filter(([key]) => !more.includes(key)))).toEqual(
      one.config,
    );
    expect(losses.get(JSON.parse(JSON.stringify(written))).options).toEqual(loss.options);
    expect(loss.options).toMatchObject(options(one.config));
  });
});

/** Cases that say the same with probabilities, computed through softmax or sigmoid. */
describe("logits behind softmax and sigmoid are found", () => {
  const activations = { Binary: "sigmoid", Categorical: "softmax", SparseCategorical: "softmax" } as const;
  const kindOf = ({ class_name }: Case) =>
    activations[class_name.replace(/(Focal)?Crossentropy$/, "") as keyof typeof activations];
  const fromLogits = cases.filter(({ kwargs }) => kwargs.from_logits === true);

  it.each(fromLogits.map((one) => [title(one), one] as const))("%s", (name, one) => {
    const logits = variable(load(one.y_pred), { dtype: "float64" });
    const loss = losses.get({ class_name: one.class_name, config: { ...one.kwargs, from_logits: false } });
    const prediction: Tensor = kindOf(one) === "sigmoid" ? logits.sigmoid() : logits.softmax();
    const value = loss.of(load(one.y_true), prediction);
    expectClose(value, { shape: [], data: [one.mean.value] }, tolerance, name);
    expectClose(gradients(value, [logits])[0]!, one.mean.grad_y_pred, tolerance, name);
    // Without the node that made them they are plain probabilities: the same up to the clip.
    const plain = loss.of(load(one.y_true), tensor(prediction, { dtype: "float64" }));
    const clipped = load(one.y_pred).data.some((z) => Math.abs(z) > 10);
    if (!clipped) expectClose(plain, { shape: [], data: [one.mean.value] }, tolerance, name);
  });

  it("covers some", () => expect(fromLogits.length).toBeGreaterThan(8));
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SerializedObject } from "../../src/config/configurable.ts";
import { underscored } from "../../src/config/names.ts";
import * as c from "../../src/index.ts";
import type { AttrSpecs } from "../../src/ops/attributes.ts";
import { expectClose } from "../support/close.ts";
import { load, readFixture, type Stored } from "../support/fixtures.ts";

interface StoredWeight extends Stored {
  readonly name: string;
  readonly trainable: boolean;
}

interface LayerCase {
  readonly name: string;
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: readonly Stored[];
  readonly inputs_as_list: boolean;
  readonly training: boolean | null;
  readonly weights: readonly StoredWeight[];
  readonly outputs: readonly Stored[];
  readonly dy: readonly Stored[];
  readonly grad_inputs: readonly (Stored | null)[];
  readonly grad_weights: readonly (Stored | null)[];
  readonly output_shape: readonly (number | null)[];
  readonly count_params: number;
  readonly trainable_count: number;
  readonly non_trainable_count: number;
  readonly weights_after?: readonly Stored[];
}

// Recurrent layers, wrappers and attention are not written yet.
const later = ["Bidirectional", "GRU", "LSTM", "MultiHeadAttention", "SimpleRNN", "TimeDistributed"];

const close = { rtol: 1e-10, atol: 1e-12 };

/** Entries of Keras's configurations that layers here do not have, with the only value that they stand for. */
const withoutCounterpart: Readonly<Record<string, unknown>> = {
  data_format: "channels_last",
  renorm_momentum: 0.99,
  mask_zero: false,
  synchronized: false,
  renorm: false,
  rms_scaling: false,
};

/** A configuration without what says nothing: nulls, and the policy around a dtype. */
function essential(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(essential);
  if (typeof value !== "object" || value === null) return value;
  const { class_name, config } = value as Partial<SerializedObject>;
  if (class_name === "DTypePolicy") return config!.name;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, entry]) => (entry === null ? [] : [[key, essential(entry)]])),
  );
}

const sum = (xs: readonly { size: number }[]) => xs.reduce((total, { size }) => total + size, 0);

/** The layer of a case with its weights, and the output for the inputs. */
function run(one: LayerCase) {
  const layer = c.layerFromConfig(one);
  const inputs = one.inputs.map(load);
  const call = (xs: readonly c.Tensor[], training = one.training) =>
    layer(one.inputs_as_list ? xs : xs[0]!, training === null ? {} : { training });
  call(inputs, false);
  layer.setWeights(one.weights.map(load));
  return { layer, inputs, call };
}

const { cases } = readFixture<{ cases: LayerCase[] }>("layers.json");
const here = cases.filter(({ class_name }) => !later.includes(class_name));

describe("layers as Keras computes them", () => {
  const floatx = c.floatx();
  beforeAll(() => c.setFloatx("float64"));
  afterAll(() => c.setFloatx(floatx));

  it("covers every case but those of classes to come", () => {
    expect(here.length).toBeGreaterThanOrEqual(105);
    const known = new Set(c.layerClasses.names());
    const missing = new Set(cases.map(({ class_name }) => class_name).filter((name) => !known.has(name)));
    expect([...missing].sort()).toEqual(later);
  });

  it.each(here.map((one) => [one.name, one] as const))("%s: outputs", (_, one) => {
    const { inputs, call } = run(one);
    expectClose(call(inputs), one.outputs[0]!, close, "output");
  });

  it.each(here.map((one) => [one.name, one] as const))("%s: gradients", (_, one) => {
    const { layer, inputs, call } = run(one);
    const slots = one.grad_inputs.flatMap((gradient, i) => (gradient === null ? [] : [i]));
    const variables = inputs.map((x, i) => (slots.includes(i) ? c.variable(x) : x));
    const loss = call(variables).mul(load(one.dy[0]!)).sum();
    loss.backward();
    for (const i of slots) {
      expectClose((variables[i] as c.Variable).grad!, one.grad_inputs[i]!, close, `gradient of input ${i}`);
    }
    // Keras gives null for what is not trained, also for gamma and beta of a layer with `trainable: false`. Here
    // `trainable` of a layer decides what an optimizer updates, not what has a gradient.
    const trained = one.grad_weights.filter((gradient) => gradient !== null);
    expect(layer.trainableWeights).toHaveLength(trained.length);
    layer.trainableWeights.forEach((weight, i) => {
      expectClose(weight.grad!, trained[i]!, close, `gradient of ${weight.name}`);
    });
  });

  it.each(here.map((one) => [one.name, one] as const))("%s: shape, names and counts", (_, one) => {
    const { layer, inputs } = run(one);
    const open = inputs.map((x) => c.placeholder([null, ...x.shape.slice(1)], x.dtype));
    const { shape } = c.layerFromConfig(one)(one.inputs_as_list ? open : open[0]!);
    expect(shape.map((size) => (Number.isNaN(size) ? null : size))).toEqual(one.output_shape);
    expect(layer.weights.map((x) => [x.name!.split("/").at(-1), [...x.shape]])).toEqual(
      one.weights.map((x) => [x.name, x.shape]),
    );
    expect([layer.countParams(), sum(layer.trainableWeights), sum(layer.nonTrainableWeights)]).toEqual([
      one.count_params,
      one.trainable_count,
      one.non_trainable_count,
    ]);
  });

  it.each(here.map((one) => [one.name, one] as const))("%s: configuration", (_, one) => {
    const { trainable, ...written } = essential(c.layerFromConfig(one).getConfig()) as Record<
      string,
      unknown
    >;
    const config = Object.entries(essential(one.config) as object).filter(
      ([key, value]) => !(key in withoutCounterpart && withoutCounterpart[key] === value),
    );
    // Keras's SpatialDropout leaves `trainable` out.
    if (one.class_name.startsWith("SpatialDropout")) expect(written).toEqual(Object.fromEntries(config));
    else expect({ trainable, ...written }).toEqual(Object.fromEntries(config));
  });

  // The default of every option must be a value that Keras wrote for the class in some case; those that the cases never
  // leave alone are given here, from Keras's documentation.
  const elsewhere: Readonly<Record<string, unknown>> = {
    "GroupNormalization.groups": 32,
    "Cropping2D.cropping": [
      [0, 0],
      [0, 0],
    ],
    "ZeroPadding1D.padding": [1, 1],
    "Rescaling.offset": 0,
  };
  const names = [...new Set(here.map(({ class_name }) => class_name))];
  it.each(names)("%s: defaults", (name) => {
    const specs: AttrSpecs = Reflect.get(c.layerClasses.get(name), "specs");
    for (const [option, { fallback, write, kerasName }] of Object.entries(specs)) {
      const key = kerasName ?? underscored(option);
      const written = here.filter(({ class_name }) => class_name === name).map(({ config }) => config[key]);
      // Pooling's strides follow poolSize, which Keras writes in their place.
      const follows = fallback?.value === null && key === "strides";
      if (fallback === undefined || follows || written.every((value) => value === undefined)) continue;
      const value = essential(write ? write(fallback.value as never) : fallback.value);
      if (value === undefined) continue;
      const known = [...written.map(essential), elsewhere[`${name}.${key}`]];
      expect(known, `${name}.${key}`).toContainEqual(value);
    }
  });

  // Those that the cases vary, so that the test above might take one value for another.
  const documented: Readonly<Record<string, readonly [args: readonly unknown[], config: object]>> = {
    Conv1D: [[1, 1], { strides: [1], padding: "valid", dilation_rate: [1], groups: 1, use_bias: true }],
    Conv2D: [
      [1, 1],
      { strides: [1, 1], padding: "valid", dilation_rate: [1, 1], groups: 1, activation: "linear" },
    ],
    DepthwiseConv2D: [[1], { strides: [1, 1], padding: "valid", depth_multiplier: 1 }],
    SeparableConv2D: [
      [1, 1],
      { strides: [1, 1], padding: "valid", depth_multiplier: 1, activation: "linear" },
    ],
    Conv2DTranspose: [[1, 1], { strides: [1, 1], padding: "valid", use_bias: true }],
    MaxPooling2D: [[], { pool_size: [2, 2], padding: "valid" }],
    AveragePooling2D: [[], { pool_size: [2, 2], padding: "valid" }],
    MaxPooling1D: [[], { pool_size: [2], padding: "valid" }],
    AveragePooling1D: [[], { pool_size: [2], padding: "valid" }],
    GlobalAveragePooling2D: [[], { keepdims: false }],
    GlobalMaxPooling2D: [[], { keepdims: false }],
    BatchNormalization: [[], { axis: -1, momentum: 0.99, epsilon: 1e-3, center: true, scale: true }],
    LayerNormalization: [[], { axis: [-1], epsilon: 1e-3, center: true, scale: true }],
    ReLU: [[], { max_value: null, negative_slope: 0, threshold: 0 }],
    PReLU: [[], { shared_axes: null }],
    UpSampling2D: [[], { size: [2, 2], interpolation: "nearest" }],
    Concatenate: [[], { axis: -1 }],
    Dot: [[1], { normalize: false }],
    Dense: [[1], { use_bias: true, activation: "linear" }],
  };
  it.each(Object.entries(documented))("%s: documented defaults", (name, [args, config]) => {
    const layer = Reflect.construct(c.layerClasses.get(name), args) as c.Layer;
    expect(layer.getConfig()).toMatchObject(config);
  });

  const after = here.filter(({ training, weights_after }) => training && weights_after);
  it.each(after.map((one) => [one.name, one] as const))("%s: weights after one call", (_, one) => {
    const { layer, inputs, call } = run(one);
    call(inputs);
    layer.weights.forEach((weight, i) => {
      expectClose(weight, one.weights_after![i]!, close, weight.name);
    });
  });
});

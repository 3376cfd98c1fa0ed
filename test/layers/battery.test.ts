import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";
import { CallContext, inContext } from "../../src/layers/context.ts";
import * as layers from "../../src/layers/index.ts";
import { expectClose } from "../support/close.ts";
import { casesOf, type LayerCase } from "../support/layer-cases.ts";
import { checkDerivatives } from "../support/op-checker.ts";

type Floats = "float32" | "float64";
type AnyLayerClass = ((...args: readonly unknown[]) => c.Layer) &
  (new (
    ...args: readonly unknown[]
  ) => c.Layer);

const isLayerClass = (value: unknown): value is AnyLayerClass =>
  typeof value === "function" && value.prototype instanceof c.Layer;

const classes = Object.entries<unknown>(layers).filter((entry): entry is [string, AnyLayerClass] =>
  isLayerClass(entry[1]),
);
const cases = classes.flatMap(([name, Class]) =>
  casesOf(name).map((one, i) => [`${name} ${i}`, Class, one] as const),
);

const argsOf = ({ args = [], options = {} }: LayerCase, dtype: Floats) => [...args, { ...options, dtype }];
const givenTo = ({ list }: LayerCase, xs: readonly c.Tensor[]) => (list ? xs : xs[0]!);
const cast = (xs: readonly c.Tensor[], dtype: Floats) =>
  xs.map((x) => (x.dtype === "int32" ? x : c.cast(x, dtype)));

/** A built layer whose weights are far from their initial zeros and ones, so that every one of them matters. */
function built(Class: AnyLayerClass, one: LayerCase, dtype: Floats): c.Layer {
  const layer = Class(...argsOf(one, dtype));
  layer(givenTo(one, cast(one.inputs, dtype)));
  c.setSeed(11);
  layer.setWeights(
    layer.weights.map(({ shape }) => c.randomUniform(shape, { min: 0.2, max: 1.2, dtype: "float64" })),
  );
  return layer;
}

/** Calls with the random numbers of one key, and leaves the state as it is. */
const callIn = (layer: c.Layer, given: c.Tensor | readonly c.Tensor[], training: boolean): c.Tensor =>
  inContext(new CallContext(training, undefined, c.tensor(5, { dtype: "int32" })), () => layer(given));

describe("every layer", () => {
  it("is found by walking the exports", () => {
    expect(classes.length).toBeGreaterThan(70);
    expect(new Set(c.layerClasses.names())).toEqual(new Set(classes.map(([name]) => name)));
    for (const [name, Class] of Object.entries(c.activationLayers)) {
      expect(layers, "one line in src/layers/activation-layers.ts").toHaveProperty(name, Class);
    }
  });

  it.each(cases)("%s: the shape rule gives the shape, also with an unknown batch", (_, Class, one) => {
    const layer = Class(...argsOf(one, "float64"));
    const { shape } = layer(givenTo(one, one.inputs));
    const traced = (batch: number | null) =>
      Class(...argsOf(one, "float64"))(
        givenTo(
          one,
          one.inputs.map((x) => c.placeholder([batch, ...x.shape.slice(1)], x.dtype)),
        ),
      );
    const batch = one.inputs[0]!.shape[0]!;
    expect([traced(batch).symbolic, traced(batch).shape]).toEqual([true, shape]);
    expect(traced(null).shape).toEqual([Number.NaN, ...shape.slice(1)]);
    const inferred = layer.computeOutputShape(
      one.list ? one.inputs.map((x) => x.shape) : one.inputs[0]!.shape,
    );
    expect(inferred).toEqual(shape);
  });

  it.each(cases)("%s: number of parameters", (_, Class, one) => {
    const layer = built(Class, one, "float64");
    expect(layer.countParams()).toBe(one.params ?? 0);
    expect(layer.getWeights().reduce((sum, { data }) => sum + data.length, 0)).toBe(layer.countParams());
  });

  it.each(cases)("%s: the configuration makes the same layer again", (_, Class, one) => {
    const layer = built(Class, one, "float64");
    const stored = JSON.parse(JSON.stringify(c.layerClasses.serialize(layer)));
    const again = c.layerFromConfig(stored);
    expect(Object.getPrototypeOf(again)).toBe(Object.getPrototypeOf(layer));
    expect(again.name).toBe(layer.name);
    expect(JSON.parse(JSON.stringify(again.getConfig()))).toEqual(stored.config);
    const x = givenTo(one, one.inputs);
    again(x);
    again.setWeights(layer.getWeights());
    for (const training of [false, true]) {
      expect(callIn(again, x, training).data).toEqual(callIn(layer, x, training).data);
    }
  });

  it.each(cases)("%s: gradients of inputs and weights, inference and training", (_, Class, one) => {
    const layer = built(Class, one, "float64");
    const variables = Object.entries<unknown>({ ...layer }).filter(
      (entry): entry is [string, c.Variable] => entry[1] instanceof c.Variable && entry[1].trainable,
    );
    const weights = variables.map(([, variable]) => c.tensor(variable));
    const floats = one.inputs.filter((x) => x.dtype === "float64");
    for (const training of one.training ? [false, true] : [false]) {
      const f = (...xs: c.Tensor[]) => {
        let next = 0;
        const inputs = one.inputs.map((x) => (x.dtype === "float64" ? xs[next++]! : x));
        Object.assign(layer, Object.fromEntries(variables.map(([name]) => [name, xs[next++]!])));
        return callIn(layer, givenTo(one, inputs), training);
      };
      checkDerivatives(f, [...floats, ...weights], 7);
    }
  });

  it.each(cases)("%s: training differs from inference only where it should", (_, Class, one) => {
    const layer = built(Class, one, "float64");
    const x = givenTo(one, one.inputs);
    const before = layer.getWeights();
    const inference = layer(x);
    expect(layer(x, { training: false }).data).toEqual(inference.data);
    expect(layer.getWeights(), "inference changes nothing").toEqual(before);
    const training = layer(x, { training: true });
    expect(training.shape).toEqual(inference.shape);
    if (one.training) expect(training.data).not.toEqual(inference.data);
    else expect(training.data).toEqual(inference.data);
    if (one.training === "statistics") expect(layer.getWeights()).not.toEqual(before);
    else expect(layer.getWeights()).toEqual(before);
  });

  it.each(cases)("%s: float32 agrees with float64", (_, Class, one) => {
    const [narrow, wide] = [built(Class, one, "float32"), built(Class, one, "float64")];
    expect(narrow.weights.every(({ dtype }) => dtype === "float32")).toBe(true);
    for (const training of [false, true]) {
      const y = callIn(narrow, givenTo(one, cast(one.inputs, "float32")), training);
      expect(y.dtype).toBe("float32");
      const close = { rtol: 2e-5, atol: 2e-5 };
      expectClose(y, callIn(wide, givenTo(one, one.inputs), training), close);
    }
  });

  it.each(cases)("%s: is made with new and without", (_, Class, one) => {
    const [a, b] = [Class(...argsOf(one, "float32")), new Class(...argsOf(one, "float32"))];
    expect(a).toBeInstanceOf(Class);
    expect(Object.getPrototypeOf(a)).toBe(Object.getPrototypeOf(b));
    expect({ ...a.getConfig(), name: "" }).toEqual({ ...b.getConfig(), name: "" });
  });

  it.each(cases)("%s: the same seed gives the same bits, another seed others", (_, Class, one) => {
    const run = (seed: number) => {
      c.setSeed(seed);
      const layer = Class(...argsOf(one, "float32"));
      return [
        ...layer(givenTo(one, one.inputs), { training: true }).data,
        ...layer.weights.flatMap((w) => [...w.data]),
      ];
    };
    const own = (one.options as { seed?: number } | undefined)?.seed !== undefined;
    expect(run(1)).toEqual(run(1));
    if (one.training === "noise" && !own) expect(run(1)).not.toEqual(run(2));
    if (own) expect(run(1)).toEqual(run(2));
  });
});

import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";

const spellings = [
  "hard_swish",
  "hardSwish",
  "HardSwish",
  "hard-swish",
  "HARD_SWISH",
  "hard_silu",
  "hardSilu",
];

describe("look-up", () => {
  it.each(spellings)("finds hard-swish as %s", (name) => {
    expect(c.getActivation(name)).toBe(c.hardSwish);
  });

  it("knows every built-in activation by its name, its aliases and in camel case", () => {
    for (const f of [c.relu, c.silu, c.softmax, c.leakyRelu, c.hardSigmoidKeras2]) {
      for (const name of [f.activationName, ...f.aliases]) expect(c.getActivation(name)).toBe(f);
    }
    expect(c.getActivation("swish")).toBe(c.silu);
    expect(c.getActivation("leakyReLU")).toBe(c.leakyRelu);
  });

  it("takes functions as they are, and nothing as linear", () => {
    const f = (x: c.Tensor) => x.mul(2);
    expect(c.getActivation(f)).toBe(f);
    expect(c.getActivation(undefined)).toBe(c.linear);
    expect(c.getActivation(null)).toBe(c.linear);
  });

  it("reads parameters in snake and camel case", () => {
    for (const config of [
      { negative_slope: 0.5 },
      { negativeSlope: 0.5 },
      { negative_slope: 0.5, name: "a", dtype: "float32" },
    ]) {
      const f = c.getActivation({ class_name: "LeakyReLU", config });
      expect(f(c.tensor(-2)).item()).toBe(-1);
    }
  });

  it("names the nearest for an unknown name", () => {
    expect(() => c.getActivation("hardswich")).toThrow(/unknown activation "hardswich"; known: hard_swish, /);
    expect(() => c.getActivation({ class_name: "leaky_relu", config: { slope: 1 } })).toThrow(
      /leaky_relu: unknown option "slope"; known: negativeSlope/,
    );
  });
});

describe("registering", () => {
  it("makes an activation known by all its names, and serializable", () => {
    const wavy = c.activation({ name: "wavy", aliases: ["ripple"], of: (x) => x.add(x.sin()) });
    expect(() => c.getActivation("wavy")).toThrow(/unknown/);
    expect(() => c.serializeActivation(wavy)).toThrow(/wavy is not registered.*registerActivation/);
    expect(c.registerActivation(wavy, { package: "my" })).toBe(wavy);
    for (const name of ["wavy", "Wavy", "ripple", "my>wavy"]) expect(c.getActivation(name)).toBe(wavy);
    expect(c.registerActivation(wavy, { package: "my" })).toBe(wavy);
    const stored = c.serializeActivation(wavy);
    expect(stored).toEqual({
      module: "builtins",
      class_name: "function",
      config: "my>wavy",
      registered_name: "function",
    });
    expect(c.getActivation(stored)).toBe(wavy);
  });

  it("refuses names that are taken, and changes nothing then", () => {
    const mine = c.activation({ name: "mine_only", aliases: ["Hard-Swish"], of: (x) => x });
    expect(() => c.registerActivation(mine)).toThrow(/"Hard-Swish" is taken by a built-in activation/);
    expect(() => c.getActivation("mine_only")).toThrow(/unknown/);
    c.registerActivation((x) => x, { name: "first_of_two" });
    expect(() => c.registerActivation((x) => x.neg(), { name: "firstOfTwo" })).toThrow(
      /taken by Custom>first_of_two/,
    );
  });

  it("takes an activation with parameters, which then come back from a file", () => {
    const scaled = c.registerActivation(
      c.activation({ name: "scaled_sine", params: { rate: 1 }, of: (x, { rate }) => x.mul(rate).sin() }),
    );
    const stored = c.serializeActivation(scaled({ rate: 2 }));
    expect(stored).toMatchObject({
      class_name: "scaled_sine",
      config: { rate: 2 },
      registered_name: "Custom>scaled_sine",
    });
    expect(
      c
        .getActivation(stored)(c.tensor(Math.PI / 4))
        .item(),
    ).toBeCloseTo(1, 6);
  });

  it("needs a name for a function that has none", () => {
    expect(() => c.registerActivation((x) => x)).toThrow(/needs \{ name \}/);
  });
});

describe("serialization", () => {
  it.each(c.activationNames().filter((name) => !name.includes(">")))("%s survives a round trip", (name) => {
    const f = c.getActivation(name);
    expect(c.getActivation(c.serializeActivation(f))).toBe(f);
  });

  it("writes Keras 3's names, aliases collapsed", () => {
    expect(c.serializeActivation("swish")).toBe("silu");
    expect(c.serializeActivation("hardSwish")).toBe("hard_silu");
    expect(c.serializeActivation(undefined)).toBe("linear");
  });

  it("writes parameters as the Keras layer that has them, and reads them back", () => {
    const leaky = c.leakyRelu({ negativeSlope: 0.1 });
    expect(c.serializeActivation(leaky)).toEqual({
      module: "keras.layers",
      class_name: "LeakyReLU",
      config: { negative_slope: 0.1 },
      registered_name: null,
    });
    const capped = c.relu({ maxValue: 6 });
    const back = c.getActivation(JSON.parse(JSON.stringify(c.serializeActivation(capped))));
    expect(back(c.tensor([-1, 3, 9])).toArray()).toEqual([0, 3, 6]);
    expect(c.isActivation(back) && back.params).toEqual(capped.params);
  });
});

describe("declaring", () => {
  it("refuses what is not pointwise, says so, and takes it when declared", () => {
    const centered = (x: c.Tensor) => x.sub(x.mean({ axis: -1, keepdims: true }));
    const total = c.activation({ name: "total", of: (x) => x.sum() });
    expect(() => total([1, 2])).toThrow(/total: a pointwise activation must return .* pointwise: false/);
    const lane = c.activation({ name: "centered", pointwise: false, of: centered });
    expect(lane([1, 3]).toArray()).toEqual([-1, 1]);
    expect(() => lane.derivative()).toThrow(/not pointwise/);
  });

  it("refuses bad names, parameters and orders", () => {
    expect(() => c.activation({ name: "Not Snake", of: (x) => x })).toThrow(
      /snake case.*received "Not Snake"/,
    );
    expect(() => c.elu(1, { beta: 2 } as never)).toThrow(/elu: unknown option "beta"; known: alpha/);
    expect(() => c.elu({ alpha: "1" } as never)).toThrow(/elu: alpha must be a number; received "1"/);
    expect(() => c.elu.derivative(-1)).toThrow(/order/);
    expect(() => c.squareplus(1, { b: 0 })).toThrow(/squareplus: b must be > 0; received 0/);
  });

  it("is one node in the graph, which opens into its parts", () => {
    const x = c.variable([1, 2], { dtype: "float64" });
    const y = c.hardSwish(x);
    expect(y.node?.op.opName).toBe("hard_silu");
    expect(y.node?.inputs).toEqual([x]);
    // One op already: no wrapping.
    expect(c.sigmoid(x).node?.op.opName).toBe("sigmoid");
    expect(c.linear(x)).toBe(x);
  });

  it("has its formula, and those of its derivatives", () => {
    expect(c.hardSwish.tex).toBe(String.raw`x \cdot \frac{\operatorname{ReLU6}(x + 3)}{6}`);
    expect(c.swish.tex).toBe(String.raw`x \cdot \sigma(x)`);
    expect(c.swish.derivativeTex()).toBe(String.raw`\sigma(x) + x \cdot \sigma(x) \cdot \sigma(-x)`);
    expect(c.linear.derivativeTex()).toBe("1");
  });

  it("keeps parameters that were fixed, and their kinks", () => {
    const capped = c.relu({ maxValue: 2 });
    expect(capped.kinks).toEqual([0, 2]);
    expect(capped({ threshold: 1 }).params).toEqual({ negativeSlope: 0, maxValue: 2, threshold: 1 });
    expect(c.relu.params.maxValue).toBe(null);
    expect(capped([1, 5]).toArray()).toEqual([1, 2]);
    expect(capped([1, 5], { maxValue: 3 }).toArray()).toEqual([1, 3]);
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";
import { readFixture } from "../support/fixtures.ts";

interface Case {
  readonly name: string;
  readonly text: string;
  readonly model: string;
  readonly style: string;
  readonly summary_kwargs: { readonly line_length?: number };
  readonly total_params: number;
  readonly trainable_params?: number;
}

class Hard_swish extends c.Layer {
  override call(x: c.Tensor): c.Tensor {
    return x.mul(c.K.relu(x.add(3), { maxValue: 6 }).div(6));
  }
  override computeOutputShape(shape: c.Shape): c.Shape {
    return shape;
  }
}
c.registerLayer(Hard_swish);

const text = (name: string) =>
  readFileSync(new URL(`../fixtures/summaries/${name}`, import.meta.url), "utf8");
const quiet = { printFn: () => undefined };

describe("summaries, byte for byte", () => {
  it.each(
    readFixture<{ cases: Case[] }>("summaries/index.json").cases.map((one) => [one.name, one] as const),
  )("%s", (_, one) => {
    const model = c.modelFromConfig(readFixture(`summaries/${one.model}`));
    const lineLength = one.summary_kwargs.line_length;
    const printed = model.summary({
      ...quiet,
      style: one.style === "Keras 3" ? "keras3" : "classic",
      ...(lineLength && { lineLength }),
    });
    expect(`${printed}\n`).toBe(text(one.text));
    expect(model.countParams()).toBe(one.total_params);
    const trained = model.trainableWeights.reduce((sum, { size }) => sum + size, 0);
    expect(trained).toBe(one.trainable_params ?? one.total_params);
  });
});

it("the article's model, line by line", () => {
  c.clearSession();
  const inputs = c.Input({ shape: [32, 32, 3] });
  let x = c.Conv2D(64, [3, 3], { padding: "SAME" })(inputs);
  x = new Hard_swish()(x);
  x = c.Conv2D(64, [3, 3], { padding: "SAME" })(x);
  x = new Hard_swish()(x);
  x = c.MaxPooling2D()(x);
  x = c.Conv2D(128, [3, 3], { padding: "SAME" })(x);
  x = new Hard_swish()(x);
  x = c.Conv2D(128, [3, 3], { padding: "SAME" })(x);
  x = new Hard_swish()(x);
  x = c.MaxPooling2D()(x);
  x = c.Conv2D(256, [3, 3], { padding: "SAME" })(x);
  x = new Hard_swish()(x);
  x = c.Conv2D(256, [3, 3], { padding: "SAME" })(x);
  x = new Hard_swish()(x);
  x = c.GlobalAveragePooling2D()(x);
  x = c.Dense(1024)(x);
  x = new Hard_swish()(x);
  const prediction = c.Dense(10, { activation: "softmax" })(x);
  const model = c.Model(inputs, prediction);
  const lines: string[] = [];
  const printed = model.summary({ printFn: (line) => lines.push(line) });
  expect(`${printed}\n`).toBe(text("eraA_article.txt"));
  expect(lines).toEqual(printed.split("\n"));
  expect(model.countParams()).toBe(1_418_826);
});

describe("options", () => {
  const build = () => {
    c.clearSession();
    const inner = c.Sequential([c.Input([4]), c.Dense(3), c.Dense(2)]);
    const x = c.Input([4]);
    const frozen = c.Dense(4, { trainable: false })(x);
    return c.Model(x, inner(frozen.add(1)));
  };

  it("shows nested models, ops between layers and what is trained", () => {
    expect(build().summary({ ...quiet, expandNested: true, showTrainable: true })).toMatchInlineSnapshot(`
      "Model: "model"
      ____________________________________________________________________________
      Layer (type)                 Output Shape              Param #   Trainable  
      ============================================================================
      input_2 (InputLayer)         [(None, 4)]               0         Y          
      ____________________________________________________________________________
      dense_2 (Dense)              (None, 4)                 20        N          
      ____________________________________________________________________________
      add (Operation)              (None, 4)                 0         Y          
      ____________________________________________________________________________
      sequential (Sequential)      (None, 2)                 23        Y          
      ____________________________________________________________________________
      | dense (Dense)              (None, 3)                 15        Y          
      ____________________________________________________________________________
      | dense_1 (Dense)            (None, 2)                 8         Y          
      ============================================================================
      Total params: 43
      Trainable params: 23
      Non-trainable params: 20
      ____________________________________________________________________________"
    `);
  });

  it("shows a range of layers", () => {
    const shown = build().summary({ ...quiet, layerRange: ["dense_2", "seq"] });
    expect(shown).not.toContain("input_");
    expect(shown).toContain("dense_2 (Dense)");
    expect(() => build().summary({ ...quiet, layerRange: ["no", "such"] })).toThrow(
      /names no layers.*dense_2/,
    );
    const nested = { ...quiet, layerRange: ["sequential", "sequential"] as const, expandNested: true };
    expect(build().summary(nested)).toMatch(/\n\| dense \(Dense\).*\n_+\n\| dense_1 \(Dense\)/);
  });

  // The lines are those that Keras 3 prints for such layers on a page of 80 columns.
  it("cuts long words and says what is trained, in the style of Keras 3", () => {
    c.clearSession();
    const x = c.Input({ shape: [160, 160, 3], name: "input_layer" });
    const options = { padding: "same", strides: 2 } as const;
    const y = c.BatchNormalization()(c.Conv2D(32, 3, options)(x));
    const z = c.Conv2D(32, 1, { strides: 2, trainable: false })(x);
    const printed = c
      .Model(x, c.Add()([y, z]))
      .summary({ ...quiet, style: "keras3", showTrainable: true, lineLength: 76 });
    expect(printed.split("\n").slice(0, 19).join("\n")).toBe(`Model: "model"
┏━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━┳━━━━━━━━━━━━━━━━┳━━━━━━━┓
┃ Layer (type)      ┃ Output Shape    ┃   Param # ┃ Connected to   ┃ Trai… ┃
┡━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━╇━━━━━━━━━━━━━━━━╇━━━━━━━┩
│ input_layer       │ (None, 160,     │         0 │ -              │   -   │
│ (InputLayer)      │ 160, 3)         │           │                │       │
├───────────────────┼─────────────────┼───────────┼────────────────┼───────┤
│ conv2d (Conv2D)   │ (None, 80, 80,  │       896 │ input_layer[0… │   Y   │
│                   │ 32)             │           │                │       │
├───────────────────┼─────────────────┼───────────┼────────────────┼───────┤
│ batch_normalizat… │ (None, 80, 80,  │       128 │ conv2d[0][0]   │   Y   │
│ (BatchNormalizat… │ 32)             │           │                │       │
├───────────────────┼─────────────────┼───────────┼────────────────┼───────┤
│ conv2d_1 (Conv2D) │ (None, 80, 80,  │       128 │ input_layer[0… │   N   │
│                   │ 32)             │           │                │       │
├───────────────────┼─────────────────┼───────────┼────────────────┼───────┤
│ add (Add)         │ (None, 80, 80,  │         0 │ batch_normali… │   -   │
│                   │ 32)             │           │ conv2d_1[0][0] │       │
└───────────────────┴─────────────────┴───────────┴────────────────┴───────┘`);
  });

  it("says what is connected to what, unless the layers form a chain", () => {
    const x = c.Input({ shape: [2], name: "x" });
    const [d, e] = [c.Dense(2, { name: "d" }), c.Dense(2, { name: "e" })];
    const connections = (outputs: c.Tensor | c.Tensor[]) => {
      const lines = c.Model(x, outputs).summary(quiet).split("\n");
      return lines.flatMap((line) => line.match(/\w+\[\d\]\[\d\]/g) ?? []);
    };
    const [first, second] = [d(x), d(e(x))];
    expect(connections(e(x))).toEqual([]);
    expect(connections([second, first])).toEqual(["x[0][0]", "x[0][0]", "e[0][0]"]);
    expect(connections(d(d(x)))).toEqual(["x[0][0]", "d[2][0]"]);
    expect(connections([e(x), c.Dense(2)(x)])).toEqual(["x[0][0]", "x[0][0]"]);
    expect(connections(c.Add()([second, first]))).toContain("d[1][0]");
  });
});

import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";
import { update } from "../../src/layers/context.ts";
import { spread } from "../support/cells.ts";
import { expectAllSame, expectSame } from "../support/compiled.ts";
import { expectSameTraining, type Floats, inFloats } from "../support/train-both.ts";
import { watchWarnings } from "../support/warnings.ts";

const warnings = watchWarnings();
const quiet = { verbose: 0 } as const;

const x = spread([10, 6, 6, 2], 1).cast("float32");
const y = c.tensor([0, 1, 2, 0, 1, 2, 2, 1, 0, 0], { dtype: "int32" });

/** Convolutions, statistics, random layers, penalties and constraints. */
function convnet(): c.Model {
  const input = c.Input([6, 6, 2]);
  let z = c.Conv2D(4, 3, { padding: "same", useBias: false, kernelRegularizer: new c.L2(0.01) })(input);
  z = c.BatchNormalization()(z);
  z = c.Activation("hard_swish")(z);
  z = c.MaxPooling2D()(z);
  z = c.Dropout(0.25)(z);
  z = c.Flatten()(z);
  z = c.GaussianNoise(0.1)(z);
  return c.Model(input, c.Dense(3, { activation: "softmax", kernelConstraint: "max_norm" })(z));
}

const classifying = (options: c.CompileOptions = {}) => ({
  optimizer: new c.Adam(0.01),
  loss: "sparse_categorical_crossentropy",
  metrics: ["accuracy"],
  ...options,
});

const stateOf = (model: c.Model) => [...model.weights, ...model.optimizer.variables].map((w) => c.tensor(w));

/** Trains twice, compiled and op by op, in a way of its own, and compares what it returns. */
async function expectSameEitherWay(
  run: (options: { runEagerly: boolean }) => Promise<readonly c.Tensor[]>,
): Promise<void> {
  const results: (readonly c.Tensor[])[] = [];
  for (const runEagerly of [false, true]) {
    c.setSeed(4);
    results.push(await run({ runEagerly }));
  }
  expectAllSame(results[0]!, results[1]!, "", 4);
}

describe("fit, compiled, is fit op by op", () => {
  const weights = c.tensor([1, 2, 0, 1, 0.5, 1, 3, 1, 1, 0]);
  it.each<[string, c.FitOptions, c.CompileOptions]>([
    ["in batches, the last of them smaller", { batchSize: 4 }, {}],
    ["with sample weights", { sampleWeight: weights, batchSize: 4 }, { weightedMetrics: ["accuracy"] }],
    ["with class weights", { classWeight: { 0: 2, 2: 0.5 } }, {}],
    ["with validation", { validationSplit: 0.3, batchSize: 4 }, {}],
    [
      "with accumulated gradients and averages",
      { batchSize: 3, epochs: 4 },
      { optimizer: new c.SGD(0.01, { gradientAccumulationSteps: 2, useEma: true }) },
    ],
  ])("%s", async (_, fit, compile) => {
    for (const dtype of ["float64", "float32"] satisfies Floats[]) {
      const optimizer = () =>
        compile.optimizer
          ? c.optimizers.get(c.optimizers.serialize(compile.optimizer as c.Optimizer))
          : new c.Adam(0.01);
      const options = () => ({ ...classifying(compile), optimizer: optimizer() });
      await inFloats(dtype, () => expectSameTraining({ model: convnet, options, x: x.cast(dtype), y, fit }));
    }
  });

  it("with several inputs and outputs", async () => {
    const model = () => {
      const [a, b] = [c.Input([3], { name: "a" }), c.Input([2], { name: "b" })];
      const h = c.Dense(4, { activation: "tanh" })(c.Concatenate()([a, b]));
      return c.Model(
        [a, b],
        [c.Dense(2, { name: "p" })(h), c.Dense(1, { name: "q", activation: "sigmoid" })(h)],
      );
    };
    await expectSameTraining({
      model,
      options: () => ({
        optimizer: new c.RMSprop(0.01),
        loss: { p: "mse", q: "binary_crossentropy" },
        lossWeights: { p: 2 },
        metrics: { q: ["accuracy", "auc"] },
      }),
      x: { a: spread([10, 3], 1).cast("float32"), b: spread([10, 2], 2).cast("float32") },
      y: { p: spread([10, 2], 3).cast("float32"), q: y.minimum(1).reshape([10, 1]).cast("float32") },
      fit: { batchSize: 4 },
    });
  });

  it("with layers that add losses, share weights and stand in each other", async () => {
    class Penalized extends c.Layer {
      inner = c.Dense(3, { activation: "silu" });
      override call(z: c.Tensor): c.Tensor {
        const out = this.inner(this.inner(z));
        this.addLoss(out.square().mean().mul(0.1));
        return out;
      }
    }
    const model = () => {
      const input = c.Input([3]);
      return c.Model(input, c.Dense(1)(new Penalized()(input)));
    };
    await expectSameTraining({
      model,
      options: () => ({ optimizer: new c.SGD(0.01), loss: "mse" }),
      x: spread([10, 3], 1).cast("float32"),
      y: spread([10, 1], 3).cast("float32"),
      fit: { batchSize: 4 },
    });
  });

  it("with layers that are frozen and thawed between, and a rate that is changed", () =>
    expectSameEitherWay(async (how) => {
      const model = convnet();
      const optimizer = new c.SGD(0.05, { momentum: 0.9 });
      model.compile({ ...classifying({ optimizer }), ...how });
      const states: c.Tensor[] = [];
      for (const frozen of [false, true, false, true]) {
        for (const layer of model.layers.slice(0, 4)) layer.trainable = !frozen;
        await model.fit(x, y, { ...quiet, batchSize: 5 });
        states.push(...model.weights.map((w) => c.tensor(w)));
        optimizer.learningRate *= 0.5;
      }
      return states;
    }));

  it("with statistics alone that are frozen and thawed", () =>
    expectSameEitherWay(async (how) => {
      const statistics = c.BatchNormalization({ center: false, scale: false, momentum: 0.5 });
      const model = c.Sequential([c.Input([6, 6, 2]), statistics, c.Flatten(), c.Dense(3)]);
      model.compile({ optimizer: "sgd", loss: "mse", ...how });
      for (const frozen of [false, true, false]) {
        statistics.trainable = !frozen;
        model.trainOnBatch(x, c.zeros([10, 3]));
      }
      return model.weights.map((w) => c.tensor(w));
    }));

  it("when the caller changes weights, metrics and the optimizer's state between steps", () =>
    expectSameEitherWay(async (how) => {
      const model = convnet();
      model.compile({ ...classifying(), ...how });
      const logs = [model.trainOnBatch(x, y)];
      model.setWeights(model.weights.map((w) => w.mul(0.5)));
      logs.push(model.trainOnBatch(x, y), model.testOnBatch(x, y));
      for (const w of model.optimizer.variables) if (w.dtype === "float32") w.assign(w.mul(0.5));
      logs.push(model.trainOnBatch(x.slice({ end: [3] }), y.slice({ end: [3] })), model.trainOnBatch(x, y));
      const predicted = model.predict(x);
      return [
        ...stateOf(model),
        ...logs.flatMap((log) => Object.values(log).map((value) => c.tensor(value))),
        (await predicted) as c.Tensor,
      ];
    }));

  it("and predicts and evaluates with the weights that it has by then", async () => {
    const model = convnet();
    model.compile(classifying());
    for (let round = 0; round < 3; round++) {
      const compiled = (await model.predict(x)) as c.Tensor;
      expectSame(compiled, c.noGrad(() => model(x)) as c.Tensor, "", 4);
      expect((await model.evaluate(x, y, quiet)).loss).toBeCloseTo(lossOf(model), 5);
      await model.fit(x, y, { ...quiet, epochs: 2 });
    }
  });
});

const lossOf = (model: c.Model): number => {
  const penalty = model.weights
    .filter(({ rank }) => rank === 4)
    .reduce((sum, w) => sum + w.square().sum().item() * 0.01, 0);
  return (
    c.losses
      .get("sparse_categorical_crossentropy")
      .of(y, model(x) as c.Tensor)
      .item() + penalty
  );
};

describe("what goes wrong changes nothing", () => {
  it("a loss that is not finite", async () => {
    const each = [Number.NaN, Number.POSITIVE_INFINITY].flatMap((bad) => [
      { bad, runEagerly: false },
      { bad, runEagerly: true },
    ]);
    for (const { bad, runEagerly } of each) {
      const model = convnet();
      model.compile({ ...classifying(), runEagerly });
      await model.fit(x, y, { ...quiet, batchSize: 10 });
      const before = stateOf(model);
      const broken = c.tensor(x);
      broken.data[7] = bad;
      expect(() => model.trainOnBatch(broken, y)).toThrow(/the loss became NaN/);
      await expect(model.fit(broken, y, { ...quiet, batchSize: 10 })).rejects.toThrow(/became NaN/);
      expectAllSame(stateOf(model), before);
      expect(Number.isFinite(model.trainOnBatch(x, y).loss)).toBe(true);
    }
  });

  it("labels out of range, before and after the step is compiled", async () => {
    const model = convnet();
    model.compile(classifying());
    const before = model.weights.map((w) => c.tensor(w));
    const wrong = y.add(1);
    for (let i = 0; i < 2; i++) {
      expect(() => model.trainOnBatch(x, wrong)).toThrow(/sparse_categorical_crossentropy: .*3/);
      expect(() => model.testOnBatch(x, wrong)).toThrow(/sparse_categorical_crossentropy: .*3/);
      expectAllSame(model.weights, before);
    }
    model.trainOnBatch(x, y);
    expect(() => model.trainOnBatch(x, wrong)).toThrow(/sparse_categorical_crossentropy: .*3/);
  });

  it("a new value of the wrong shape", () => {
    class Misshapen extends c.Layer {
      count!: c.Variable;
      override build() {
        this.count = this.addWeight("count", [2], { trainable: false, initializer: "zeros" });
      }
      override call(z: c.Tensor): c.Tensor {
        update(this.count, () => z.sum());
        return z;
      }
    }
    const model = c.Sequential([c.Input([2]), c.Dense(1), new Misshapen()]);
    model.compile({ optimizer: "sgd", loss: "mse" });
    expect(() => model.trainOnBatch([[1, 2]], [[1]])).toThrow(
      /assign to .*count: the variable has shape \[2\]; received \[\]/,
    );
  });
});

/** Looks at a value. */
class Reading extends c.Layer {
  override call(z: c.Tensor): c.Tensor {
    return z.symbolic && !c.getBackend() ? z : z.mul(z.abs().max().item() > 0 ? 0.5 : 1);
  }
  override computeOutputShape(shape: c.Shape): c.Shape {
    return shape;
  }
}

describe("a layer that looks at values", () => {
  it("makes the steps run op by op, with one message each", async () => {
    const make = () =>
      c.Sequential([c.Dense(3), new Reading(), c.Dense(3, { activation: "softmax" })], { name: "looking" });
    const flat = x.reshape([10, -1]);
    await expectSameEitherWay(async (how) => {
      const model = make();
      model.compile({ ...classifying(), ...how });
      model(flat);
      await model.fit(flat, y, { ...quiet, epochs: 3 });
      await model.evaluate(flat, y, quiet);
      await model.evaluate(flat, y, quiet);
      return [
        ...stateOf(model),
        (await model.predict(flat)) as c.Tensor,
        (await model.predict(flat)) as c.Tensor,
      ];
    });
    const said = warnings.taken();
    expect(said.map((text) => text.split(" is not compiled")[0])).toEqual([
      "fit: looking",
      "evaluate: looking",
      "predict: looking",
    ]);
    for (const text of said) expect(text).toMatch(/runs op by op, since it cannot be traced: .*symbolic/);
  });
});

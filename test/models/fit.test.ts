import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";

const quiet = { verbose: 0 } as const;

/** Two classes that a line separates. */
function points(count = 120) {
  c.setSeed(5);
  const x = c.randomNormal([count, 4]);
  return { x, y: x.sum(1).greater(0).cast("int32") };
}

function classifier(options: Partial<c.CompileOptions> = {}) {
  const model = c.Sequential([
    c.Input([4]),
    c.Dense(8, { activation: "hard_swish" }),
    c.BatchNormalization(),
    c.Dropout(0.1),
    c.Dense(2, { activation: "softmax" }),
  ]);
  model.compile({
    optimizer: "adam",
    loss: "sparse_categorical_crossentropy",
    metrics: ["accuracy"],
    ...options,
  });
  return model;
}

const bits = (model: c.Model) => model.getWeights().map(({ data }) => Array.from(data as ArrayLike<number>));

describe("fit", () => {
  it("learns, and reports a history", async () => {
    const { x, y } = points();
    const model = classifier({ optimizer: new c.Adam(0.02) });
    const { history, epoch } = await model.fit(x, y, {
      ...quiet,
      epochs: 12,
      validationSplit: 0.25,
      batchSize: 16,
    });
    expect(epoch.length).toBe(12);
    expect(Object.keys(history)).toEqual(["loss", "accuracy", "val_loss", "val_accuracy"]);
    expect(history.val_accuracy!.at(-1)).toBeGreaterThan(0.9);
    expect(history.loss!.at(-1)!).toBeLessThan(history.loss![0]! / 2);
  });

  it("draws its history, training and validation in one panel per quantity", async () => {
    const { x, y } = points(40);
    const history = await classifier().fit(x, y, { ...quiet, epochs: 3, validationSplit: 0.25 });
    const svg = history.toSVG("My <training>");
    expect(svg).toContain("My &lt;training&gt;");
    for (const label of ["loss", "accuracy", "training", "validation"]) expect(svg).toContain(`>${label}<`);
    expect(() => new c.History().toSVG()).toThrow(/no epoch yet/);
  });

  it("gives the same bits for the same seed, others for another", async () => {
    const train = async (seed: number) => {
      const { x, y } = points(40);
      c.setSeed(seed);
      const model = classifier();
      await model.fit(x, y, { ...quiet, epochs: 2, batchSize: 8 });
      return bits(model);
    };
    const first = await train(1);
    expect(await train(1)).toEqual(first);
    expect(await train(2)).not.toEqual(first);
  });

  it("takes batches from arrays, generators and async generators", async () => {
    const { x, y } = points(32);
    const half = (from: number): c.BatchLike => [
      x.slice({ begin: [from], end: [from + 16] }),
      y.slice({ begin: [from], end: [from + 16] }),
    ];
    const start = bits(classifier());
    const train = async (source: (model: c.Model) => Promise<unknown>) => {
      const model = classifier();
      model.setWeights(start.map((cells, i) => c.tensor(cells, { shape: model.weights[i]!.shape })));
      model.layers[2]!.trainable = false;
      c.setSeed(1);
      await source(model);
      return bits(model);
    };
    const expected = await train((model) => model.fit(x, y, { ...quiet, batchSize: 16, shuffle: false }));
    expect(await train((model) => model.fit([half(0), half(16)], undefined, quiet))).toEqual(expected);
    function* generator() {
      yield half(0);
      yield half(16);
      yield half(0);
    }
    expect(await train((model) => model.fit(generator(), undefined, { ...quiet, stepsPerEpoch: 2 }))).toEqual(
      expected,
    );
    async function* stream() {
      yield half(0);
      yield half(16);
    }
    expect(await train((model) => model.fit(stream(), undefined, quiet))).toEqual(expected);
  });

  it("weighs classes and samples", async () => {
    const { x, y } = points(40);
    const start = classifier({ optimizer: "sgd", metrics: [] });
    const losses = async (options: c.FitOptions) => {
      const model = c.Sequential([c.Input([4]), c.Dense(2, { activation: "softmax" })]);
      model.compile({ optimizer: new c.SGD(0), loss: "sparse_categorical_crossentropy" });
      model.setWeights([c.ones([4, 2]).mul([[1, -1]]), c.zeros([2])]);
      return (await model.fit(x, y, { ...quiet, ...options })).history.loss![0]!;
    };
    expect(start.trainableWeights.length).toBe(6);
    const twice = await losses({ classWeight: { 0: 2, 1: 2 } });
    expect(twice).toBeCloseTo(2 * (await losses({})), 5);
    const zero = await losses({ classWeight: { 0: 0 } });
    expect(zero).toBeCloseTo(await losses({ sampleWeight: y.cast("float32") }), 6);
  });

  it("stops at a signal, after the batch", async () => {
    const { x, y } = points();
    const controller = new AbortController();
    let batches = 0;
    const onTrainBatchEnd = () => {
      if (++batches === 3) controller.abort();
    };
    await classifier().fit(x, y, {
      ...quiet,
      epochs: 5,
      batchSize: 8,
      signal: controller.signal,
      callbacks: [{ onTrainBatchEnd }],
    });
    expect(batches).toBe(3);
  });

  it("evaluates everything also after a training that was stopped", async () => {
    const { x, y } = points(64);
    const model = classifier();
    const batches: number[] = [];
    const stop = (batch: number) => {
      if (batch === 1) model.trainer!.stopTraining = true;
    };
    await model.fit(x, y, { ...quiet, epochs: 3, batchSize: 8, callbacks: [{ onTrainBatchEnd: stop }] });
    const counted = { onTestBatchEnd: (batch: number) => void batches.push(batch) };
    const whole = await model.evaluate(x, y, { ...quiet, batchSize: 8, callbacks: [counted] });
    expect(batches).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(whole.loss).toBeCloseTo(model.testOnBatch(x, y).loss!, 5);
    const part = await model.evaluate(x, y, { ...quiet, batchSize: 8, steps: 2 });
    expect(part.loss).toBeCloseTo(model.testOnBatch(x.slice({ end: [16] }), y.slice({ end: [16] })).loss!, 5);
  });

  it("takes sample weights for several outputs, by name or one array for all", () => {
    const input = c.Input([2]);
    const model = c.Model(input, [c.Dense(1, { name: "a" })(input), c.Dense(1, { name: "b" })(input)]);
    model.compile({ optimizer: new c.SGD(0), loss: "mse", lossWeights: { a: 2 } });
    const x = c.randomNormal([4, 2]);
    const targets = { a: c.ones([4, 1]), b: c.zeros([4, 1]) };
    const plain = model.testOnBatch(x, targets);
    expect(plain.loss).toBeCloseTo(2 * plain.a_loss! + plain.b_loss!, 5);
    const half = model.testOnBatch(x, targets, c.full([4], 0.5));
    expect([half.a_loss, half.b_loss].map((loss, i) => loss! / [plain.a_loss!, plain.b_loss!][i]!)).toEqual([
      0.5, 0.5,
    ]);
    const named = model.testOnBatch(x, targets, { a: c.zeros([4]), b: c.ones([4]) });
    expect([named.a_loss, named.b_loss]).toEqual([0, plain.b_loss]);
  });

  it("works with callbacks: early stopping, best weights, learning rates", async () => {
    const { x, y } = points(40);
    const model = classifier({ optimizer: new c.SGD(1e-9) });
    const early = new c.EarlyStopping({
      monitor: "loss",
      patience: 2,
      minDelta: 10,
      restoreBestWeights: true,
    });
    const rate = new c.LearningRateScheduler((epoch) => 1e-9 / (epoch + 1));
    const { history } = await model.fit(x, y, { ...quiet, epochs: 20, callbacks: [early, rate] });
    expect(history.loss!.length).toBe(3);
    expect(model.optimizer.learningRate).toBeCloseTo(1e-9 / 3, 12);
  });
});

describe("what goes wrong is said, and changes nothing", () => {
  it("a loss that is not finite", async () => {
    const { x, y } = points(16);
    const model = classifier();
    const before = bits(model);
    const broken = x.mul(Number.NaN);
    await expect(model.fit(broken, y, quiet)).rejects.toThrow(
      /epoch 1, batch 0: the loss became NaN. The weights are as they were/,
    );
    expect(() => model.trainOnBatch(broken, y)).toThrow(/the loss became NaN/);
    expect(bits(model)).toEqual(before);
    await model.fit(broken, y, { ...quiet, callbacks: [new c.TerminateOnNaN({ printFn: () => undefined })] });
    expect(bits(model)).toEqual(before);
  });

  it("labels out of range", async () => {
    const { x } = points(4);
    const model = classifier();
    const before = bits(model);
    await expect(model.fit(x, [0, 1, 2, 0], quiet)).rejects.toThrow(/sparse_categorical_crossentropy.*2/);
    expect(bits(model)).toEqual(before);
  });

  it.each<[string, (model: c.Model, x: c.Tensor, y: c.Tensor) => Promise<unknown>, RegExp]>([
    [
      "counts that differ",
      (model, x, y) => model.fit(x, y.slice({ end: [3] }), quiet),
      /one number of samples; received \[8, 4\], \[3\]/,
    ],
    [
      "a wrong shape",
      (model, x, y) => model.fit(x.reshape([8, 2, 2]), y, quiet),
      /input 0 must have shape \[None, 4\]/,
    ],
    ["no targets", (model, x) => model.fit(x, undefined, quiet), /targets y are needed/],
    [
      "an unknown option",
      (model, x, y) => model.fit(x, y, { epoch: 3 } as never),
      /fit: unknown option "epoch"; known: epochs/,
    ],
    [
      "no epochs",
      (model, x, y) => model.fit(x, y, { epochs: 0 }),
      /epochs must be a whole number ≥ 1; received 0/,
    ],
    [
      "a split that leaves nothing",
      (model, x, y) => model.fit(x, y, { validationSplit: 1 }),
      /must leave samples on both sides/,
    ],
    [
      "a source without batches",
      (model) => model.fit([][Symbol.iterator](), undefined, quiet),
      /gave no batches/,
    ],
  ])("%s", async (_, run, message) => {
    const { x, y } = points(8);
    await expect(run(classifier(), x, y)).rejects.toThrow(message);
  });

  it("compile's own mistakes, and its absence", async () => {
    const { x, y } = points(8);
    const model = c.Sequential([c.Input([4]), c.Dense(2)]);
    await expect(model.fit(x, y)).rejects.toThrow(/must be compiled first: model.compile/);
    expect(() => model.compile({ optimizer: "adamm" })).toThrow(/unknown optimizer "adamm"; known: adam/);
    expect(() => model.compile({ loss: "mze" })).toThrow(/unknown loss/);
    expect(() => model.compile({ loss: { other: "mse" } })).toThrow(/names an output "other"/);
  });
});

describe("state is explicit", () => {
  it("a test step changes no weight; a train step writes the moving statistics", () => {
    const { x, y } = points(16);
    const model = classifier();
    const moving = model.nonTrainableWeights.map((w) => w.toTypedArray());
    model.testOnBatch(x, y);
    expect(model.nonTrainableWeights.map((w) => w.toTypedArray())).toEqual(moving);
    model.trainOnBatch(x, y);
    expect(model.nonTrainableWeights.map((w) => w.toTypedArray())).not.toEqual(moving);
  });

  it("a loop of one's own is as easy", () => {
    const { x, y } = points(64);
    const model = c.Sequential([c.Input([4]), c.Dense(8, { activation: "swish" }), c.Dense(2)]);
    const loss = new c.SparseCategoricalCrossentropy({ fromLogits: true });
    const adam = new c.Adam(0.05);
    const first = loss.of(y, model(x)).item();
    for (let i = 0; i < 40; i++)
      adam.minimize(() => loss.of(y, model(x, { training: true })), model.trainableWeights);
    expect(loss.of(y, model(x)).item()).toBeLessThan(first / 3);
  });

  it("regularizers count, constraints hold", () => {
    const model = c.Sequential([
      c.Input([2]),
      c.Dense(1, { kernelRegularizer: new c.L2(0.5), kernelConstraint: "non_neg", useBias: false }),
    ]);
    model.compile({ optimizer: new c.SGD(1), loss: "mse" });
    model.setWeights([[[1], [0.5]]]);
    // loss: (1·1 + 0.5·0 − 0)² + ½(1 + ¼)
    expect(model.trainOnBatch([[1, 0]], [[0]]).loss).toBeCloseTo(1 + 0.625, 6);
    expect(Array.from(model.getWeights()[0]!.data as ArrayLike<number>)).toEqual([0, 0]);
  });
});

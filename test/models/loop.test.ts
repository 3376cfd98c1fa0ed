import { expect, it } from "vitest";
import * as c from "../../src/index.ts";

const quiet = { verbose: 0 } as const;

/** Multiplies by one weight, and remembers which samples it saw in training and which otherwise. */
class Spy extends c.Layer {
  weight!: c.Variable;
  trained: number[][] = [];
  tested: number[][] = [];
  override build() {
    this.weight = this.addWeight("weight", [1], { initializer: "ones" });
  }
  override call(x: c.Tensor, { training }: { training: boolean }): c.Tensor {
    if (!x.symbolic) (training ? this.trained : this.tested).push(Array.from(x.data as ArrayLike<number>));
    return x.mul(this.weight);
  }
}

/** A model of a spy that is trained to give twice its input; with a rate of 0 it stays as it is. */
function spied(optimizer: c.Optimizer = new c.SGD(0), options: Partial<c.CompileOptions> = {}) {
  const spy = new Spy();
  const input = c.Input([1]);
  const model = c.Model(input, spy(input));
  // Op by op: a compiled step would not show its samples to the spy.
  model.compile({ optimizer, loss: "mse", runEagerly: true, ...options });
  return { model, spy };
}

const column = (from: number, to: number) =>
  c.tensor(Array.from({ length: to - from }, (_, i) => [from + i]));
const x = column(0, 10);
const y = x.mul(2);
/** The mean of i² over some samples: the loss of a spied model on them. */
const meanSquare = (samples: readonly number[], weights = samples.map(() => 1)) =>
  samples.reduce((sum, value, i) => sum + weights[i]! * value * value, 0) / samples.length;
const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);

it("trains on the first samples and validates on the last, in batches of their own size", async () => {
  const { model, spy } = spied();
  const { history } = await model.fit(x, y, {
    ...quiet,
    validationSplit: 0.25,
    batchSize: 4,
    validationBatchSize: 2,
    shuffle: false,
  });
  expect(spy.trained).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6],
  ]);
  expect(spy.tested).toEqual([[7, 8], [9]]);
  expect(history.loss![0]).toBeCloseTo(meanSquare([0, 1, 2, 3, 4, 5, 6]), 4);
  expect(history.val_loss![0]).toBeCloseTo(meanSquare([7, 8, 9]), 4);
});

it("shuffles anew each epoch, targets and weights along with the samples", async () => {
  const { model, spy } = spied();
  const sampleWeight = x.reshape([10]);
  const { history } = await model.fit(x, y, { ...quiet, epochs: 3, batchSize: 10, sampleWeight });
  const orders = spy.trained;
  expect(new Set([x.data.join(), ...orders.map(String)]).size).toBe(4);
  for (const order of orders) expect(sorted(order)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const samples = Array.from(x.data as ArrayLike<number>);
  for (const loss of history.loss!) expect(loss).toBeCloseTo(meanSquare(samples, samples), 3);
});

it("puts each sample in each place about as often", async () => {
  const { model, spy } = spied();
  await model.fit(column(0, 4), column(0, 4), { ...quiet, epochs: 600, batchSize: 4 });
  for (let sample = 0; sample < 4; sample++) {
    for (let place = 0; place < 4; place++) {
      const often = spy.trained.filter((order) => order[place] === sample).length;
      // 150 are expected; the standard deviation is 10.6.
      expect(Math.abs(often - 150)).toBeLessThan(53);
    }
  }
});

it("goes from initialEpoch to epochs, as many steps as are asked for, validating now and then", async () => {
  const { model, spy } = spied();
  const history = await model.fit(x, y, {
    ...quiet,
    initialEpoch: 2,
    epochs: 6,
    batchSize: 2,
    stepsPerEpoch: 3,
    shuffle: false,
    validationData: [column(20, 22), column(20, 22), c.tensor([1, 0])],
    validationFreq: 2,
  });
  expect(history.epoch).toEqual([2, 3, 4, 5]);
  expect(spy.trained.length).toBe(4 * 3);
  expect(spy.tested.length).toBe(2);
  expect(history.history.loss!.length).toBe(4);
  expect(history.history.val_loss).toEqual([0, 0]);
});

it("draws validation at the epochs in which it ran", async () => {
  const { model } = spied();
  const options = { ...quiet, initialEpoch: 1, epochs: 4, validationFreq: 2, validationSplit: 0.5 };
  const svg = (await model.fit(x, y, options)).toSVG();
  const [training, validation] = [...svg.matchAll(/class="line s\d-line" d="M([^"h]*)"/g)].map(([, path]) =>
    path!.split("L").map((point) => point.split(" ")[0]),
  );
  expect(validation).toEqual([training![0], training!.at(-1)]);
  expect(svg.match(/>val_loss</)).toBeNull();
});

it("judges validation with its own sample weights", async () => {
  const { model } = spied();
  const validationData = [column(1, 3), column(1, 3).mul(2), c.tensor([3, 0])] as const;
  const { history } = await model.fit(x, y, { ...quiet, validationData });
  expect(history.val_loss![0]).toBeCloseTo(meanSquare([1, 2], [3, 0]), 5);
});

it("ends at once when stopped, neither finishing the epoch nor, at a signal, validating", async () => {
  const stopped = spied();
  const stop = () => {
    stopped.model.trainer!.stopTraining = true;
  };
  const options = { ...quiet, epochs: 3, batchSize: 2, validationSplit: 0.2 };
  await stopped.model.fit(x, y, { ...options, callbacks: [{ onTrainBatchEnd: stop }] });
  expect([stopped.spy.trained.length, stopped.spy.tested.length]).toEqual([1, 1]);
  await stopped.model.fit(x, y, { ...options, epochs: 1 });
  expect(stopped.spy.trained.length).toBe(1 + 4);

  const aborted = spied();
  const controller = new AbortController();
  const { signal } = controller;
  const history = await aborted.model.fit(x, y, {
    ...options,
    signal,
    callbacks: [{ onTrainBatchEnd: () => controller.abort() }],
  });
  expect([aborted.spy.trained.length, aborted.spy.tested.length]).toEqual([1, 0]);
  expect(history.epoch).toEqual([0]);
});

it("weighs classes of one-hot targets, times the weights of samples", async () => {
  const input = c.Input([2]);
  const model = c.Model(input, c.Activation("softmax")(input));
  model.compile({ optimizer: new c.SGD(0), loss: "categorical_crossentropy" });
  const [even, targets] = [c.zeros([4, 2]), c.oneHot([0, 1, 1, 1], { depth: 2 })];
  const loss = async (options: c.FitOptions) =>
    (await model.fit(even, targets, { ...quiet, ...options })).history.loss![0]! / Math.log(2);
  expect(await loss({ classWeight: { 1: 5 } })).toBeCloseTo((1 + 5 + 5 + 5) / 4, 5);
  const sampleWeight = c.tensor([1, 2, 0, 1]);
  expect(await loss({ classWeight: { 1: 5 }, sampleWeight })).toBeCloseTo((1 + 10 + 0 + 5) / 4, 5);
});

it("leaves the averaged weights after training with an average", async () => {
  const { model, spy } = spied(new c.SGD(0.1, { useEma: true, emaMomentum: 0.5 }));
  const one = c.ones([1, 1]);
  await model.fit(one, one.mul(2), { ...quiet, epochs: 2 });
  // 1 → 1.2 → 1.36 by steps of 0.1 · 2 · (2 − w); the average begins with 1.2.
  expect(spy.weight.item()).toBeCloseTo(0.5 * 1.2 + 0.5 * 1.36, 6);
});

it("refuses what cannot be", async () => {
  const { model } = spied();
  const batches = [[x, y]] as const;
  await expect(model.fit(batches, undefined, { ...quiet, validationSplit: 0.5 })).rejects.toThrow(
    /validationSplit needs arrays/,
  );
  const input = c.Input([1]);
  const two = c.Model(input, [c.Dense(1)(input), c.Dense(1)(input)]);
  two.compile({ loss: "mse" });
  await expect(two.fit(x, [y, y], { ...quiet, classWeight: { 0: 1 } })).rejects.toThrow(
    /classWeight needs a model with one output/,
  );
});

it("begins the metrics of each epoch and each evaluation anew", async () => {
  const { model } = spied(new c.SGD(0), { metrics: ["mae"] });
  const { history } = await model.fit(x, y, { ...quiet, epochs: 2, batchSize: 3 });
  expect(history.mae).toEqual([4.5, 4.5]);
  const last = await model.evaluate(column(8, 10), column(8, 10).mul(2), quiet);
  expect(last.mae).toBe(8.5);
});

it("leaves the dtype of data to the layers", () => {
  const input = c.Input({ shape: [1], dtype: "float64" });
  const model = c.Model(input, c.ReLU({ dtype: "float64" })(input));
  expect(model(c.tensor([[0.1]], { dtype: "float64" })).item()).toBe(0.1);
});

it("gives the same logs at the end of an epoch whether somebody is told of each batch or not", async () => {
  const epochs = async (callbacks: readonly c.CallbackLike[]) => {
    const { model } = spied(new c.SGD(0.001), { metrics: ["mae"], runEagerly: false });
    const { history } = await model.fit(x, y, {
      ...quiet,
      epochs: 2,
      batchSize: 4,
      shuffle: false,
      callbacks,
    });
    return { history, evaluated: await model.evaluate(x, y, { ...quiet, batchSize: 3, callbacks }) };
  };
  const told: c.Logs[] = [];
  const listener = {
    onTrainBatchEnd: (_: number, logs: c.Logs) => void told.push(logs),
    onTestBatchEnd: (_: number, logs: c.Logs) => void told.push(logs),
  };
  const heard = await epochs([listener]);
  expect(await epochs([])).toEqual(heard);
  expect(told.length).toBe(2 * 3 + 4);
  expect(told[2]).toEqual({ loss: heard.history.loss![0], mae: heard.history.mae![0] });
  expect(told.at(-1)).toEqual(heard.evaluated);
});

it.each([false, true])(
  "leaves data that are a variable as they were when a batch was taken, shuffled: %s",
  async (shuffle) => {
    const data = c.variable(x);
    // Compiled functions work on the cells of their variables in place.
    c.compile(() => data.mul(2))();
    const { model, spy } = spied();
    const change = () => data.assign(c.zeros(x.shape));
    await model.fit(data, y, {
      ...quiet,
      batchSize: 5,
      shuffle,
      callbacks: [{ onTrainBatchBegin: (batch: number) => batch === 0 && change() }],
    });
    const [first, second] = spy.trained as [number[], number[]];
    expect(new Set(first).size).toBe(5);
    expect(second).toEqual([0, 0, 0, 0, 0]);
  },
);

it("reads batches of images and of bools, the last one smaller", async () => {
  const image = c.Input([1, 2]);
  const model = c.Model(image, c.Flatten()(image));
  const cells = Float32Array.from({ length: 14 }, (_, i) => i);
  const images = c.tensor(cells, { shape: [7, 1, 2] });
  expect((await model.predict(images, { batchSize: 3 })).toTypedArray()).toEqual(cells);
  const bools = c.tensor([[[true, false]], [[false, false]], [[true, true]]]);
  expect((await model.predict(bools, { batchSize: 2 })).toArray()).toEqual([
    [true, false],
    [false, false],
    [true, true],
  ]);
});

import { describe, expect, it } from "vitest";
import { ChainruleError } from "../../src/index.ts";
import * as c from "../../src/training/callbacks/index.ts";
import { SGD } from "../../src/training/optimizers/index.ts";
import { fakeModel, listen, losses, train } from "./callbacks-fake.ts";

const { texts, printFn } = listen();

describe("callbacks and their list", () => {
  it("calls every hook of every callback in order, waiting for each", async () => {
    const seen: string[] = [];
    const later = (text: string) =>
      new Promise<void>((resolve) => setTimeout(() => resolve(void seen.push(text)), 2));
    const first = { onEpochEnd: () => later("first"), onTrainBatchEnd: async () => void seen.push("batch") };
    class Second extends c.Callback {
      override async onEpochEnd(epoch: number) {
        await later(`second ${epoch} of ${this.params.epochs}`);
      }
      override onTrainEnd() {
        seen.push(`end ${this.model.stopTraining}`);
      }
    }
    await train([first, new Second()], losses(1), { batches: 2 });
    expect(seen).toEqual(["batch", "batch", "first", "second 0 of 1", "end false"]);
  });

  it("has all hooks of Keras, each with an empty default", async () => {
    const [model, seen] = [fakeModel(), [] as string[]];
    const names = ["Train", "Test", "Predict"].flatMap((what) =>
      ["Begin", "End", "BatchBegin", "BatchEnd"].map((when) => `on${what}${when}` as c.Hook),
    );
    const all = [...names, "onEpochBegin", "onEpochEnd"] as const;
    const hooks = Object.fromEntries(all.map((name) => [name, () => seen.push(name)])) as c.Hooks;
    const list = new c.CallbackList([new c.Callback(), hooks], model);
    for (const name of all) await list.run(name as "onEpochEnd", 0, {});
    expect(seen).toEqual(all);
  });

  it("adds a history that sees what the others add, or takes the given one", async () => {
    const { list } = await train([new c.ReduceLROnPlateau()], losses(1, 0.5));
    expect(list.history.history).toEqual({ loss: [0, 0], val_loss: [1, 0.5], learning_rate: [0.1, 0.1] });
    const history = new c.History();
    const again = await train([history], losses(3));
    expect(again.list.history).toBe(history);
    await train([history], losses(4, 5));
    expect([history.history.val_loss, history.epoch]).toEqual([
      [4, 5],
      [0, 1],
    ]);
  });

  it("lets an error of a hook through", async () => {
    const fails = { onEpochEnd: async () => Promise.reject(new Error("mine")) };
    await expect(train([fails], losses(1))).rejects.toThrow("mine");
  });

  it.each([
    [
      () => new c.CallbackList([3 as never]),
      /callbacks: expected a Callback or an object of hooks at \[0\]; received 3/,
    ],
    [() => new c.CallbackList({} as never), /callbacks: expected an array of callbacks; received {}/],
    [
      () => new c.LambdaCallback({ onEpochEnds: () => {} } as never),
      /unknown option "onEpochEnds"; known: onEpochEnd, /,
    ],
    [
      () => new c.LambdaCallback({ onEpochEnd: 3 } as never),
      /LambdaCallback: onEpochEnd must be a function; received 3/,
    ],
    [() => new c.Callback().model, /Callback: there is no model yet/],
  ])("%s", (run, message) => {
    expect(run).toThrow(ChainruleError);
    expect(run).toThrow(message);
  });
});

describe("LearningRateScheduler", () => {
  it("sets the rate before each epoch from epoch and rate, logs it and says so", async () => {
    const scheduler = new c.LearningRateScheduler((epoch, rate) => (epoch < 1 ? rate : rate / 2), {
      verbose: 1,
      printFn,
    });
    const { list } = await train([scheduler], losses(1, 1, 1), { model: fakeModel(new SGD(0.5)) });
    expect(list.history.history.learning_rate).toEqual([0.5, 0.25, 0.125]);
    expect(texts).toEqual(
      [0.5, 0.25, 0.125].map(
        (rate, i) => `\nEpoch ${i + 1}: LearningRateScheduler setting learning rate to ${rate}.`,
      ),
    );
  });

  it.each([Number.NaN, -1, undefined, "0.1"])("refuses %s", async (value) => {
    const model = fakeModel();
    const scheduler = new c.LearningRateScheduler(() => value as number);
    await expect(train([scheduler], losses(1), { model })).rejects.toThrow(
      /LearningRateScheduler: the schedule must return a number ≥ 0; it returned .* for epoch 0/,
    );
    expect(model.optimizer.learningRate).toBe(0.1);
  });
});

describe("CSVLogger", () => {
  it("writes a header of sorted names, a line per epoch, NA for what is missing", async () => {
    const written: string[] = [];
    const logger = new c.CSVLogger({ write: async (line) => void written.push(line) });
    await train(
      [logger],
      [
        { loss: 1, accuracy: 0.5 },
        { loss: 0.5, val_loss: 2 },
      ],
    );
    expect(written).toEqual(["epoch,accuracy,loss\n", "0,0.5,1\n", "1,NA,0.5\n"]);
    expect(logger.lines).toEqual(written.map((line) => line.trimEnd()));
  });

  it("begins anew with each training, or goes on", async () => {
    const [anew, on] = [new c.CSVLogger(), new c.CSVLogger({ append: true, separator: ";" })];
    for (const loss of [1, 2]) await train([anew, on], [{ loss }]);
    expect(anew.lines).toEqual(["epoch,loss", "0,2"]);
    expect(on.lines).toEqual(["epoch;loss", "0;1", "0;2"]);
  });

  it("quotes names that could be mistaken", async () => {
    const logger = new c.CSVLogger();
    await train([logger], [{ 'a"b': 1, "c,d": 2 }]);
    expect(logger.lines[0]).toBe('epoch,"a""b","c,d"');
  });
});

describe("TerminateOnNaN", () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])("stops at a loss of %s, and says so", async (loss) => {
    const { model, count } = await train(
      [new c.TerminateOnNaN({ printFn })],
      [{ loss: 1 }, { loss }, { loss: 1 }],
      { batches: 1 },
    );
    expect([model.stopTraining, count]).toEqual([true, 2]);
    expect(texts).toEqual(["Batch 0: Invalid loss, terminating training"]);
  });

  it("throws if told, and lets numbers pass", async () => {
    const guard = new c.TerminateOnNaN({ raiseError: true });
    await expect(train([guard], [{ loss: Number.NaN }], { batches: 1 })).rejects.toThrow(
      /the loss of batch 0 is NaN/,
    );
    expect((await train([guard], [{ loss: 1 }, { accuracy: 1 }], { batches: 1 })).count).toBe(2);
  });
});

describe("bad options", () => {
  it.each([
    [
      () => new c.EarlyStopping({ patience: -1 }),
      /EarlyStopping: patience must be a whole number ≥ 0; received -1/,
    ],
    [() => new c.EarlyStopping({ minDelta: Number.NaN }), /minDelta must be a number ≥ 0; received NaN/],
    [
      () => new c.EarlyStopping({ mode: "up" as never }),
      /mode must be "auto" or "min" or "max"; received "up"/,
    ],
    [() => new c.EarlyStopping({ verbose: "yes" as never }), /verbose must be 0 or 1; received "yes"/],
    [() => new c.EarlyStopping({ patiens: 1 } as never), /unknown option "patiens"; known: patience, /],
    [
      () => new c.ReduceLROnPlateau({ factor: 1 }),
      /factor must be a number from 0 up to, not including, 1; received 1/,
    ],
    [
      () => new c.LearningRateScheduler(0.1 as never),
      /schedule must be a function of the epoch and the learning rate/,
    ],
    [() => new c.ModelCheckpoint(), /ModelCheckpoint: filepath is needed: a path/],
    [
      () => new c.ModelCheckpoint("x", { saveFreq: 0 }),
      /saveFreq must be "epoch" or a number of batches; received 0/,
    ],
    [() => new c.CSVLogger({ separator: '"' }), /separator must be a character; received/],
  ] as [() => unknown, RegExp][])("%s", (make, message) => {
    expect(make).toThrow(ChainruleError);
    expect(make).toThrow(message);
  });
});

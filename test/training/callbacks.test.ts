import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ChainruleError, variable } from "../../src/index.ts";
import * as c from "../../src/training/callbacks/index.ts";
import { fillTemplate, formatNumber } from "../../src/training/callbacks/path-template.ts";
import { SGD } from "../../src/training/optimizers/index.ts";
import { ExponentialDecay } from "../../src/training/schedules/index.ts";

type Options<C> = C extends new (...args: infer A) => object ? Extract<A[0], object> : never;

/** A model with one weight, which is the number of epochs that it was trained. */
function fakeModel(optimizer = new SGD(0.1)) {
  const weight = variable([0]);
  return {
    stopTraining: false,
    optimizer,
    metrics: [
      { name: "accuracy", direction: "up" as const },
      { name: "error", direction: "down" as const },
      { name: "odd", direction: null },
    ],
    trainableWeights: [weight],
    getWeights: () => [weight.toNdArray()],
    setWeights: ([value]: readonly Parameters<typeof weight.assign>[0][]) => weight.assign(value!),
  } satisfies c.TrainableModel;
}

type FakeModel = ReturnType<typeof fakeModel>;

/** Runs as many epochs as there are logs, or fewer if the training is stopped. Returns how many. */
async function train(
  callbacks: readonly c.CallbackLike[],
  epochs: readonly c.Logs[],
  { model = fakeModel(), batches = 0 }: { model?: FakeModel; batches?: number } = {},
) {
  const list = new c.CallbackList(callbacks, model, { epochs: epochs.length });
  model.stopTraining = false;
  await list.run("onTrainBegin", {});
  for (const [epoch, given] of epochs.entries()) {
    if (model.stopTraining) break;
    const logs = { ...given };
    await list.run("onEpochBegin", epoch, {});
    for (let batch = 0; batch < batches; batch++) {
      await list.run("onTrainBatchBegin", batch, {});
      await list.run("onTrainBatchEnd", batch, logs);
    }
    model.trainableWeights[0]!.assign([epoch + 1]);
    await list.run("onEpochEnd", epoch, logs);
  }
  await list.run("onTrainEnd", {});
  return { model, list, count: list.history.epoch.length, weight: model.trainableWeights[0]!.item() };
}

const losses = (...values: readonly number[]) => values.map((val_loss) => ({ loss: 0, val_loss }));
let texts: string[] = [];
const printFn = (text: string) => texts.push(text);
const warn = vi.spyOn(console, "warn").mockImplementation(() => {});

beforeEach(() => {
  texts = [];
});
afterEach(() => warn.mockClear());

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

describe("EarlyStopping", () => {
  const run = (options: Options<typeof c.EarlyStopping>, values: readonly number[], model?: FakeModel) => {
    const stopping = new c.EarlyStopping({ verbose: 1, printFn, ...options });
    return train([stopping], losses(...values), model && { model }).then((result) => ({
      ...result,
      stopping,
    }));
  };

  it.each([
    ["no patience: at the first epoch that is no better", {}, [3, 2, 2, 1], 3],
    ["never in the first epoch", {}, [Number.NaN, 1, 2], 3],
    ["patience counts epochs since the best", { patience: 2 }, [3, 2, 4, 1, 2, 1, 0], 6],
    ["an equal value is no improvement", { patience: 2 }, [1, 1, 1, 1, 1], 3],
    ["minDelta: a smaller gain counts for nothing", { minDelta: 0.5 }, [3, 2.6, 2], 2],
    ["minDelta: a gain of just that much counts for nothing", { minDelta: 0.5 }, [3, 2.5, 2], 2],
    [
      "minDelta: gains are measured from the best, not from the last",
      { minDelta: 0.5, patience: 2 },
      [3, 2.7, 2.4, 2.1],
      4,
    ],
    ["NaN is no improvement", { patience: 1 }, [1, Number.NaN, 0], 2],
    ["startFromEpoch: earlier epochs do not count", { startFromEpoch: 3 }, [1, 2, 3, 4, 5, 6], 5],
    [
      "baseline: what does not reach it uses up patience",
      { baseline: 1, patience: 2 },
      [4, 3, 3.5, 3.2, 3.1],
      3,
    ],
    ["baseline: patience starts anew when it is reached", { baseline: 2, patience: 2 }, [4, 1, 2, 2, 2], 4],
    ["max", { mode: "max" as const }, [1, 2, 1, 5], 3],
  ])("%s", async (_, options, values, count) => {
    expect((await run(options, values)).count).toBe(count);
  });

  it("knows what is better from the metrics of the model, and losses", async () => {
    const stop = async (monitor: string, ...values: readonly number[]) => {
      const stopping = new c.EarlyStopping({ monitor });
      return (
        await train(
          [stopping],
          values.map((value) => ({ [monitor]: value })),
        )
      ).count;
    };
    expect(await stop("val_accuracy", 0.5, 0.6, 0.7)).toBe(3);
    expect(await stop("accuracy", 0.5, 0.4, 0.3)).toBe(2);
    expect(await stop("error", 0.5, 0.4, 0.3)).toBe(3);
    expect(await stop("val_head_loss", 0.5, 0.4, 0.5)).toBe(3);
    await expect(stop("val_odd", 1)).rejects.toThrow(
      'EarlyStopping: cannot tell whether val_odd should be large or small; set mode to "max" or "min"',
    );
    await expect(stop("acc", 1)).rejects.toThrow(ChainruleError);
  });

  it("says what it does, in Keras's words, and restores the best weights", async () => {
    const { model, weight, stopping } = await run(
      { patience: 2, restoreBestWeights: true },
      [5, 4, 3, 4, 5, 6],
    );
    expect(texts).toEqual([
      "Epoch 5: early stopping",
      "Restoring model weights from the end of the best epoch: 3.",
    ]);
    expect([model.stopTraining, weight, stopping.best, stopping.bestEpoch, stopping.stoppedEpoch]).toEqual([
      true,
      3,
      3,
      2,
      4,
    ]);
  });

  it("restores however the training ends, and the best of what did not reach the baseline", async () => {
    expect((await run({ patience: 9, restoreBestWeights: true }, [2, 1, 3])).weight).toBe(2);
    expect(texts).toEqual(["Restoring model weights from the end of the best epoch: 2."]);
    expect((await run({ patience: 2, baseline: 0, restoreBestWeights: true }, [2, 1, 3, 4])).weight).toBe(2);
    const nothing = await run({ patience: 9, restoreBestWeights: true }, [Number.NaN, Number.NaN]);
    expect(nothing.weight).toBe(1);
    expect((await run({}, [1, 2])).weight).toBe(2);
  });

  it("is silent unless told, and forgets between two trainings", async () => {
    const stopping = new c.EarlyStopping({ printFn, patience: 1, restoreBestWeights: true });
    await train([stopping], losses(1, 2));
    expect(texts).toEqual([]);
    expect((await train([stopping], losses(9, 8, 7))).weight).toBe(3);
  });

  it("warns once where the value is missing, and goes on", async () => {
    const { count } = await train([new c.EarlyStopping()], [{ loss: 1 }, { loss: 2 }]);
    expect(count).toBe(2);
    expect(warn.mock.calls).toEqual([
      ["EarlyStopping watches val_loss, which is not available. Available metrics are: loss"],
    ]);
  });
});

describe("ReduceLROnPlateau", () => {
  const rates = async (
    options: Options<typeof c.ReduceLROnPlateau>,
    values: readonly number[],
    start = 1,
  ) => {
    const plateau = new c.ReduceLROnPlateau({ factor: 0.5, verbose: 1, printFn, ...options });
    const { list, model } = await train([plateau], losses(...values), { model: fakeModel(new SGD(start)) });
    return [...list.history.history.learning_rate!.slice(1), model.optimizer.learningRate];
  };

  it.each([
    ["after patience epochs, and again", { patience: 2 }, [1, 1, 1, 1, 1], [1, 1, 0.5, 0.5, 0.25]],
    ["an improvement begins anew", { patience: 2 }, [3, 3, 2, 2, 2], [1, 1, 1, 1, 0.5]],
    ["a gain of minDelta is none", { patience: 1, minDelta: 0.5 }, [3, 2.5, 2.4], [1, 0.5, 0.5]],
    ["the default minDelta is 1e-4", { patience: 1 }, [1, 0.99995, 0.9], [1, 0.5, 0.5]],
    [
      "cooldown: it looks away for that long",
      { patience: 1, cooldown: 2 },
      [1, 1, 1, 1, 1, 1],
      [1, 0.5, 0.5, 0.25, 0.25, 0.125],
    ],
    ["minLr is the least", { patience: 1, minLr: 0.4 }, [1, 1, 1, 1], [1, 0.5, 0.4, 0.4]],
    ["max", { patience: 1, mode: "max" as const }, [1, 2, 2], [1, 1, 0.5]],
  ])("%s", async (_, options, values, expected) => {
    expect(await rates(options, values)).toEqual(expected);
  });

  it("says what it does, in Keras's words", async () => {
    await rates({ patience: 1 }, [1, 1, 0, 0], 0.5);
    expect(texts).toEqual([
      "\nEpoch 2: ReduceLROnPlateau reducing learning rate to 0.25.",
      "\nEpoch 4: ReduceLROnPlateau reducing learning rate to 0.125.",
    ]);
  });

  it("warns where the value is missing, and cannot work with a schedule", async () => {
    await train([new c.ReduceLROnPlateau()], [{ loss: 1 }]);
    expect(warn).toHaveBeenCalledWith(
      "ReduceLROnPlateau watches val_loss, which is not available. Available metrics are: loss, learning_rate",
    );
    const model = fakeModel(new SGD(new ExponentialDecay(1, 1, 1)));
    const plateau = new c.ReduceLROnPlateau({ patience: 1 });
    await expect(train([plateau], losses(1, 1), { model })).rejects.toThrow(
      /a schedule gives the learning rate/,
    );
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

describe("ModelCheckpoint", () => {
  const run = async (path: string, options: object, logs: readonly c.Logs[], batches = 0) => {
    const saved: [string, number][] = [];
    const save = async (model: c.TrainableModel, to: string) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      saved.push([to, model.getWeights()[0]!.get(0)]);
    };
    const checkpoint = new c.ModelCheckpoint(path, { save, printFn, ...options });
    await train([checkpoint], logs, { batches });
    return { saved, checkpoint, paths: saved.map(([to]) => to) };
  };

  it("saves after each epoch, with the epoch and the logs in the name", async () => {
    const { saved } = await run("m/{epoch:02d}-{val_loss:.2f}.keras", {}, losses(0.5, 1.234));
    expect(saved).toEqual([
      ["m/01-0.50.keras", 1],
      ["m/02-1.23.keras", 2],
    ]);
  });

  it("saves the best only, and says so in Keras's words", async () => {
    const { paths, checkpoint } = await run(
      "best",
      { saveBestOnly: true, verbose: 1 },
      losses(0.5, 0.75, 0.25),
    );
    expect(paths).toEqual(["best", "best"]);
    expect(checkpoint.best).toBe(0.25);
    expect(texts).toEqual([
      "\nEpoch 1: val_loss improved from inf to 0.50000, saving model to best",
      "\nEpoch 1: finished saving model to best",
      "\nEpoch 2: val_loss did not improve from 0.50000",
      "\nEpoch 3: val_loss improved from 0.50000 to 0.25000, saving model to best",
      "\nEpoch 3: finished saving model to best",
    ]);
  });

  it("says what it does when it saves all", async () => {
    await run("all", { verbose: 1 }, losses(1));
    expect(texts).toEqual(["\nEpoch 1: saving model to all", "\nEpoch 1: finished saving model to all"]);
  });

  it("keeps its best over trainings, and starts from a threshold", async () => {
    const { paths, checkpoint } = await run(
      "{epoch}",
      { saveBestOnly: true, initialValueThreshold: 0.6 },
      losses(0.7, 0.5),
    );
    expect(paths).toEqual(["2"]);
    await train([checkpoint], losses(0.55));
    expect(checkpoint.best).toBe(0.5);
  });

  it("saves after so many batches, across epochs", async () => {
    const { paths } = await run("{epoch}.{batch:02d}", { saveFreq: 3 }, losses(1, 1, 1), 4);
    expect(paths).toEqual(["1.03", "2.02", "3.01", "3.04"]);
  });

  it("saves and warns where the value is missing", async () => {
    const { paths } = await run("x", { saveBestOnly: true }, [{ loss: 1 }]);
    expect(paths).toEqual(["x"]);
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/ModelCheckpoint watches val_loss/));
  });

  it("says before the training that nothing saves, and which names a path may have", async () => {
    await expect(train([new c.ModelCheckpoint("x.keras")], losses(1))).rejects.toThrow(
      /ModelCheckpoint: there is nothing that saves models yet; give it { save: \(model, path\) => … }/,
    );
    await expect(run("{val_los}", {}, losses(1))).rejects.toThrow(
      /ModelCheckpoint: "{val_los}": there is no val_los; known: val_loss, /,
    );
    await expect(run("{constructor}", {}, losses(1))).rejects.toThrow(/there is no constructor/);
  });
});

describe("path templates", () => {
  // What Python's format gives.
  it.each([
    [3, "", "3"],
    [3, "d", "3"],
    [3, "02d", "03"],
    [-3, "04d", "-003"],
    [12, "5d", "   12"],
    [0.123456, ".2f", "0.12"],
    [0.5, "f", "0.500000"],
    [-0.5, "07.2f", "-000.50"],
    [0.00012, ".1e", "1.2e-04"],
    [1e100, ".1e", "1.0e+100"],
    [0.256, ".1%", "25.6%"],
    [Number.POSITIVE_INFINITY, ".5f", "inf"],
    [Number.NEGATIVE_INFINITY, ".5f", "-inf"],
    [Number.NaN, ".2f", "nan"],
  ])("%s as %s", (value, spec, expected) => expect(formatNumber(value, spec)).toBe(expected));

  it("fills in names, and leaves doubled braces as braces", () => {
    expect(fillTemplate("{{{epoch:02d}}}/{loss}", { epoch: 7, loss: 0.5 })).toBe("{07}/0.5");
  });

  it.each(["{epoch:2x}", "{epoch:.2d}", "{loss:.2}", "{epoch", "epoch}", "{}", "{:02d}"])(
    "refuses %s",
    (template) => {
      expect(() => new c.ModelCheckpoint(template)).toThrow(ChainruleError);
      expect(() => new c.ModelCheckpoint(template)).toThrow(/ModelCheckpoint: "/);
    },
  );
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

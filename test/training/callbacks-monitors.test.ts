import { describe, expect, it } from "vitest";
import { ChainruleError } from "../../src/index.ts";
import * as c from "../../src/training/callbacks/index.ts";
import { SGD } from "../../src/training/optimizers/index.ts";
import { ExponentialDecay } from "../../src/training/schedules/index.ts";
import { type FakeModel, fakeModel, listen, losses, type Options, train } from "./callbacks-fake.ts";

const { texts, printFn, warn } = listen();

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

import { describe, expect, it } from "vitest";
import { ChainruleError } from "../../src/index.ts";
import * as c from "../../src/training/callbacks/index.ts";
import { fillTemplate, formatNumber } from "../../src/training/callbacks/path-template.ts";
import { listen, losses, train } from "./callbacks-fake.ts";

const { texts, printFn, warn } = listen();

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

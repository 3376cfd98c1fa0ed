import { afterEach, vi } from "vitest";
import { variable } from "../../src/index.ts";
import * as c from "../../src/training/callbacks/index.ts";
import { SGD } from "../../src/training/optimizers/index.ts";

export type Options<C> = C extends new (...args: infer A) => object ? Extract<A[0], object> : never;

/** A model with one weight, which is the number of epochs that it was trained. */
export function fakeModel(optimizer = new SGD(0.1)) {
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

export type FakeModel = ReturnType<typeof fakeModel>;

/** Runs as many epochs as there are logs, or fewer if the training is stopped. Returns how many. */
export async function train(
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

export const losses = (...values: readonly number[]) => values.map((val_loss) => ({ loss: 0, val_loss }));

/** Collects what callbacks print and warn, anew for each test of a file. */
export function listen() {
  const texts: string[] = [];
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  afterEach(() => {
    texts.length = 0;
    warn.mockClear();
  });
  return { texts, printFn: (text: string) => texts.push(text), warn };
}

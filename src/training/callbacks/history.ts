import { ChainruleError } from "../../errors.ts";
import { lineChart } from "../../plot/index.ts";
import { Callback, type Logs } from "./callback.ts";

/**
 * The losses and metrics of each epoch: `history.loss[0]` is the loss of the first, names that begin with `val_` are of
 * the validation data. `epoch` has the numbers of the epochs, from 0. It is what `fit` returns; used again, it begins
 * anew. Keras: `History`.
 *
 * @example
 * ```ts
 * const history = new History();
 * history.onTrainBegin();
 * history.onEpochEnd(0, { loss: 0.5, val_loss: 0.75 });
 * history.onEpochEnd(1, { loss: 0.25, val_loss: 0.5 });
 * deepEqual(history.history, { loss: [0.5, 0.25], val_loss: [0.75, 0.5] });
 * deepEqual(history.epoch, [0, 1]);
 * ```
 */
export class History extends Callback {
  history: Record<string, number[]> = {};
  epoch: number[] = [];
  /** The epochs of the values of each name: validation may have run in some only. */
  #epochs: Record<string, number[]> = {};

  override onTrainBegin(): void {
    this.history = {};
    this.epoch = [];
    this.#epochs = {};
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) {
      (this.history[name] ??= []).push(value);
      (this.#epochs[name] ??= []).push(epoch);
    }
  }

  /**
   * The history as a picture: a panel per quantity with training and validation by epoch, an SVG document.
   *
   * @throws If there was no epoch yet.
   */
  toSVG(title = "Training"): string {
    const names = Object.keys(this.history).filter((name) => !name.startsWith("val_"));
    if (this.epoch.length === 0)
      throw new ChainruleError("History: there was no epoch yet, so there is nothing to draw");
    const points = (name: string) =>
      this.history[name]!.map((value, i) => [this.#epochs[name]![i]! + 1, value] as const);
    return lineChart({
      title,
      xLabel: "epoch",
      panels: names.map((name) => ({
        yLabel: name,
        series: [
          { label: "training", points: points(name) },
          ...(`val_${name}` in this.history ? [{ label: "validation", points: points(`val_${name}`) }] : []),
        ],
      })),
    });
  }
}

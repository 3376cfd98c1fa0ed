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

  override onTrainBegin(): void {
    this.history = {};
    this.epoch = [];
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) (this.history[name] ??= []).push(value);
  }
}

import type { NdArray } from "ndarray";
import { withOptions } from "../../config/configurable.ts";
import { notNegative, numberOrNull } from "../../config/kinds.ts";
import type { Cells } from "../../dtype.ts";
import { flag, natural } from "../../ops/attributes.ts";
import { Callback, type Logs } from "./callback.ts";
import { Monitor } from "./monitor.ts";
import { mode, monitored, printFn, verbose } from "./specs.ts";

/**
 * Ends the training when `monitor` (`"val_loss"`) has not been better than its best, by more than `minDelta` (0), for
 * `patience` (0) epochs.
 *
 * - `mode`: `"min"`, `"max"` or `"auto"`, which knows losses and the metrics of the model;
 * - `baseline`: what must be reached besides, or `patience` runs on;
 * - `restoreBestWeights` (false): gives the model the weights of its best epoch in the end, however the training ends;
 * - `startFromEpoch` (0): earlier epochs do not count;
 * - `verbose` (0 or 1): whether it says what it does, by `printFn`.
 *
 * Keras: `EarlyStopping`.
 *
 * @throws At the end of an epoch, if `"auto"` does not know the metric.
 * @example
 * ```ts
 * const stopping = new EarlyStopping({ monitor: "loss", patience: 2, mode: "min" });
 * const model = { stopTraining: false, metrics: [] };
 * stopping.setModel(model);
 * stopping.onTrainBegin();
 * [3, 1, 2, 1].forEach((loss, epoch) => stopping.onEpochEnd(epoch, { loss }));
 * deepEqual([model.stopTraining, stopping.best, stopping.bestEpoch], [true, 1, 1]);
 * ```
 */
export class EarlyStopping extends withOptions(
  Callback,
  "EarlyStopping",
  ["monitor", "minDelta", "patience"],
  {
    monitor: monitored,
    minDelta: notNegative(0),
    patience: natural(0),
    verbose,
    mode,
    baseline: numberOrNull(null),
    restoreBestWeights: flag(false),
    startFromEpoch: natural(0),
    printFn,
  },
) {
  bestEpoch = 0;
  bestWeights: NdArray<Cells>[] | undefined;
  /** Epochs since the last improvement. */
  wait = 0;
  /** The epoch at which the training was ended; 0 if it was not. */
  stoppedEpoch = 0;
  readonly #monitor = new Monitor("EarlyStopping", this.options);

  /** The best value so far; undefined before the first. */
  get best(): number | undefined {
    return this.#monitor.best;
  }

  override onTrainBegin(): void {
    this.#monitor.reset();
    this.bestEpoch = 0;
    this.bestWeights = undefined;
    this.wait = 0;
    this.stoppedEpoch = 0;
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    const { patience, baseline, restoreBestWeights, startFromEpoch } = this.options;
    const current = this.#monitor.valueIn(logs, this.model);
    if (current === undefined || epoch < startFromEpoch) return;
    // Whatever its value is, the first epoch is better than none.
    if (restoreBestWeights && this.bestWeights === undefined) this.#keep(epoch);
    this.wait++;
    if (this.#monitor.improves(current)) {
      this.#keep(epoch);
      if (baseline === null || this.#monitor.isBetter(current, baseline)) this.wait = 0;
    } else if (this.wait >= patience && epoch > 0) {
      this.stoppedEpoch = epoch;
      this.model.stopTraining = true;
    }
  }

  override onTrainEnd(): void {
    if (this.stoppedEpoch > 0) this.#print(`Epoch ${this.stoppedEpoch + 1}: early stopping`);
    if (this.bestWeights === undefined) return;
    this.#print(`Restoring model weights from the end of the best epoch: ${this.bestEpoch + 1}.`);
    this.model.setWeights(this.bestWeights);
  }

  #keep(epoch: number): void {
    this.bestEpoch = epoch;
    if (this.options.restoreBestWeights) this.bestWeights = this.model.getWeights();
  }

  #print(text: string): void {
    if (this.options.verbose) this.options.printFn(text);
  }
}

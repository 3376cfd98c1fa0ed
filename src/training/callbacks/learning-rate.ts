import { withOptions } from "../../config/configurable.ts";
import { notNegative, rate } from "../../config/kinds.ts";
import { ChainruleError, show } from "../../errors.ts";
import { kind, natural } from "../../ops/attributes.ts";
import { isLearningRate } from "../optimizers/specs.ts";
import { Callback, type Logs } from "./callback.ts";
import { Monitor } from "./monitor.ts";
import { mode, monitored, printFn, verbose } from "./specs.ts";

/**
 * Multiplies the learning rate by `factor` (0.1, from 0, below 1) when `monitor` (`"val_loss"`) has not been better than
 * its best, by more than `minDelta` (1e-4), for `patience` (10) epochs. After that it looks away for `cooldown` (0) epochs.
 * The rate does not fall below `minLr` (0). `mode` as for {@link EarlyStopping}; `verbose` (0 or 1) says what it does, by
 * `printFn`. The logs get the rate as `learning_rate`. Keras: `ReduceLROnPlateau`.
 *
 * @throws At the end of an epoch, if `"auto"` does not know the metric, or the optimizer has a schedule.
 * @example
 * ```ts
 * const plateau = new ReduceLROnPlateau({ monitor: "loss", factor: 0.5, patience: 2 });
 * const model = { optimizer: new SGD(0.5), metrics: [] };
 * plateau.setModel(model);
 * plateau.onTrainBegin();
 * [1, 1, 1].forEach((loss, epoch) => plateau.onEpochEnd(epoch, { loss }));
 * deepEqual(model.optimizer.learningRate, 0.25);
 * ```
 */
export class ReduceLROnPlateau extends withOptions(
  Callback,
  "ReduceLROnPlateau",
  ["monitor", "factor", "patience"],
  {
    monitor: monitored,
    factor: rate(0.1),
    patience: natural(10),
    verbose,
    mode,
    minDelta: notNegative(1e-4),
    cooldown: natural(0),
    minLr: notNegative(0),
    printFn,
  },
) {
  /** Epochs since the last improvement. */
  wait = 0;
  /** Epochs for which it still looks away. */
  cooldownCounter = 0;
  readonly #monitor = new Monitor("ReduceLROnPlateau", this.options);

  /** The best value so far; undefined before the first. */
  get best(): number | undefined {
    return this.#monitor.best;
  }

  override onTrainBegin(): void {
    this.#monitor.reset();
    this.wait = 0;
    this.cooldownCounter = 0;
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    logs.learning_rate = this.model.optimizer.learningRate;
    const current = this.#monitor.valueIn(logs, this.model);
    if (current === undefined) return;
    if (this.cooldownCounter > 0) this.cooldownCounter--;
    if (this.#monitor.improves(current)) this.wait = 0;
    else if (this.cooldownCounter === 0 && ++this.wait >= this.options.patience) this.#reduce(epoch);
  }

  #reduce(epoch: number): void {
    const { factor, minLr, cooldown, verbose, printFn } = this.options;
    const { optimizer } = this.model;
    if (optimizer.learningRate <= minLr) return;
    const reduced = Math.max(optimizer.learningRate * factor, minLr);
    optimizer.learningRate = reduced;
    if (verbose) {
      printFn(`\nEpoch ${epoch + 1}: ReduceLROnPlateau reducing learning rate to ${reduced}.`);
    }
    this.cooldownCounter = cooldown;
    this.wait = 0;
  }
}

/** The learning rate for an epoch, counted from 0, from the rate so far. */
export type EpochSchedule = (epoch: number, learningRate: number) => number;

/**
 * Sets the learning rate at the beginning of each epoch to `schedule(epoch, learningRate)`, the epoch counted from 0.
 * `verbose` (0 or 1) says so, by `printFn`. The logs get the rate as `learning_rate`. A {@link Schedule} given to the
 * optimizer goes by steps. Keras: `LearningRateScheduler`.
 *
 * @throws When called, if the function returns no number ≥ 0, or the optimizer has a schedule.
 * @example
 * ```ts
 * const halving = new LearningRateScheduler((epoch, rate) => (epoch < 2 ? rate : rate / 2));
 * const model = { optimizer: new SGD(0.5) };
 * halving.setModel(model);
 * for (let epoch = 0; epoch < 4; epoch++) halving.onEpochBegin(epoch);
 * deepEqual(model.optimizer.learningRate, 0.125);
 * ```
 */
export class LearningRateScheduler extends withOptions(
  Callback,
  "LearningRateScheduler",
  ["schedule", "verbose"],
  {
    schedule: kind<EpochSchedule, EpochSchedule>("a function of the epoch and the learning rate", (value) =>
      typeof value === "function" ? value : undefined,
    )(),
    verbose,
    printFn,
  },
) {
  override onEpochBegin(epoch: number): void {
    const { schedule, verbose, printFn } = this.options;
    const { optimizer } = this.model;
    const next: unknown = schedule(epoch, optimizer.learningRate);
    if (!isLearningRate(next)) {
      throw new ChainruleError(
        `LearningRateScheduler: the schedule must return a number ≥ 0; it returned ${show(next)} for epoch ${epoch}`,
      );
    }
    optimizer.learningRate = next;
    if (verbose) printFn(`\nEpoch ${epoch + 1}: LearningRateScheduler setting learning rate to ${next}.`);
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    logs.learning_rate = this.model.optimizer.learningRate;
  }
}

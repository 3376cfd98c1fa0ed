import type { NdArray } from "ndarray";
import type { Cells } from "../../dtype.ts";
import { ChainruleError } from "../../errors.ts";
import type { TensorLike, Variable } from "../../tensor/tensor.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";

/** Losses and metrics by name. All callbacks of a list get the same object: what one adds, the later ones see. */
export type Logs = Record<string, number>;

/** What callbacks know of the model that is trained. */
export interface TrainableModel {
  /** Set to true, it ends the training after the present batch or epoch. */
  stopTraining: boolean;
  readonly optimizer: Optimizer;
  /** The metrics by the names that they have in logs, and which of their values are better. */
  readonly metrics: readonly { readonly name: string; readonly direction: "up" | "down" | null }[];
  readonly trainableWeights: readonly Variable[];
  getWeights(): NdArray<Cells>[];
  setWeights(values: readonly TensorLike[]): void;
}

/** How a training was started: `epochs`, `steps` per epoch, `verbose`. */
export type TrainingParams = Readonly<Record<string, unknown>>;

/**
 * Looks on while a model is trained, evaluated or used, and may act: override the hooks of interest. What a hook
 * returns is awaited, so that it may be async. Epochs and batches are counted from 0. Keras: `keras.callbacks.Callback`.
 *
 * @example
 * ```ts
 * class Countdown extends Callback {
 *   left = 3;
 *   onEpochEnd(epoch, logs) {
 *     if (--this.left === 0) this.model.stopTraining = true;
 *   }
 * }
 * deepEqual(new Countdown() instanceof Callback, true);
 * ```
 */
export class Callback {
  params: TrainingParams = {};
  #model: TrainableModel | undefined;

  /** The model that is trained; there is one as soon as a training begins. */
  get model(): TrainableModel {
    if (this.#model !== undefined) return this.#model;
    throw new ChainruleError(
      `${this.constructor.name}: there is no model yet; give the callback to fit, or call setModel`,
    );
  }

  setModel(model: TrainableModel): void {
    this.#model = model;
  }

  setParams(params: TrainingParams): void {
    this.params = params;
  }

  onTrainBegin(_logs: Logs): void {}
  onTrainEnd(_logs: Logs): void {}
  onEpochBegin(_epoch: number, _logs: Logs): void {}
  onEpochEnd(_epoch: number, _logs: Logs): void {}
  onTrainBatchBegin(_batch: number, _logs: Logs): void {}
  onTrainBatchEnd(_batch: number, _logs: Logs): void {}
  onTestBegin(_logs: Logs): void {}
  onTestEnd(_logs: Logs): void {}
  onTestBatchBegin(_batch: number, _logs: Logs): void {}
  onTestBatchEnd(_batch: number, _logs: Logs): void {}
  onPredictBegin(_logs: Logs): void {}
  onPredictEnd(_logs: Logs): void {}
  onPredictBatchBegin(_batch: number, _logs: Logs): void {}
  onPredictBatchEnd(_batch: number, _logs: Logs): void {}
}

/** The names of the hooks. */
export type Hook = Extract<keyof Callback, `on${string}`>;

/** Hooks as functions, any of them. */
export type Hooks = { readonly [H in Hook]?: Callback[H] };

export const hookNames = Object.getOwnPropertyNames(Callback.prototype).filter((name): name is Hook =>
  name.startsWith("on"),
);

import { ChainruleError, isPlainObject, show } from "../../errors.ts";
import { Callback, type Hook, type Hooks, type TrainableModel, type TrainingParams } from "./callback.ts";
import { History } from "./history.ts";
import { LambdaCallback } from "./lambda-callback.ts";

/** A callback, or an object of functions for some of its hooks. */
export type CallbackLike = Callback | Hooks;

function readCallback(value: CallbackLike, i: number): Callback {
  if (value instanceof Callback) return value;
  if (isPlainObject(value)) return new LambdaCallback(value);
  throw new ChainruleError(
    `callbacks: expected a Callback or an object of hooks at [${i}]; received ${show(value)}`,
  );
}

/**
 * Callbacks that are called together, in their order. There is always a {@link History}; it comes last, so that it keeps
 * what the others add to the logs. Keras: `CallbackList`.
 *
 * @example
 * ```ts
 * const list = new CallbackList([{ onEpochEnd: async (epoch, logs) => { logs.twice = 2 * logs.loss; } }]);
 * await list.run("onTrainBegin", {});
 * await list.run("onEpochEnd", 0, { loss: 0.5 });
 * deepEqual(list.history.history, { loss: [0.5], twice: [1] });
 * ```
 */
export class CallbackList {
  readonly callbacks: readonly Callback[];
  readonly history: History;

  constructor(callbacks: readonly CallbackLike[] = [], model?: TrainableModel, params: TrainingParams = {}) {
    if (!Array.isArray(callbacks)) {
      throw new ChainruleError(`callbacks: expected an array of callbacks; received ${show(callbacks)}`);
    }
    const given = callbacks.map(readCallback);
    const found = given.find((one): one is History => one instanceof History);
    this.history = found ?? new History();
    this.callbacks = found ? given : [...given, this.history];
    for (const one of this.callbacks) {
      if (model !== undefined) one.setModel(model);
      one.setParams(params);
    }
  }

  /** Whether a hook of one of them does anything. */
  hears(hook: Hook): boolean {
    return this.callbacks.some((one) => one[hook] !== Callback.prototype[hook]);
  }

  /** Calls a hook of all, one after the other. */
  async run<H extends Hook>(hook: H, ...args: Parameters<Callback[H]>): Promise<void> {
    for (const one of this.callbacks) {
      const result = (one[hook] as (...args: Parameters<Callback[H]>) => unknown)(...args);
      if (result !== undefined) await result;
    }
  }
}

import { ChainruleError, checkOptions, show } from "../../errors.ts";
import { Callback, type Hooks, hookNames } from "./callback.ts";

/**
 * A callback made of functions, one for each hook of interest. `fit` takes the object of functions itself, too.
 * Keras: `LambdaCallback`.
 *
 * @throws If there is no hook of a name.
 * @example
 * ```ts
 * const seen = [];
 * const callback = new LambdaCallback({ onEpochEnd: (epoch, logs) => seen.push([epoch, logs.loss]) });
 * await callback.onEpochEnd(0, { loss: 0.5 });
 * deepEqual(seen, [[0, 0.5]]);
 * ```
 */
export class LambdaCallback extends Callback {
  constructor(hooks: Hooks) {
    super();
    checkOptions("LambdaCallback", hooks, hookNames);
    for (const [name, hook] of Object.entries(hooks)) {
      if (hook === undefined) continue;
      if (typeof hook !== "function") {
        throw new ChainruleError(`LambdaCallback: ${name} must be a function; received ${show(hook)}`);
      }
      Object.defineProperty(this, name, { value: hook });
    }
  }
}

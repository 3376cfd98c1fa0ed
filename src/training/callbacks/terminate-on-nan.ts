import { withOptions } from "../../config/configurable.ts";
import { ChainruleError } from "../../errors.ts";
import { flag } from "../../ops/attributes.ts";
import { Callback, type Logs } from "./callback.ts";
import { printFn } from "./specs.ts";

/**
 * Ends the training when the loss of a batch is NaN or infinite, and says so by `printFn`; with `raiseError` (false) it
 * throws instead. Keras: `TerminateOnNaN`.
 *
 * @throws With `raiseError`, when the loss is not finite.
 * @example
 * ```ts
 * const texts = [];
 * const guard = new TerminateOnNaN({ printFn: (text) => texts.push(text) });
 * const model = { stopTraining: false };
 * guard.setModel(model);
 * guard.onTrainBatchEnd(3, { loss: NaN });
 * deepEqual([model.stopTraining, texts], [true, ["Batch 3: Invalid loss, terminating training"]]);
 * ```
 */
export class TerminateOnNaN extends withOptions(Callback, "TerminateOnNaN", ["raiseError"], {
  raiseError: flag(false),
  printFn,
}) {
  override onTrainBatchEnd(batch: number, { loss }: Logs): void {
    if (loss === undefined || Number.isFinite(loss)) return;
    if (this.options.raiseError) {
      throw new ChainruleError(
        `TerminateOnNaN: the loss of batch ${batch} is ${loss}; the training ends here`,
      );
    }
    this.options.printFn(`Batch ${batch}: Invalid loss, terminating training`);
    this.model.stopTraining = true;
  }
}

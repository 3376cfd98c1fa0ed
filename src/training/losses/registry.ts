import { createRegistry, type Registry } from "../../config/registry.ts";
import { ChainruleError } from "../../errors.ts";
import * as crossentropies from "./crossentropy.ts";
import * as focal from "./focal.ts";
import * as hinges from "./hinge.ts";
import { FunctionLoss, Loss, type LossFunction, type LossLike } from "./loss.ts";
import * as regression from "./regression.ts";

/** The short names that Keras knows. */
export const aliases = {
  mse: "MeanSquaredError",
  mae: "MeanAbsoluteError",
  mape: "MeanAbsolutePercentageError",
  msle: "MeanSquaredLogarithmicError",
  bce: "BinaryCrossentropy",
  kld: "KLDivergence",
  kullback_leibler_divergence: "KLDivergence",
} as const;

const registry = createRegistry(
  "loss",
  "keras.losses",
  { ...regression, ...crossentropies, ...focal, ...hinges },
  Loss,
  { ...aliases, huber_loss: "Huber" },
);

const isClass = (id: LossFunction | (new () => Loss)): id is new () => Loss => id.prototype instanceof Loss;

/**
 * Losses by name, in any spelling, Keras's short names included; a function of targets and predictions becomes a
 * loss, too. `register` adds a class of one's own.
 *
 * @example
 * ```ts
 * deepEqual(losses.get("mse").name, "mean_squared_error");
 * deepEqual(losses.get("binary_crossentropy") instanceof BinaryCrossentropy, true);
 * const worst = losses.get((yTrue, yPred) => yTrue.sub(yPred).abs().max(-1));
 * deepEqual(worst.of([[0, 0]], [[1, -3]]).item(), 3);
 * ```
 */
export const losses: Omit<Registry<Loss>, "get"> & { get(id: LossLike): Loss } = {
  ...registry,
  get(id) {
    if (typeof id !== "function") return registry.get(id);
    return isClass(id) ? new id() : new FunctionLoss(id);
  },
  serialize(loss) {
    if (loss instanceof FunctionLoss) {
      throw new ChainruleError(
        `the loss ${loss.name} is a plain function, which no file can hold; make it a class that extends Loss and ` +
          "register it: losses.register(Class)",
      );
    }
    return registry.serialize(loss);
  },
};

import { createRegistry } from "../../config/registry.ts";
import * as adam from "./adam.ts";
import * as adaptive from "./adaptive.ts";
import { Optimizer } from "./optimizer.ts";
import * as sgd from "./sgd.ts";

/**
 * Optimizers by name in any spelling, or by serialized objects, as Keras writes them. `register` adds a class of one's
 * own.
 *
 * @example
 * ```ts
 * deepEqual(optimizers.get("adam") instanceof Adam, true);
 * const written = JSON.parse(JSON.stringify(optimizers.serialize(new SGD(0.1, 0.9))));
 * deepEqual(optimizers.get(written).options.momentum, 0.9);
 * ```
 */
export const optimizers = createRegistry(
  "optimizer",
  "keras.optimizers",
  { ...sgd, ...adaptive, ...adam },
  Optimizer,
);

import { createRegistry } from "../../config/registry.ts";
import * as cosine from "./cosine.ts";
import * as decay from "./decay.ts";
import { Schedule } from "./schedule.ts";

/**
 * Schedules by their serialized objects, as Keras writes them: `schedules.get({ class_name, config })`. `register` adds a
 * class of one's own.
 *
 * @example
 * ```ts
 * const written = schedules.serialize(new ExponentialDecay(0.2, 10, 0.5));
 * deepEqual(schedules.get(written).of(10).item(), 0.1);
 * ```
 */
export const schedules = createRegistry(
  "schedule",
  "keras.optimizers.schedules",
  { ...decay, ...cosine },
  Schedule,
);

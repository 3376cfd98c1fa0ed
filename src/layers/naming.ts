import { snakeCase } from "../config/names.ts";

const counters = new Map<string, number>();

/**
 * A name after the class, as tf.keras gives it: the first is bare (`conv2d`), then `conv2d_1`, `conv2d_2`.
 * Inputs alone count from 1: `input_1`.
 */
export function uniqueName(className: string): string {
  const stem = className === "InputLayer" ? "input" : snakeCase(className);
  const count = counters.get(stem) ?? 0;
  counters.set(stem, count + 1);
  if (stem === "input") return `input_${count + 1}`;
  return count === 0 ? stem : `${stem}_${count}`;
}

/**
 * Starts the names of layers and models anew: the next convolution is `conv2d` again. Keras: `clear_session`.
 *
 * @example
 * ```ts
 * clearSession();
 * deepEqual([Dense(1).name, Dense(1).name], ["dense", "dense_1"]);
 * ```
 */
export function clearSession(): void {
  counters.clear();
}

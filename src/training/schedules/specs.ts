import { kind, text } from "../../ops/attributes.ts";

// Kinds of options of schedules, optimizers and callbacks.

const isPositive = (value: unknown): value is number =>
  typeof value === "number" && value > 0 && value < Infinity;

export const positive = kind<number, number>("a number > 0", (value) =>
  isPositive(value) ? value : undefined,
);

/** A factor that must not shrink. */
export const atLeastOne = kind<number, number>("a number ≥ 1", (value) =>
  isPositive(value) && value >= 1 ? value : undefined,
);

export const positiveOrNull = kind<number | null, number | null>("a number > 0, or null", (value) =>
  value === null || isPositive(value) ? value : undefined,
);

/** A strength, of which `null` and 0 are none. */
export const magnitudeOrNull = kind<number | null, number | null>("a number ≥ 0, or null", (value) =>
  value === null || value === 0 || isPositive(value) ? value : undefined,
);

export const fraction = kind<number, number>("a number from 0 to 1", (value) =>
  typeof value === "number" && value >= 0 && value <= 1 ? value : undefined,
);

/** Finite numbers; `expects` says which. */
export const numbers = (expects: string, fits: (list: readonly number[]) => boolean) =>
  kind<readonly number[], readonly number[]>(expects, (value) => {
    const list = Array.isArray(value) ? [...value] : undefined;
    return list?.every(Number.isFinite) && fits(list) ? list : undefined;
  });

/** The name of an object in files; Keras writes `null` for the usual one. */
export const nameOf = (fallback: string) =>
  kind<string | null, string>(text().expects, (value) => {
    if (value === null) return fallback;
    return typeof value === "string" && value !== "" ? value : undefined;
  })(fallback);

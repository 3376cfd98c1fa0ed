import { kind } from "../ops/attributes.ts";

// Kinds of options that initializers, layers, losses, metrics, optimizers, schedules and callbacks share.

/** A number for which something holds; NaN and infinities are refused. */
const numberWhere = (expects: string, holds: (value: number) => boolean) =>
  kind<number, number>(expects, (value) => (Number.isFinite(value) && holds(value) ? value : undefined));

const finiteOrNull = (expects: string, holds: (value: number) => boolean) =>
  kind<number | null, number | null>(`${expects}, or null`, (value) =>
    value === null || (Number.isFinite(value) && holds(value)) ? value : undefined,
  );

export const positive = numberWhere("a number > 0", (value) => value > 0);
export const positiveOrNull = finiteOrNull("a number > 0", (value) => value > 0);

export const notNegative = numberWhere("a number ≥ 0", (value) => value >= 0);
export const notNegativeOrNull = finiteOrNull("a number ≥ 0", (value) => value >= 0);

/** A factor that must not shrink. */
export const atLeastOne = numberWhere("a number ≥ 1", (value) => value >= 1);

export const fraction = numberWhere("a number from 0 to 1", (value) => value >= 0 && value <= 1);

/** A part, of which all is too much. */
export const rate = numberWhere(
  "a number from 0 up to, not including, 1",
  (value) => value >= 0 && value < 1,
);

/** Any number, infinities too, or `null` for none. */
export const numberOrNull = kind<number | null, number | null>("a number or null", (value) =>
  value === null || (typeof value === "number" && !Number.isNaN(value)) ? value : undefined,
);

export const seed = kind<number | null, number | null>("a whole number or null", (value) =>
  value === null || Number.isInteger(value) ? value : undefined,
);

/** Finite numbers; `expects` says which. */
export const numbers = (expects: string, fits: (list: readonly number[]) => boolean) =>
  kind<readonly number[], readonly number[]>(expects, (value) => {
    const list = Array.isArray(value) ? [...value] : undefined;
    return list?.every(Number.isFinite) && fits(list) ? list : undefined;
  });

/** The name of an object in logs and files; Keras writes `null` for the usual one. */
export const nameOption = (fallback: string) =>
  kind<string | null, string>("a name", (value) => {
    if (value === null) return fallback;
    return typeof value === "string" && value !== "" ? value : undefined;
  })(fallback);

import { show } from "../errors.ts";
import type { Padding } from "../geometry.ts";
import type { Shape, ShapeLike } from "../shape.ts";
import { unknown } from "../shape.ts";

/**
 * An option of an op, declared once: what users may write (`In`), what the op gets (`Out`), its default, and
 * whether it may stand alone in place of the options (`x.sum(1)` for `x.sum({ axis: 1 })`).
 */
export interface Attr<In, Out, Needed extends boolean = boolean, Lead extends boolean = boolean> {
  /** What is expected, for error messages. */
  readonly expects: string;
  /** The value as the op gets it, or `undefined` if it is not acceptable. */
  read(value: In): Out | undefined;
  readonly fallback: { readonly value: Out } | undefined;
  readonly needed: Needed;
  readonly lead: Lead;
  /** The name in Keras's files, where it does not follow from ours. */
  readonly kerasName?: string;
  /** The value as files hold it, where it is not the value itself. */
  write?(value: Out): unknown;
}

export type AttrSpecs = Readonly<Record<string, Attr<never, unknown>>>;

/** What an op's rule gets. */
export type AttrsOf<S extends AttrSpecs> = {
  readonly [K in keyof S]: S[K] extends Attr<never, infer Out> ? Out : never;
};

/** What users may write for an option. */
export type InOf<A> = A extends Attr<infer In, unknown> ? In : never;
type NeededKeys<S extends AttrSpecs> = {
  [K in keyof S]: S[K] extends { readonly needed: true } ? K : never;
}[keyof S];
type LeadOf<S extends AttrSpecs> = {
  [K in keyof S]: S[K] extends { readonly lead: true } ? InOf<S[K]> : never;
}[keyof S];

/** What users write: `{ axis: 1, keepdims: true }`. */
export type Options<S extends AttrSpecs> = {
  readonly [K in NeededKeys<S>]: InOf<S[K]>;
} & { readonly [K in Exclude<keyof S, NeededKeys<S>>]?: InOf<S[K]> | undefined };

/** The last argument of an op: absent, the options, or the leading option alone. */
export type Trailing<S extends AttrSpecs> = [keyof S] extends [never]
  ? []
  : [NeededKeys<S>] extends [never]
    ? [options?: Options<S> | LeadOf<S>]
    : [options: Options<S> | LeadOf<S>];

/** Declares a kind of option; the returned function gives it a default, or none (`kind()`: needed). */
export function kind<In, Out>(
  expects: string,
  read: (value: In) => Out | undefined,
  write?: (value: Out) => unknown,
) {
  function declare(): Attr<In, Out, true, false>;
  function declare(fallback: In): Attr<In, Out, false, false>;
  function declare(...fallback: [] | [In]): Attr<In, Out, boolean, false> {
    const value = fallback.length === 0 ? undefined : read(fallback[0] as In);
    return {
      expects,
      read,
      fallback: fallback.length === 0 ? undefined : { value: value as Out },
      needed: fallback.length === 0,
      lead: false,
      ...(write && { write }),
    };
  }
  return declare;
}

/** Marks the option that may stand alone in place of the options. */
export const lead = <In, Out, N extends boolean>(attr: Attr<In, Out, N, false>): Attr<In, Out, N, true> => ({
  ...attr,
  lead: true,
});

const isWhole = (value: unknown): value is number => Number.isInteger(value);
const wholes = (value: unknown): value is readonly number[] => Array.isArray(value) && value.every(isWhole);

export const real = kind<number, number>("a number", (value) =>
  typeof value === "number" && !Number.isNaN(value) ? value : undefined,
);

/** A number, or `null` for none, which is read as infinity. */
export const limit = kind<number | null, number>("a number or null for no limit", (value) =>
  value === null
    ? Number.POSITIVE_INFINITY
    : typeof value === "number" && !Number.isNaN(value)
      ? value
      : undefined,
);

export const flag = kind<boolean, boolean>("true or false", (value) =>
  typeof value === "boolean" ? value : undefined,
);

export const integer = kind<number, number>("a whole number", (value) =>
  isWhole(value) ? value : undefined,
);

export const count = kind<number, number>("a whole number ≥ 1", (value) =>
  isWhole(value) && value >= 1 ? value : undefined,
);

export const natural = kind<number, number>("a whole number ≥ 0", (value) =>
  isWhole(value) && value >= 0 ? value : undefined,
);

export const countOrNull = kind<number | null, number | null>("a whole number ≥ 1, or null", (value) =>
  value === null || (isWhole(value) && value >= 1) ? value : undefined,
);

export const text = kind<string, string>("a string", (value) =>
  typeof value === "string" ? value : undefined,
);

/** One axis, counted from the end when negative. */
export const axis = kind<number, number>("an axis (a whole number, negative from the end)", (value) =>
  isWhole(value) ? value : undefined,
);

/** One axis, several, or `null` for all. */
export const axes = kind<number | readonly number[] | null, readonly number[] | null>(
  "an axis, an array of axes or null for all",
  (value) => (value === null ? null : isWhole(value) ? [value] : wholes(value) ? value : undefined),
);

/** One axis, or `null` for the flattened tensor. */
export const axisOrAll = kind<number | null, number | null>("an axis or null for all cells", (value) =>
  value === null || isWhole(value) ? value : undefined,
);

type Axes = readonly number[];

/** How many axes, or which of the one and which of the other input. */
export const axisPairs = kind<number | readonly [Axes, Axes], number | readonly [Axes, Axes]>(
  "a whole number ≥ 0, or two arrays of axes of equal length",
  (value) => {
    if (typeof value === "number") return isWhole(value) && value >= 0 ? value : undefined;
    const well = Array.isArray(value) && value.length === 2 && value.every(wholes);
    return well && value[0].length === value[1].length ? value : undefined;
  },
);

export const permutation = kind<readonly number[] | null, readonly number[] | null>(
  "an array that names each axis once, or null to reverse the axes",
  (value) => (value === null || wholes(value) ? value : undefined),
);

/** Whole numbers, as many as there are axes or fewer: counts, starts, repeats. */
export const integers = kind<readonly number[], readonly number[]>("an array of whole numbers", (value) =>
  wholes(value) ? value : undefined,
);

/** Whole numbers, with `null` for an open end. */
export const openIntegers = kind<readonly (number | null)[], readonly (number | null)[]>(
  "an array of whole numbers, null for an open end",
  (value) => (Array.isArray(value) && value.every((n) => n === null || isWhole(n)) ? value : undefined),
);

export const shape = kind<ShapeLike, Shape>("a shape: an array of whole numbers", (value) => {
  const well =
    Array.isArray(value) && value.every((size) => size === null || Number.isNaN(size) || isWhole(size));
  return well ? value.map((size) => size ?? unknown) : undefined;
});

function readPair(value: number | readonly [number, number]): readonly [number, number] | undefined {
  const both = typeof value === "number" ? [value, value] : value;
  const well = wholes(both) && both.length === 2 && both.every((n) => n >= 1);
  return well ? [both[0]!, both[1]!] : undefined;
}

/** A number for both image axes, or one for each: height, width. */
export const pair = kind<number | readonly [number, number], readonly [number, number]>(
  "a whole number ≥ 1, or two of them for height and width",
  readPair,
);

/** Like {@link pair}, or `null` to follow another option. */
export const pairOrNull = kind<number | readonly [number, number] | null, readonly [number, number] | null>(
  "a whole number ≥ 1, two of them for height and width, or null",
  (value) => (value === null ? null : readPair(value)),
);

/** Cells to add before and after each axis. */
export const margins = kind<readonly (readonly [number, number])[], readonly (readonly [number, number])[]>(
  "an array with [before, after] for each axis, whole numbers ≥ 0",
  (value) => {
    const well = (item: unknown) => wholes(item) && item.length === 2 && item.every((n) => n >= 0);
    return Array.isArray(value) && value.every(well) ? value : undefined;
  },
);

/** "same" or "valid", in any case: the article writes "SAME". */
export const padding = kind<Padding | "SAME" | "VALID", Padding>('"same" or "valid"', (value) => {
  const lower = typeof value === "string" ? value.toLowerCase() : undefined;
  return lower === "same" || lower === "valid" ? lower : undefined;
});

export const oneOf = <const T extends string>(...choices: readonly T[]) =>
  kind<T, T>(choices.map((choice) => show(choice)).join(" or "), (value) =>
    choices.includes(value) ? value : undefined,
  );

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

/** A copy of an array of whole numbers, so that the op's attributes stay what they were; holes are no numbers. */
function wholes(value: unknown): readonly number[] | undefined {
  const list: readonly unknown[] | undefined = Array.isArray(value) ? [...value] : undefined;
  return list?.every(isWhole) ? list : undefined;
}

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
  (value) => (value === null ? null : isWhole(value) ? [value] : wholes(value)),
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
    if (!Array.isArray(value) || value.length !== 2) return undefined;
    const [ofA, ofB] = value.map(wholes);
    return ofA && ofB && ofA.length === ofB.length ? [ofA, ofB] : undefined;
  },
);

export const permutation = kind<readonly number[] | null, readonly number[] | null>(
  "an array that names each axis once, or null to reverse the axes",
  (value) => (value === null ? null : wholes(value)),
);

/** Whole numbers, as many as there are axes or fewer: counts, starts, repeats. */
export const integers = kind<readonly number[], readonly number[]>("an array of whole numbers", wholes);

/** Whole numbers, with `null` for an open end. */
export const openIntegers = kind<readonly (number | null)[], readonly (number | null)[]>(
  "an array of whole numbers, null for an open end",
  (value) => {
    const list = Array.isArray(value) ? [...value] : undefined;
    return list?.every((n) => n === null || isWhole(n)) ? list : undefined;
  },
);

/** Sizes from `least` up, with `null` for those that are not known. */
const readShape =
  (least: number) =>
  (value: ShapeLike): Shape | undefined => {
    const list = Array.isArray(value) ? [...value] : undefined;
    const isSize = (size: unknown) => size === null || Number.isNaN(size) || (isWhole(size) && size >= least);
    return list?.every(isSize) ? list.map((size) => size ?? unknown) : undefined;
  };

export const shape = kind<ShapeLike, Shape>("an array of whole sizes ≥ 0", readShape(0));

/** A shape of which one size may be left open. */
export const openShape = kind<ShapeLike, Shape>(
  "an array of whole sizes ≥ 0, one of which may be -1 for what is left",
  readShape(-1),
);

/** Two whole numbers from `least` up; one stands for both. */
const readPair =
  (least: number) =>
  (value: number | readonly [number, number]): readonly [number, number] | undefined => {
    const both = wholes(typeof value === "number" ? [value, value] : value);
    return both?.length === 2 && both.every((n) => n >= least) ? [both[0]!, both[1]!] : undefined;
  };

/** A number for both image axes, or one for each: height, width. */
export const pair = kind<number | readonly [number, number], readonly [number, number]>(
  "a whole number ≥ 1, or two of them for height and width",
  readPair(1),
);

/** The height and width of images, which may have no cells. */
export const imageSize = kind<number | readonly [number, number], readonly [number, number]>(
  "a whole number ≥ 0, or two of them for height and width",
  readPair(0),
);

/** Like {@link pair}, or `null` to follow another option. */
export const pairOrNull = kind<number | readonly [number, number] | null, readonly [number, number] | null>(
  "a whole number ≥ 1, two of them for height and width, or null",
  (value) => (value === null ? null : readPair(1)(value)),
);

/** Cells to add before and after each axis. */
export const margins = kind<readonly (readonly [number, number])[], readonly (readonly [number, number])[]>(
  "an array with [before, after] for each axis, whole numbers ≥ 0",
  (value) => {
    if (!Array.isArray(value)) return undefined;
    const pairs = Array.from(value, (item) => (Array.isArray(item) ? readPair(0)(item as never) : undefined));
    return pairs.every((pair) => pair !== undefined) ? pairs : undefined;
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

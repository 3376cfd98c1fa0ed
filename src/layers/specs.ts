import { kind, oneOf } from "../ops/attributes.ts";
import type { Shape, ShapeLike } from "../shape.ts";
import { unknown } from "../shape.ts";

// Kinds of options that layers have and ops have not.

const isWhole = (value: unknown): value is number => Number.isInteger(value);
const isCount = (value: unknown): value is number => isWhole(value) && value >= 1;
const isNatural = (value: unknown): value is number => isWhole(value) && value >= 0;

type One = number | readonly [number];

const readOne = (value: One): number | undefined => {
  const n: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return isCount(n) ? n : undefined;
};

/** A size along time; files hold it in an array. */
export const single = kind<One, number>("a whole number ≥ 1", readOne, (n) => [n]);

/** Like {@link single}, or `null` to follow another option. */
export const singleOrNull = kind<One | null, number | null>(
  "a whole number ≥ 1, or null",
  (value) => (value === null ? null : readOne(value)),
  (n) => n && [n],
);

/** A shape in which a size may be open: `null`, as files hold it, too. */
const readShape = (value: ShapeLike, smallest = 0): Shape | undefined =>
  Array.isArray(value) && value.every((n) => n === null || Number.isNaN(n) || (isWhole(n) && n >= smallest))
    ? value.map((n) => n ?? unknown)
    : undefined;

const writeShape = (shape: Shape) => shape.map((n) => (Number.isNaN(n) ? null : n));

export const openShapeOrNull = kind<ShapeLike | null, Shape | null>(
  "an array of whole sizes ≥ 0, null for an open one",
  (value) => (value === null ? null : readShape(value)),
  (shape) => shape && writeShape(shape),
);

/** A shape to reshape to. */
export const targetShape = kind<ShapeLike, Shape>(
  "an array of whole sizes ≥ 0, one of which may be -1 for what is left",
  (value) => readShape(value, -1),
  writeShape,
);

type Axes = number | readonly number[];

const readAxes = (value: Axes): readonly number[] | undefined => {
  const list: unknown[] = typeof value === "number" ? [value] : Array.isArray(value) ? value : [];
  return list.length > 0 && list.every(isWhole) ? list : undefined;
};

/** One axis; Keras 2 writes it as `[3]`. */
export const oneAxis = kind<Axes, number>("an axis", (value) => {
  const list = readAxes(value);
  return list?.length === 1 ? list[0] : undefined;
});

/** One axis or several; files hold an array. */
export const axisList = kind<Axes, readonly number[]>("an axis or an array of axes", readAxes);

/** The same, but files hold one axis as a number. */
export const axisOrList = kind<Axes, readonly number[]>("an axis or an array of axes", readAxes, (list) =>
  list.length === 1 ? list[0] : list,
);

export const axisListOrNull = kind<Axes | null, readonly number[] | null>(
  "an axis, an array of axes or null",
  (value) => (value === null ? null : readAxes(value)),
);

type Ends = number | readonly [number, number];
type Margin = readonly [number, number];

const readEnds = (value: Ends): Margin | undefined => {
  const both: unknown = isWhole(value) ? [value, value] : value;
  return Array.isArray(both) && both.length === 2 && both.every(isNatural) ? [both[0]!, both[1]!] : undefined;
};

/** Cells before and after, or one number for both. */
export const ends = kind<Ends, Margin>("a whole number ≥ 0, or [before, after]", readEnds);

type Border = number | readonly [number, number] | readonly [Margin, Margin];

/** Cells around an image: one number; [height, width]; [[top, bottom], [left, right]]. */
export const border = kind<Border, readonly [Margin, Margin]>(
  "a whole number ≥ 0, [height, width] or [[top, bottom], [left, right]]",
  (value) => {
    const both: readonly Ends[] =
      typeof value === "number" ? [value, value] : Array.isArray(value) ? value : [];
    const [height, width] = both.map(readEnds);
    return both.length === 2 && height && width ? [height, width] : undefined;
  },
);

type CausalPadding = "valid" | "same" | "causal";

/** As for images, or "causal": no cell sees a later one. */
export const causalPadding = kind<CausalPadding | "SAME" | "VALID" | "CAUSAL", CausalPadding>(
  '"same", "valid" or "causal"',
  (value) => {
    const lower = typeof value === "string" ? value.toLowerCase() : undefined;
    return (["valid", "same", "causal"] as const).find((known) => known === lower);
  },
);

export const interpolation = oneOf("nearest", "bilinear");

type AxisPair = number | readonly [number, number];

/** One axis for both inputs, or one of each. */
export const axisPair = kind<AxisPair, AxisPair>(
  "an axis, or one of the first and one of the second input",
  (value) => {
    if (isWhole(value)) return value;
    const both: unknown = value;
    return Array.isArray(both) && both.length === 2 && both.every(isWhole) ? [both[0]!, both[1]!] : undefined;
  },
);

import { type Bytes, f64Const, simd } from "./encoder.ts";
import { one, shift, two, type Vector } from "./vector.ts";

// What float32 is too narrow for: float64, two lanes at a time.

export const f64 = {
  of: (value: number): Vector => ({ code: [...f64Const(value), ...simd(20)], args: [] }),
  add: two(240),
  sub: two(241),
  mul: two(242),
  div: two(243),
  /** `b < a ? b : a`, so `a` if one is NaN. */
  pmin: two(246),
  /** `a < b ? b : a`, so `a` if one is NaN. */
  pmax: two(247),
};

/** The bits of float64 as whole numbers. */
export const i64 = {
  shl: shift(203),
  shrU: shift(205),
  add: two(206),
};

const shuffle =
  (...bytes: Bytes) =>
  (a: Vector, b: Vector): Vector => ({ code: simd(13, ...bytes), args: [a, b] });

const words = (...lanes: readonly number[]): Bytes =>
  lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]);

const widen = one(95);
const narrow = one(94);
const upper = shuffle(...words(2, 3, 2, 3));
const join = shuffle(...words(0, 1, 4, 5));

/** The lower words of four wide lanes. */
export const lowWords = shuffle(...words(0, 2, 4, 6));

export type Pair = readonly [Vector, Vector];

/** `f` of the lower two lanes, widened, and of the upper two. */
export const widely = (f: (...xs: Vector[]) => Vector, ...xs: readonly Vector[]): Pair => [
  f(...xs.map(widen)),
  f(...xs.map((x) => widen(upper(x, x)))),
];

/** Two pairs of wide lanes as four lanes of float32. */
export const narrowed = ([low, high]: Pair): Vector => join(narrow(low), narrow(high));

export const widePolynomial = (x: Vector, coefficients: readonly number[]): Vector =>
  coefficients.map((c) => f64.of(c)).reduceRight((sum, c) => f64.add(f64.mul(sum, x), c));

/** Adding it rounds to a whole number, which then stands in the lowest bits. */
export const wideRounder = f64.of(1.5 * 2 ** 52);

import { type Bytes, f32Const, i32Const, simd } from "./encoder.ts";

/**
 * A value of four lanes as an expression: the instructions that make it from its arguments on the stack; an input has none.
 * Expressions are pure, and what occurs twice is computed once (`graph.ts`).
 */
export interface Vector {
  readonly code: Bytes;
  readonly args: readonly Vector[];
  readonly input?: number;
  /** Of a constant: what all lanes are. */
  readonly constant?: number;
  /** Of numbers 0 and 1 that were made from a mask: that mask. */
  readonly mask?: Vector;
}

export type One = (x: Vector) => Vector;
export type Two = (a: Vector, b: Vector) => Vector;

export const one = (code: number): One => {
  const bytes = simd(code);
  return (x) => ({ code: bytes, args: [x] });
};
export const two = (code: number): Two => {
  const bytes = simd(code);
  return (a, b) => ({ code: bytes, args: [a, b] });
};
export const shift =
  (code: number) =>
  (x: Vector, count: number): Vector => ({ code: [...i32Const(count), ...simd(code)], args: [x] });

/** Lanes of float32. */
export const f32 = {
  of: (value: number): Vector => ({
    code: [...f32Const(value), ...simd(19)],
    args: [],
    constant: Math.fround(value),
  }),
  eq: two(65),
  ne: two(66),
  lt: two(67),
  gt: two(68),
  le: two(69),
  ge: two(70),
  floor: one(104),
  abs: one(224),
  neg: one(225),
  sqrt: one(227),
  add: two(228),
  sub: two(229),
  mul: two(230),
  div: two(231),
  min: two(232),
  max: two(233),
  /** `b < a ? b : a`, so `a` if one is NaN. */
  pmin: two(234),
  /** `a < b ? b : a`, so `a` if one is NaN. */
  pmax: two(235),
  nearest: one(106),
  fromInt: one(250),
};

/** Lanes of int32. */
export const i32 = {
  of: (constant: number): Vector => ({ code: [...i32Const(constant), ...simd(17)], args: [], constant }),
  eq: two(55),
  ne: two(56),
  lt: two(57),
  gt: two(59),
  le: two(61),
  ge: two(63),
  abs: one(160),
  neg: one(161),
  shl: shift(171),
  shrS: shift(172),
  add: two(174),
  sub: two(177),
  mul: two(181),
  min: two(182),
  max: two(184),
  /** Of float32, towards 0; NaN gives 0, and what is too large the largest. */
  truncate: one(248),
};

/** Bits of any lanes; and masks, whose lanes are all ones or all zeros. */
export const bits = {
  not: one(77),
  and: two(78),
  /** `a & ~b`. */
  andNot: two(79),
  or: two(80),
  xor: two(81),
  /** The bits of `a` where the mask has ones, else those of `b`. */
  select: (mask: Vector, a: Vector, b: Vector): Vector => {
    if (Object.is(b.constant, 0)) return bits.and(a, mask);
    if (Object.is(a.constant, 0)) return bits.andNot(b, mask);
    return { code: simd(82), args: [a, b, mask] };
  },
};

const places: Bytes = [0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12];

/** The lowest bytes of the lanes side by side. */
export const lowBytes: One = (x) => ({
  code: simd(14),
  args: [x, { code: simd(12, ...places), args: [] }],
});

import { beats } from "./cells";
import { exp4 } from "./exponential";

// The ways to reduce, by the numbers that the arguments give.

export const SUM: i32 = 0;
export const SQUARES: i32 = 1;
export const EXPS: i32 = 2;
export const MAX: i32 = 3;
export const MIN: i32 = 4;
export const PROD: i32 = 5;

// The loops of reduce.ts are compiled once for each way. A type stands for it, as only types make the compiler do that.
export type Sum = i8;
export type Squares = u8;
export type Exps = i16;
export type Max = u16;
export type Min = i32;
export type Prod = u32;

/** The way that a type stands for. */
// @ts-expect-error: decorator
@inline
export function way<T>(): i32 {
  if (sizeof<T>() == 1) return isSigned<T>() ? SUM : SQUARES;
  if (sizeof<T>() == 2) return isSigned<T>() ? EXPS : MAX;
  return isSigned<T>() ? MIN : PROD;
}

/** Whether the terms need the center of their lane. */
// @ts-expect-error: decorator
@inline
export function centered(how: i32): bool {
  return how == SQUARES || how == EXPS;
}

// @ts-expect-error: decorator
@inline
export function neutral(how: i32): f32 {
  return how == MAX ? -Infinity : how == MIN ? Infinity : how == PROD ? 1 : 0;
}

/** What is reduced of the cells `x` of a lane. */
// @ts-expect-error: decorator
@inline
export function term<T>(x: v128, center: v128): v128 {
  if (way<T>() == EXPS) return exp4(f32x4.sub(x, center));
  if (way<T>() != SQUARES) return x;
  const difference = f32x4.sub(x, center);
  return f32x4.mul(difference, difference);
}

// @ts-expect-error: decorator
@inline
export function join<T>(a: v128, b: v128): v128 {
  if (way<T>() == MAX) return v128.bitselect(b, a, beats(b, a));
  if (way<T>() == MIN) return v128.bitselect(b, a, v128.andnot(f32x4.eq(a, a), f32x4.ge(b, a)));
  if (way<T>() == PROD) return f32x4.mul(a, b);
  return f32x4.add(a, b);
}

// @ts-expect-error: decorator
@inline
export function join64<T>(a: f64, b: f64): f64 {
  if (way<T>() == MAX) return b > a || (b != b && a == a) ? b : a;
  if (way<T>() == MIN) return b < a || (b != b && a == a) ? b : a;
  if (way<T>() == PROD) return a * b;
  return a + b;
}

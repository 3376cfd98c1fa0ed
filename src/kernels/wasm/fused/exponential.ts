import { bits, f32, i32, type One, type Vector } from "./vector.ts";

// float32 functions of four lanes at once. Coefficients are minimax fits of the relative error, rounded to float32.

export const zero = f32.of(0);
export const one = f32.of(1);
export const half = f32.of(0.5);
export const infinity = f32.of(Number.POSITIVE_INFINITY);
export const nan = f32.of(Number.NaN);
const signBit = i32.of(-(2 ** 31));

/** c₀ + c₁·x + c₂·x² + … */
export const polynomial = (x: Vector, coefficients: readonly number[]): Vector =>
  coefficients.map((c) => f32.of(c)).reduceRight((sum, c) => f32.add(f32.mul(sum, x), c));

/** `y` with the sign bit of `x` set too: for odd functions, of which `y` is the value at |x| or at `x`. */
export const signed = (y: Vector, x: Vector): Vector => bits.or(y, bits.and(x, signBit));

export const clamp = (x: Vector, low: number, high: number): Vector =>
  f32.pmax(f32.pmin(x, f32.of(high)), f32.of(low));

// log 2 in two parts, of which the first has 9 bits, so that a whole number times it is exact.
export const ln2 = f32.of(0.693359375);
export const ln2Rest = f32.of(-0.00021219444005469057);

// Adding 1.5·2²³ rounds to a whole number, which then stands in the lowest bits.
const rounder = 1.5 * 2 ** 23;
const rounderBits = 0x4b400000;

/** x = n·log 2 + r: n in the lowest bits of `n`, and eʳ − 1. */
function reduce(x: Vector, rest?: Vector): { readonly n: Vector; readonly q: Vector } {
  const n = f32.add(f32.mul(x, f32.of(Math.LOG2E)), f32.of(rounder));
  const whole = f32.sub(n, f32.of(rounder));
  const near = f32.sub(f32.sub(x, f32.mul(whole, ln2)), f32.mul(whole, ln2Rest));
  const r = rest === undefined ? near : f32.add(near, rest);
  const p = polynomial(r, [0.49999994, 0.16666521, 0.04166829, 0.008368704, 0.0013818935]);
  return { n, q: f32.add(f32.mul(f32.mul(r, r), p), r) };
}

/** 2ⁿ for n from −126 to 127. */
const power = (n: Vector): Vector => i32.add(i32.shl(n, 23), one);

/**
 * e to the power x + rest, times 2^shift and a factor, where x ≤ 89 and `rest` is small. The power of 2 comes in two parts,
 * since it may be less or more than a float can be.
 */
export function expOf(x: Vector, { rest, shift = 0, factor }: ExpOptions = {}): Vector {
  const { n, q } = reduce(clamp(x, -104, 90), rest);
  const k = i32.sub(n, i32.of(rounderBits - shift));
  const first = i32.shrS(k, 1);
  const y = factor === undefined ? f32.add(q, one) : f32.add(f32.mul(q, factor), factor);
  return f32.mul(f32.mul(y, power(first)), power(i32.sub(k, first)));
}

interface ExpOptions {
  readonly rest?: Vector;
  readonly shift?: number;
  readonly factor?: Vector;
}

export const exp: One = (x) => expOf(x);

/** eˣ for x ≤ 0. A power of 2 that is 2⁶⁴ times too large can be told in one part; then the product is rounded once. */
const expBelow = (x: Vector): Vector => {
  const { n, q } = reduce(f32.pmax(x, f32.of(-104)));
  const scale = i32.add(i32.shl(n, 23), f32.of(2 ** 64));
  return f32.mul(f32.mul(f32.add(q, one), scale), f32.of(2 ** -64));
};

/** (eˣ − 1) / 2 for |x| ≤ 89. */
function halfExpm1(x: Vector): Vector {
  const { n, q } = reduce(x);
  const scale = i32.add(i32.shl(n, 23), half);
  return f32.add(f32.mul(scale, q), f32.sub(scale, half));
}

export const expm1: One = (x) => {
  const h = halfExpm1(clamp(x, -18, 89));
  return signed(f32.add(h, h), x);
};

/** h / (h + 1) with h = (e^2|x| − 1) / 2. */
export const tanh: One = (x) => {
  const a = f32.pmin(f32.abs(x), f32.of(10));
  const h = halfExpm1(f32.add(a, a));
  return signed(f32.div(h, f32.add(h, one)), x);
};

/** Half of e^|x|, which does not overflow where sinh and cosh do not. */
const halfExp = (x: Vector): Vector => expOf(f32.abs(x), { shift: -1 });
const quarterOver = (h: Vector): Vector => f32.div(f32.of(0.25), h);

export const cosh: One = (x) => {
  const h = halfExp(x);
  return f32.add(h, quarterOver(h));
};

export const sinh: One = (x) => {
  const h = halfExp(x);
  const z = f32.mul(x, x);
  const small = f32.add(
    x,
    f32.mul(f32.mul(x, z), polynomial(z, [0.16666667, 0.0083333105, 0.00019842896, 2.7822132e-6])),
  );
  const large = signed(f32.sub(h, quarterOver(h)), x);
  return bits.select(f32.lt(f32.abs(x), one), small, large);
};

/** 1 / (1 + e⁻ˣ), with the exponential of a number ≤ 0. */
export const sigmoid: One = (x) => {
  const e = expBelow(f32.neg(f32.abs(x)));
  return f32.div(bits.select(f32.ge(x, zero), one, e), f32.add(e, one));
};

/**
 * log(1 + f) less f, and plus a small correction. With s = f / (2 + f) it is 2·artanh s, a series in s²; written as
 * f − (f²/2 − s·(f²/2 + rest of the series)) it hardly rounds.
 */
function logRest(f: Vector, coefficients: readonly number[], correction?: Vector): Vector {
  const s = f32.div(f, f32.add(f, f32.of(2)));
  const z = f32.mul(s, s);
  const halfSquare = f32.mul(f32.mul(f, f), half);
  const series = f32.mul(z, polynomial(z, coefficients));
  const tail = f32.mul(s, f32.add(halfSquare, series));
  return f32.sub(correction === undefined ? tail : f32.add(tail, correction), halfSquare);
}

/** log(x) + rest, where `rest` is small. */
function logOf(x: Vector, normal: Vector, exponent: Vector | undefined, rest?: Vector): Vector {
  const rootHalf = i32.of(0x3f3504f3);
  const k = i32.shrS(i32.sub(normal, rootHalf), 23);
  const f = f32.sub(i32.sub(normal, i32.shl(k, 23)), one);
  const whole = f32.fromInt(k);
  const e = exponent === undefined ? whole : f32.add(whole, exponent);
  const low = f32.mul(e, ln2Rest);
  const correction = rest === undefined ? low : f32.add(low, rest);
  const near = f32.add(f, logRest(f, [0.6666678, 0.39976853, 0.29890594], correction));
  const y = f32.add(f32.mul(e, ln2), near);
  const atEnds = bits.select(f32.eq(x, zero), f32.of(Number.NEGATIVE_INFINITY), nan);
  const positive = f32.gt(x, zero);
  return bits.select(bits.and(positive, f32.lt(x, infinity)), y, bits.select(positive, x, atEnds));
}

export const log: One = (x) => {
  const tiny = f32.lt(x, f32.of(2 ** -126));
  const normal = bits.select(tiny, f32.mul(x, f32.of(2 ** 23)), x);
  return logOf(x, normal, bits.and(tiny, f32.of(-23)));
};

/** log of u = 1 + x, and what was lost by rounding u, over u. */
export const log1p: One = (x) => {
  const u = f32.add(x, one);
  const part = f32.sub(u, one);
  const lost = f32.add(f32.sub(one, f32.sub(u, part)), f32.sub(x, part));
  return signed(logOf(u, u, undefined, f32.div(lost, u)), x);
};

/** max(x, 0) + log(1 + e^−|x|). */
export const softplus: One = (x) => {
  const e = expBelow(f32.neg(f32.abs(x)));
  const rest = logRest(e, [0.6666667, 0.39999768, 0.2857997, 0.22095272, 0.1882094, 0.1673187]);
  return f32.add(f32.pmax(x, zero), f32.add(e, rest));
};

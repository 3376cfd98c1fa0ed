import type { BinaryName, UnaryName } from "../kernels.ts";

/** 1 / (1 + e⁻ˣ), with the exponential always of a number ≤ 0, so that it never overflows. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** log(1 + eˣ) = max(x, 0) + log1p(e^−|x|). */
export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

const twoOverRootPi = 2 / Math.sqrt(Math.PI);

/** Series of positive terms, erf x = 2/√π · e^−x² · Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!!; used for |x| < 1. */
function erfSeries(x: number): number {
  const xx = x * x;
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * xx) / (2 * n + 1);
    sum += term;
  }
  return twoOverRootPi * Math.exp(-xx) * sum;
}

/**
 * e^−x² for x ≥ 0. The rounding error of a large x² would be that of the result; with s = x to 10 binary places, x² is
 * s² + (x − s)(x + s), of which s² is exact and the rest small.
 */
function expOfMinusSquare(x: number): number {
  const s = Math.round(x * 1024) / 1024;
  return Math.exp(-s * s) * Math.exp((s - x) * (s + x));
}

/** Continued fraction of erfc x = e^−x²/√π · 1/(x + ½/(x + 1/(x + 3⁄2/(x + …)))), for x ≥ 1. */
function erfcFraction(x: number): number {
  // The smaller x, the more terms count.
  let tail = x;
  for (let n = Math.ceil(15 + 200 / (x * x)); n >= 1; n--) tail = x + n / 2 / tail;
  return expOfMinusSquare(x) / Math.sqrt(Math.PI) / tail;
}

export function erfc(x: number): number {
  if (x >= 1) return x > 30 ? 0 : erfcFraction(x);
  return x <= -1 ? 2 - erfc(-x) : 1 - erfSeries(x);
}

export function erf(x: number): number {
  return Math.abs(x) >= 1 ? Math.sign(x) * (1 - erfc(Math.abs(x))) : erfSeries(x);
}

/** The remainder with the sign of the divisor, as in Python and numpy. */
export function floorMod(a: number, b: number): number {
  const r = a % b;
  if (r === 0) return b < 0 ? -0 : 0;
  return r < 0 !== b < 0 ? r + b : r;
}

export const unary: Readonly<Record<UnaryName, (x: number) => number>> = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  floor: Math.floor,
  square: (x) => x * x,
  reciprocal: (x) => 1 / x,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  rsqrt: (x) => 1 / Math.sqrt(x),
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  erf,
  erfc,
  sigmoid,
  softplus,
  logicalNot: (x) => Number(x === 0),
  isFinite: (x) => Number(Number.isFinite(x)),
};

export const binary: Readonly<Record<BinaryName, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: Math.pow,
  maximum: Math.max,
  minimum: Math.min,
  mod: floorMod,
  atan2: Math.atan2,
  equal: (a, b) => Number(a === b),
  notEqual: (a, b) => Number(a !== b),
  less: (a, b) => Number(a < b),
  lessEqual: (a, b) => Number(a <= b),
  greater: (a, b) => Number(a > b),
  greaterEqual: (a, b) => Number(a >= b),
  logicalAnd: (a, b) => Number(a !== 0 && b !== 0),
  logicalOr: (a, b) => Number(a !== 0 || b !== 0),
};

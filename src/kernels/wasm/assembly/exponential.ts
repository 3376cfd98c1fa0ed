// exp and log of four numbers: reduce to a small interval, take a polynomial there. That of exp is the one of fused/exponential.ts,
// that of log is from the Cephes library (S. Moshier).

const log2e: f32 = 1.4426950408889634;
// The logarithm of 2 in two parts, the first with so few bits that multiples of it are exact.
const ln2High: f32 = 0.693359375;
const ln2Low: f32 = -2.12194440e-4;
const magic: f32 = 12582912 + 127 + 64;

/** a · b + c */
// @ts-expect-error: decorator
@inline
function fma(a: v128, b: v128, c: f32): v128 {
  return f32x4.add(f32x4.mul(a, b), f32x4.splat(c));
}

/** eˣ for x ≤ 0, with an error of about one unit in the last place; NaN stays NaN. */
// @ts-expect-error: decorator
@inline
export function exp4(x: v128): v128 {
  // Below this bound the result is zero anyway. NaN is not less and goes through.
  const bounded = f32x4.pmax(x, f32x4.splat(-110));
  // Added to a small number, 1.5 · 2²³ leaves the nearest whole number in the lowest bits, here with the exponent of 2⁶⁴.
  const shifted = f32x4.add(f32x4.mul(bounded, f32x4.splat(log2e)), f32x4.splat(magic));
  const n = f32x4.sub(shifted, f32x4.splat(magic));
  let r = f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(ln2High)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(ln2Low)));
  let p = fma(f32x4.splat(0.0013818935), r, 0.008368704);
  p = fma(p, r, 0.04166829);
  p = fma(p, r, 0.16666521);
  p = fma(p, r, 0.49999994);
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1));
  // In two steps, 2ⁿ⁺⁶⁴ and 2⁻⁶⁴, so that results below the normal numbers are rounded and not lost.
  return f32x4.mul(f32x4.mul(p, i32x4.shl(shifted, 23)), f32x4.splat(5.421010862427522e-20));
}

/** log x for finite x ≥ 1. */
// @ts-expect-error: decorator
@inline
export function log4(x: v128): v128 {
  // x = m · 2ⁿ with m between √½ and √2
  const shifted = i32x4.sub(x, i32x4.splat(0x3f3504f3));
  const n = f32x4.convert_i32x4_s(i32x4.shr_s(shifted, 23));
  const m = i32x4.add(v128.and(shifted, i32x4.splat(0x7fffff)), i32x4.splat(0x3f3504f3));
  const r = f32x4.sub(m, f32x4.splat(1));
  const rr = f32x4.mul(r, r);
  let p = fma(f32x4.splat(7.0376836292e-2), r, -1.1514610310e-1);
  p = fma(p, r, 1.1676998740e-1);
  p = fma(p, r, -1.2420140846e-1);
  p = fma(p, r, 1.4249322787e-1);
  p = fma(p, r, -1.6668057665e-1);
  p = fma(p, r, 2.0000714765e-1);
  p = fma(p, r, -2.4999993993e-1);
  p = fma(p, r, 3.3333331174e-1);
  let y = f32x4.mul(f32x4.mul(p, r), rr);
  y = f32x4.add(y, f32x4.mul(n, f32x4.splat(ln2Low)));
  y = f32x4.sub(y, f32x4.mul(rr, f32x4.splat(0.5)));
  return f32x4.add(f32x4.add(r, y), f32x4.mul(n, f32x4.splat(ln2High)));
}

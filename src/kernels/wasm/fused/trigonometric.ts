import { clamp, one, polynomial, signed, zero } from "./exponential.ts";
import { bits, f32, i32, type One, type Two, type Vector } from "./vector.ts";
import { f64, lowWords, narrowed, type Pair, widely, wideRounder } from "./wide.ts";

// π/2 in two parts, of which the first has 25 bits: times a whole number below 2²⁸ it is exact in float64.
const halfPi = f64.of(1.5707963109016418);
const halfPiRest = f64.of(1.5893254773528196e-8);

/**
 * x = n·π/2 + r with |r| ≤ π/4, and sin r and cos r. Good for |x| ≤ 4·10⁸; neighbours beyond are more than a turn apart, and
 * there only |sin x| ≤ 1 is kept.
 */
function turned(x: Vector): { readonly n: Vector; readonly sine: Vector; readonly cosine: Vector } {
  const turns = widely((wide) => f64.add(f64.mul(wide, f64.of(2 / Math.PI)), wideRounder), x);
  const rest = (wide: Vector, turn: Vector): Vector => {
    const whole = f64.sub(turn, wideRounder);
    return f64.sub(f64.sub(wide, f64.mul(whole, halfPi)), f64.mul(whole, halfPiRest));
  };
  const wide = widely((y) => y, x);
  const rests: Pair = [rest(wide[0], turns[0]), rest(wide[1], turns[1])];
  const r = clamp(narrowed(rests), -0.7855, 0.7855);
  const z = f32.mul(r, r);
  const s = polynomial(z, [1, -0.16666655, 0.008332187, -0.00019517909]);
  const c = polynomial(z, [1, -0.5, 0.041666646, -0.001388731, 2.4432336e-5]);
  return { n: lowWords(...turns), sine: f32.mul(r, s), cosine: c };
}

const isOdd = (n: Vector): Vector => i32.shrS(i32.shl(n, 31), 31);

export const sin: One = (x) => {
  const { n, sine, cosine } = turned(x);
  return bits.xor(bits.select(isOdd(n), cosine, sine), secondBit(n));
};

export const cos: One = (x) => {
  const { n, sine, cosine } = turned(x);
  return bits.xor(bits.select(isOdd(n), sine, cosine), secondBit(i32.add(n, i32.of(1))));
};

export const tan: One = (x) => {
  const { n, sine, cosine } = turned(x);
  const odd = isOdd(n);
  const ratio = f32.div(bits.select(odd, cosine, sine), bits.select(odd, sine, cosine));
  return bits.xor(ratio, i32.shl(n, 31));
};

/** The second bit of n as a sign. */
const secondBit = (n: Vector): Vector => bits.and(i32.shl(n, 30), f32.of(-0));

/** The angle of (x, y) with y ≥ 0 and x ≥ 0, less a multiple of π/4 so that the tangent is at most tan π/8. */
function angle(y: Vector, x: Vector): Vector {
  // 0/0 counts as 0 and ∞/∞ as 1.
  const same = f32.eq(y, x);
  const ratio = bits.select(same, bits.and(f32.gt(y, zero), one), f32.div(y, x));
  const far = f32.gt(ratio, f32.of(1 + Math.SQRT2));
  const middle = f32.gt(ratio, f32.of(Math.SQRT2 - 1));
  const above = bits.select(far, f32.of(-1), bits.select(middle, f32.sub(ratio, one), ratio));
  const below = bits.select(far, ratio, bits.select(middle, f32.add(ratio, one), one));
  const t = f32.div(above, below);
  const z = f32.mul(t, t);
  const p = polynomial(z, [-0.33332947, 0.19977625, -0.13876742, 0.08050617]);
  const base = bits.and(middle, bits.select(far, f32.of(Math.PI / 2), f32.of(Math.PI / 4)));
  return f32.add(base, f32.add(t, f32.mul(f32.mul(t, z), p)));
}

export const atan: One = (x) => signed(angle(f32.abs(x), one), x);

export const atan2: Two = (y, x) => {
  const acute = angle(f32.abs(y), f32.abs(x));
  const left = i32.shrS(x, 31);
  return signed(bits.select(left, f32.sub(f32.of(Math.PI), acute), acute), y);
};

const root = (a: Vector, b: Vector): Vector => f32.sqrt(f32.mul(a, b));

export const asin: One = (x) => atan2(x, root(f32.sub(one, x), f32.add(one, x)));

export const acos: One = (x) => {
  const half = angle(f32.sqrt(f32.sub(one, x)), f32.sqrt(f32.add(one, x)));
  return f32.add(half, half);
};

import { infinity, one, signed, zero } from "./exponential.ts";
import { bits, f32, type Two, type Vector } from "./vector.ts";
import { f64, i64, narrowed, widely, widePolynomial, wideRounder } from "./wide.ts";

/** log₂ of a positive number that float32 has: of its mantissa in [√½, √2) and its exponent. */
function log2(x: Vector): Vector {
  const unit = f64.of(1);
  const shifted = i64.add(x, bitsOf(0x00095f61, 0x9980c433)); // 1 − √½, as bits
  const mantissa = i64.add(bits.and(shifted, bitsOf(0x000fffff, 0xffffffff)), bitsOf(0x3fe6a09e, 0x667f3bcd));
  const exponent = f64.sub(bits.or(i64.shrU(shifted, 52), f64.of(2 ** 52)), f64.of(2 ** 52 + 1023));
  const f = f64.sub(mantissa, unit);
  const s = f64.div(f, f64.add(f, f64.of(2)));
  const p = widePolynomial(
    f64.mul(s, s),
    [2.8853900817902027, 0.9617966731999809, 0.5770836115810355, 0.4116711349128248, 0.3407593463204435],
  );
  return f64.add(exponent, f64.mul(s, p));
}

/** 2ˣ, up to what float32 takes for 0 and ∞. */
function exp2(x: Vector): Vector {
  const inside = f64.pmax(f64.pmin(x, f64.of(200)), f64.of(-200));
  const n = f64.add(inside, wideRounder);
  const p = widePolynomial(
    f64.sub(inside, f64.sub(n, wideRounder)),
    [
      1.0000000005550962, 0.6931472057669852, 0.24022646885733764, 0.055503287120544836, 0.009618489281842588,
      0.0013399957547199227, 0.0001534577890579717,
    ],
  );
  return f64.mul(p, i64.add(i64.shl(n, 52), f64.of(1)));
}

const bitsOf = (high: number, low: number): Vector =>
  f64.of(new Float64Array(Uint32Array.of(low, high).buffer)[0]!);

const square = (x: Vector): Vector => f32.mul(x, x);

/** Powers that a product gives as well. */
const products = new Map<number | undefined, (x: Vector) => Vector>([
  [-1, (x) => f32.div(one, x)],
  [1, (x) => x],
  [2, square],
  [3, (x) => f32.mul(square(x), x)],
  [4, (x) => square(square(x))],
]);

/** aᵇ = 2 to the power b·log₂|a|, with the sign of a where b is odd; as `**` has it, (±1)^±∞ is NaN. */
export const pow: Two = (a, b) => {
  const product = products.get(b.constant);
  if (product !== undefined) return product(a);
  const size = f32.abs(a);
  const proper = bits.and(f32.gt(size, zero), f32.lt(size, infinity));
  const logOfEnds = bits.select(f32.eq(size, zero), f32.of(Number.NEGATIVE_INFINITY), size);
  const power = (x: Vector, y: Vector, end: Vector) => exp2(f64.mul(y, f64.add(log2(x), end)));
  const y = narrowed(widely(power, size, b, bits.andNot(logOfEnds, proper)));
  const whole = f32.eq(f32.floor(b), b);
  const halved = f32.mul(b, f32.of(0.5));
  const odd = bits.and(whole, f32.ne(f32.floor(halved), halved));
  const noRoot = bits.andNot(bits.and(f32.lt(a, zero), f32.lt(size, infinity)), whole);
  const real = bits.or(signed(y, bits.and(a, odd)), noRoot);
  return bits.select(f32.eq(b, zero), one, real);
};

import { expOf, one, polynomial, signed, zero } from "./exponential.ts";
import { bits, f32, i32, type One, type Vector } from "./vector.ts";

/** erf x for |x| ≤ ½. */
function small(x: Vector): Vector {
  const p = polynomial(f32.mul(x, x), [0.12837917, -0.3761261, 0.11282853, -0.026758572, 0.0047201435]);
  return f32.add(x, f32.mul(x, p));
}

/**
 * erfc |x| for |x| ≥ ½: e^−x² times a polynomial in t = 1 / (1 + |x|/2). So that the error of x² does not count, x² is taken
 * in two parts: s², exact as s is x to 12 bits, and (x − s)(x + s).
 */
function complement(x: Vector): Vector {
  const a = f32.pmin(f32.abs(x), f32.of(10.5));
  const s = bits.and(a, i32.of(-4096));
  const t = f32.div(f32.of(2), f32.add(a, f32.of(2)));
  const p = polynomial(
    t,
    [
      0.2820764391867503, 0.28257533796755313, 0.24145738652852544, 0.20995009211259677,
      -0.045408729132961186, 0.3072033204387816, -0.5136037664629878, 0.29726877968410975,
      -0.061509342168234345,
    ],
  );
  return expOf(f32.neg(f32.mul(s, s)), {
    rest: f32.mul(f32.sub(s, a), f32.add(s, a)),
    factor: f32.mul(t, p),
  });
}

const isSmall = (x: Vector): Vector => f32.lt(f32.abs(x), f32.of(0.5));

export const erf: One = (x) => bits.select(isSmall(x), small(x), signed(f32.sub(one, complement(x)), x));

export const erfc: One = (x) => {
  const c = complement(x);
  const large = bits.select(f32.lt(x, zero), f32.sub(f32.of(2), c), c);
  return bits.select(isSmall(x), f32.sub(one, small(x)), large);
};

// Winograd's F(4x4, 3x3): a tile of 4x4 results of a 3x3 filter is Aᵀ [(G g Gᵀ) · (Bᵀ d B)] A, where d are
// the 6x6 cells of the image under it and the product is cell by cell: 36 multiplications instead of 144.
// Polynomials are multiplied by their values at the points 0, ±a, ±b and ∞. With a = √½ and b = √2 the powers
// stay near 1, so that rounding errors are less than half of those at the usual points ±1 and ±2.
//
//        ⎡ 1    0  -5/2    0   1  0 ⎤        ⎡   1     0     0  ⎤         ⎡ 1   1    1   1    1   0 ⎤
//        ⎢ 0  -2a   -2     a   1  0 ⎥        ⎢ -2/3 -2a/3  -1/3 ⎥    Aᵀ = ⎢ 0   a   -a   b   -b   0 ⎥
//   Bᵀ = ⎢ 0   2a   -2    -a   1  0 ⎥    G = ⎢ -2/3  2a/3  -1/3 ⎥         ⎢ 0  1/2  1/2  2    2   0 ⎥
//        ⎢ 0 -b/2  -1/2    b   1  0 ⎥        ⎢  1/6   b/6   1/3 ⎥         ⎣ 0  a/2 -a/2  2b  -2b  1 ⎦
//        ⎢ 0  b/2  -1/2   -b   1  0 ⎥        ⎢  1/6  -b/6   1/3 ⎥
//        ⎣ 0    1    0  -5/2   0  1 ⎦        ⎣   0     0     1  ⎦
//
// Each function below multiplies a vector by one of them or its transpose. What the points ±p share is
// computed once.

const a: f32 = 0.7071067811865476;
const b: f32 = 1.4142135623730951;

// @ts-expect-error: decorator
@inline
function times(factor: f32, x: v128): v128 {
  return f32x4.mul(f32x4.splat(factor), x);
}

// @ts-expect-error: decorator
@inline
function plus(x: v128, y: v128): v128 {
  return f32x4.add(x, y);
}

// @ts-expect-error: decorator
@inline
function minus(x: v128, y: v128): v128 {
  return f32x4.sub(x, y);
}

/** Values at the points, `step` bytes apart, from their even and odd parts. */
// @ts-expect-error: decorator
@inline
function storePoints(
  at0: v128, evenA: v128, oddA: v128, evenB: v128, oddB: v128, atInfinity: v128, to: usize, step: usize,
): void {
  v128.store(to, at0);
  v128.store(to + step, plus(evenA, oddA));
  v128.store(to + 2 * step, minus(evenA, oddA));
  v128.store(to + 3 * step, plus(evenB, oddB));
  v128.store(to + 4 * step, minus(evenB, oddB));
  v128.store(to + 5 * step, atInfinity);
}

/** Bᵀ d: images to the domain. */
// @ts-expect-error: decorator
@inline
export function storeBt(
  d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, to: usize, step: usize,
): void {
  const at0 = plus(minus(d0, times(2.5, d2)), d4);
  const evenA = minus(d4, times(2, d2)), oddA = times(a, minus(d3, times(2, d1)));
  const evenB = minus(d4, times(0.5, d2)), oddB = times(b, minus(d3, times(0.5, d1)));
  storePoints(at0, evenA, oddA, evenB, oddB, plus(minus(d1, times(2.5, d3)), d5), to, step);
}

/** A y: gradients of results to the domain. */
// @ts-expect-error: decorator
@inline
export function storeA(y0: v128, y1: v128, y2: v128, y3: v128, to: usize, step: usize): void {
  const evenA = plus(y0, times(0.5, y2)), oddA = times(a, plus(y1, times(0.5, y3)));
  const evenB = plus(y0, times(2, y2)), oddB = times(b, plus(y1, times(2, y3)));
  storePoints(y0, evenA, oddA, evenB, oddB, y3, to, step);
}

// A filter goes to the domain in two steps, G = N · diag(1/6, b/6, 1/3), with whole numbers in N:
//
//        ⎡  6   0   0 ⎤
//        ⎢ -4  -2  -1 ⎥
//    N = ⎢ -4   2  -1 ⎥
//        ⎢  1   1   1 ⎥
//        ⎢  1  -1   1 ⎥
//        ⎣  0   0   3 ⎦
//
// What follows computes N h from h, to which the diagonal has been applied. Values at ±a are the even part plus or
// minus the odd one, and so at ±b, where the odd part is h1 itself.

// @ts-expect-error: decorator
@inline
export function diagonalOfG(i: i32): f32 {
  return i == 0 ? 1.0 / 6 : i == 1 ? b / 6 : 1.0 / 3;
}

// @ts-expect-error: decorator
@inline
export function atZeroN(h0: v128): v128 {
  return times(6, h0);
}

// @ts-expect-error: decorator
@inline
export function evenNa(h0: v128, h2: v128): v128 {
  return minus(times(-4, h0), h2);
}

// @ts-expect-error: decorator
@inline
export function oddNa(h1: v128): v128 {
  return times(-2, h1);
}

// @ts-expect-error: decorator
@inline
export function evenNb(h0: v128, h2: v128): v128 {
  return plus(h0, h2);
}

// @ts-expect-error: decorator
@inline
export function atInfinityN(h2: v128): v128 {
  return times(3, h2);
}

// @ts-expect-error: decorator
@inline
export function storeN(h0: v128, h1: v128, h2: v128, to: usize, step: usize): void {
  storePoints(atZeroN(h0), evenNa(h0, h2), oddNa(h1), evenNb(h0, h2), h1, atInfinityN(h2), to, step);
}

/** Aᵀ m: the domain to results, which go to places of their own. */
// @ts-expect-error: decorator
@inline
export function storeAt(
  m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128, to0: usize, to1: usize, to2: usize, to3: usize,
): void {
  const evenA = plus(m1, m2), oddA = times(a, minus(m1, m2));
  const evenB = plus(m3, m4), oddB = times(b, minus(m3, m4));
  v128.store(to0, plus(m0, plus(evenA, evenB)));
  v128.store(to1, plus(oddA, oddB));
  v128.store(to2, plus(times(0.5, evenA), times(2, evenB)));
  v128.store(to3, plus(plus(times(0.5, oddA), times(2, oddB)), m5));
}

/** Gᵀ u: the domain to the gradient of a filter. */
// @ts-expect-error: decorator
@inline
export function storeGt(
  u0: v128, u1: v128, u2: v128, u3: v128, u4: v128, u5: v128, to: usize, step: usize,
): void {
  const evenA = times(2.0 / 3, plus(u1, u2)), oddA = times(a / 1.5, minus(u1, u2));
  const evenB = times(1.0 / 6, plus(u3, u4)), oddB = times(b / 6, minus(u3, u4));
  v128.store(to, plus(minus(u0, evenA), evenB));
  v128.store(to + step, minus(oddB, oddA));
  v128.store(to + 2 * step, plus(minus(times(2, evenB), times(0.5, evenA)), u5));
}

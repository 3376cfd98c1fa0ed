// Winograd's F(4x4, 3x3): a tile of 4x4 results of a 3x3 filter is Aᵀ [(G g Gᵀ) · (Bᵀ d B)] A, where d are the 6x6 cells of
// the image under it and the product is cell by cell: 36 multiplications instead of 144. Polynomials are multiplied by
// their values at the points 0, 1, -1, 2, -2 and ∞; what the points ±p share is computed once.
//
//        ⎡ 4  0 -5  0  1  0 ⎤        ⎡  1/4    0    0  ⎤         ⎡ 1  1  1  1  1  0 ⎤
//        ⎢ 0 -4 -4  1  1  0 ⎥        ⎢ -1/6 -1/6 -1/6  ⎥    Aᵀ = ⎢ 0  1 -1  2 -2  0 ⎥
//   Bᵀ = ⎢ 0  4 -4 -1  1  0 ⎥    G = ⎢ -1/6  1/6 -1/6  ⎥         ⎢ 0  1  1  4  4  0 ⎥
//        ⎢ 0 -2 -1  2  1  0 ⎥        ⎢ 1/24 1/12  1/6  ⎥         ⎣ 0  1 -1  8 -8  1 ⎦
//        ⎢ 0  2 -1 -2  1  0 ⎥        ⎢ 1/24 -1/12 1/6  ⎥
//        ⎣ 0  4  0 -5  0  1 ⎦        ⎣   0    0    1   ⎦
//
// Each function below multiplies one of them (or its transpose) with a vector and stores the results `step` bytes apart.

// @ts-expect-error: decorator
@inline
function times(factor: f32, x: v128): v128 {
  return f32x4.mul(f32x4.splat(factor), x);
}

/** Bᵀ d: image to domain. */
// @ts-expect-error: decorator
@inline
export function storeBt(d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, to: usize, step: usize): void {
  const even1 = f32x4.sub(d4, times(4, d2));
  const odd1 = f32x4.sub(d3, times(4, d1));
  const even2 = f32x4.sub(d4, d2);
  const odd2 = times(2, f32x4.sub(d3, d1));
  v128.store(to, f32x4.add(f32x4.sub(times(4, d0), times(5, d2)), d4));
  v128.store(to + step, f32x4.add(even1, odd1));
  v128.store(to + 2 * step, f32x4.sub(even1, odd1));
  v128.store(to + 3 * step, f32x4.add(even2, odd2));
  v128.store(to + 4 * step, f32x4.sub(even2, odd2));
  v128.store(to + 5 * step, f32x4.add(f32x4.sub(times(4, d1), times(5, d3)), d5));
}

/** A y: gradients of results to domain. */
// @ts-expect-error: decorator
@inline
export function storeA(y0: v128, y1: v128, y2: v128, y3: v128, to: usize, step: usize): void {
  const even1 = f32x4.add(y0, y2);
  const odd1 = f32x4.add(y1, y3);
  const even2 = f32x4.add(y0, times(4, y2));
  const odd2 = f32x4.add(times(2, y1), times(8, y3));
  v128.store(to, y0);
  v128.store(to + step, f32x4.add(even1, odd1));
  v128.store(to + 2 * step, f32x4.sub(even1, odd1));
  v128.store(to + 3 * step, f32x4.add(even2, odd2));
  v128.store(to + 4 * step, f32x4.sub(even2, odd2));
  v128.store(to + 5 * step, y3);
}

/** G g: filter to domain. */
// @ts-expect-error: decorator
@inline
export function storeG(g0: v128, g1: v128, g2: v128, to: usize, step: usize): void {
  const even1 = times(-1.0 / 6, f32x4.add(g0, g2));
  const odd1 = times(-1.0 / 6, g1);
  const even2 = f32x4.add(times(1.0 / 24, g0), times(1.0 / 6, g2));
  const odd2 = times(1.0 / 12, g1);
  v128.store(to, times(0.25, g0));
  v128.store(to + step, f32x4.add(even1, odd1));
  v128.store(to + 2 * step, f32x4.sub(even1, odd1));
  v128.store(to + 3 * step, f32x4.add(even2, odd2));
  v128.store(to + 4 * step, f32x4.sub(even2, odd2));
  v128.store(to + 5 * step, g2);
}

/** Gᵀ u: domain to gradient of the filter. */
// @ts-expect-error: decorator
@inline
export function storeGt(u0: v128, u1: v128, u2: v128, u3: v128, u4: v128, u5: v128, to: usize, step: usize): void {
  const even1 = times(-1.0 / 6, f32x4.add(u1, u2));
  const even2 = f32x4.add(u3, u4);
  const odd = f32x4.sub(times(1.0 / 12, f32x4.sub(u3, u4)), times(1.0 / 6, f32x4.sub(u1, u2)));
  v128.store(to, f32x4.add(f32x4.add(times(0.25, u0), even1), times(1.0 / 24, even2)));
  v128.store(to + step, odd);
  v128.store(to + 2 * step, f32x4.add(f32x4.add(even1, times(1.0 / 6, even2)), u5));
}

// Aᵀ m, domain to results, a result each, since results go to rows that may lie anywhere.

// @ts-expect-error: decorator
@inline
export function at0(m0: v128, even1: v128, even2: v128): v128 {
  return f32x4.add(m0, f32x4.add(even1, even2));
}

// @ts-expect-error: decorator
@inline
export function at1(odd1: v128, odd2: v128): v128 {
  return f32x4.add(odd1, times(2, odd2));
}

// @ts-expect-error: decorator
@inline
export function at2(even1: v128, even2: v128): v128 {
  return f32x4.add(even1, times(4, even2));
}

// @ts-expect-error: decorator
@inline
export function at3(odd1: v128, odd2: v128, m5: v128): v128 {
  return f32x4.add(f32x4.add(odd1, times(8, odd2)), m5);
}

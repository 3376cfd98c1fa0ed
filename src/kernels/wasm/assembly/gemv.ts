import { finish, int, pointer } from "./arguments";
import { batchOf, matrixAt } from "./gemm";
import { take } from "./threads";

/** c[j] += Σ_r a[r] · b[r][j] for four rows of B, `step` bytes apart. */
function addFourRows(a: usize, aStep: isize, b: usize, step: isize, c: usize, columns: i32): void {
  const s0 = load<f32>(a), s1 = load<f32>(a + aStep);
  const s2 = load<f32>(a + 2 * aStep), s3 = load<f32>(a + 3 * aStep);
  const v0 = f32x4.splat(s0), v1 = f32x4.splat(s1), v2 = f32x4.splat(s2), v3 = f32x4.splat(s3);
  const b1 = b + step, b2 = b + 2 * step, b3 = b + 3 * step;
  const end = <usize>columns << 2;
  let j: usize = 0;
  for (; j + 16 <= end; j += 16) {
    const left = f32x4.add(f32x4.mul(v0, v128.load(b + j)), f32x4.mul(v1, v128.load(b1 + j)));
    const right = f32x4.add(f32x4.mul(v2, v128.load(b2 + j)), f32x4.mul(v3, v128.load(b3 + j)));
    v128.store(c + j, f32x4.add(v128.load(c + j), f32x4.add(left, right)));
  }
  for (; j < end; j += 4) {
    const left = s0 * load<f32>(b + j) + s1 * load<f32>(b1 + j);
    const right = s2 * load<f32>(b2 + j) + s3 * load<f32>(b3 + j);
    store<f32>(c + j, load<f32>(c + j) + (left + right));
  }
}

/** c = Σ_k a[k] · b[k], where the rows of B are runs of cells. */
function sumRows(a: usize, aStep: isize, b: usize, step: isize, c: usize, columns: i32, k: i32): void {
  const size = <usize>columns << 2;
  memory.fill(c, 0, size);
  for (; k >= 4; k -= 4) {
    addFourRows(a, aStep, b, step, c, columns);
    a += 4 * aStep;
    b += 4 * step;
  }
  for (; k > 0; k--) {
    const factor = load<f32>(a);
    for (let j: usize = 0; j < size; j += 4) store<f32>(c + j, load<f32>(c + j) + factor * load<f32>(b + j));
    a += aStep;
    b += step;
  }
}

// @ts-expect-error: decorator
@inline
function sumLanes(x: v128): f32 {
  const left = f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1);
  return left + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/** The products of `a` with four columns that are runs of `k` cells. */
function dotFour(a: usize, b0: usize, b1: usize, b2: usize, b3: usize, k: i32, c: usize): void {
  let v0 = f32x4.splat(0), v1 = f32x4.splat(0), v2 = f32x4.splat(0), v3 = f32x4.splat(0);
  const end = <usize>k << 2;
  let at: usize = 0;
  for (; at + 16 <= end; at += 16) {
    const x = v128.load(a + at);
    v0 = f32x4.add(v0, f32x4.mul(x, v128.load(b0 + at)));
    v1 = f32x4.add(v1, f32x4.mul(x, v128.load(b1 + at)));
    v2 = f32x4.add(v2, f32x4.mul(x, v128.load(b2 + at)));
    v3 = f32x4.add(v3, f32x4.mul(x, v128.load(b3 + at)));
  }
  let s0 = sumLanes(v0), s1 = sumLanes(v1), s2 = sumLanes(v2), s3 = sumLanes(v3);
  for (; at < end; at += 4) {
    const x = load<f32>(a + at);
    s0 += x * load<f32>(b0 + at);
    s1 += x * load<f32>(b1 + at);
    s2 += x * load<f32>(b2 + at);
    s3 += x * load<f32>(b3 + at);
  }
  store<f32>(c, s0);
  store<f32>(c, s1, 4);
  store<f32>(c, s2, 8);
  store<f32>(c, s3, 12);
}

/** c[j] = a · column j of B, where the columns, `step` bytes apart, and `a` are runs of cells. */
function dotColumns(a: usize, b: usize, step: isize, c: usize, columns: i32, k: i32): void {
  for (; columns >= 4; columns -= 4) {
    dotFour(a, b, b + step, b + 2 * step, b + 3 * step, k, c);
    b += 4 * step;
    c += 16;
  }
  for (; columns > 0; columns--) {
    let sum = f32x4.splat(0);
    let at = 0;
    for (; at + 4 <= k; at += 4) {
      const offset = <usize>at << 2;
      sum = f32x4.add(sum, f32x4.mul(v128.load(a + offset), v128.load(b + offset)));
    }
    let total = sumLanes(sum);
    for (; at < k; at++) total += load<f32>(a + (<usize>at << 2)) * load<f32>(b + (<usize>at << 2));
    store<f32>(c, total);
    b += step;
    c += 4;
  }
}

/**
 * c = a · B for vectors a (m = 1), in blocks of columns. Where the columns of B are runs of cells, `a` is
 * one, too.
 */
export function gemv(args: usize, thread: i32, threads: i32): void {
  const n = int(args, 7), k = int(args, 8), columns = int(args, 13);
  const colA: isize = int(args, 10) << 2;
  const rowB: isize = int(args, 11) << 2, colB: isize = int(args, 12) << 2;
  const across = (n + columns - 1) / columns;
  const blocks = batchOf(args) * across;
  for (let at = take(args); at < blocks; at = take(args)) {
    const matrix = at / across;
    const j = (at % across) * columns;
    const width = min(columns, n - j);
    const a = pointer(args, 3) + (<isize>matrixAt(args, matrix, 1) << 2);
    const b = pointer(args, 4) + (<isize>matrixAt(args, matrix, 2) << 2) + <isize>j * colB;
    const cell = matrix * n + j;
    const c = pointer(args, 5) + (<usize>cell << 2);
    if (colB == 4) sumRows(a, colA, b, rowB, c, width, k);
    else dotColumns(a, b, colB, c, width, k);
    finish(args, cell, cell + width);
  }
}

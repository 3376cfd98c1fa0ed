// The register tile under every product of matrices: 4 rows by 8 columns of the result stay in eight vector
// registers while the inner axis passes by. With two vectors of B and four splats of A that makes fifteen
// registers, all that a compiler that orders loads before arithmetic can use without spilling. Beside the
// arithmetic there is hardly room for anything else, so offsets are constants wherever they can be, and pointers few.
// Both tiles compute c[i][0…7] = Σ_k a[i][k] · b[k][0…7] for i in 0…3; with `add` the sum is added to what is there.
// Steps are in bytes. Give constants for what is known, and inline this in the loops over tiles: that is what
// makes it fast.

/**
 * The tile for rows of A, each a run of `count` cells, and perhaps further runs: `runs`, up to `end`, has for each the
 * bytes to skip before it and its cells. `bStep` leads to the next row of B, `cStep` to the next row of C.
 */
// @ts-expect-error: decorator
@inline
export function tileRows4x8(
  a0: usize, a1: usize, a2: usize, a3: usize, count: i32, runs: usize, end: usize,
  b: usize, bStep: usize, c: usize, cStep: usize, add: bool,
): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  while (true) {
    // Two steps at a time; the branch between them keeps the loads of the second behind the arithmetic of the first.
    for (let k = count; k > 0; k -= 2) {
      const b0 = v128.load(b), b1 = v128.load(b, 16);
      const s0 = v128.load_splat<f32>(a0);
      c00 = f32x4.add(c00, f32x4.mul(s0, b0));
      c01 = f32x4.add(c01, f32x4.mul(s0, b1));
      const s1 = v128.load_splat<f32>(a1);
      c10 = f32x4.add(c10, f32x4.mul(s1, b0));
      c11 = f32x4.add(c11, f32x4.mul(s1, b1));
      const s2 = v128.load_splat<f32>(a2);
      c20 = f32x4.add(c20, f32x4.mul(s2, b0));
      c21 = f32x4.add(c21, f32x4.mul(s2, b1));
      const s3 = v128.load_splat<f32>(a3);
      c30 = f32x4.add(c30, f32x4.mul(s3, b0));
      c31 = f32x4.add(c31, f32x4.mul(s3, b1));
      b += bStep;
      if (k == 1) {
        a0 += 4;
        a1 += 4;
        a2 += 4;
        a3 += 4;
        break;
      }
      const d0 = v128.load(b), d1 = v128.load(b, 16);
      const t0 = v128.load_splat<f32>(a0, 4);
      c00 = f32x4.add(c00, f32x4.mul(t0, d0));
      c01 = f32x4.add(c01, f32x4.mul(t0, d1));
      const t1 = v128.load_splat<f32>(a1, 4);
      c10 = f32x4.add(c10, f32x4.mul(t1, d0));
      c11 = f32x4.add(c11, f32x4.mul(t1, d1));
      const t2 = v128.load_splat<f32>(a2, 4);
      c20 = f32x4.add(c20, f32x4.mul(t2, d0));
      c21 = f32x4.add(c21, f32x4.mul(t2, d1));
      const t3 = v128.load_splat<f32>(a3, 4);
      c30 = f32x4.add(c30, f32x4.mul(t3, d0));
      c31 = f32x4.add(c31, f32x4.mul(t3, d1));
      b += bStep;
      a0 += 8;
      a1 += 8;
      a2 += 8;
      a3 += 8;
    }
    if (runs >= end) break;
    const skip = load<usize>(runs);
    a0 += skip;
    a1 += skip;
    a2 += skip;
    a3 += skip;
    count = load<i32>(runs, 4);
    runs += 8;
  }
  put(c, c00, c01, add);
  put(c + cStep, c10, c11, add);
  put(c + 2 * cStep, c20, c21, add);
  put(c + 3 * cStep, c30, c31, add);
}

/**
 * The tile for columns of A: four cells side by side, the next four `aStep` bytes on; there are `count` of them.
 */
// @ts-expect-error: decorator
@inline
export function tileColumns4x8(
  a: usize, aStep: usize, count: i32, b: usize, bStep: usize, c: usize, cStep: usize, add: bool,
): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  for (let k = count; k > 0; k--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    const s0 = v128.load_splat<f32>(a);
    c00 = f32x4.add(c00, f32x4.mul(s0, b0));
    c01 = f32x4.add(c01, f32x4.mul(s0, b1));
    const s1 = v128.load_splat<f32>(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(s1, b0));
    c11 = f32x4.add(c11, f32x4.mul(s1, b1));
    const s2 = v128.load_splat<f32>(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(s2, b0));
    c21 = f32x4.add(c21, f32x4.mul(s2, b1));
    const s3 = v128.load_splat<f32>(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(s3, b0));
    c31 = f32x4.add(c31, f32x4.mul(s3, b1));
    a += aStep;
    b += bStep;
  }
  put(c, c00, c01, add);
  put(c + cStep, c10, c11, add);
  put(c + 2 * cStep, c20, c21, add);
  put(c + 3 * cStep, c30, c31, add);
}

/**
 * The same product where the inner axis has four steps: [count][4] · [4][8]. Columns of A are `aStep` bytes apart, rows of B
 * `bStep`, those of C follow each other. B stays in registers while the rows of A pass by.
 */
// @ts-expect-error: decorator
@inline
export function tileOfFour(a: usize, aStep: usize, count: i32, b: usize, bStep: usize, c: usize): void {
  const b00 = v128.load(b), b01 = v128.load(b, 16);
  const b10 = v128.load(b + bStep), b11 = v128.load(b + bStep, 16);
  const b20 = v128.load(b + 2 * bStep), b21 = v128.load(b + 2 * bStep, 16);
  const b30 = v128.load(b + 3 * bStep), b31 = v128.load(b + 3 * bStep, 16);
  for (let row = count; row > 0; row--, a += 4, c += 32) {
    const s0 = v128.load_splat<f32>(a), s1 = v128.load_splat<f32>(a + aStep);
    let left = f32x4.add(f32x4.mul(s0, b00), f32x4.mul(s1, b10));
    let right = f32x4.add(f32x4.mul(s0, b01), f32x4.mul(s1, b11));
    const s2 = v128.load_splat<f32>(a + 2 * aStep), s3 = v128.load_splat<f32>(a + 3 * aStep);
    left = f32x4.add(f32x4.add(left, f32x4.mul(s2, b20)), f32x4.mul(s3, b30));
    right = f32x4.add(f32x4.add(right, f32x4.mul(s2, b21)), f32x4.mul(s3, b31));
    v128.store(c, left);
    v128.store(c, right, 16);
  }
}

/** A row of a tile goes to its place. */
// @ts-expect-error: decorator
@inline
function put(c: usize, left: v128, right: v128, add: bool): void {
  v128.store(c, add ? f32x4.add(v128.load(c), left) : left);
  v128.store(c, add ? f32x4.add(v128.load(c, 16), right) : right, 16);
}

/**
 * Moves the part of a tile that is inside the result: the first `rows` rows and `columns` columns of a 4x8
 * tile at `tile`, whose rows are 32 bytes apart. Tiles on the edge are computed whole, into such a place, and
 * then cut.
 */
export function cutTile(tile: usize, rows: i32, columns: i32, c: usize, cStep: usize, add: bool): void {
  for (let i = 0; i < rows; i++) {
    for (let j: usize = 0; j < <usize>columns << 2; j += 4) {
      const value = load<f32>(tile + j);
      store<f32>(c + j, add ? load<f32>(c + j) + value : value);
    }
    tile += 32;
    c += cStep;
  }
}

// Parts of matrices copied into the order in which the register tile reads them. Steps are in bytes.

/** Transposes four vectors at `from`, `step` bytes apart, to `to` and on, `toStep` bytes apart. */
// @ts-expect-error: decorator
@inline
export function transpose4(from: usize, step: isize, to: usize, toStep: usize): void {
  const r0 = v128.load(from);
  const r1 = v128.load(from + step);
  const r2 = v128.load(from + 2 * step);
  const r3 = v128.load(from + 3 * step);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f64>(low01, low23, 0, 2));
  v128.store(to + toStep, v128.shuffle<f64>(low01, low23, 1, 3));
  v128.store(to + 2 * toStep, v128.shuffle<f64>(high01, high23, 0, 2));
  v128.store(to + 3 * toStep, v128.shuffle<f64>(high01, high23, 1, 3));
}

/** [count][8] from `count` rows of `width` ≤ 8 cells that are `step` bytes apart; zeros fill the rest. */
export function packPanel(to: usize, from: usize, step: isize, width: i32, count: i32): void {
  if (width == 8) {
    for (let k = 0; k < count; k++) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      to += 32;
      from += step;
    }
    return;
  }
  for (let k = 0; k < count; k++) {
    v128.store(to, f32x4.splat(0));
    v128.store(to, f32x4.splat(0), 16);
    for (let j: usize = 0; j < <usize>width << 2; j += 4) store<f32>(to + j, load<f32>(from + j));
    to += 32;
    from += step;
  }
}

/**
 * [count][8] from the transposed: `width` ≤ 8 rows of `count` cells that are `step` bytes apart; zeros fill
 * the rest.
 */
export function packRows(to: usize, from: usize, step: isize, width: i32, count: i32): void {
  let k = 0;
  if (width == 8) {
    for (; k + 4 <= count; k += 4) {
      const at = from + (<usize>k << 2);
      transpose4(at, step, to + (<usize>k << 5), 32);
      transpose4(at + 4 * step, step, to + (<usize>k << 5) + 16, 32);
    }
  }
  for (; k < count; k++) {
    for (let j = 0; j < 8; j++) {
      const value = j < width ? load<f32>(from + <isize>j * step + (<usize>k << 2)) : 0;
      store<f32>(to + (<usize>k << 5) + (<usize>j << 2), value);
    }
  }
}

/**
 * [rows / 4][count][4] from `count` runs of `rows` cells that are `step` bytes apart; the last group repeats
 * its last row.
 */
export function packColumns(to: usize, from: usize, step: isize, rows: i32, count: i32): void {
  for (let i = 0; i < rows; i += 4) {
    let at = from + (<usize>i << 2);
    if (i + 4 <= rows) {
      for (let k = 0; k < count; k++, at += step, to += 16) v128.store(to, v128.load(at));
    } else {
      for (let k = 0; k < count; k++, at += step) {
        for (let r = 0; r < 4; r++, to += 4) {
          store<f32>(to, load<f32>(at + (<usize>min(r, rows - i - 1) << 2)));
        }
      }
    }
  }
}

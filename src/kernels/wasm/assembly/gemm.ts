import { finish, int, pointer } from "./arguments";
import { take } from "./threads";
import { cutTile, packColumns, packPanel, packRows, tileColumns4x8, tileRows4x8 } from "./tile";

// Batched products of matrices. The words that both kernels share:
//   3 a, 4 b, 5 c     pointers; c is row-major [batch, m, n]
//   6 m, 7 n, 8 k
//   9, 10             steps of a along m and k, in cells; one of them is 1
//   11, 12            steps of b along k and n, likewise
//   13                columns in a block
//   14                pointer to scratch, of so many bytes a thread:
//   15
//   16                number of batch axes; from 21 on, the outermost first: size, step of a, step of b
// and for `gemm` alone:
//   17                rows in a block
//   18                blocks taken at once: small matrices go in groups
//   19                parts that k is split into; part p of the sums goes to c + p · batch · m · n
//   20                whether b lies in panels, [n / 8][k][8]: its steps are then 8 along k, and k along n
const firstAxis = 21;

/**
 * How much of k passes by at a time: a panel of so many rows by 8 columns of B stays in the nearest cache.
 */
const depth: i32 = 256;

/** How many products the batch has. */
export function batchOf(args: usize): i32 {
  let batch = 1;
  for (let axis = int(args, 16) - 1; axis >= 0; axis--) batch *= int(args, firstAxis + 3 * axis);
  return batch;
}

/** Cells between the first matrix of `a` (`side` 1) or `b` (`side` 2) and matrix `index` of the batch. */
export function matrixAt(args: usize, index: i32, side: i32): i32 {
  let offset = 0;
  for (let axis = int(args, 16) - 1; axis >= 0; axis--) {
    const word = firstAxis + 3 * axis;
    const size = int(args, word);
    offset += (index % size) * int(args, word + side);
    index /= size;
  }
  return offset;
}

/** One block of the product, `rows` by `columns` cells at `c`, whose rows are `n` cells apart. */
function block(
  a: usize, rowA: isize, colA: isize,
  b: usize, rowB: isize, colB: isize, inPanels: bool,
  c: usize, n: i32, rows: i32, columns: i32, k: i32, scratch: usize,
): void {
  const tile = scratch;
  const panel = tile + 128;
  const packedA = panel + depth * 32;
  const cStep = <usize>n << 2;
  const transposedA = colA != 4;
  // A panel is worth packing when enough rows use it; one that is cut or transposed must be packed.
  const packB = !inPanels && (colB != 4 || rows >= 16);
  let from = 0;
  do {
    const count = min(k - from, depth);
    const add = from > 0;
    const bHere = b + <isize>from * rowB;
    const aHere = a + <isize>from * colA;
    if (transposedA) packColumns(packedA, aHere, colA, rows, count);
    for (let j = 0; j < columns; j += 8) {
      const width = min(columns - j, 8);
      let bTile = bHere + <isize>j * colB;
      let bStep = rowB;
      if (packB || (width < 8 && !inPanels)) {
        if (colB == 4) packPanel(panel, bTile, rowB, width, count);
        else packRows(panel, bTile, colB, width, count);
        bTile = panel;
        bStep = 32;
      }
      for (let i = 0; i < rows; i += 4) {
        const height = min(rows - i, 4);
        const whole = height == 4 && width == 8;
        const cTile = c + <usize>i * cStep + (<usize>j << 2);
        const to = whole ? cTile : tile;
        const step: usize = whole ? cStep : 32;
        const more = whole && add;
        if (transposedA) {
          const a0 = packedA + <usize>(i * count) * 4;
          tileColumns4x8(a0, 16, count, bTile, bStep, to, step, more);
        } else {
          // Rows beyond the edge repeat the last one; they are cut from the tile.
          const a0 = aHere + <isize>i * rowA;
          const a1 = a0 + (height > 1 ? rowA : 0);
          const a2 = a1 + (height > 2 ? rowA : 0);
          const a3 = a2 + (height > 3 ? rowA : 0);
          tileRows4x8(a0, a1, a2, a3, count, 0, 0, bTile, bStep, to, step, more);
        }
        if (!whole) cutTile(tile, height, width, cTile, cStep, add);
      }
    }
    from += depth;
  } while (from < k);
}

/** c = a · b, in blocks of rows (and of columns, where rows are too few for all threads). */
export function gemm(args: usize, thread: i32, threads: i32): void {
  const m = int(args, 6);
  const n = int(args, 7);
  const k = int(args, 8);
  const rowA: isize = int(args, 9) << 2;
  const colA: isize = int(args, 10) << 2;
  const rowB: isize = int(args, 11) << 2;
  const colB: isize = int(args, 12) << 2;
  const columns = int(args, 13);
  const scratch = pointer(args, 14) + <usize>thread * int(args, 15);
  const rows = int(args, 17);
  const group = int(args, 18);
  const parts = int(args, 19);
  const inPanels = int(args, 20) != 0;
  const batch = batchOf(args);
  const down = (m + rows - 1) / rows;
  const across = (n + columns - 1) / columns;
  const blocks = batch * down * across;
  const share = (k + parts - 1) / parts;
  for (let from = take(args) * group; from < blocks * parts; from = take(args) * group) {
    const end = min(from + group, blocks * parts);
    let first = 0;
    let last = 0;
    for (let at = from; at < end; at++) {
      const part = at / blocks;
      const place = at % blocks;
      const matrix = place / (down * across);
      const i = ((place / across) % down) * rows;
      const j = (place % across) * columns;
      const height = min(m - i, rows);
      const k0 = min(part * share, k);
      const aBase = pointer(args, 3) + (<isize>matrixAt(args, matrix, 1) << 2);
      const bBase = pointer(args, 4) + (<isize>matrixAt(args, matrix, 2) << 2);
      const a = aBase + <isize>i * rowA + <isize>k0 * colA;
      const b = bBase + <isize>j * colB + <isize>k0 * rowB;
      const row = (part * batch + matrix) * m + i;
      const c = pointer(args, 5) + (<usize>(row * n + j) << 2);
      const inner = min(k - k0, share);
      block(a, rowA, colA, b, rowB, colB, inPanels, c, n, height, min(n - j, columns), inner, scratch);
      if (at == from) first = row * n;
      last = (row + height) * n;
    }
    finish(args, first, last);
  }
}

/** Brings a matrix b into panels. Words: 3 b, 4 the panels, 5 n, 6 k, 7 and 8 steps of b along k and n, one of them 1. */
export function gemmPanels(args: usize, thread: i32, threads: i32): void {
  const n = int(args, 5);
  const k = int(args, 6);
  const rowB: isize = int(args, 7) << 2;
  const colB: isize = int(args, 8) << 2;
  for (let j = take(args) * 8; j < n; j = take(args) * 8) {
    const from = pointer(args, 3) + <isize>j * colB;
    const panel = pointer(args, 4) + (<usize>(j * k) << 2);
    if (colB == 4) packPanel(panel, from, rowB, min(n - j, 8), k);
    else packRows(panel, from, colB, min(n - j, 8), k);
  }
}

/**
 * Adds up the parts of a product whose inner axis was split. Words: 3 parts, 4 c, 5 cells of c,
 * 6 number of parts, 7 cells in a block.
 */
export function gemmSum(args: usize, thread: i32, threads: i32): void {
  const count = int(args, 5);
  const parts = int(args, 6);
  const size = int(args, 7);
  for (let from = take(args) * size; from < count; from = take(args) * size) {
    const end = min(from + size, count);
    for (let i = from; i < end; i++) {
      let at = pointer(args, 3) + (<usize>i << 2);
      let sum: f32 = 0;
      for (let part = 0; part < parts; part++, at += <usize>count << 2) sum += load<f32>(at);
      store<f32>(pointer(args, 4) + (<usize>i << 2), sum);
    }
    finish(args, from, end);
  }
}

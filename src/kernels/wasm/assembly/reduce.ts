import { int, pointer } from "./arguments";
import { loadLanes } from "./cells";
import { log4 } from "./exponential";
import { take } from "./threads";
import {
  centered, EXPS, Exps, join, join64, MAX, Max, MIN, Min, neutral,
  PROD, Prod, SQUARES, Squares, SUM, Sum, term, way,
} from "./ways";

// Reductions of strided cells. Short runs are added up in float32, in several lanes, and their sums in float64, so that a
// million cells lose no more digits than a few. The words of the kernels:
//   3  x                      5  the result, row-major [splits, outer, inner]
//   4  what is subtracted from the cells of each lane (squares, exps)
//   6  the way (ways.ts)      7  what the result is divided by
//   8 … 15  count and step, in cells, of: the outer and the inner axis that stay, the outer and the inner one reduced
//   16 splits of the reduced cells      17 lanes (rows) or outer cells (columns) in a block
//   18 columns in a block, with float64 scratch for them at 19 for each thread

// --- lanes whose cells are neighbours ---

/** Reduces `count` neighbouring cells. Products are float64 from the start: those of a few cells may overflow. */
// @ts-expect-error: decorator
@inline
function run<T>(at: usize, count: i32, center: f32): f64 {
  const end = at + (<usize>count << 2);
  if (way<T>() == PROD) {
    let total: f64 = 1;
    for (; at < end; at += 4) total *= load<f32>(at);
    return total;
  }
  const start = f32x4.splat(neutral(way<T>()));
  const middle = f32x4.splat(center);
  let a = start, b = start;
  // Exponentials take so long that there is nothing to gain from several at a time.
  if (way<T>() != EXPS) {
    let c = start, d = start;
    for (; at + 64 <= end; at += 64) {
      a = join<T>(a, term<T>(v128.load(at), middle));
      b = join<T>(b, term<T>(v128.load(at, 16), middle));
      c = join<T>(c, term<T>(v128.load(at, 32), middle));
      d = join<T>(d, term<T>(v128.load(at, 48), middle));
    }
    a = join<T>(join<T>(a, b), join<T>(c, d));
    b = start;
  }
  for (; at + 16 <= end; at += 16) a = join<T>(a, term<T>(v128.load(at), middle));
  const first = i32x4(-1, 0, 0, 0);
  for (; at < end; at += 4) {
    b = join<T>(b, v128.bitselect(term<T>(v128.load32_zero(at), middle), start, first));
  }
  a = join<T>(a, b);
  if (way<T>() == MAX || way<T>() == MIN) {
    a = join<T>(a, v128.shuffle<f32>(a, a, 2, 3, 2, 3));
    return f32x4.extract_lane(join<T>(a, v128.shuffle<f32>(a, a, 1, 1, 1, 1)), 0);
  }
  const low = join64<T>(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1));
  const high = join64<T>(f32x4.extract_lane(a, 2), f32x4.extract_lane(a, 3));
  return join64<T>(low, high);
}

export function reduceRun(how: i32, at: usize, count: i32, center: f32): f64 {
  switch (how) {
    case SUM: return run<Sum>(at, count, center);
    case SQUARES: return run<Squares>(at, count, center);
    case EXPS: return run<Exps>(at, count, center);
    case MAX: return run<Max>(at, count, center);
    case MIN: return run<Min>(at, count, center);
    default: return run<Prod>(at, count, center);
  }
}

function joinTotals(how: i32, a: f64, b: f64): f64 {
  if (how == MAX) return join64<Max>(a, b);
  if (how == MIN) return join64<Min>(a, b);
  return how == PROD ? a * b : a + b;
}

export const runLength: i32 = 1024;

/** Reduces the cells `from` to before `to` of the lane at `x`, run by run. */
function reduceLane(args: usize, how: i32, x: usize, from: i32, to: i32, center: f32): f64 {
  const length = int(args, 14);
  let total: f64 = neutral(how);
  let row = from / length;
  let skip = from % length;
  for (let cell = from; cell < to; ) {
    const count = min(min(length - skip, to - cell), runLength);
    const at = x + ((row * int(args, 13) + skip) << 2);
    total = joinTotals(how, total, reduceRun(how, at, count, center));
    cell += count;
    skip += count;
    if (skip == length) {
      skip = 0;
      row++;
    }
  }
  return total;
}

/** The inner reduced axis is contiguous: each lane is a few long runs. */
export function reduceRows(args: usize, thread: i32, threads: i32): void {
  const how = int(args, 6);
  const inner = int(args, 10);
  const lanes = int(args, 8) * inner;
  const splits = int(args, 16);
  const cells = int(args, 12) * int(args, 14);
  const share = (cells + splits - 1) / splits;
  const block = int(args, 17);
  const blocks = (lanes + block - 1) / block;
  const divisor = <f64>int(args, 7);
  // Short lanes are one run each.
  const short = int(args, 12) == 1 && cells <= runLength;
  for (let item = take(args); item < blocks * splits; item = take(args)) {
    const split = item / blocks;
    const begin = split * share;
    const end = min(cells, begin + share);
    const first = (item % blocks) * block;
    for (let lane = first; lane < min(lanes, first + block); lane++) {
      const x = pointer(args, 3) + (((lane / inner) * int(args, 9) + (lane % inner) * int(args, 11)) << 2);
      const center: f32 = centered(how) ? load<f32>(pointer(args, 4) + (<usize>lane << 2)) : 0;
      const total = short ? reduceRun(how, x, cells, center) : reduceLane(args, how, x, begin, end, center);
      store<f32>(pointer(args, 5) + (<usize>(split * lanes + lane) << 2), <f32>(total / divisor));
    }
  }
}

// --- lanes side by side ---

/** Joins two sums of a column each with their totals, or begins these. */
// @ts-expect-error: decorator
@inline
function keep2<T>(totals: usize, sums: v128, first: bool): void {
  let both = sums;
  if (!first) {
    const old = v128.load(totals);
    if (way<T>() == PROD) {
      both = f64x2.mul(old, sums);
    } else if (way<T>() == MAX || way<T>() == MIN) {
      const not = way<T>() == MAX ? f64x2.le(sums, old) : f64x2.ge(sums, old);
      both = v128.bitselect(sums, old, v128.andnot(f64x2.eq(old, old), not));
    } else {
      both = f64x2.add(old, sums);
    }
  }
  v128.store(totals, both);
}

/** The same for four columns. */
// @ts-expect-error: decorator
@inline
function keep<T>(totals: usize, sums: v128, first: bool): void {
  keep2<T>(totals, f64x2.promote_low_f32x4(sums), first);
  keep2<T>(totals + 16, f64x2.promote_low_f32x4(v128.shuffle<f64>(sums, sums, 1, 1)), first);
}

/** Reduces `rows` cells in each of sixteen neighbouring columns, in four, or in one; then into the totals. */
// @ts-expect-error: decorator
@inline
function strip<T>(
  at: usize, rows: i32, step: usize, center: usize, totals: usize, columns: i32, first: bool,
): void {
  const start = f32x4.splat(neutral(way<T>()));
  let a = start;
  let ca = start;
  // Exponentials are taken four at a time: see `reduceColumns`.
  if (way<T>() != EXPS && columns == 16) {
    let b = start, c = start, d = start;
    let cb = start, cc = start, cd = start;
    if (centered(way<T>())) {
      ca = v128.load(center);
      cb = v128.load(center, 16);
      cc = v128.load(center, 32);
      cd = v128.load(center, 48);
    }
    for (let i = rows; i > 0; i--) {
      a = join<T>(a, term<T>(v128.load(at), ca));
      b = join<T>(b, term<T>(v128.load(at, 16), cb));
      c = join<T>(c, term<T>(v128.load(at, 32), cc));
      d = join<T>(d, term<T>(v128.load(at, 48), cd));
      at += step;
    }
    keep<T>(totals, a, first);
    keep<T>(totals + 32, b, first);
    keep<T>(totals + 64, c, first);
    keep<T>(totals + 96, d, first);
    return;
  }
  const one = columns == 1;
  if (centered(way<T>())) ca = loadLanes(center, one);
  for (let i = rows; i > 0; i--) {
    a = join<T>(a, term<T>(loadLanes(at, one), ca));
    at += step;
  }
  if (!one) return keep<T>(totals, a, first);
  const sum: f64 = f32x4.extract_lane(a, 0);
  store<f64>(totals, first ? sum : join64<T>(load<f64>(totals), sum));
}

function reduceStrip(
  how: i32, at: usize, rows: i32, step: usize, center: usize, totals: usize, columns: i32, first: bool,
): void {
  switch (how) {
    case SUM: return strip<Sum>(at, rows, step, center, totals, columns, first);
    case SQUARES: return strip<Squares>(at, rows, step, center, totals, columns, first);
    case EXPS: return strip<Exps>(at, rows, step, center, totals, columns, first);
    case MAX: return strip<Max>(at, rows, step, center, totals, columns, first);
    case MIN: return strip<Min>(at, rows, step, center, totals, columns, first);
    default: return strip<Prod>(at, rows, step, center, totals, columns, first);
  }
}

const stripLength: i32 = 32;

/** The totals of `columns` neighbouring columns, over the reduced cells `from` to before `to`. */
function reduceColumns(
  args: usize, x: usize, center: usize, columns: i32, from: i32, to: i32, totals: usize,
): void {
  const how = int(args, 6);
  const length = int(args, 14);
  const step = <usize>int(args, 15) << 2;
  // A product of even two cells may overflow: each goes to the float64 totals at once.
  const longest = how == PROD ? 1 : stripLength;
  let cell = from;
  while (cell < to) {
    const count = min(min(length - cell % length, to - cell), longest);
    const row = x + (<usize>((cell / length) * int(args, 13)) << 2) + <usize>(cell % length) * step;
    for (let column = 0; column < columns; ) {
      const left = columns - column;
      const width = left >= 16 && how != EXPS ? 16 : left >= 4 ? 4 : 1;
      const at = <usize>column << 2;
      reduceStrip(how, row + at, count, step, center + at, totals + 2 * at, width, cell == from);
      column += width;
    }
    cell += count;
  }
}

/** The inner axis that stays is contiguous: the lanes lie side by side, and rows of them are added up. */
export function reduceSides(args: usize, thread: i32, threads: i32): void {
  const outer = int(args, 8);
  const inner = int(args, 10);
  const splits = int(args, 16);
  const cells = int(args, 12) * int(args, 14);
  const share = (cells + splits - 1) / splits;
  const block = int(args, 17);
  const width = int(args, 18);
  const totals = pointer(args, 19) + <usize>thread * <usize>(width + 3) * 8;
  const across = (inner + width - 1) / width;
  const blocks = (outer + block - 1) / block;
  const divisor = <f64>int(args, 7);
  for (let item = take(args); item < blocks * splits * across; item = take(args)) {
    const column = (item % across) * width;
    const columns = min(width, inner - column);
    const split = (item / across) % splits;
    const last = min(outer, (item / across / splits + 1) * block);
    for (let i = (item / across / splits) * block; i < last; i++) {
      const x = pointer(args, 3) + (<usize>(i * int(args, 9) + column) << 2);
      const lane = i * inner + column;
      const center = pointer(args, 4) + (<usize>lane << 2);
      reduceColumns(args, x, center, columns, split * share, min(cells, (split + 1) * share), totals);
      const out = pointer(args, 5) + (<usize>(split * outer * inner + lane) << 2);
      for (let c: usize = 0; c < <usize>columns; c++) {
        store<f32>(out + (c << 2), <f32>(load<f64>(totals + (c << 3)) / divisor));
      }
    }
  }
}

/** log Σ eˣ from its parts. Words: 3 the largest cells, 4 the sums of e^(x − largest), 5 the result, 6 count, 7 block. */
export function logOfSum(args: usize, thread: i32, threads: i32): void {
  const count = int(args, 6);
  const block = int(args, 7);
  for (let from = take(args) * block; from < count; from = take(args) * block) {
    const end = <usize>min(from + block, count) << 2;
    for (let i = <usize>from << 2; i < end; i += 4) {
      const top = load<f32>(pointer(args, 3) + i);
      const rest = f32x4.extract_lane(log4(v128.load32_splat(pointer(args, 4) + i)), 0);
      // An infinite or undefined largest cell is the result itself.
      store<f32>(pointer(args, 5) + i, top - top == 0 ? top + rest : top);
    }
  }
}

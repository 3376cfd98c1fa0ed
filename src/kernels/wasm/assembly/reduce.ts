import { int, pointer } from "./arguments";
import { beats, loadLanes } from "./cells";
import { exp4, log4 } from "./exponential";
import { take } from "./threads";

// Reductions of strided cells. Short runs are added up in float32, in several lanes, and their sums in float64, so that a
// million cells lose no more digits than a few. The words of the kernels:
//   3  x                      5  the result, row-major [splits, outer, inner]
//   4  what is subtracted from the cells of each lane (squares, exps); for `locate` what is sought
//   6  how to reduce          7  what the result is divided by
//   8 … 15  count and step, in cells, of: the outer and the inner axis that stay, the outer and the inner one reduced
//   16 splits of the reduced cells      17 lanes (rows) or outer cells (columns) in a block
//   18 columns in a block, with float64 scratch for them at 19 for each thread

const SUM: i32 = 0;
const SQUARES: i32 = 1;
export const EXPS: i32 = 2;
export const MAX: i32 = 3;
const MIN: i32 = 4;
const PROD: i32 = 5;

/** What is reduced of the cells `x` of a lane. */
// @ts-expect-error: decorator
@inline
function term(how: i32, x: v128, center: v128): v128 {
  const difference = f32x4.sub(x, center);
  return how == SQUARES ? f32x4.mul(difference, difference) : how == EXPS ? exp4(difference) : x;
}

/** Whether the terms need the center of their lane. */
// @ts-expect-error: decorator
@inline
function centered(how: i32): bool {
  return how == SQUARES || how == EXPS;
}

// @ts-expect-error: decorator
@inline
function neutral(how: i32): f32 {
  return how == MAX ? -Infinity : how == MIN ? Infinity : how == PROD ? 1 : 0;
}

// @ts-expect-error: decorator
@inline
function join(how: i32, a: v128, b: v128): v128 {
  if (how == MAX) return v128.bitselect(b, a, beats(b, a));
  if (how == MIN) return v128.bitselect(b, a, v128.andnot(f32x4.eq(a, a), f32x4.ge(b, a)));
  return how == PROD ? f32x4.mul(a, b) : f32x4.add(a, b);
}

// @ts-expect-error: decorator
@inline
function join64(how: i32, a: f64, b: f64): f64 {
  if (how == MAX) return b > a || (b != b && a == a) ? b : a;
  if (how == MIN) return b < a || (b != b && a == a) ? b : a;
  return how == PROD ? a * b : a + b;
}

// --- lanes whose cells are neighbours ---

/** Reduces `count` neighbouring cells. Products are float64 from the start: those of a few cells may overflow. */
// @ts-expect-error: decorator
@inline
function run(how: i32, at: usize, count: i32, center: f32): f64 {
  let total: f64 = neutral(how);
  const end = at + (<usize>count << 2);
  if (how == PROD) {
    for (; at < end; at += 4) total *= load<f32>(at);
    return total;
  }
  const start = f32x4.splat(neutral(how));
  const middle = f32x4.splat(center);
  let a = start, b = start, c = start, d = start;
  for (; at + 64 <= end; at += 64) {
    a = join(how, a, term(how, v128.load(at), middle));
    b = join(how, b, term(how, v128.load(at, 16), middle));
    c = join(how, c, term(how, v128.load(at, 32), middle));
    d = join(how, d, term(how, v128.load(at, 48), middle));
  }
  for (; at + 16 <= end; at += 16) a = join(how, a, term(how, v128.load(at), middle));
  const first = i32x4(-1, 0, 0, 0);
  for (; at < end; at += 4) {
    b = join(how, b, v128.bitselect(term(how, v128.load32_zero(at), middle), start, first));
  }
  a = join(how, join(how, a, b), join(how, c, d));
  const low = join64(how, f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1));
  const high = join64(how, f32x4.extract_lane(a, 2), f32x4.extract_lane(a, 3));
  return join64(how, low, high);
}

/** `run`, compiled once for each way. */
export function reduceRun(how: i32, at: usize, count: i32, center: f32): f64 {
  switch (how) {
    case SUM: return run(SUM, at, count, center);
    case SQUARES: return run(SQUARES, at, count, center);
    case EXPS: return run(EXPS, at, count, center);
    case MAX: return run(MAX, at, count, center);
    case MIN: return run(MIN, at, count, center);
    default: return run(PROD, at, count, center);
  }
}

function joinTotals(how: i32, a: f64, b: f64): f64 {
  return how == MAX ? join64(MAX, a, b) : how == MIN ? join64(MIN, a, b) : how == PROD ? a * b : a + b;
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

/** Joins the sums of four columns with their totals, or begins these. */
// @ts-expect-error: decorator
@inline
function keep(how: i32, totals: usize, value: v128, first: bool): void {
  for (let i: usize = 0; i < 32; i += 16) {
    let sum = f64x2.promote_low_f32x4(i == 0 ? value : v128.shuffle<f64>(value, value, 1, 1));
    if (!first) {
      const old = v128.load(totals + i);
      if (how == MAX) sum = v128.bitselect(sum, old, v128.andnot(f64x2.eq(old, old), f64x2.le(sum, old)));
      else if (how == MIN) sum = v128.bitselect(sum, old, v128.andnot(f64x2.eq(old, old), f64x2.ge(sum, old)));
      else sum = how == PROD ? f64x2.mul(old, sum) : f64x2.add(old, sum);
    }
    v128.store(totals + i, sum);
  }
}

/** Reduces `rows` cells in each of sixteen neighbouring columns, or in up to four; then into the totals. */
// @ts-expect-error: decorator
@inline
function strip(
  how: i32, at: usize, rows: i32, step: usize, center: usize, totals: usize, columns: i32, first: bool,
): void {
  const start = f32x4.splat(neutral(how));
  let a = start, b = start, c = start, d = start;
  if (columns == 16) {
    let ca = start, cb = start, cc = start, cd = start;
    if (centered(how)) {
      ca = v128.load(center);
      cb = v128.load(center, 16);
      cc = v128.load(center, 32);
      cd = v128.load(center, 48);
    }
    for (let i = rows; i > 0; i--) {
      a = join(how, a, term(how, v128.load(at), ca));
      b = join(how, b, term(how, v128.load(at, 16), cb));
      c = join(how, c, term(how, v128.load(at, 32), cc));
      d = join(how, d, term(how, v128.load(at, 48), cd));
      at += step;
    }
    keep(how, totals, a, first);
    keep(how, totals + 32, b, first);
    keep(how, totals + 64, c, first);
    keep(how, totals + 96, d, first);
    return;
  }
  const one = columns < 4;
  const ca = centered(how) ? loadLanes(center, one) : start;
  for (let i = rows; i > 0; i--) {
    a = join(how, a, term(how, loadLanes(at, one), ca));
    at += step;
  }
  if (one) {
    const sum: f64 = f32x4.extract_lane(a, 0);
    store<f64>(totals, first ? sum : join64(how, load<f64>(totals), sum));
  } else {
    keep(how, totals, a, first);
  }
}

/** `strip`, compiled once for each way. */
function reduceStrip(
  how: i32, at: usize, rows: i32, step: usize, center: usize, totals: usize, columns: i32, first: bool,
): void {
  switch (how) {
    case SUM: strip(SUM, at, rows, step, center, totals, columns, first); break;
    case SQUARES: strip(SQUARES, at, rows, step, center, totals, columns, first); break;
    case EXPS: strip(EXPS, at, rows, step, center, totals, columns, first); break;
    case MAX: strip(MAX, at, rows, step, center, totals, columns, first); break;
    case MIN: strip(MIN, at, rows, step, center, totals, columns, first); break;
    default: strip(PROD, at, rows, step, center, totals, columns, first);
  }
}

const stripLength: i32 = 32;

/** The totals of `columns` neighbouring columns, over the reduced cells `from` to before `to`. */
function reduceColumns(args: usize, x: usize, center: usize, columns: i32, from: i32, to: i32, totals: usize): void {
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
      const width = left >= 16 ? 16 : left >= 4 ? 4 : 1;
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

/** The place, counted along the reduced axes, of the first cell of each lane that is what is sought, or NaN. */
export function locate(args: usize, thread: i32, threads: i32): void {
  const inner = int(args, 10);
  const lanes = int(args, 8) * inner;
  const block = int(args, 17);
  for (let from = take(args) * block; from < lanes; from = take(args) * block) {
    for (let lane = from; lane < min(from + block, lanes); lane++) {
      const x = pointer(args, 3) + (((lane / inner) * int(args, 9) + (lane % inner) * int(args, 11)) << 2);
      const sought = load<f32>(pointer(args, 4) + (<usize>lane << 2));
      store<i32>(pointer(args, 5) + (<usize>lane << 2), placeOf(args, x, sought));
    }
  }
}

function placeOf(args: usize, x: usize, sought: f32): i32 {
  const length = int(args, 14);
  const step = <usize>int(args, 15) << 2;
  for (let i = 0; i < int(args, 12); i++) {
    let at = x + (<usize>(i * int(args, 13)) << 2);
    for (let j = 0; j < length; j++, at += step) {
      const value = load<f32>(at);
      if (value == sought || value != value) return i * length + j;
    }
  }
  return 0;
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

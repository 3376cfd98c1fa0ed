import { int, pointer } from "./arguments";
import { loadLanes, storeLanes } from "./cells";
import { exp4, log4 } from "./exponential";
import { take } from "./threads";
import { join, Max } from "./ways";

// Scans of lanes that lie side by side, four at a time, cell by cell along them. The words are those of scan.ts, where the
// inner lanes are neighbours in x and in the result, and
//   14, 15  cells from one cell of a lane to the next in x and in the result

/** Four sums in float64, rounded to float32. */
// @ts-expect-error: decorator
@inline
function rounded(low: v128, high: v128): v128 {
  return v128.shuffle<f64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

// @ts-expect-error: decorator
@inline
function upper(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f64>(x, x, 1, 1));
}

/** softmax, or log softmax, of four lanes or one. */
// @ts-expect-error: decorator
@inline
function normalize(from: usize, fromStep: usize, to: usize, toStep: usize, length: i32, log: bool, one: bool): void {
  let top = loadLanes(from, one);
  let at = from;
  for (let i = length; i > 0; i--, at += fromStep) top = join<Max>(top, loadLanes(at, one));
  let low = f64x2.splat(0), high = f64x2.splat(0);
  at = from;
  let target = to;
  for (let left = length; left > 0; left -= 64) {
    // Short runs are added up in float32, as in reduce.ts.
    let run = f32x4.splat(0);
    for (let i = min(left, 64); i > 0; i--) {
      const e = exp4(f32x4.sub(loadLanes(at, one), top));
      if (!log) storeLanes(target, e, one);
      run = f32x4.add(run, e);
      at += fromStep;
      target += toStep;
    }
    low = f64x2.add(low, f64x2.promote_low_f32x4(run));
    high = f64x2.add(high, upper(run));
  }
  target = to;
  if (!log) {
    const scale = rounded(f64x2.div(f64x2.splat(1), low), f64x2.div(f64x2.splat(1), high));
    for (let i = length; i > 0; i--, target += toStep) {
      storeLanes(target, f32x4.mul(loadLanes(target, one), scale), one);
    }
    return;
  }
  // Beside an infinite or undefined largest cell there is nothing to add up.
  const finite = f32x4.eq(f32x4.sub(top, top), f32x4.splat(0));
  const rest = v128.and(log4(rounded(low, high)), finite);
  at = from;
  for (let i = length; i > 0; i--, at += fromStep, target += toStep) {
    storeLanes(target, f32x4.sub(f32x4.sub(loadLanes(at, one), top), rest), one);
  }
}

/** The sums of all cells up to each, in four lanes. */
// @ts-expect-error: decorator
@inline
function accumulate4(from: usize, fromStep: usize, to: usize, toStep: usize, length: i32): void {
  let low = f64x2.splat(0), high = f64x2.splat(0);
  for (let i = length; i > 0; i--, from += fromStep, to += toStep) {
    const x = v128.load(from);
    low = f64x2.add(low, f64x2.promote_low_f32x4(x));
    high = f64x2.add(high, upper(x));
    v128.store(to, rounded(low, high));
  }
}

/** The same in one lane. */
// @ts-expect-error: decorator
@inline
function accumulate(from: usize, fromStep: usize, to: usize, toStep: usize, length: i32): void {
  let total: f64 = 0;
  for (let i = length; i > 0; i--, from += fromStep, to += toStep) {
    total += load<f32>(from);
    store<f32>(to, <f32>total);
  }
}

// The ways to scan that word 7 gives.
const SOFTMAX: i32 = 0;
const LOG_SOFTMAX: i32 = 1;

/** Lanes in a group: a line of the cache. */
const group: i32 = 16;

/** Scans `lanes` neighbouring lanes. */
function scanGroup(args: usize, from: usize, to: usize, lanes: i32): void {
  const how = int(args, 7);
  const length = int(args, 6);
  const fromStep = <usize>int(args, 14) << 2;
  const toStep = <usize>int(args, 15) << 2;
  const vectors = lanes & ~3;
  for (let lane = 0; lane < lanes; lane += lane < vectors ? 4 : 1) {
    const x = from + (<usize>lane << 2);
    const out = to + (<usize>lane << 2);
    const one = lane >= vectors;
    if (how == SOFTMAX || how == LOG_SOFTMAX) {
      const log = how == LOG_SOFTMAX;
      if (one) normalize(x, fromStep, out, toStep, length, log, true);
      else normalize(x, fromStep, out, toStep, length, log, false);
    } else if (one) {
      accumulate(x, fromStep, out, toStep, length);
    } else {
      accumulate4(x, fromStep, out, toStep, length);
    }
  }
}

/** A block is some groups of lanes. */
export function scanSides(args: usize, thread: i32, threads: i32): void {
  const inner = int(args, 9);
  const across = (inner + group - 1) / group;
  const count = int(args, 8) * across;
  const block = int(args, 5);
  for (let first = take(args) * block; first < count; first = take(args) * block) {
    for (let item = first; item < min(first + block, count); item++) {
      const outer = item / across;
      const lane = (item % across) * group;
      const from = pointer(args, 3) + ((outer * int(args, 10) + lane * int(args, 12)) << 2);
      const to = pointer(args, 4) + ((outer * int(args, 11) + lane * int(args, 13)) << 2);
      scanGroup(args, from, to, min(group, inner - lane));
    }
  }
}

import { finish, int, pointer } from "./arguments";
import { exp4, log4 } from "./exponential";
import { reduceRun, runLength } from "./reduce";
import { take } from "./threads";
import { EXPS, MAX } from "./ways";

// Scans: each lane of cells to a lane. The words of the kernels:
//   3 x        5 lanes in a block (here), groups of them (scan-sides.ts)       7 how: 0 softmax, 1 log softmax, 2 sums
//   4 result   6 cells of a lane                                               8, 9 outer and inner lanes
//   10, 11  cells from one outer lane to the next in x and in the result       12, 13 the same of inner lanes

// @ts-expect-error: decorator
@inline
function softmaxLane(from: usize, to: usize, length: i32): void {
  const top = f32x4.splat(<f32>reduceRun(MAX, from, length, 0));
  const vectors = <usize>(length & ~3) << 2;
  const bytes = <usize>length << 2;
  let sum = f64x2.splat(0);
  for (let i: usize = 0; i < vectors; ) {
    // Short runs are added up in float32, as in reduce.ts.
    const end = min(i + 256, vectors);
    let run = f32x4.splat(0);
    for (; i < end; i += 16) {
      const e = exp4(f32x4.sub(v128.load(from + i), top));
      v128.store(to + i, e);
      run = f32x4.add(run, e);
    }
    const high = v128.shuffle<f64>(run, run, 1, 1);
    sum = f64x2.add(sum, f64x2.add(f64x2.promote_low_f32x4(run), f64x2.promote_low_f32x4(high)));
  }
  let total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  for (let i = vectors; i < bytes; i += 4) {
    const e = f32x4.extract_lane(exp4(f32x4.sub(v128.load32_splat(from + i), top)), 0);
    store<f32>(to + i, e);
    total += e;
  }
  const scale = <f32>(1 / total);
  const scales = f32x4.splat(scale);
  for (let i: usize = 0; i < vectors; i += 16) v128.store(to + i, f32x4.mul(v128.load(to + i), scales));
  for (let i = vectors; i < bytes; i += 4) store<f32>(to + i, load<f32>(to + i) * scale);
}

// @ts-expect-error: decorator
@inline
function logSoftmaxLane(from: usize, to: usize, length: i32): void {
  const largest = <f32>reduceRun(MAX, from, length, 0);
  const top = f32x4.splat(largest);
  let total: f64 = 0;
  for (let i = 0; i < length; i += runLength) {
    total += reduceRun(EXPS, from + (<usize>i << 2), min(runLength, length - i), largest);
  }
  // Beside an infinite or undefined largest cell there is nothing to add up.
  const rest = largest - largest == 0 ? log4(f32x4.splat(<f32>total)) : f32x4.splat(0);
  const vectors = <usize>(length & ~3) << 2;
  const bytes = <usize>length << 2;
  for (let i: usize = 0; i < vectors; i += 16) {
    v128.store(to + i, f32x4.sub(f32x4.sub(v128.load(from + i), top), rest));
  }
  for (let i = vectors; i < bytes; i += 4) {
    store<f32>(to + i, load<f32>(from + i) - largest - f32x4.extract_lane(rest, 0));
  }
}

/** softmax or log softmax of lanes of neighbouring cells. */
export function softmax(args: usize, thread: i32, threads: i32): void {
  const inner = int(args, 9);
  const lanes = int(args, 8) * inner;
  const length = int(args, 6);
  const block = int(args, 5);
  for (let first = take(args) * block; first < lanes; first = take(args) * block) {
    const last = min(first + block, lanes);
    for (let lane = first; lane < last; lane++) {
      const i = lane / inner;
      const j = lane % inner;
      const from = pointer(args, 3) + ((i * int(args, 10) + j * int(args, 12)) << 2);
      const to = pointer(args, 4) + ((i * int(args, 11) + j * int(args, 13)) << 2);
      if (int(args, 7) != 0) logSoftmaxLane(from, to, length);
      else softmaxLane(from, to, length);
    }
    finish(args, first * length, last * length);
  }
}

import { int, pointer } from "../arguments";
import { take } from "../threads";
import { ceilTo, filterBytes } from "./layout";
import { storeG, storeGt } from "./matrices";

/** Four cells `step` apart, of which only the first `count` exist; the rest repeat the last of them. */
// @ts-expect-error: decorator
@inline
function gather(from: usize, step: isize, count: i32): v128 {
  if (count > 3) {
    if (step == 4) return v128.load(from);
    const first = v128.load32_zero(from);
    const second = v128.load32_lane(from + step, first, 1);
    const third = v128.load32_lane(from + 2 * step, second, 2);
    return v128.load32_lane(from + 3 * step, third, 3);
  }
  let cells = v128.load_splat<f32>(from + <isize>(count - 1) * step);
  if (count > 1) cells = v128.load32_lane(from, cells, 0);
  return count > 2 ? v128.load32_lane(from + step, cells, 1) : cells;
}

/**
 * A filter to the domain: G g Gᵀ for each input and output, as 36 matrices in panels of 8 outputs, [output /
 * 8][input][8]; two panels at a time, which share the cache lines of the filter. The steps let the same
 * kernel turn the filter by 180° and exchange inputs and outputs. Words:
 *   3 the first tap, 4 the domain, 5 scratch of 384 bytes a thread, 6 inputs, 7 outputs
 *   8, 9, 10 steps of inputs, outputs and taps, in cells
 */
export function winogradFilter(args: usize, thread: i32, threads: i32): void {
  const inputs = int(args, 6), outputs = int(args, 7);
  const inputStep: isize = int(args, 8) << 2;
  const outputStep: isize = int(args, 9) << 2;
  const tap: isize = int(args, 10) << 2;
  const half = pointer(args, 5) + <usize>(thread * 384);
  const sheet = filterBytes(inputs, outputs);
  for (let o = take(args) * 16; o < outputs; o = take(args) * 16) {
    for (let i = 0; i < inputs; i++) {
      for (let side = 0; side < 16 && o + side < outputs; side += 4) {
        const from = pointer(args, 3) + <isize>i * inputStep + <isize>(o + side) * outputStep;
        const count = outputs - o - side;
        for (let j = 0; j < 3; j++) {
          const column = from + <isize>j * tap;
          const g0 = gather(column, outputStep, count);
          const g1 = gather(column + 3 * tap, outputStep, count);
          const g2 = gather(column + 6 * tap, outputStep, count);
          storeG(g0, g1, g2, half + (<usize>j << 4), 48);
        }
        let to = pointer(args, 4) + (<usize>((o + (side & 8)) * inputs + 8 * i + (side & 4)) << 2);
        for (let row = half; row < half + 288; row += 48, to += 6 * sheet) {
          storeG(v128.load(row), v128.load(row, 16), v128.load(row, 32), to, sheet);
        }
      }
    }
  }
}

/** The sum of the parts of a cell of the domain. */
// @ts-expect-error: decorator
@inline
function sumOf(from: usize, parts: i32, step: usize): v128 {
  let sum = v128.load(from);
  for (let part = 1; part < parts; part++) sum = f32x4.add(sum, v128.load(from += step));
  return sum;
}

/**
 * The gradient of the filter from the domain: Gᵀ u G, where u is the sum of the parts. Words:
 *   3 the parts, 4 the gradient, 5 scratch of 18 · ceilTo(outputs, 8) cells a thread
 *   6 inputs, 7 outputs, 8 number of parts
 */
export function winogradFilterGradient(args: usize, thread: i32, threads: i32): void {
  const inputs = int(args, 6), outputs = int(args, 7), parts = int(args, 8);
  const padded = ceilTo(outputs, 8);
  const row = <usize>padded << 2;
  const half = pointer(args, 5) + <usize>(thread * 18) * row;
  const sheet = filterBytes(inputs, outputs);
  const tap = <usize>(inputs * outputs) << 2;
  const last = <usize>(outputs - 4) << 2;
  for (let i = take(args); i < inputs; i = take(args)) {
    const tiles = pointer(args, 3) + (<usize>((i & ~3) * padded + (i & 3) * 8) << 2);
    for (let j: usize = 0; j < 6; j++) {
      for (let o: usize = 0; o < row; o += 16) {
        // Tiles of 4x8 cells follow each other; a row of one holds 32 bytes of this input.
        const from = tiles + j * sheet + ((o & ~31) << 2) + (o & 31);
        const u0 = sumOf(from, parts, 36 * sheet);
        const u1 = sumOf(from + 6 * sheet, parts, 36 * sheet);
        const u2 = sumOf(from + 12 * sheet, parts, 36 * sheet);
        const u3 = sumOf(from + 18 * sheet, parts, 36 * sheet);
        const u4 = sumOf(from + 24 * sheet, parts, 36 * sheet);
        const u5 = sumOf(from + 30 * sheet, parts, 36 * sheet);
        storeGt(u0, u1, u2, u3, u4, u5, half + j * row + o, 6 * row);
      }
    }
    for (let r: usize = 0; r < 3; r++) {
      const to = pointer(args, 4) + 3 * r * tap + (<usize>(i * outputs) << 2);
      for (let o: usize = 0; ; o = min(o + 16, last)) {
        const from = half + 6 * r * row + o;
        const u0 = v128.load(from), u1 = v128.load(from + row), u2 = v128.load(from + 2 * row);
        const u3 = v128.load(from + 3 * row), u4 = v128.load(from + 4 * row);
        storeGt(u0, u1, u2, u3, u4, v128.load(from + 5 * row), to + o, tap);
        if (o == last) break;
      }
    }
  }
}

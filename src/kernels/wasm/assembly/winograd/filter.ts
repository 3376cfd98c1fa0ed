import { int, pointer } from "../arguments";
import { take } from "../threads";
import { ceilTo, filterBytes } from "./layout";
import { evenGa, evenGb, oddGa, oddGb, storeG, storeGt } from "./matrices";

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

/** Rows of G g for the points ±p, from their even and odd parts, to the domain. */
// @ts-expect-error: decorator
@inline
function storeRows(
  even0: v128, even1: v128, even2: v128, odd0: v128, odd1: v128, odd2: v128, to: usize, sheet: usize,
): void {
  storeG(f32x4.add(even0, odd0), f32x4.add(even1, odd1), f32x4.add(even2, odd2), to, sheet);
  storeG(f32x4.sub(even0, odd0), f32x4.sub(even1, odd1), f32x4.sub(even2, odd2), to + 6 * sheet, sheet);
}

/**
 * G g Gᵀ for one input and four outputs `step` bytes apart, of which only `count` may exist: a vector for each
 * of 36 matrices `sheet` bytes apart.
 */
// @ts-expect-error: decorator
@inline
export function filterToDomain(from: usize, step: isize, tap: isize, count: i32, to: usize, sheet: usize): void {
  const a0 = gather(from, step, count);
  const a1 = gather(from + tap, step, count);
  const a2 = gather(from + 2 * tap, step, count);
  storeG(a0, a1, a2, to, sheet);
  const b0 = gather(from + 3 * tap, step, count);
  const b1 = gather(from + 4 * tap, step, count);
  const b2 = gather(from + 5 * tap, step, count);
  const c0 = gather(from + 6 * tap, step, count);
  const c1 = gather(from + 7 * tap, step, count);
  const c2 = gather(from + 8 * tap, step, count);
  storeG(c0, c1, c2, to + 30 * sheet, sheet);
  const low = to + 6 * sheet, high = to + 18 * sheet;
  storeRows(evenGa(a0, c0), evenGa(a1, c1), evenGa(a2, c2), oddGa(b0), oddGa(b1), oddGa(b2), low, sheet);
  storeRows(evenGb(a0, c0), evenGb(a1, c1), evenGb(a2, c2), oddGb(b0), oddGb(b1), oddGb(b2), high, sheet);
}

/**
 * A filter to the domain: G g Gᵀ for each input and output, as 36 matrices in panels of 8 outputs, [output /
 * 8][input][8]; two panels at a time, which share the cache lines of the filter. The steps let the same
 * kernel turn the filter by 180° and exchange inputs and outputs. Words:
 *   3 the first tap, 4 the domain, 5 inputs, 6 outputs
 *   7, 8, 9 steps of inputs, outputs and taps, in cells
 */
export function winogradFilter(args: usize, thread: i32, threads: i32): void {
  const inputs = int(args, 5), outputs = int(args, 6);
  const inputStep: isize = int(args, 7) << 2;
  const outputStep: isize = int(args, 8) << 2;
  const tap: isize = int(args, 9) << 2;
  const sheet = filterBytes(inputs, outputs);
  for (let o = take(args) * 16; o < outputs; o = take(args) * 16) {
    for (let i = 0; i < inputs; i++) {
      for (let side = 0; side < 16 && o + side < outputs; side += 4) {
        const from = pointer(args, 3) + <isize>i * inputStep + <isize>(o + side) * outputStep;
        const to = pointer(args, 4) + (<usize>((o + (side & 8)) * inputs + 8 * i + (side & 4)) << 2);
        filterToDomain(from, outputStep, tap, outputs - o - side, to, sheet);
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
 * Gᵀ u G for one input and all outputs, where u is the sum of parts `36 * sheet` bytes apart. `tiles` is the
 * first row of this input in the first matrix, which lies in tiles of 4x8; `half` is scratch of 18 ·
 * ceilTo(outputs, 8) cells, `tap` the bytes between the taps of the gradient.
 */
export function domainToFilter(
  tiles: usize, sheet: usize, parts: i32, half: usize, to: usize, tap: usize, outputs: i32,
): void {
  const row = <usize>ceilTo(outputs, 8) << 2;
  const last = <usize>(outputs - 4) << 2;
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
    for (let o: usize = 0; ; o = min(o + 16, last)) {
      const from = half + 6 * r * row + o;
      const u0 = v128.load(from), u1 = v128.load(from + row), u2 = v128.load(from + 2 * row);
      const u3 = v128.load(from + 3 * row), u4 = v128.load(from + 4 * row);
      storeGt(u0, u1, u2, u3, u4, v128.load(from + 5 * row), to + 3 * r * tap + o, tap);
      if (o == last) break;
    }
  }
}

/** The place of an input in a matrix of tiles of 4x8, the inputs of which begin with a multiple of four. */
// @ts-expect-error: decorator
@inline
export function inputAt(input: i32, outputs: i32): usize {
  return <usize>((input & ~3) * ceilTo(outputs, 8) + (input & 3) * 8) << 2;
}

/**
 * The gradient of the filter from the domain: Gᵀ u G, where u is the sum of the parts. Words:
 *   3 the parts, 4 the gradient, 5 scratch of 18 · ceilTo(outputs, 8) cells a thread
 *   6 inputs, 7 outputs, 8 number of parts
 */
export function winogradFilterGradient(args: usize, thread: i32, threads: i32): void {
  const inputs = int(args, 6), outputs = int(args, 7), parts = int(args, 8);
  const half = pointer(args, 5) + (<usize>(thread * 18 * ceilTo(outputs, 8)) << 2);
  const sheet = filterBytes(inputs, outputs);
  const tap = <usize>(inputs * outputs) << 2;
  for (let i = take(args); i < inputs; i = take(args)) {
    const to = pointer(args, 4) + (<usize>(i * outputs) << 2);
    domainToFilter(pointer(args, 3) + inputAt(i, outputs), sheet, parts, half, to, tap, outputs);
  }
}

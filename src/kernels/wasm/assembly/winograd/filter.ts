import { finish, int, pointer } from "../arguments";
import { take } from "../threads";
import { transpose4 } from "../tile";
import { ceilTo, filterBytes } from "./layout";
import { atInfinityN, atZeroN, diagonalOfG, evenNa, evenNb, oddNa, storeGt, storeN } from "./matrices";

/** Rows of N h for the points ±p, from their even and odd parts, to the domain. */
// @ts-expect-error: decorator
@inline
function storeRows(
  even0: v128, even1: v128, even2: v128, odd0: v128, odd1: v128, odd2: v128, to: usize, sheet: usize,
): void {
  storeN(f32x4.add(even0, odd0), f32x4.add(even1, odd1), f32x4.add(even2, odd2), to, sheet);
  storeN(f32x4.sub(even0, odd0), f32x4.sub(even1, odd1), f32x4.sub(even2, odd2), to + 6 * sheet, sheet);
}

/** N h Nᵀ for packed taps of one input and four outputs: a vector for each of 36 matrices `sheet` bytes apart. */
// @ts-expect-error: decorator
@inline
function tapsToDomain(taps: usize, to: usize, sheet: usize): void {
  const a0 = v128.load(taps), a1 = v128.load(taps, 64), a2 = v128.load(taps, 128);
  const b0 = v128.load(taps, 192), b1 = v128.load(taps, 256), b2 = v128.load(taps, 320);
  const c0 = v128.load(taps, 384), c1 = v128.load(taps, 448), c2 = v128.load(taps, 512);
  storeN(atZeroN(a0), atZeroN(a1), atZeroN(a2), to, sheet);
  storeN(atInfinityN(c0), atInfinityN(c1), atInfinityN(c2), to + 30 * sheet, sheet);
  const low = to + 6 * sheet, high = to + 18 * sheet;
  storeRows(evenNa(a0, c0), evenNa(a1, c1), evenNa(a2, c2), oddNa(b0), oddNa(b1), oddNa(b2), low, sheet);
  storeRows(evenNb(a0, c0), evenNb(a1, c1), evenNb(a2, c2), b0, b1, b2, high, sheet);
}

/** Inputs and outputs that are packed together. */
const packedInputs = 16;
export const packedOutputs = 16;
/** Bytes of an input in the pack: nine taps of all outputs. */
const inputBytes: usize = 9 * packedOutputs * 4;

// One tap of some inputs and outputs goes to the pack, times a factor. Where they are no multiple of four, the last vectors
// overlap those before them; there are four of them at least.

/** For outputs that lie side by side. */
function packOutputs(
  from: usize, inputStep: isize, inputs: i32, outputs: i32, factor: v128, to: usize,
): void {
  const last = <usize>(outputs - 4) << 2;
  for (let i = 0; i < inputs; i++, from += inputStep, to += inputBytes) {
    v128.store(to, f32x4.mul(factor, v128.load(from)));
    if (outputs == packedOutputs) {
      v128.store(to, f32x4.mul(factor, v128.load(from, 16)), 16);
      v128.store(to, f32x4.mul(factor, v128.load(from, 32)), 32);
      v128.store(to, f32x4.mul(factor, v128.load(from, 48)), 48);
    } else {
      for (let at = min<usize>(16, last); ; at = min(at + 16, last)) {
        v128.store(to + at, f32x4.mul(factor, v128.load(from + at)));
        if (at == last) break;
      }
    }
  }
}

/** For inputs that lie side by side. */
function packInputs(
  from: usize, outputStep: isize, inputs: i32, outputs: i32, factor: v128, to: usize,
): void {
  for (let i = 0; ; i = min(i + 4, inputs - 4)) {
    for (let o = 0; ; o = min(o + 4, outputs - 4)) {
      const block = to + <usize>i * inputBytes + (<usize>o << 2);
      transpose4(from + (<usize>i << 2) + <isize>o * outputStep, outputStep, block, inputBytes);
      v128.store(block, f32x4.mul(factor, v128.load(block)));
      v128.store(block, f32x4.mul(factor, v128.load(block, inputBytes)), inputBytes);
      v128.store(block, f32x4.mul(factor, v128.load(block, 2 * inputBytes)), 2 * inputBytes);
      v128.store(block, f32x4.mul(factor, v128.load(block, 3 * inputBytes)), 3 * inputBytes);
      if (o == outputs - 4) break;
    }
    if (i == inputs - 4) break;
  }
}

/** For any of them. */
function packCells(
  from: usize, inputStep: isize, outputStep: isize, inputs: i32, outputs: i32, factor: f32, to: usize,
): void {
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) {
      const cell = load<f32>(from + <isize>i * inputStep + <isize>o * outputStep);
      store<f32>(to + <usize>i * inputBytes + (<usize>o << 2), cell * factor);
    }
  }
}

/**
 * Taps of up to 16 inputs and outputs as [input][tap][output], with the diagonals of G applied. In the filter the taps lie so
 * far apart, and often by powers of two, that nine lines at a time would drive each other out of the cache.
 */
function packTaps(
  from: usize, inputStep: isize, outputStep: isize, tap: isize, inputs: i32, outputs: i32, to: usize,
): void {
  for (let t = 0; t < 9; t++, from += tap, to += packedOutputs * 4) {
    const factor = diagonalOfG(t / 3) * diagonalOfG(t % 3);
    const factors = f32x4.splat(factor);
    if (outputs >= 4 && outputStep == 4) packOutputs(from, inputStep, inputs, outputs, factors, to);
    else if (min(inputs, outputs) >= 4 && inputStep == 4) packInputs(from, outputStep, inputs, outputs, factors, to);
    else packCells(from, inputStep, outputStep, inputs, outputs, factor, to);
  }
}

/**
 * Some inputs and outputs of a filter to the domain: G g Gᵀ for each, as 36 matrices `sheet` bytes apart in panels of 8
 * outputs, [output / 8][input][8]. `from` is the first tap; steps are in bytes; `pack` is scratch of 16 · 9 · 16 cells.
 */
export function filterToDomain(
  from: usize, inputStep: isize, outputStep: isize, tap: isize, inputs: i32, outputs: i32,
  to: usize, sheet: usize, pack: usize,
): void {
  for (let o = 0; o < outputs; o += packedOutputs) {
    const width = min(outputs - o, packedOutputs);
    for (let i = 0; i < inputs; i += packedInputs) {
      const count = min(inputs - i, packedInputs);
      packTaps(from + <isize>i * inputStep + <isize>o * outputStep, inputStep, outputStep, tap, count, width, pack);
      for (let k = 0; k < count; k++) {
        for (let side = 0; side < width; side += 4) {
          const panel = to + (<usize>((o + (side & 8)) * inputs + 8 * (i + k) + (side & 4)) << 2);
          tapsToDomain(pack + <usize>k * inputBytes + (<usize>side << 2), panel, sheet);
        }
      }
    }
  }
}

/**
 * A filter to the domain, 16 outputs at a time. The steps let the same kernel turn the filter by 180° and exchange inputs
 * and outputs; one of the first two is 1. Words:
 *   3 the first tap, 4 the domain, 5 inputs, 6 outputs
 *   7, 8, 9 steps of inputs, outputs and taps, in cells
 *   10 scratch, of so many bytes a thread: 11
 */
export function winogradFilter(args: usize, thread: i32, threads: i32): void {
  const inputs = int(args, 5), outputs = int(args, 6);
  const inputStep: isize = int(args, 7) << 2;
  const outputStep: isize = int(args, 8) << 2;
  const tap: isize = int(args, 9) << 2;
  const pack = pointer(args, 10) + <usize>(thread * int(args, 11));
  const sheet = filterBytes(inputs, outputs);
  for (let o = take(args) * packedOutputs; o < outputs; o = take(args) * packedOutputs) {
    const from = pointer(args, 3) + <isize>o * outputStep;
    const to = pointer(args, 4) + (<usize>(o * inputs) << 2);
    const width = min(outputs - o, packedOutputs);
    filterToDomain(from, inputStep, outputStep, tap, inputs, width, to, sheet, pack);
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
 * Gᵀ u G for one input and all outputs, where u is the sum of parts `36 * sheet` bytes apart. Each matrix lies in panels of
 * 8 outputs, so many bytes apart; `from` is the row of this input in the first of them. `half` is scratch of
 * 18 · ceilTo(outputs, 8) cells, `tap` the bytes between the taps of the gradient.
 */
export function domainToFilter(
  from: usize, panel: usize, sheet: usize, parts: i32, half: usize, to: usize, tap: usize, outputs: i32,
): void {
  const row = <usize>ceilTo(outputs, 8) << 2;
  const last = <usize>(outputs - 4) << 2;
  for (let j: usize = 0; j < 6; j++) {
    for (let o: usize = 0; o < row; o += 16) {
      const at = from + j * sheet + (o >> 5) * panel + (o & 31);
      const u0 = sumOf(at, parts, 36 * sheet);
      const u1 = sumOf(at + 6 * sheet, parts, 36 * sheet);
      const u2 = sumOf(at + 12 * sheet, parts, 36 * sheet);
      const u3 = sumOf(at + 18 * sheet, parts, 36 * sheet);
      const u4 = sumOf(at + 24 * sheet, parts, 36 * sheet);
      const u5 = sumOf(at + 30 * sheet, parts, 36 * sheet);
      storeGt(u0, u1, u2, u3, u4, u5, half + j * row + o, 6 * row);
    }
  }
  for (let r: usize = 0; r < 3; r++) {
    for (let o: usize = 0; ; o = min(o + 16, last)) {
      const at = half + 6 * r * row + o;
      const u0 = v128.load(at), u1 = v128.load(at + row), u2 = v128.load(at + 2 * row);
      const u3 = v128.load(at + 3 * row), u4 = v128.load(at + 4 * row);
      storeGt(u0, u1, u2, u3, u4, v128.load(at + 5 * row), to + 3 * r * tap + o, tap);
      if (o == last) break;
    }
  }
}

/** Runs the epilogue on what is complete of a gradient: the inputs `from` to before `to` of all nine taps. */
export function finishTaps(args: usize, from: i32, to: i32, inputs: i32, outputs: i32): void {
  for (let tap = 0; tap < 9; tap++) {
    finish(args, (tap * inputs + from) * outputs, (tap * inputs + to) * outputs);
  }
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
  // The four inputs of a row of tiles are taken at once.
  for (let first = take(args) * 4; first < inputs; first = take(args) * 4) {
    const end = min(first + 4, inputs);
    const tiles = pointer(args, 3) + (<usize>(first * ceilTo(outputs, 8)) << 2);
    for (let i = first; i < end; i++) {
      const to = pointer(args, 4) + (<usize>(i * outputs) << 2);
      domainToFilter(tiles + (<usize>(i - first) << 5), 128, sheet, parts, half, to, tap, outputs);
    }
    finishTaps(args, first, end, inputs, outputs);
  }
}

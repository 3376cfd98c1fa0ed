import { int, pointer } from "./arguments";
import { clearCells, copyCells } from "./cells";

// Patches: what the window of a convolution sees of its source at one position, as one row of a matrix. The words that
// the kernels of direct.ts and direct-filter.ts share:
//   3  the source (the images that windows slide over)     8, 9, 10    its height, width and channels
//   5  the result                                         11, 12, 13  that of the image of positions
//   6  scratch, of so many bytes (7) for each thread        14          images       15  groups
//   16 … 18  see the kernels                              19, 20      number of phases down and across
//   21       the filter's width                           22          places at a time, at most
//   23 …     the phases

/**
 * Some of the positions along one axis, `first`, `first` + `step`, …, and what they read: at position number i, tap number
 * t reads cell `start` + i · `advance` + t · `reach` of the source and is tap `tap` + t · `nextTap` of the filter. A
 * convolution has one phase; its adjoint has one for each position modulo the stride, as these see different taps.
 */
// @ts-expect-error: decorator
@unmanaged
export class Phase {
  first: i32;
  step: i32;
  start: i32;
  advance: i32;
  taps: i32;
  reach: i32;
  tap: i32;
  nextTap: i32;
}

const phaseBytes: usize = 32;

/** Phase `i` down. */
// @ts-expect-error: decorator
@inline
export function phaseDown(args: usize, i: i32): Phase {
  return changetype<Phase>(args + 92 + <usize>i * phaseBytes);
}

/** Phase `i` across. */
// @ts-expect-error: decorator
@inline
export function phaseAcross(args: usize, i: i32): Phase {
  return phaseDown(args, int(args, 19) + i);
}

// Of each position that is worked on, in scratch: where its patch and its result lie, and which cell its tap 0 reads.
export const placeBytes: usize = 20;
export const PATCH: usize = 0;
export const RESULT: usize = 4;
export const IMAGE: usize = 8;
export const Y: usize = 12;
export const X: usize = 16;

/** Copies `count` pixels of a line of the source, from column `x` of row `y` on, with zeros where there are none. */
function copyLine(args: usize, image: i32, y: i32, x: i32, count: i32, to: usize): void {
  const width = int(args, 9);
  const channels = int(args, 10);
  const pixel = <usize>channels << 2;
  const isRow = <u32>y < <u32>int(args, 8);
  const begin = isRow ? min(max(-x, 0), count) : count;
  const end = max(min(width - x, count), begin);
  clearCells(to, begin * channels);
  if (end > begin) {
    const from = (image * int(args, 8) + y) * width + x + begin;
    copyCells(to + <usize>begin * pixel, pointer(args, 3) + <usize>from * pixel, (end - begin) * channels);
  }
  clearCells(to + <usize>end * pixel, (count - end) * channels);
}

/** The place after those that lie beside this one in a row. */
// @ts-expect-error: decorator
@inline
function endOfRow(place: usize, end: usize): usize {
  const image = load<i32>(place, IMAGE);
  const y = load<i32>(place, Y);
  do place += placeBytes;
  while (place < end && load<i32>(place, Y) == y && load<i32>(place, IMAGE) == image);
  return place;
}

/**
 * Finds the patches of `count` places, of which rows `first` to before `last` are wanted. Returns the bytes from one row of
 * a patch to the next. If none reaches into the padding they are read in the source. Else the lines that they cover are
 * copied to `lines`, and the padding with them: all first lines, all second lines and so on.
 */
export function findPatches(
  args: usize, down: Phase, across: Phase, places: usize, count: i32, first: i32, last: i32, lines: usize,
): usize {
  const height = int(args, 8);
  const width = int(args, 9);
  const pixel = <usize>int(args, 10) << 2;
  const span = (across.taps - 1) * across.reach + 1;
  const end = places + <usize>count * placeBytes;
  let inside = true;
  let pixels = 0;
  for (let place = places; place < end; ) {
    const y = load<i32>(place, Y);
    const x = load<i32>(place, X);
    const next = endOfRow(place, end);
    const covered = <i32>((next - place) / placeBytes - 1) * across.advance + span;
    const fits = y >= 0 && y + (down.taps - 1) * down.reach < height && x >= 0 && x + covered <= width;
    inside = inside && fits;
    pixels += covered;
    place = next;
  }
  const line = <usize>pixels * pixel;
  for (let place = places; place < end; ) {
    const image = load<i32>(place, IMAGE);
    const y = load<i32>(place, Y);
    const x = load<i32>(place, X);
    const next = endOfRow(place, end);
    const covered = <i32>((next - place) / placeBytes - 1) * across.advance + span;
    let patch = inside ? pointer(args, 3) + <usize>((image * height + y) * width + x) * pixel : lines;
    if (!inside) {
      for (let i = first; i < last; i++) {
        copyLine(args, image, y + i * down.reach, x, covered, lines + <usize>i * line);
      }
      lines += <usize>covered * pixel;
    }
    for (; place < next; place += placeBytes) {
      store<usize>(place, patch, PATCH);
      patch += <usize>across.advance * pixel;
    }
  }
  return inside ? <usize>(down.reach * width) * pixel : line;
}

/** Bytes into a patch to its cell `k`, counted by row, tap and channel of the group that begins at channel `channel`. */
// @ts-expect-error: decorator
@inline
export function cellAt(args: usize, across: Phase, row: usize, channel: i32, k: i32): usize {
  const channels = int(args, 10);
  const depth = channels / int(args, 15);
  const tap = k / depth;
  const pixels = (tap % across.taps) * across.reach;
  return <usize>(tap / across.taps) * row + (<usize>(pixels * channels + channel + k % depth) << 2);
}

/**
 * The cells `from` to before `to` of a patch as runs of neighbours, for `tileRows4x8`: bytes to skip and cells of each.
 * Returns where they end.
 */
export function writeRuns(
  args: usize, across: Phase, row: usize, channel: i32, from: i32, to: i32, runs: usize,
): usize {
  const depth = int(args, 10) / int(args, 15);
  // Taps beside each other are one run.
  const length = across.reach == 1 && depth == int(args, 10) ? across.taps * depth : depth;
  let at: usize = 0;
  for (let k = from; k < to; runs += 8) {
    const cells = min(length - k % length, to - k);
    const begin = cellAt(args, across, row, channel, k);
    store<usize>(runs, begin - at);
    store<i32>(runs, cells, 4);
    at = begin + (<usize>cells << 2);
    k += cells;
  }
  return runs;
}

import { int, pointer } from "./arguments";
import { clearCells, copyCells } from "./cells";

// Patches: what the window of a convolution sees of its source at one position, as one row of a matrix. The words that
// the kernels of direct.ts and direct-filter.ts share:
//   3  the source (the images that windows slide over)     8, 9, 10    its height, width and channels
//   5  the result                                         11, 12, 13  that of the image of positions
//   6  scratch, of so many bytes (7) for each thread        14          images       15  groups
//   16 … 18  see the kernels                              19, 20      number of phases down and across
//   21       the filter's width                           22 …        the phases

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
  return changetype<Phase>(args + 88 + <usize>i * phaseBytes);
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

/**
 * Finds the cells `from` to before `to` of the patches of `count` places, counted by tap and channel of the group that
 * begins at channel `channel`. Where they do not lie in a row in the source, they are copied to `rows` first, with zeros
 * for the padding.
 */
export function gatherPatches(
  args: usize, down: Phase, across: Phase, places: usize, count: i32,
  channel: i32, from: i32, to: i32, rows: usize,
): void {
  const height = int(args, 8);
  const width = int(args, 9);
  const channels = int(args, 10);
  const source = pointer(args, 3) + (<usize>channel << 2);
  const depth = channels / int(args, 15);
  const taps = across.taps;
  const reach = across.reach;
  const reachDown = down.reach;
  // Taps beside each other are one run of cells.
  const joined = reach == 1 && depth == channels;
  const firstRow = from / depth / taps;
  const firstTap = (from / depth) % taps;
  const firstCell = from % depth;
  const end = places + <usize>count * placeBytes;
  for (let place = places; place < end; place += placeBytes) {
    const image = load<i32>(place, IMAGE) * height;
    let h = load<i32>(place, Y) + firstRow * reachDown;
    const x = load<i32>(place, X);
    let j = firstTap;
    let c = firstCell;
    let found = rows;
    for (let k = from; k < to; ) {
      const w = x + j * reach;
      const run = joined && w >= 0 && w + taps - j <= width ? taps - j : 1;
      const cells = min(run * depth - c, to - k);
      if (<u32>h < <u32>height && <u32>w < <u32>width) {
        const at = source + (<usize>(((image + h) * width + w) * channels + c) << 2);
        if (cells == to - from) {
          found = at;
          break;
        }
        // Groups of four channels are common.
        if (cells == 4) v128.store(rows, v128.load(at));
        else copyCells(rows, at, cells);
      } else {
        clearCells(rows, cells);
      }
      rows += <usize>cells << 2;
      k += cells;
      c = 0;
      j += run;
      if (j >= taps) {
        j = 0;
        h += reachDown;
      }
    }
    store<usize>(place, found, PATCH);
  }
}

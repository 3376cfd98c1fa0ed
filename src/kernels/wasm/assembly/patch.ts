import { int, pointer } from "./arguments";
import { clearCells, copyCells } from "./cells";

// Patches: what the window of a convolution sees of its source at one position, as one row of a matrix. The words that the
// kernels of direct.ts and direct-filter.ts share:
//   3  the source (the images that windows slide over)     8, 9, 10    its height, width and channels
//   5  the result                                         11, 12, 13  that of the image of positions
//   6  scratch, of so many bytes (7) for each thread        14          images       15  groups
//   16 … 18  see the kernels                              19, 20      number of phases down and across
//   21       the filter's width                           22 …        the phases

/**
 * Some of the positions along one axis, `first`, `first` + `step`, …, and what they read: at position number i, tap number t
 * reads cell `start` + i · `advance` + t · `reach` of the source and is tap `tap` + t · `nextTap` of the filter. A convolution
 * has one phase; its adjoint has one for each position modulo the stride, as these see different taps.
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

/**
 * The place of the cells `from` to before `to` of a patch, counted by tap and channel of the group that begins at channel
 * `channel`; tap 0 reads the cell (`y`, `x`) of the image. Where they do not lie in a row in the source, they are copied to
 * `row` first, with zeros for the padding.
 */
export function patch(
  args: usize, down: Phase, across: Phase, image: i32, y: i32, x: i32, channel: i32, from: i32, to: i32, row: usize,
): usize {
  const height = int(args, 8);
  const width = int(args, 9);
  const channels = int(args, 10);
  const depth = channels / int(args, 15);
  const taps = across.taps;
  const reach = across.reach;
  // Taps beside each other are one run of cells.
  const joined = reach == 1 && depth == channels;
  let i = from / depth / taps;
  let j = (from / depth) % taps;
  let c = from % depth;
  let target = row;
  for (let k = from; k < to; ) {
    const h = y + i * down.reach;
    const w = x + j * reach;
    let run = 1;
    if (joined && w >= 0 && w + taps - j <= width) run = taps - j;
    const count = min(run * depth - c, to - k);
    if (<u32>h < <u32>height && <u32>w < <u32>width) {
      const at = pointer(args, 3) + (<usize>(((image * height + h) * width + w) * channels + channel + c) << 2);
      if (count == to - from) return at;
      copyCells(target, at, count);
    } else {
      clearCells(target, count);
    }
    target += <usize>count << 2;
    k += count;
    c = 0;
    j += run;
    if (j >= taps) {
      j = 0;
      i++;
    }
  }
  return row;
}

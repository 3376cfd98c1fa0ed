import { int, pointer } from "./arguments";
import { copyCells } from "./cells";
import { take } from "./threads";
import { transpose4 } from "./tile";

// Copies between strided views. The words:
//   3 from, 4 to       5 what is converted (below)
//   6, 7, 8            the axis across: cells, bytes from one to the next in `from` and in `to`
//   9, 10, 11          the axis down, likewise
//   12                 number of outer axes; from 17 on, likewise
//   13                 blocks of the outer axes' cells
//   14, 15             cells across and down in a block
//   16                 blocks taken at once
const firstOuter = 17;

const SAME: i32 = 0;
const FLOAT_TO_INT: i32 = 1;
const INT_TO_FLOAT: i32 = 2;
const BYTE_TO_FLOAT: i32 = 3;
const BYTE_TO_INT: i32 = 4;

/** As JavaScript does it: towards zero, then modulo 2³². */
// @ts-expect-error: decorator
@inline
function toInt(x: f32): i32 {
  // From 2⁶³ on the 32 lowest bits of a float are zeros.
  return abs(x) < 9223372036854775808.0 ? <i32><i64>x : 0;
}

/** Copies some cells one by one. */
function copyRow(how: i32, to: usize, toStep: isize, from: usize, fromStep: isize, count: i32): void {
  if (how == SAME) {
    const value = v128.load32_splat(from);
    if (fromStep == 0 && toStep == 4) for (; count >= 4; count -= 4, to += 16) v128.store(to, value);
    for (; count > 0; count--, to += toStep, from += fromStep) store<i32>(to, load<i32>(from));
  } else if (how == FLOAT_TO_INT) {
    for (; count > 0; count--, to += toStep, from += fromStep) store<i32>(to, toInt(load<f32>(from)));
  } else if (how == INT_TO_FLOAT) {
    for (; count > 0; count--, to += toStep, from += fromStep) store<f32>(to, <f32>load<i32>(from));
  } else if (how == BYTE_TO_FLOAT) {
    for (; count > 0; count--, to += toStep, from += fromStep) store<f32>(to, <f32>load<u8>(from));
  } else {
    for (; count > 0; count--, to += toStep, from += fromStep) store<i32>(to, load<u8>(from));
  }
}

/** Copies `down` by `across` cells that are neighbours down in `from` and across in `to`. */
function transpose(to: usize, toStep: isize, from: usize, fromStep: isize, down: i32, across: i32): void {
  for (let i = 0; i < across; i += 4) {
    const source = from + <isize>i * fromStep;
    const target = to + (<usize>i << 2);
    let j = 0;
    if (i + 4 <= across) {
      for (; j + 4 <= down; j += 4) {
        transpose4(source + (<usize>j << 2), fromStep, target + <isize>j * toStep, toStep);
      }
    }
    for (; j < down; j++) {
      copyRow(SAME, target + <isize>j * toStep, 4, source + (<usize>j << 2), fromStep, min(4, across - i));
    }
  }
}

/** One block: the outer cell `outer`, and so many cells from (`i`, `j`) on. */
// @ts-expect-error: decorator
@inline
function copyBlock(args: usize, x: usize, outer: i32, i: i32, j: i32): void {
  const how = int(args, 5);
  const fromAcross: isize = int(args, 7);
  const toAcross: isize = int(args, 8);
  const fromDown: isize = int(args, 10);
  const toDown: isize = int(args, 11);
  let from = x + <isize>i * fromDown + <isize>j * fromAcross;
  let to = pointer(args, 4) + <isize>i * toDown + <isize>j * toAcross;
  for (let axis = firstOuter + 3 * int(args, 12) - 3; axis >= firstOuter; axis -= 3) {
    const place = outer % int(args, axis);
    from += place * int(args, axis + 1);
    to += place * int(args, axis + 2);
    outer /= int(args, axis);
  }
  const across = min(int(args, 14), int(args, 6) - j);
  const down = min(int(args, 15), int(args, 9) - i);
  if (how == SAME && fromDown == 4 && toAcross == 4 && fromAcross != 4) {
    transpose(to, toDown, from, fromAcross, down, across);
    return;
  }
  const runs = how == SAME && fromAcross == 4 && toAcross == 4;
  for (let row = 0; row < down; row++) {
    if (runs) copyCells(to, from, across);
    else copyRow(how, to, toAcross, from, fromAcross, across);
    from += fromDown;
    to += toDown;
  }
}

function copyAll(args: usize, x: usize): void {
  const across = (int(args, 6) + int(args, 14) - 1) / int(args, 14);
  const down = (int(args, 9) + int(args, 15) - 1) / int(args, 15);
  const count = int(args, 13) * down * across;
  const group = int(args, 16);
  for (let first = take(args) * group; first < count; first = take(args) * group) {
    for (let block = first; block < min(first + group, count); block++) {
      const i = ((block / across) % down) * int(args, 15);
      copyBlock(args, x, block / across / down, i, (block % across) * int(args, 14));
    }
  }
}

export function copy(args: usize, thread: i32, threads: i32): void {
  copyAll(args, pointer(args, 3));
}

/** As `copy`, from one cell that is word 3 itself: all steps in `from` are 0. */
export function fill(args: usize, thread: i32, threads: i32): void {
  copyAll(args, args + 12);
}

import { finish, int, pointer } from "./arguments";
import { beats, loadLanes, storeLanes } from "./cells";
import { axis, endTap, firstTap, startAt } from "./window";
import { take } from "./threads";

// Pooling of NHWC images, four channels at a time. The words of all kernels here:
//   3, 4  the inputs (see each kernel)     6  images     8  rows in a block      9  the window down
//   5     the result                       7  channels                          15  the window across

/** The cell of `v` at the first largest of the real cells of a window; `v` lies `shift` bytes after the images. */
// @ts-expect-error: decorator
@inline
function pick(at: usize, shift: usize, rows: i32, columns: i32, down: usize, across: usize, one: bool): v128 {
  let best = loadLanes(at, one);
  let picked = loadLanes(at + shift, one);
  for (let i = 0; i < rows; i++) {
    let cell = at + <usize>i * down;
    for (let j = 0; j < columns; j++) {
      const value = loadLanes(cell, one);
      const wins = beats(value, best);
      best = v128.bitselect(value, best, wins);
      picked = v128.bitselect(loadLanes(cell + shift, one), picked, wins);
      cell += across;
    }
  }
  return picked;
}

/** The same for a window of two by two cells, which is what most have. */
// @ts-expect-error: decorator
@inline
function pickOfFour(at: usize, shift: usize, down: usize, across: usize, one: bool): v128 {
  const a = loadLanes(at, one), b = loadLanes(at + across, one);
  const c = loadLanes(at + down, one), d = loadLanes(at + down + across, one);
  const second = beats(b, a);
  let best = v128.bitselect(b, a, second);
  const third = beats(c, best);
  best = v128.bitselect(c, best, third);
  const fourth = beats(d, best);
  if (shift == 0) return v128.bitselect(d, best, fourth);
  at += shift;
  let picked = v128.bitselect(loadLanes(at + across, one), loadLanes(at, one), second);
  picked = v128.bitselect(loadLanes(at + down, one), picked, third);
  return v128.bitselect(loadLanes(at + down + across, one), picked, fourth);
}

/** The sum of the real cells of a window. */
// @ts-expect-error: decorator
@inline
function total(at: usize, rows: i32, columns: i32, down: usize, across: usize, one: bool): v128 {
  let sum = f32x4.splat(0);
  for (let i = 0; i < rows; i++) {
    let cell = at + <usize>i * down;
    for (let j = 0; j < columns; j++) {
      sum = f32x4.add(sum, loadLanes(cell, one));
      cell += across;
    }
  }
  return sum;
}

// @ts-expect-error: decorator
@inline
function pool(args: usize, mean: bool): void {
  const x = pointer(args, 3);
  const shift = pointer(args, 4) - x;
  const result = pointer(args, 5);
  const height = axis(args, 9);
  const width = axis(args, 15);
  const pixel = <usize>int(args, 7) << 2;
  const vectors = pixel & ~15;
  const down = <usize>(height.dilation * width.input) * pixel;
  const across = <usize>width.dilation * pixel;
  const block = int(args, 8);
  const count = int(args, 6) * height.output;
  const line = width.output * int(args, 7);
  for (let from = take(args) * block; from < count; from = take(args) * block) {
    const to = min(from + block, count);
    let out = result + (<usize>(from * line) << 2);
    for (let row = from; row < to; row++) {
      const top = startAt(height, row % height.output);
      const firstRow = firstTap(height, top);
      const rows = endTap(height, top) - firstRow;
      const source = (row / height.output) * height.input + top + firstRow * height.dilation;
      for (let column = 0; column < width.output; column++) {
        const left = startAt(width, column);
        const firstColumn = firstTap(width, left);
        const columns = endTap(width, left) - firstColumn;
        const at = x + <usize>(source * width.input + left + firstColumn * width.dilation) * pixel;
        const cells = f32x4.splat(<f32>(rows * columns));
        if (!mean && rows == 2 && columns == 2) {
          for (let c: usize = 0; c < vectors; c += 16) {
            v128.store(out + c, pickOfFour(at + c, shift, down, across, false));
          }
        } else {
          for (let c: usize = 0; c < vectors; c += 16) {
            const value = mean
              ? f32x4.div(total(at + c, rows, columns, down, across, false), cells)
              : pick(at + c, shift, rows, columns, down, across, false);
            v128.store(out + c, value);
          }
        }
        for (let c = vectors; c < pixel; c += 4) {
          const value = mean
            ? f32x4.div(total(at + c, rows, columns, down, across, true), cells)
            : pick(at + c, shift, rows, columns, down, across, true);
          storeLanes(out + c, value, true);
        }
        out += pixel;
      }
    }
    finish(args, from * line, to * line);
  }
}

/** Words 3 the images that decide, 4 the images that are picked from. */
export function maxPoolGather(args: usize, thread: i32, threads: i32): void {
  pool(args, false);
}

/** Words 3 and 4 the images. */
export function averagePool(args: usize, thread: i32, threads: i32): void {
  pool(args, true);
}

import { finish, int, pointer } from "./arguments";
import { beats, clearCells, loadLanes, storeLanes } from "./cells";
import { Axis, axis, ceilDiv, endTap, firstTap, startAt } from "./window";
import { take } from "./threads";

// The adjoints of pooling; the words are those of pool.ts.

/** Which tap, counted along the rows, has the first largest of the real cells of a window. */
// @ts-expect-error: decorator
@inline
function place(at: usize, rows: i32, columns: i32, down: usize, across: usize, one: bool): v128 {
  let best = loadLanes(at, one);
  let which = i32x4.splat(0);
  let tap = i32x4.splat(0);
  for (let i = 0; i < rows; i++) {
    let cell = at + <usize>i * down;
    for (let j = 0; j < columns; j++) {
      const value = loadLanes(cell, one);
      const wins = beats(value, best);
      best = v128.bitselect(value, best, wins);
      which = v128.bitselect(tap, which, wins);
      tap = i32x4.add(tap, i32x4.splat(1));
      cell += across;
    }
  }
  return which;
}

/** Adds `value` where it belongs, to the rows `from` to before `to` of a window: at its tap `which`, or at all taps. */
// @ts-expect-error: decorator
@inline
function stamp(
  at: usize,
  from: i32,
  to: i32,
  columns: i32,
  down: usize,
  across: usize,
  value: v128,
  which: v128,
  mean: bool,
  one: bool,
): void {
  let tap = i32x4.splat(from * columns);
  for (let i = from; i < to; i++) {
    let cell = at + <usize>i * down;
    for (let j = 0; j < columns; j++) {
      const part = mean ? value : v128.and(value, i32x4.eq(which, tap));
      storeLanes(cell, f32x4.add(loadLanes(cell, one), part), one);
      tap = i32x4.add(tap, i32x4.splat(1));
      cell += across;
    }
  }
}

/** Whether windows of two by two cells share none. */
// @ts-expect-error: decorator
@inline
function isPair(axis: Axis): bool {
  return axis.kernel == 2 && axis.dilation == 1 && axis.stride >= 2;
}

/** Whether such windows fill the axis. */
// @ts-expect-error: decorator
@inline
function isTiled(axis: Axis): bool {
  return axis.stride == 2 && axis.input == 2 * axis.output;
}

/** Writes all cells of such a window: `value` at its first largest cell and 0 elsewhere, or `value` everywhere. */
// @ts-expect-error: decorator
@inline
function spread(at: usize, shift: usize, down: usize, across: usize, value: v128, mean: bool, one: bool): void {
  const to = at + shift;
  if (mean) {
    storeLanes(to, value, one);
    storeLanes(to + across, value, one);
    storeLanes(to + down, value, one);
    storeLanes(to + down + across, value, one);
    return;
  }
  const a = loadLanes(at, one), b = loadLanes(at + across, one);
  const c = loadLanes(at + down, one), d = loadLanes(at + down + across, one);
  const second = beats(b, a);
  let best = v128.bitselect(b, a, second);
  const third = beats(c, best);
  best = v128.bitselect(c, best, third);
  const fourth = beats(d, best);
  storeLanes(to + down + across, v128.and(value, fourth), one);
  let rest = v128.andnot(value, fourth);
  storeLanes(to + down, v128.and(rest, third), one);
  rest = v128.andnot(rest, third);
  storeLanes(to + across, v128.and(rest, second), one);
  storeLanes(to, v128.andnot(rest, second), one);
}

/** Scatters all windows of one row of positions to the rows `from` to before `to` of their image. */
// @ts-expect-error: decorator
@inline
function scatterRow(args: usize, image: i32, position: i32, from: i32, to: i32, mean: bool): void {
  const height = axis(args, 9);
  const width = axis(args, 15);
  const pixel = <usize>int(args, 7) << 2;
  const vectors = pixel & ~15;
  const down = <usize>(height.dilation * width.input) * pixel;
  const across = <usize>width.dilation * pixel;
  const x = pointer(args, 4);
  const shift = pointer(args, 5) - x;
  const top = startAt(height, position);
  const firstRow = firstTap(height, top);
  const rows = endTap(height, top) - firstRow;
  const row = top + firstRow * height.dilation;
  const begin = min(ceilDiv(from - row, height.dilation), rows);
  const end = min(ceilDiv(to - row, height.dilation), rows);
  const pairs = isPair(height) && isPair(width);
  let dy = pointer(args, 3) + <usize>((image * height.output + position) * width.output) * pixel;
  for (let column = 0; column < width.output; column++) {
    const left = startAt(width, column);
    const firstColumn = firstTap(width, left);
    const columns = endTap(width, left) - firstColumn;
    const corner = (image * height.input + row) * width.input + left + firstColumn * width.dilation;
    const at = x + <usize>corner * pixel;
    const cells = f32x4.splat(<f32>(rows * columns));
    if (pairs && columns == 2 && begin == 0 && end == 2) {
      for (let c: usize = 0; c < vectors; c += 16) {
        const value = v128.load(dy + c);
        spread(at + c, shift, down, across, mean ? f32x4.div(value, cells) : value, mean, false);
      }
      for (let c = vectors; c < pixel; c += 4) {
        const value = loadLanes(dy + c, true);
        spread(at + c, shift, down, across, mean ? f32x4.div(value, cells) : value, mean, true);
      }
      dy += pixel;
      continue;
    }
    for (let c: usize = 0; c < vectors; c += 16) {
      const which = mean ? cells : place(at + c, rows, columns, down, across, false);
      const value = mean ? f32x4.div(v128.load(dy + c), cells) : v128.load(dy + c);
      stamp(at + shift + c, begin, end, columns, down, across, value, which, mean, false);
    }
    for (let c = vectors; c < pixel; c += 4) {
      const which = mean ? cells : place(at + c, rows, columns, down, across, true);
      const value = mean ? f32x4.div(loadLanes(dy + c, true), cells) : loadLanes(dy + c, true);
      stamp(at + shift + c, begin, end, columns, down, across, value, which, mean, true);
    }
    dy += pixel;
  }
}

/** A block is a band of rows of one image: it visits every window that reaches in, so no two blocks share a cell. */
// @ts-expect-error: decorator
@inline
function scatter(args: usize, mean: bool): void {
  const height = axis(args, 9);
  const width = axis(args, 15);
  const line = width.input * int(args, 7);
  const band = int(args, 8);
  const bands = (height.input + band - 1) / band;
  const count = int(args, 6) * bands;
  const reach = (height.kernel - 1) * height.dilation;
  // Windows that share no cell and leave none out write all of them.
  const whole = isPair(height) && isPair(width) && isTiled(height) && isTiled(width);
  for (let block = take(args); block < count; block = take(args)) {
    const image = block / bands;
    const from = (block % bands) * band;
    const to = min(from + band, height.input);
    const first = (image * height.input + from) * line;
    const last = (image * height.input + to) * line;
    if (!whole) clearCells(pointer(args, 5) + (<usize>first << 2), last - first);
    const end = min(ceilDiv(to + height.before, height.stride), height.output);
    for (let row = ceilDiv(from + height.before - reach, height.stride); row < end; row++) {
      scatterRow(args, image, row, from, to, mean);
    }
    finish(args, first, last);
  }
}

/** Words 3 dy, 4 the images. */
export function maxPoolScatter(args: usize, thread: i32, threads: i32): void {
  scatter(args, false);
}

/** Words 3 dy, 4 the result once more. */
export function averagePoolScatter(args: usize, thread: i32, threads: i32): void {
  scatter(args, true);
}

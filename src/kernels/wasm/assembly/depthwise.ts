import { finish, int, pointer } from "./arguments";
import { clearCells, loadLanes, storeLanes } from "./cells";
import { axis, ceilDiv, endTap, firstTap, startAt } from "./window";
import { take } from "./threads";

// Convolutions of each channel with filters of its own, four outputs at a time; output c · multiplier + m belongs to channel
// c. The words of the kernels:
//   3, 4  the inputs (see each kernel)      7  channels        9   rows in a block       11  the window down
//   5     the result                        8  multiplier      10  (see the kernel)      17  the window across
//   6     images

/** One cell or four that are `step` bytes apart, from cell `at` on. */
// @ts-expect-error: decorator
@inline
function strided(at: usize, step: usize, one: bool): v128 {
  if (one) return v128.load32_zero(at);
  if (step == 4) return v128.load(at);
  let lanes = v128.load32_zero(at);
  lanes = v128.load32_lane(at + step, lanes, 1);
  lanes = v128.load32_lane(at + 2 * step, lanes, 2);
  return v128.load32_lane(at + 3 * step, lanes, 3);
}

/** Bytes from the first channel of a pixel to that of an output. */
// @ts-expect-error: decorator
@inline
export function channelOf(output: i32, multiplier: i32): usize {
  return <usize>(multiplier == 1 ? output : output / multiplier) << 2;
}

/** The cells of one channel or four, given by the bytes before them; of neighbours if the first and the last are 12 apart. */
// @ts-expect-error: decorator
@inline
export function channelCells(at: usize, a: usize, b: usize, c: usize, d: usize, one: bool): v128 {
  if (one) return v128.load32_zero(at + a);
  if (d - a == 12) return v128.load(at + a);
  let lanes = v128.load32_zero(at + a);
  lanes = v128.load32_lane(at + b, lanes, 1);
  lanes = v128.load32_lane(at + c, lanes, 2);
  return v128.load32_lane(at + d, lanes, 3);
}

/** One output or four at one position: the products of the real cells of its window. */
// @ts-expect-error: decorator
@inline
function position(
  at: usize, rows: i32, columns: i32, down: usize, across: usize,
  filter: usize, filterDown: usize, filterAcross: usize, output: i32, multiplier: i32, one: bool,
): v128 {
  const a = channelOf(output, multiplier);
  const b = channelOf(output + 1, multiplier);
  const c = channelOf(output + 2, multiplier);
  const d = channelOf(output + 3, multiplier);
  let sum = f32x4.splat(0);
  for (let i = 0; i < rows; i++) {
    let cell = at;
    let tap = filter + (<usize>output << 2);
    for (let j = 0; j < columns; j++) {
      sum = f32x4.add(sum, f32x4.mul(channelCells(cell, a, b, c, d, one), loadLanes(tap, one)));
      cell += across;
      tap += filterAcross;
    }
    at += down;
    filter += filterDown;
  }
  return sum;
}

/** All channels at four positions side by side whose windows are whole across, for a multiplier of 1. */
// @ts-expect-error: decorator
@inline
function fourPositions(
  at: usize, step: usize, rows: i32, columns: i32, down: usize, across: usize,
  filter: usize, filterDown: usize, filterAcross: usize, out: usize, bytes: usize, pixel: usize,
): void {
  for (let c: usize = 0; c < bytes; c += 16) {
    let a = f32x4.splat(0), b = f32x4.splat(0), d = f32x4.splat(0), e = f32x4.splat(0);
    let line = at + c;
    let taps = filter + c;
    for (let i = rows; i > 0; i--) {
      let cell = line;
      let tap = taps;
      for (let j = columns; j > 0; j--) {
        const weight = v128.load(tap);
        a = f32x4.add(a, f32x4.mul(v128.load(cell), weight));
        b = f32x4.add(b, f32x4.mul(v128.load(cell + step), weight));
        d = f32x4.add(d, f32x4.mul(v128.load(cell + 2 * step), weight));
        e = f32x4.add(e, f32x4.mul(v128.load(cell + 3 * step), weight));
        cell += across;
        tap += filterAcross;
      }
      line += down;
      taps += filterDown;
    }
    v128.store(out + c, a);
    v128.store(out + pixel + c, b);
    v128.store(out + 2 * pixel + c, d);
    v128.store(out + 3 * pixel + c, e);
  }
}

/** All outputs of one row of positions, counted over all images. */
function depthwiseRow(args: usize, row: i32): void {
  const height = axis(args, 11);
  const width = axis(args, 17);
  const multiplier = int(args, 8);
  const outputs = int(args, 7) * multiplier;
  const vectors = outputs & ~3;
  const pixel = <usize>int(args, 7) << 2;
  const outPixel = <usize>outputs << 2;
  const step = <usize>width.stride * pixel;
  const down = <usize>(height.dilation * width.input) * pixel;
  const across = <usize>width.dilation * pixel;
  const filterAcross: usize = outPixel * int(args, 10);
  const filterDown = filterAcross * <usize>width.kernel;
  const top = startAt(height, row % height.output);
  const firstRow = firstTap(height, top);
  const rows = endTap(height, top) - firstRow;
  const source = ((row / height.output) * height.input + top + firstRow * height.dilation) * width.input;
  let out = pointer(args, 5) + <usize>(row * width.output) * outPixel;
  for (let column = 0; column < width.output; ) {
    const left = startAt(width, column);
    const firstColumn = firstTap(width, left);
    const columns = endTap(width, left) - firstColumn;
    const at = pointer(args, 3) + <usize>(source + left + firstColumn * width.dilation) * pixel;
    const filter = pointer(args, 4) + <usize>firstRow * filterDown + <usize>firstColumn * filterAcross;
    const four =
      multiplier == 1 && column + 4 <= width.output && left >= 0 &&
      endTap(width, startAt(width, column + 3)) == width.kernel;
    let output = 0;
    if (four) {
      const bytes = <usize>vectors << 2;
      fourPositions(at, step, rows, columns, down, across, filter, filterDown, filterAcross, out, bytes, outPixel);
      output = vectors;
    }
    for (; output < vectors; output += 4) {
      const to = out + (<usize>output << 2);
      v128.store(to, position(
        at, rows, columns, down, across, filter, filterDown, filterAcross, output, multiplier, false,
      ));
    }
    const positions = four ? 4 : 1;
    for (; output < outputs; output++) {
      for (let i: usize = 0; i < <usize>positions; i++) {
        const to = out + i * outPixel + (<usize>output << 2);
        storeLanes(to, position(
          at + i * step, rows, columns, down, across, filter, filterDown, filterAcross, output, multiplier, true,
        ), true);
      }
    }
    column += positions;
    out += <usize>positions * outPixel;
  }
}

/**
 * Words 3 the images, 4 the filter. Word 10 is 1, or −1 for taps in the opposite order; then 4 is the last tap: that is how
 * the adjoint in the images is computed where the stride is 1.
 */
export function depthwise(args: usize, thread: i32, threads: i32): void {
  const height = axis(args, 11);
  const line = axis(args, 17).output * int(args, 7) * int(args, 8);
  const count = int(args, 6) * height.output;
  const block = int(args, 9);
  for (let from = take(args) * block; from < count; from = take(args) * block) {
    const to = min(from + block, count);
    for (let row = from; row < to; row++) depthwiseRow(args, row);
    finish(args, from * line, to * line);
  }
}

/** Adds one dy times the filter to the rows `from` to before `to` of a window of dx, in one channel or four. */
// @ts-expect-error: decorator
@inline
function stamp(
  dx: usize, dy: v128, from: i32, to: i32, columns: i32, down: usize, across: usize,
  filter: usize, filterDown: usize, filterAcross: usize, step: usize, one: bool,
): void {
  for (let i = from; i < to; i++) {
    let cell = dx + <usize>i * down;
    let tap = filter + <usize>i * filterDown;
    for (let j = 0; j < columns; j++) {
      storeLanes(cell, f32x4.add(loadLanes(cell, one), f32x4.mul(dy, strided(tap, step, one))), one);
      cell += across;
      tap += filterAcross;
    }
  }
}

/** Stamps the filter at all positions of one row onto the rows `from` to before `to` of their image. */
function stampRow(args: usize, image: i32, row: i32, from: i32, to: i32): void {
  const height = axis(args, 11);
  const width = axis(args, 17);
  const multiplier = int(args, 8);
  const pixel = <usize>int(args, 7) << 2;
  const vectors = pixel & ~15;
  const step = <usize>multiplier << 2;
  const dyPixel = pixel * multiplier;
  const down = <usize>(height.dilation * width.input) * pixel;
  const across = <usize>width.dilation * pixel;
  const filterDown = <usize>width.kernel * dyPixel;
  const top = startAt(height, row);
  const firstRow = firstTap(height, top);
  const rows = endTap(height, top) - firstRow;
  const first = top + firstRow * height.dilation;
  const begin = min(ceilDiv(from - first, height.dilation), rows);
  const end = min(ceilDiv(to - first, height.dilation), rows);
  let dy = pointer(args, 3) + <usize>((image * height.output + row) * width.output) * dyPixel;
  for (let column = 0; column < width.output; column++) {
    const left = startAt(width, column);
    const firstColumn = firstTap(width, left);
    const columns = endTap(width, left) - firstColumn;
    const corner = (image * height.input + first) * width.input + left + firstColumn * width.dilation;
    const dx = pointer(args, 5) + <usize>corner * pixel;
    const filter = pointer(args, 4) + <usize>firstRow * filterDown + <usize>firstColumn * dyPixel;
    for (let m: usize = 0; m < step; m += 4) {
      for (let c: usize = 0; c < vectors; c += 16) {
        const at = c * multiplier + m;
        const value = strided(dy + at, step, false);
        const taps = filter + at;
        stamp(dx + c, value, begin, end, columns, down, across, taps, filterDown, dyPixel, step, false);
      }
      for (let c = vectors; c < pixel; c += 4) {
        const at = c * multiplier + m;
        const value = strided(dy + at, step, true);
        const taps = filter + at;
        stamp(dx + c, value, begin, end, columns, down, across, taps, filterDown, dyPixel, step, true);
      }
    }
    dy += dyPixel;
  }
}

/**
 * The adjoint in the images. Words 3 dy, 4 the filter, 9 rows of one image in a block: it visits every window that reaches
 * into them, so that no two blocks share a cell.
 */
export function depthwiseInput(args: usize, thread: i32, threads: i32): void {
  const height = axis(args, 11);
  const line = axis(args, 17).input * int(args, 7);
  const band = int(args, 9);
  const bands = (height.input + band - 1) / band;
  const reach = (height.kernel - 1) * height.dilation;
  for (let block = take(args); block < int(args, 6) * bands; block = take(args)) {
    const image = block / bands;
    const from = (block % bands) * band;
    const to = min(from + band, height.input);
    const first = (image * height.input + from) * line;
    const last = (image * height.input + to) * line;
    clearCells(pointer(args, 5) + (<usize>first << 2), last - first);
    const end = min(ceilDiv(to + height.before, height.stride), height.output);
    for (let row = ceilDiv(from + height.before - reach, height.stride); row < end; row++) {
      stampRow(args, image, row, from, to);
    }
    finish(args, first, last);
  }
}

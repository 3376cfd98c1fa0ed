import { int, pointer } from "./arguments";
import { clearCells, loadLanes, storeLanes } from "./cells";
import { channelCells, channelOf } from "./depthwise";
import { axis, ceilDiv, endTap, firstTap, startAt } from "./window";
import { take } from "./threads";

// The adjoint of the convolutions of depthwise.ts in their filters; the words are those there.

/** Σ x · dy over `count` positions side by side, for one output or four. */
// @ts-expect-error: decorator
@inline
function products(
  x: usize, xStep: usize, dy: usize, dyStep: usize, count: i32, output: i32, multiplier: i32, one: bool,
): v128 {
  const a = channelOf(output, multiplier);
  const b = channelOf(output + 1, multiplier);
  const c = channelOf(output + 2, multiplier);
  const d = channelOf(output + 3, multiplier);
  let even = f32x4.splat(0), odd = f32x4.splat(0);
  dy += <usize>output << 2;
  for (; count >= 2; count -= 2) {
    even = f32x4.add(even, f32x4.mul(channelCells(x, a, b, c, d, one), loadLanes(dy, one)));
    odd = f32x4.add(odd, f32x4.mul(channelCells(x + xStep, a, b, c, d, one), loadLanes(dy + dyStep, one)));
    x += 2 * xStep;
    dy += 2 * dyStep;
  }
  if (count > 0) even = f32x4.add(even, f32x4.mul(channelCells(x, a, b, c, d, one), loadLanes(dy, one)));
  return f32x4.add(even, odd);
}

/** Adds what the positions `from` to before `to` of one row give to the sums [kh, kw, outputs]. */
function addRow(args: usize, row: i32, from: i32, to: i32, sums: usize): void {
  const height = axis(args, 11);
  const width = axis(args, 17);
  const multiplier = int(args, 8);
  const outputs = int(args, 7) * multiplier;
  const pixel = <usize>int(args, 7) << 2;
  const dyPixel = <usize>outputs << 2;
  const dyRow = pointer(args, 4) + <usize>(row * width.output) * dyPixel;
  const top = startAt(height, row % height.output);
  const xStep = <usize>width.stride * pixel;
  for (let i = firstTap(height, top); i < endTap(height, top); i++) {
    const source = ((row / height.output) * height.input + top + i * height.dilation) * width.input;
    for (let j = 0; j < width.kernel; j++) {
      const reach = j * width.dilation - width.before;
      const first = max(from, ceilDiv(-reach, width.stride));
      const count = min(to, ceilDiv(width.input - reach, width.stride)) - first;
      if (count <= 0) continue;
      const x = pointer(args, 3) + <usize>(source + first * width.stride + reach) * pixel;
      const dy = dyRow + <usize>first * dyPixel;
      const sum = sums + <usize>(i * width.kernel + j) * dyPixel;
      let output = 0;
      for (; output + 4 <= outputs; output += 4) {
        const at = sum + (<usize>output << 2);
        const added = products(x, xStep, dy, dyPixel, count, output, multiplier, false);
        v128.store(at, f32x4.add(v128.load(at), added));
      }
      for (; output < outputs; output++) {
        const at = sum + (<usize>output << 2);
        const added = products(x, xStep, dy, dyPixel, count, output, multiplier, true);
        storeLanes(at, f32x4.add(loadLanes(at, true), added), true);
      }
    }
  }
}

/**
 * The adjoint in the filter, in parts that must be added: [blocks, kh, kw, outputs]. Words 3 the images, 4 dy, 9 rows of
 * positions in a block, 10 positions at a time: so many of x and dy stay in the nearest cache.
 */
export function depthwiseFilter(args: usize, thread: i32, threads: i32): void {
  const height = axis(args, 11);
  const width = axis(args, 17);
  const rows = int(args, 6) * height.output;
  const cells = height.kernel * width.kernel * int(args, 7) * int(args, 8);
  const block = int(args, 9);
  const run = int(args, 10);
  for (let part = take(args); part * block < rows; part = take(args)) {
    const sums = pointer(args, 5) + (<usize>(part * cells) << 2);
    clearCells(sums, cells);
    for (let row = part * block; row < min((part + 1) * block, rows); row++) {
      for (let from = 0; from < width.output; from += run) {
        addRow(args, row, from, min(from + run, width.output), sums);
      }
    }
  }
}

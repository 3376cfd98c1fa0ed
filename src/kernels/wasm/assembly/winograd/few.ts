// Where there are only few tiles, most of the work is fetching the filter: in the domain it is four times as
// large as outside. So here it never leaves the cache in that form: each thread brings a panel of it to the
// domain, multiplies all tiles with it, and goes on to the next. The gradient of the filter is computed
// likewise, a few inputs at a time. Words: see layout.ts.
import { finish, int, pointer } from "../arguments";
import { take } from "../threads";
import { tileColumns4x8, tileOfFour } from "../tile";
import { panelProduct, pixelOf } from "./convolve";
import { domainToFilter, filterToDomain, finishTaps } from "./filter";
import {
  bandAt, bandBytes, ceilTo, filterBytes, imagesAt, resultsAt, rowBytes, sheetBytes, tileAt, wasteAt, zerosAt,
} from "./layout";
import { gradientSegment, imageSegment, resultSegment } from "./segments";

/** The scratch of a thread besides the domain. */
// @ts-expect-error: decorator
@inline
function ownAt(args: usize, thread: i32): usize {
  return pointer(args, 25) + <usize>(thread * int(args, 26));
}

// @ts-expect-error: decorator
@inline
function toDomain(args: usize, thread: i32, gradients: bool): void {
  const band = bandAt(args, thread), zeros = zerosAt(args, thread);
  const segments = int(args, 16) * int(args, 20);
  memory.fill(zeros, 0, bandBytes(args));
  for (let s = take(args); s < segments; s = take(args)) {
    imageSegment(args, s, imagesAt(args, 0), tileAt(args, s), band, zeros);
    if (gradients) gradientSegment(args, s, resultsAt(args, 0), tileAt(args, s), band, zeros);
  }
}

/** All images to the domain. */
export function winogradImages(args: usize, thread: i32, threads: i32): void {
  toDomain(args, thread, false);
}

/** All images, and the gradients of the results, to the domain. */
export function winogradPairs(args: usize, thread: i32, threads: i32): void {
  toDomain(args, thread, true);
}

/** The 36 products of all tiles with the filter, part by part. */
export function winogradPanels(args: usize, thread: i32, threads: i32): void {
  const inputs = int(args, 8), outputs = int(args, 13);
  const imageRow = rowBytes(inputs), resultRow = rowBytes(outputs);
  const imageSheet = sheetBytes(args, inputs), resultSheet = sheetBytes(args, outputs);
  const depth = int(args, 31), atOnce = int(args, 32);
  const sheet = filterBytes(depth, atOnce);
  const panels = ownAt(args, thread), pack = panels + 36 * sheet;
  const inputStep: isize = int(args, 28) << 2;
  const outputStep: isize = int(args, 29) << 2;
  const tap: isize = int(args, 30) << 2;
  for (let o = take(args) * atOnce; o < outputs; o = take(args) * atOnce) {
    const end = min(o + atOnce, outputs);
    for (let from = 0; from < inputs; from += depth) {
      const count = min(depth, inputs - from);
      const taps = pointer(args, 27) + <isize>from * inputStep + <isize>o * outputStep;
      filterToDomain(taps, inputStep, outputStep, tap, count, end - o, panels, sheet, pack);
      for (let xi = 0; xi < 36; xi++) {
        const a = imagesAt(args, 0) + <usize>xi * imageSheet + (<usize>from << 2);
        let c = resultsAt(args, 0) + <usize>xi * resultSheet + (<usize>o << 2);
        let b = panels + <usize>xi * sheet;
        for (let p = o; p < end; p += 8, b += <usize>count << 5, c += 32) {
          panelProduct(a, imageRow, count, b, c, resultRow, int(args, 23), from > 0);
        }
      }
    }
  }
}

/** All results from the domain. */
export function winogradResults(args: usize, thread: i32, threads: i32): void {
  const band = bandAt(args, thread), waste = wasteAt(args, thread);
  const rows = int(args, 16), perRow = int(args, 20), outputs = int(args, 13);
  for (let row = take(args); row < rows; row = take(args)) {
    for (let s = row * perRow; s < (row + 1) * perRow; s++) {
      resultSegment(args, s, resultsAt(args, 0), tileAt(args, s), band, waste);
    }
    finish(args, pixelOf(args, row) * outputs, pixelOf(args, row + 1) * outputs);
  }
}

/** The 36 products [input][tile] · [tile][output] for some inputs, in panels of 8 outputs, [output / 8][atOnce][8]. */
function outerPanels(args: usize, from: i32, count: i32, sums: usize, sheet: usize): void {
  const inputs = int(args, 8), outputs = int(args, 13), tiles = int(args, 16) * int(args, 18);
  const imageRow = rowBytes(inputs), resultRow = rowBytes(outputs);
  let images = imagesAt(args, 0) + (<usize>from << 2), results = resultsAt(args, 0);
  for (let xi = 0; xi < 36; xi++) {
    let c = sums;
    for (let o: usize = 0; o < <usize>outputs << 2; o += 32, c += <usize>int(args, 31) << 5) {
      if (tiles == 4) {
        tileOfFour(images, imageRow, count, results + o, resultRow, c);
      } else {
        for (let i: usize = 0; i < <usize>count; i += 4) {
          tileColumns4x8(images + (i << 2), imageRow, tiles, results + o, resultRow, c + (i << 5), 32, false);
        }
      }
    }
    images += sheetBytes(args, inputs);
    results += sheetBytes(args, outputs);
    sums += sheet;
  }
}

/** The gradient of the filter, which begins at word 27, from images and gradients in the domain. */
export function winogradOuter(args: usize, thread: i32, threads: i32): void {
  const inputs = int(args, 8), outputs = int(args, 13);
  const half = ownAt(args, thread), sums = half + (<usize>(18 * ceilTo(outputs, 8)) << 2);
  const atOnce = int(args, 31), sheet = filterBytes(atOnce, outputs);
  const tap = <usize>(inputs * outputs) << 2;
  for (let first = take(args) * atOnce; first < inputs; first = take(args) * atOnce) {
    const end = min(first + atOnce, inputs);
    outerPanels(args, first, end - first, sums, sheet);
    for (let i = first; i < end; i++) {
      const to = pointer(args, 27) + (<usize>(i * outputs) << 2);
      domainToFilter(sums + (<usize>(i - first) << 5), <usize>atOnce << 5, sheet, 1, half, to, tap, outputs);
    }
    finishTaps(args, first, end, inputs, outputs);
  }
}

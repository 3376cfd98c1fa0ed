import { finish, int, pointer } from "../arguments";
import { take } from "../threads";
import { tileColumns4x8, tileRows4x8 } from "../tile";
import {
  bandAt, bandBytes, ceilTo, filterBytes, imagesAt, resultsAt, rowBytes, sheetBytes, wasteAt, zerosAt,
} from "./layout";
import { gradientSegment, imageSegment, resultSegment } from "./segments";

/** [tile][input] · [input][8 outputs], four tiles at a time. */
// @ts-expect-error: decorator
@inline
export function panelProduct(
  images: usize, imageRow: usize, inputs: i32, panel: usize,
  results: usize, resultRow: usize, tiles: i32, add: bool,
): void {
  for (let t: usize = 0; t < <usize>tiles; t += 4) {
    const a = images + t * imageRow;
    const c = results + t * resultRow;
    tileRows4x8(
      a, a + imageRow, a + 2 * imageRow, a + 3 * imageRow, inputs, 0, 0, panel, 32, c, resultRow, add,
    );
  }
}

/** The 36 products [tile][input] · [input][output]; the filter lies in panels of 8 outputs. */
function products(args: usize, images: usize, results: usize, tiles: i32): void {
  const inputs = int(args, 8), outputs = int(args, 13);
  const imageRow = rowBytes(inputs), resultRow = rowBytes(outputs);
  const imageSheet = sheetBytes(args, inputs), resultSheet = sheetBytes(args, outputs);
  const panel = <usize>inputs << 5;
  let filter = pointer(args, 4);
  for (let xi = 0; xi < 36; xi++) {
    let b = filter;
    for (let o: usize = 0; o < <usize>outputs << 2; o += 32, b += panel) {
      panelProduct(images, imageRow, inputs, b, results + o, resultRow, tiles, false);
    }
    images += imageSheet;
    results += resultSheet;
    filter += filterBytes(inputs, outputs);
  }
}

/** The 36 products [input][tile] · [tile][output], perhaps added to those of the tiles before; they lie in tiles of 4x8. */
function outerProducts(args: usize, images: usize, results: usize, tiles: i32, sums: usize, add: bool): void {
  const inputs = int(args, 8), outputs = int(args, 13);
  const imageRow = rowBytes(inputs), resultRow = rowBytes(outputs);
  for (let xi = 0; xi < 36; xi++) {
    let c = sums;
    for (let i: usize = 0; i < <usize>inputs << 2; i += 16) {
      const a = images + i;
      for (let o: usize = 0; o < <usize>outputs << 2; o += 32, c += 128) {
        tileColumns4x8(a, imageRow, tiles, results + o, resultRow, c, 32, add);
      }
    }
    images += sheetBytes(args, inputs);
    results += sheetBytes(args, outputs);
    sums += filterBytes(inputs, outputs);
  }
}

/** The first pixel of the results that belongs to a row of tiles. */
export function pixelOf(args: usize, row: i32): i32 {
  const perImage = int(args, 17);
  return ((row / perImage) * int(args, 14) + 4 * (row % perImage)) * int(args, 15);
}

/** Convolves images with a filter that is in the domain already. Words: see layout.ts. */
export function winograd(args: usize, thread: i32, threads: i32): void {
  const images = imagesAt(args, thread), results = resultsAt(args, thread);
  const band = bandAt(args, thread), zeros = zerosAt(args, thread), waste = wasteAt(args, thread);
  const rows = int(args, 16), perRow = int(args, 20), size = int(args, 21), chunk = int(args, 22);
  memory.fill(zeros, 0, bandBytes(args));
  for (let from = take(args) * size; from < rows; from = take(args) * size) {
    const to = min(from + size, rows);
    for (let first = from * perRow; first < to * perRow; first += chunk) {
      const end = min(first + chunk, to * perRow);
      let tiles = 0;
      for (let s = first; s < end; s++) tiles += imageSegment(args, s, images, tiles, band, zeros);
      products(args, images, results, tiles);
      tiles = 0;
      for (let s = first; s < end; s++) tiles += resultSegment(args, s, results, tiles, band, waste);
    }
    finish(args, pixelOf(args, from) * int(args, 13), pixelOf(args, to) * int(args, 13));
  }
}

/**
 * The gradient of the filter, in the domain. The rows of tiles are dealt into parts, each with a sum of its
 * own, so that the result does not depend on which thread is quicker.
 */
export function winogradSums(args: usize, thread: i32, threads: i32): void {
  const images = imagesAt(args, thread), results = resultsAt(args, thread);
  const band = bandAt(args, thread), zeros = zerosAt(args, thread);
  const perRow = int(args, 20), chunk = int(args, 22), parts = int(args, 24);
  const segments = int(args, 16) * perRow;
  const share = ceilTo((segments + parts - 1) / parts, chunk);
  const inputs = int(args, 8);
  const sheet = filterBytes(inputs, int(args, 13));
  memory.fill(zeros, 0, bandBytes(args));
  for (let part = take(args); part < parts; part = take(args)) {
    const sums = pointer(args, 4) + <usize>(36 * part) * sheet;
    const to = min((part + 1) * share, segments);
    let first = part * share;
    // A part without tiles still writes its zeros.
    do {
      const end = min(first + chunk, to);
      let tiles = 0;
      for (let s = first; s < end; s++) {
        gradientSegment(args, s, results, tiles, band, zeros);
        tiles += imageSegment(args, s, images, tiles, band, zeros);
      }
      outerProducts(args, images, results, tiles, sums, first != part * share);
      first += chunk;
    } while (first < to);
  }
}

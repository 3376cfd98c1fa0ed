// Segments of images, results and gradients on their way into and out of the domain.
import { int, pointer } from "../arguments";
import { bandBytes, pixelBytes, rowBytes, sheetBytes, tilesIn } from "./layout";
import {
  bandToResults, domainToBand, gradientsToBand, gradientsToDomain, imagesToBand, imagesToDomain,
} from "./passes";

/** Row `h` of an image, or the spare row where there is no such row. */
// @ts-expect-error: decorator
@inline
function rowOr(spare: usize, h: i32, height: i32, image: usize, bytes: usize): usize {
  return h >= 0 && h < height ? image + <usize>h * bytes : spare;
}

/** The pixel in column `left` of row `row`, counted through all images. */
// @ts-expect-error: decorator
@inline
function placeIn(images: usize, row: i32, left: i32, rowSize: usize, channels: i32): usize {
  return images + <usize>row * rowSize + (<usize>(left * channels) << 2);
}

/** Zeros in the pixels `from` to before `to` of the six rows of a band. */
function clear(band: usize, step: usize, pixel: usize, from: i32, to: i32): void {
  if (from >= to) return;
  for (let i = 0; i < 6; i++) {
    memory.fill(band + <usize>i * step + <usize>from * pixel, 0, <usize>(to - from) * pixel);
  }
}

/** A segment of the images to the domain, as the rows from `tile` on; returns how many tiles it has. */
export function imageSegment(
  args: usize, index: i32, domain: usize, tile: i32, band: usize, zeros: usize,
): i32 {
  const channels = int(args, 8), height = int(args, 9), width = int(args, 10);
  const q = index % int(args, 20), row = index / int(args, 20);
  const tiles = tilesIn(args, q);
  const top = 4 * (row % int(args, 17)) - int(args, 11);
  const left = 4 * q * int(args, 19) - int(args, 12);
  const from = max(0, -left), to = min(4 * tiles + 2, width - left);
  const rowSize = <usize>(width * channels) << 2;
  const pixel = pixelBytes(channels);
  const step = bandBytes(args);
  const image = placeIn(pointer(args, 3), row / int(args, 17) * height, left + from, rowSize, channels);
  const r0 = rowOr(zeros, top, height, image, rowSize);
  const r1 = rowOr(zeros, top + 1, height, image, rowSize);
  const r2 = rowOr(zeros, top + 2, height, image, rowSize);
  const r3 = rowOr(zeros, top + 3, height, image, rowSize);
  const r4 = rowOr(zeros, top + 4, height, image, rowSize);
  const r5 = rowOr(zeros, top + 5, height, image, rowSize);
  clear(band, step, pixel, 0, from);
  clear(band, step, pixel, to, 4 * tiles + 2);
  const size = <usize>channels << 2;
  // Where pixels lie in the band as they do in the image, they are one run.
  const runs = pixel == size ? 1 : to - from;
  const cells = pixel == size ? (to - from) * channels : channels;
  let inBand = band + <usize>from * pixel;
  let at: usize = 0;
  for (let run = 0; run < runs; run++, at += size, inBand += pixel) {
    imagesToBand(r0 + at, r1 + at, r2 + at, r3 + at, r4 + at, r5 + at, inBand, step, cells);
  }
  const sheet = sheetBytes(args, channels);
  const bytes = rowBytes(channels);
  domain += <usize>tile * bytes;
  for (let i: usize = 0; i < 6; i++) {
    imagesToDomain(band + i * step, pixel, tiles, domain + 6 * i * sheet, bytes, sheet);
  }
  return tiles;
}

/** A segment of the gradients of the results to the domain. */
export function gradientSegment(
  args: usize, index: i32, domain: usize, tile: i32, band: usize, zeros: usize,
): i32 {
  const channels = int(args, 13), height = int(args, 14), width = int(args, 15);
  const q = index % int(args, 20), row = index / int(args, 20);
  const tiles = tilesIn(args, q);
  const top = 4 * (row % int(args, 17));
  const left = 4 * q * int(args, 19);
  const pixels = min(4 * tiles, width - left);
  const rowSize = <usize>(width * channels) << 2;
  const pixel = pixelBytes(channels);
  const step = bandBytes(args);
  const image = placeIn(pointer(args, 5), row / int(args, 17) * height, left, rowSize, channels);
  const r0 = image + <usize>top * rowSize;
  const r1 = rowOr(zeros, top + 1, height, image, rowSize);
  const r2 = rowOr(zeros, top + 2, height, image, rowSize);
  const r3 = rowOr(zeros, top + 3, height, image, rowSize);
  clear(band, step, pixel, pixels, 4 * tiles);
  const size = <usize>channels << 2;
  const runs = pixel == size ? 1 : pixels;
  const cells = pixel == size ? pixels * channels : channels;
  let inBand = band;
  let at: usize = 0;
  for (let run = 0; run < runs; run++, at += size, inBand += pixel) {
    gradientsToBand(r0 + at, r1 + at, r2 + at, r3 + at, inBand, step, cells);
  }
  const sheet = sheetBytes(args, channels);
  const bytes = rowBytes(channels);
  domain += <usize>tile * bytes;
  for (let i: usize = 0; i < 6; i++) {
    gradientsToDomain(band + i * step, pixel, tiles, domain + 6 * i * sheet, bytes, sheet);
  }
  return tiles;
}

/** A segment of the results from the domain; `waste` takes the rows that the last tiles have too many. */
export function resultSegment(
  args: usize, index: i32, domain: usize, tile: i32, band: usize, waste: usize,
): i32 {
  const channels = int(args, 13), height = int(args, 14), width = int(args, 15);
  const q = index % int(args, 20), row = index / int(args, 20);
  const tiles = tilesIn(args, q);
  const top = 4 * (row % int(args, 17));
  const left = 4 * q * int(args, 19);
  const pixels = min(4 * tiles, width - left);
  const rowSize = <usize>(width * channels) << 2;
  const pixel = pixelBytes(channels);
  const step = bandBytes(args);
  const sheet = sheetBytes(args, channels);
  const bytes = rowBytes(channels);
  domain += <usize>tile * bytes;
  for (let i: usize = 0; i < 6; i++) {
    domainToBand(domain + 6 * i * sheet, bytes, sheet, tiles, band + i * step, pixel);
  }
  const image = placeIn(pointer(args, 5), row / int(args, 17) * height, left, rowSize, channels);
  const r0 = image + <usize>top * rowSize;
  const r1 = rowOr(waste, top + 1, height, image, rowSize);
  const r2 = rowOr(waste, top + 2, height, image, rowSize);
  const r3 = rowOr(waste, top + 3, height, image, rowSize);
  const size = <usize>channels << 2;
  const runs = pixel == size ? 1 : pixels;
  const cells = pixel == size ? pixels * channels : channels;
  let at: usize = 0;
  for (let run = 0; run < runs; run++, at += size, band += pixel) {
    bandToResults(band, step, r0 + at, r1 + at, r2 + at, r3 + at, cells);
  }
  return tiles;
}

// A transform is made of two passes, along the columns and along the rows of an image, and in between lies a
// band: six rows as wide as a segment. Each pass sweeps all channels of a pixel, so memory is read and
// written in long runs.
import { storeA, storeAt, storeBt } from "./matrices";

/** Six rows of images to the six of a band, for a run of at least 4 cells. */
export function imagesToBand(
  r0: usize, r1: usize, r2: usize, r3: usize, r4: usize, r5: usize, band: usize, step: usize, cells: i32,
): void {
  // The last vector overlaps the one before it where the cells are no multiple of four.
  const last = <usize>(cells - 4) << 2;
  for (let at: usize = 0; ; at = min(at + 16, last)) {
    const d0 = v128.load(r0 + at), d1 = v128.load(r1 + at), d2 = v128.load(r2 + at);
    const d3 = v128.load(r3 + at), d4 = v128.load(r4 + at), d5 = v128.load(r5 + at);
    storeBt(d0, d1, d2, d3, d4, d5, band + at, step);
    if (at == last) break;
  }
}

/** Four rows of gradients to the six of a band. */
export function gradientsToBand(
  r0: usize, r1: usize, r2: usize, r3: usize, band: usize, step: usize, cells: i32,
): void {
  const last = <usize>(cells - 4) << 2;
  for (let at: usize = 0; ; at = min(at + 16, last)) {
    const y0 = v128.load(r0 + at), y1 = v128.load(r1 + at);
    const y2 = v128.load(r2 + at), y3 = v128.load(r3 + at);
    storeA(y0, y1, y2, y3, band + at, step);
    if (at == last) break;
  }
}

/** The six rows of a band to four rows of results. */
export function bandToResults(
  band: usize, step: usize, r0: usize, r1: usize, r2: usize, r3: usize, cells: i32,
): void {
  const last = <usize>(cells - 4) << 2;
  for (let at: usize = 0; ; at = min(at + 16, last)) {
    const from = band + at;
    const m0 = v128.load(from), m1 = v128.load(from + step), m2 = v128.load(from + 2 * step);
    const m3 = v128.load(from + 3 * step), m4 = v128.load(from + 4 * step), m5 = v128.load(from + 5 * step);
    storeAt(m0, m1, m2, m3, m4, m5, r0 + at, r1 + at, r2 + at, r3 + at);
    if (at == last) break;
  }
}

/** A row of a band of images to six matrices `sheet` bytes apart; tile t takes the six pixels from 4t on. */
export function imagesToDomain(
  band: usize, pixel: usize, tiles: i32, to: usize, row: usize, sheet: usize,
): void {
  for (; tiles > 0; tiles--) {
    for (let at: usize = 0; at < pixel; at += 16) {
      const from = band + at;
      const d0 = v128.load(from), d1 = v128.load(from + pixel), d2 = v128.load(from + 2 * pixel);
      const d3 = v128.load(from + 3 * pixel), d4 = v128.load(from + 4 * pixel);
      storeBt(d0, d1, d2, d3, d4, v128.load(from + 5 * pixel), to + at, sheet);
    }
    band += 4 * pixel;
    to += row;
  }
}

/** A row of a band of gradients to six matrices; tile t takes the four pixels from 4t on. */
export function gradientsToDomain(
  band: usize, pixel: usize, tiles: i32, to: usize, row: usize, sheet: usize,
): void {
  for (; tiles > 0; tiles--) {
    for (let at: usize = 0; at < pixel; at += 16) {
      const from = band + at;
      const y0 = v128.load(from), y1 = v128.load(from + pixel);
      storeA(y0, y1, v128.load(from + 2 * pixel), v128.load(from + 3 * pixel), to + at, sheet);
    }
    band += 4 * pixel;
    to += row;
  }
}

/** Six matrices to a row of a band of results. */
export function domainToBand(
  from: usize, row: usize, sheet: usize, tiles: i32, band: usize, pixel: usize,
): void {
  for (; tiles > 0; tiles--) {
    for (let at: usize = 0; at < pixel; at += 16) {
      const m = from + at, to = band + at;
      const m0 = v128.load(m), m1 = v128.load(m + sheet), m2 = v128.load(m + 2 * sheet);
      const m3 = v128.load(m + 3 * sheet), m4 = v128.load(m + 4 * sheet), m5 = v128.load(m + 5 * sheet);
      storeAt(m0, m1, m2, m3, m4, m5, to, to + pixel, to + 2 * pixel, to + 3 * pixel);
    }
    from += row;
    band += 4 * pixel;
  }
}

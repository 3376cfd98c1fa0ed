import type { Cells } from "../../dtype.ts";
import type { View } from "../../view.ts";

/** Scrambles 32 bits; every bit of x changes about half of the result (Wellons, "lowbias32", 2018). */
export function scramble(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

// 2³² divided by the golden ratio: steps of it spread evenly over all 32-bit numbers.
const golden = 0x9e3779b9;

/**
 * Cell i of the numbers that belong to a key and a salt: a hash of the three, cut to 24 bits, which float32 holds exactly.
 * Two rounds with a word of the key each, so that the numbers of two keys are not those of one key in another order.
 */
export function uniform(key: View, salt: number, out: View): void {
  const cells: Cells = out.data;
  const first = scramble(scramble(key.data[key.offset]!) + Math.imul(salt + 1, golden));
  const second = scramble(first ^ golden);
  for (let i = 0; i < cells.length; i++) {
    cells[i] = (scramble(scramble(i + first) ^ second) >>> 8) / 2 ** 24;
  }
}

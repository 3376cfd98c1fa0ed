import { ChainruleError } from "../errors.ts";
import { ImageSet, type ImageShape } from "./image-set.ts";
import type { RawSplit } from "./recipe.ts";

/** Which images of a split are wanted. */
export interface Wish {
  /** All, or with `balanced` as many as there are equally many of, unless said. */
  readonly count: number | undefined;
  readonly balanced: boolean;
}

/** The indices of the wanted images: the first, or the first of each class, in their order. */
export function choose(split: string, labels: Uint8Array, classes: number, wish: Wish): Uint32Array {
  const { count = labels.length, balanced } = wish;
  if (!balanced) {
    if (count > labels.length) throw tooMany(split, count, labels.length);
    return Uint32Array.from({ length: count }, (_, i) => i);
  }
  const sizes = new Uint32Array(classes);
  for (const label of labels) sizes[label]!++;
  const rarest = Math.min(...sizes);
  const total = wish.count ?? rarest * classes;
  if (total > rarest * classes) throw tooMany(`${split}, balanced`, total, rarest * classes);
  // What is left over when `total` is shared out goes to the first classes, one each.
  const open = sizes.map((_, label) => Math.floor(total / classes) + (label < total % classes ? 1 : 0));
  return Uint32Array.from([...labels.keys()].filter((i) => open[labels[i]!]! > 0 && open[labels[i]!]!-- > 0));
}

const tooMany = (what: string, count: number, most: number): ChainruleError =>
  new ChainruleError(`${what}: expected at most ${most} images; received ${count}`);

/** The chosen images of a split, whose bytes may end after the last of them. */
export function take({ bytes, labels }: RawSplit, chosen: Uint32Array, shape: ImageShape): ImageSet {
  const size = shape[0] * shape[1] * shape[2];
  const ofChosen = chosen.map((i) => labels[i]!);
  if (bytes.length === chosen.length * size) return new ImageSet(bytes, ofChosen, shape);
  const taken = new Uint8Array(chosen.length * size);
  for (const [to, from] of chosen.entries()) {
    taken.set(bytes.subarray(from * size, (from + 1) * size), to * size);
  }
  return new ImageSet(taken, ofChosen, shape);
}

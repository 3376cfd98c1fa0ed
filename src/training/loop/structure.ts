import type { Layer } from "../../layers/layer.ts";

const numbers = new WeakMap<Layer, number>();
let next = 0;

function numberOf(layer: Layer): number {
  const known = numbers.get(layer);
  if (known !== undefined) return known;
  numbers.set(layer, next);
  return next++;
}

/** Which layers there are, and which of them are frozen: a `Sequential` can grow, and batch normalization goes by the latter. */
export const structureOf = (layer: Layer): string =>
  `${numberOf(layer)}${layer.trainable ? "" : "*"}(${layer.layers.map(structureOf)})`;

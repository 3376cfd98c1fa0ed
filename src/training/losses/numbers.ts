import { epsilon } from "../../dtype.ts";
import { div } from "../../ops/arithmetic.ts";
import { kind } from "../../ops/attributes.ts";
import { equal, where } from "../../ops/compare.ts";
import { clip } from "../../ops/rectify.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Probabilities, kept away from 0 and 1 so that their logarithms are finite. */
export const clipped = (p: Tensor): Tensor => clip(p, { min: epsilon(), max: 1 - epsilon() });

/** a / b, and 0 where b is 0. */
export function divideNoNan(a: Tensor, b: Tensor): Tensor {
  const none = equal(b, 0);
  return where(none, 0, div(a, where(none, 1, b)));
}

/** A class number, or `null` for none. */
export const classOrNull = kind<number | null, number | null>("a whole number or null", (value) =>
  value === null || Number.isInteger(value) ? value : undefined,
);

import { sizeOf } from "../../../shape.ts";
import type { Lowering } from "../instruction.ts";
import { blockOf, isDense } from "./views.ts";

/** float32 numbers from an int32 key, which is read when they are drawn. */
export const uniform: Lowering<"uniform"> = ({ threads }, key, salt, out) => {
  if (!(key.data instanceof Int32Array) || !isDense(out)) return undefined;
  const count = sizeOf(out.shape);
  if (count === 0) return [];
  // Four cells are drawn at a time, from the first of each block on.
  const block = Math.ceil(blockOf(count, 4, 1, threads) / 4) * 4;
  return [{ kernel: "uniform", words: [key, (salt + 1) | 0, out, count, block] }];
};

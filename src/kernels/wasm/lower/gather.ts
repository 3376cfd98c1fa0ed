import { sizeOf } from "../../../shape.ts";
import { isContiguous, type View } from "../../../view.ts";
import type { Lowering } from "../instruction.ts";
import { blockOf, isDense } from "./views.ts";

const isIndex = (view: View): boolean => view.data instanceof Int32Array && isContiguous(view);

/** Slices of cells of 4 bytes by int32 indices. */
export const gather: Lowering<"gather"> = ({ threads }, x, indices, out) => {
  const words4 = x.data instanceof Float32Array || x.data instanceof Int32Array;
  const alike = x.data.constructor === out.data.constructor;
  if (!words4 || !alike || !isContiguous(x) || !isContiguous(out) || !isIndex(indices)) return undefined;
  if (out.shape.includes(0)) return [];
  const [outer, slices, cells] = x.shape as readonly [number, number, number];
  const count = sizeOf(indices.shape);
  // Finding a slice costs about as much as to copy some cells.
  const block = blockOf(outer * count, cells + 8, cells, threads);
  return [{ kernel: "gather", words: [x, indices, out, outer, slices, cells, count, block] }];
};

/** Threads share the work by cells and not by index, as two of them must not add to one cell. */
export const scatterAdd: Lowering<"scatterAdd"> = ({ threads }, dy, indices, out) => {
  if (!isDense(dy, out) || !isIndex(indices)) return undefined;
  if (out.shape.includes(0)) return [];
  const [outer, slices, cells] = out.shape as readonly [number, number, number];
  const count = sizeOf(indices.shape);
  const fair = blockOf(outer * Math.ceil(cells / 16), 16 * (slices + count), 1, threads);
  const width = Math.max(1, Math.min(cells, 16 * fair));
  return [{ kernel: "scatterAdd", words: [dy, indices, out, outer, slices, cells, count, width] }];
};

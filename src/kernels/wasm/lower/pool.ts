import type { PoolGeometry } from "../../../geometry.ts";
import type { View } from "../../../view.ts";
import type { Instruction, Lowering, Workshop } from "../instruction.ts";
import { axisWords, blockOf, hasEmptyWindow, isDense } from "./views.ts";

/** One instruction on the two inputs; `block` rows of the result, or of each of its images, are done at a time. */
function instruction(
  kernel: string,
  inputs: readonly [View, View],
  g: PoolGeometry,
  out: View,
  block: number,
): readonly Instruction[] | undefined {
  if (!isDense(...inputs, out) || hasEmptyWindow(g)) return undefined;
  if (out.shape.includes(0)) return [];
  const words = [...inputs, out, g.batch, g.channels, block, ...axisWords(g.height), ...axisWords(g.width)];
  return [{ kernel, words, epilogue: { result: out, grain: g.channels } }];
}

/** Rows of results that make a block. */
function rowsOf({ batch, height, width, channels }: PoolGeometry, { threads }: Workshop): number {
  const cells = width.output * channels;
  return blockOf(batch * height.output, cells * height.kernel * width.kernel, cells, threads);
}

/** Rows of each image that make a block; a multiple of the stride, so that few windows reach into two blocks. */
function bandOf({ batch, height, width, channels }: PoolGeometry, { threads }: Workshop): number {
  const cells = width.input * channels;
  const rows = blockOf(batch * height.input, cells, cells, threads);
  return Math.min(Math.ceil(rows / height.stride) * height.stride, height.input);
}

export const maxPool: Lowering<"maxPool"> = (workshop, x, g, out) => maxPoolGather(workshop, x, x, g, out);

export const maxPoolGather: Lowering<"maxPoolGather"> = (workshop, v, x, g, out) =>
  instruction("maxPoolGather", [x, v], g, out, rowsOf(g, workshop));

export const maxPoolScatter: Lowering<"maxPoolScatter"> = (workshop, dy, x, g, out) =>
  instruction("maxPoolScatter", [dy, x], g, out, bandOf(g, workshop));

export const averagePool: Lowering<"averagePool"> = (workshop, x, g, out) =>
  instruction("averagePool", [x, x], g, out, rowsOf(g, workshop));

export const averagePoolScatter: Lowering<"averagePoolScatter"> = (workshop, dy, g, out) =>
  instruction("averagePoolScatter", [dy, out], g, out, bandOf(g, workshop));

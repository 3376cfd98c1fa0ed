import type { ConvGeometry, WindowAxis } from "../../../geometry.ts";
import type { View } from "../../../view.ts";
import type { Instruction, Lowering, Place, Word } from "../instruction.ts";
import { addParts } from "./reduce.ts";
import { axisWords, blockOf, isDense } from "./views.ts";

/** With so many outputs for each channel, a product of matrices is faster. */
const manyOutputs = 8;

const isDepthwise = ({ groups, inputs, outputs }: ConvGeometry): boolean =>
  groups === inputs && outputs < manyOutputs * inputs;

interface Part {
  readonly inputs: readonly [View, Place];
  readonly out: Place;
  readonly block: number;
  /** Word 10 of the kernels. */
  readonly own: number;
}

function wordsOf(g: ConvGeometry, { inputs, out, block, own }: Part): Word[] {
  const multiplier = g.outputs / g.inputs;
  return [
    ...[...inputs, out, g.batch, g.inputs, multiplier, block, own],
    ...[...axisWords(g.height), ...axisWords(g.width)],
  ];
}

/** Rows of results that make a block; all of each image's rows, where `whole` says that none may be split. */
function rowsOf(g: ConvGeometry, row: number, rows: number, threads: number): number {
  return blockOf(rows, row * g.height.kernel * g.width.kernel, row, threads);
}

function forward(
  g: ConvGeometry,
  inputs: readonly [View, Place],
  out: View,
  order: 1 | -1,
  threads: number,
): readonly Instruction[] {
  const block = rowsOf(g, g.width.output * g.outputs, g.batch * g.height.output, threads);
  const words = wordsOf(g, { inputs, out, block, own: order });
  return [{ kernel: "depthwise", words, epilogue: { result: out, grain: g.outputs } }];
}

export const conv2d: Lowering<"conv2d"> = ({ threads }, x, filter, g, out) => {
  if (!isDense(x, filter, out) || !isDepthwise(g)) return undefined;
  return out.shape.includes(0) ? [] : forward(g, [x, filter], out, 1, threads);
};

/** The window of the adjoint along an axis of stride 1: it slides over dy and sees the taps in the opposite order. */
const opposite = ({ input, output, kernel, dilation, before }: WindowAxis): WindowAxis => ({
  ...{ input: output, output: input, kernel, stride: 1, dilation },
  before: (kernel - 1) * dilation - before,
});

export const conv2dInput: Lowering<"conv2dInput"> = ({ threads }, dy, filter, g, out) => {
  if (!isDense(dy, filter, out) || !isDepthwise(g)) return undefined;
  if (out.shape.includes(0)) return [];
  const { height, width, inputs: channels } = g;
  if (g.outputs === channels && height.stride === 1 && width.stride === 1) {
    const last = filter.offset + (height.kernel * width.kernel - 1) * channels;
    const sliding = { ...g, height: opposite(height), width: opposite(width) };
    return forward(sliding, [dy, { data: filter.data, offset: last }], out, -1, threads);
  }
  const rows = rowsOf(g, width.input * channels, g.batch * height.input, threads);
  const block = Math.min(Math.ceil(rows / height.stride) * height.stride, height.input);
  const words = wordsOf(g, { inputs: [dy, filter], out, block, own: 0 });
  return [{ kernel: "depthwiseInput", words, epilogue: { result: out, grain: channels } }];
};

/** Parts whose sums are added at the end: enough for some threads, whatever their number. */
const mostParts = 16;
/** What the nearest cache holds beside the sums. */
const nearCells = 6000;

export const conv2dFilter: Lowering<"conv2dFilter"> = (workshop, x, dy, g, out) => {
  if (!isDense(x, dy, out) || !isDepthwise(g) || x.shape.includes(0) || dy.shape.includes(0))
    return undefined;
  if (out.shape.includes(0)) return [];
  const { height, width, outputs } = g;
  const rows = g.batch * height.output;
  const enough = blockOf(rows, width.output * outputs * height.kernel * width.kernel, 1, 1);
  const block = Math.max(Math.ceil(rows / mostParts), Math.min(enough, rows));
  const parts = Math.ceil(rows / block);
  const cells = height.kernel * width.kernel * outputs;
  const sums = parts > 1 ? workshop.scratch(parts * cells) : out;
  const own = Math.max(8, Math.floor(nearCells / ((height.kernel + 1) * outputs)));
  const words = wordsOf(g, { inputs: [x, dy], out: sums, block, own });
  const first: Instruction = { kernel: "depthwiseFilter", words };
  return parts > 1 ? [first, ...addParts(workshop, sums, parts, cells, out)] : [first];
};

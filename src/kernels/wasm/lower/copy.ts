import type { Cells } from "../../../dtype.ts";
import type { View } from "../../../view.ts";
import type { Instruction, Lowering, Word } from "../instruction.ts";
import { blockOf } from "./views.ts";

/** An axis of both views; steps in bytes. */
interface Axis {
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

/** What is converted, by the numbers of copy.ts in assembly/. */
function conversionOf(from: Cells, to: Cells): number | undefined {
  const [isFloat, isInt] = [to instanceof Float32Array, to instanceof Int32Array];
  if (from instanceof Float32Array) return isFloat ? 0 : isInt ? 1 : undefined;
  if (from instanceof Int32Array) return isInt ? 0 : isFloat ? 2 : undefined;
  if (from instanceof Uint8Array) return isFloat ? 3 : isInt ? 4 : undefined;
  return undefined;
}

const single: Axis = { count: 1, from: 0, to: 0 };

/** The axes with the largest steps in the result first; those that one step leads through are made one. */
function axesOf(
  shape: readonly number[],
  from: readonly number[],
  to: readonly number[],
  bytes: number,
): Axis[] {
  const axes = shape
    .map((count, i) => ({ count, from: from[i]! * bytes, to: to[i]! * 4 }))
    .filter(({ count }) => count !== 1)
    .sort((a, b) => Math.abs(b.to) - Math.abs(a.to));
  const merged: Axis[] = [];
  for (const axis of axes) {
    const outer = merged.at(-1);
    if (outer?.to === axis.count * axis.to && outer.from === axis.count * axis.from) {
      merged[merged.length - 1] = { ...axis, count: outer.count * axis.count };
    } else {
      merged.push(axis);
    }
  }
  return merged;
}

/** Rows of a transposed block: so many lines of the result stay in the nearest cache even if they all want one place in it. */
const transposedRows = 8;
const longestRun = 16384;

function instruction(
  kernel: "copy" | "fill",
  source: Word,
  how: number,
  axes: Axis[],
  out: View,
  threads: number,
): readonly Instruction[] {
  const across = axes.pop() ?? single;
  // For a transposition the axis down is the one whose cells are neighbours in the source.
  const near = axes.findIndex(({ from }) => from === 4);
  const [down = single] = axes.splice(across.from !== 4 && near >= 0 ? near : -1, 1);
  const outer = axes.reduce((count, axis) => count * axis.count, 1);
  const width = Math.min(across.count, longestRun);
  const rows = Math.min(down.count, Math.max(Math.floor(longestRun / width), transposedRows), 256);
  const height = down.from === 4 && across.from !== 4 ? Math.min(rows, transposedRows) : rows;
  const blocks = outer * Math.ceil(across.count / width) * Math.ceil(down.count / height);
  const group = blockOf(blocks, width * height, 1, threads);
  const words = [
    ...[source, out, how],
    ...[across, down].flatMap(({ count, from, to }) => [count, from, to]),
    ...[axes.length, outer, width, height, group],
    ...axes.flatMap(({ count, from, to }) => [count, from, to]),
  ];
  return [{ kernel, words }];
}

/** Between float32 and int32 and from bool to both, of any strides. */
export const copy: Lowering<"copy"> = ({ threads }, x, out) => {
  const how = conversionOf(x.data, out.data);
  if (how === undefined) return undefined;
  if (x.shape.includes(0)) return [];
  return instruction(
    "copy",
    x,
    how,
    axesOf(x.shape, x.stride, out.stride, x.data.BYTES_PER_ELEMENT),
    out,
    threads,
  );
};

export const fill: Lowering<"fill"> = ({ threads }, value, out) => {
  const isFloat = out.data instanceof Float32Array;
  if (!isFloat && !(out.data instanceof Int32Array)) return undefined;
  if (out.shape.includes(0)) return [];
  const still = out.shape.map(() => 0);
  const axes = axesOf(out.shape, still, out.stride, 4);
  return instruction("fill", isFloat ? { float: value } : value | 0, 0, axes, out, threads);
};

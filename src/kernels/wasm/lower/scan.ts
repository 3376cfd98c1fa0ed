import { isContiguous, type View } from "../../../view.ts";
import type { Lowering } from "../instruction.ts";
import { blockOf } from "./views.ts";

/** Cells from one lane to the next, if one step leads through all of them. */
function laneStep({ shape, stride }: View): number | undefined {
  let step: number | undefined;
  let lanes = 1;
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    if (shape[axis] === 1) continue;
    step ??= stride[axis]!;
    if (stride[axis] !== step * lanes) return undefined;
    lanes *= shape[axis]!;
  }
  return step ?? 0;
}

const hasWholeLanes = (view: View): boolean =>
  view.data instanceof Float32Array && (view.stride.at(-1) === 1 || view.shape.at(-1) === 1);

/** softmax and log softmax of float32 lanes, each of neighbouring cells. */
export const scan: Lowering<"scan"> = ({ threads }, name, x, out) => {
  if (!(name === "softmax" || name === "logSoftmax") || !hasWholeLanes(x) || !hasWholeLanes(out))
    return undefined;
  if (out.shape.includes(0)) return [];
  const [from, to] = [laneStep(x), laneStep(out)];
  if (from === undefined || to === undefined) return undefined;
  const length = out.shape.at(-1)!;
  const lanes = out.shape.reduce((count, size) => count * size, 1) / length;
  // A cell costs as much as the copying of some.
  const block = blockOf(lanes, 8 * length, length, threads);
  const words = [x, out, lanes, length, from, to, block, Number(name === "logSoftmax")];
  const instruction = { kernel: "softmax", words };
  return [isContiguous(out) ? { ...instruction, epilogue: { result: out, grain: length } } : instruction];
};

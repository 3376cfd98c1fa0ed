import { isContiguous, type View } from "../../../view.ts";
import type { ScanName } from "../../kernels.ts";
import type { Lowering, Place } from "../instruction.ts";
import { blockOf, type Loop, loopsOf, single } from "./views.ts";

/** The numbers of scan.ts in assembly/. */
const ways: Readonly<Partial<Record<ScanName, number>>> = {
  softmax: 0,
  logSoftmax: 1,
  cumsum: 2,
  reverseCumsum: 2,
};

/** How the lanes lie, and the cells of each. */
interface Lanes {
  readonly outer: Loop;
  readonly inner: Loop;
  readonly cells: Loop;
  readonly first: Place;
}

/** The lanes along the last axis, from their last cells to the first if `reversed`. */
function lanesOf(view: View, reversed: boolean): Lanes | undefined {
  const loops = loopsOf(view, 0, view.shape.length - 1);
  if (loops === undefined) return undefined;
  const [length, step] = [view.shape.at(-1)!, view.stride.at(-1)!];
  const first = { data: view.data, offset: view.offset + (reversed ? (length - 1) * step : 0) };
  const cells = { count: length, step: reversed ? -step : step };
  const [outer, inner] = loops;
  // Lanes that do not lie beside each other are taken one by one.
  const apart = outer.count === 1 && inner.step !== 1;
  return { ...(apart ? { outer: inner, inner: single } : { outer, inner }), cells, first };
}

/** Neighbouring lanes that the kernel takes together. */
const groupLanes = 16;

/** softmax, log softmax and sums of float32 lanes: each of neighbouring cells, or beside each other, or sums of any. */
export const scan: Lowering<"scan"> = ({ threads }, name, x, out) => {
  const way = ways[name];
  if (way === undefined || !(x.data instanceof Float32Array) || !(out.data instanceof Float32Array))
    return undefined;
  if (out.shape.includes(0)) return [];
  const [from, to] = [x, out].map((view) => lanesOf(view, name === "reverseCumsum"));
  if (from === undefined || to === undefined || from.inner.count !== to.inner.count) return undefined;
  const { count: length } = from.cells;
  const lanes = from.outer.count * from.inner.count;
  const words = (block: number) => [
    ...[from.first, to.first, block, length, way, from.outer.count, from.inner.count],
    ...[from.outer.step, to.outer.step, from.inner.step, to.inner.step, from.cells.step, to.cells.step],
  ];
  const isRow = ({ cells }: Lanes) => cells.step === 1 || length === 1;
  // A cell costs as much as the copying of some.
  if (isRow(from) && isRow(to) && way < 2) {
    const instruction = { kernel: "softmax", words: words(blockOf(lanes, 8 * length, length, threads)) };
    return [isContiguous(out) ? { ...instruction, epilogue: { result: out, grain: length } } : instruction];
  }
  const isSide = ({ inner }: Lanes) => inner.step === 1 || inner.count === 1;
  const groups = from.outer.count * Math.ceil(from.inner.count / groupLanes);
  if (isSide(from) && isSide(to)) {
    const block = blockOf(groups, 8 * length * Math.min(groupLanes, from.inner.count), 1, threads);
    return [{ kernel: "scanSides", words: words(block) }];
  }
  return undefined;
};

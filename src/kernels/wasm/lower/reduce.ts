import { sizeOf } from "../../../shape.ts";
import { isContiguous, type View } from "../../../view.ts";
import type { ReduceName } from "../../kernels.ts";
import type { Instruction, Lowering, Place, Workshop } from "../instruction.ts";
import { blockOf, type Loop, loopsOf, single } from "./views.ts";

/** How x lies in memory: two axes that stay and two that are reduced, any of which may have one cell. */
interface Layout {
  readonly stay: readonly [outer: Loop, inner: Loop];
  readonly reduced: readonly [outer: Loop, inner: Loop];
  /** Whether the cells of a lane are neighbours, or the lanes are. */
  readonly rows: boolean;
}

/** The numbers of ways.ts in assembly/. */
const ways = { sum: 0, squares: 1, exps: 2, max: 3, min: 4, prod: 5 } as const;
type Way = keyof typeof ways;

function layoutOf(x: View, count: number): Layout | undefined {
  const kept = x.shape.length - count;
  const stay = loopsOf(x, 0, kept);
  const reduced = loopsOf(x, kept, x.shape.length);
  if (stay === undefined || reduced === undefined) return undefined;
  const lane = reduced[1];
  if (stay[1].step === 1 && lane.step !== 1) return { stay, reduced, rows: false };
  return lane.step === 1 || lane.count === 1 ? { stay, reduced, rows: true } : undefined;
}

const cellsOf = ([outer, inner]: readonly [Loop, Loop]): number => outer.count * inner.count;

// Columns in a block: their float64 totals fit the nearest cache beside the rows that pass by.
const widestBlock = 512;
// Lanes are split where there are fewer than so many to share among threads, if each part still has so many cells.
const fewParts = 16;
const smallestPart = 16384;

/** One reduction of x to `out`: one instruction, or two where long lanes are split. `centers` are read by squares and exps. */
function reduction(
  workshop: Workshop,
  way: Way,
  x: Place,
  layout: Layout,
  centers: Place,
  divisor: number,
  out: Place,
): readonly Instruction[] {
  const { stay, reduced, rows } = layout;
  const [lanes, cells] = [cellsOf(stay), cellsOf(reduced)];
  const width = Math.min(stay[1].count, widestBlock);
  const items = rows ? lanes : stay[0].count;
  const block = blockOf(items, rows ? cells : cells * width, 1, workshop.threads);
  const parts = rows ? lanes : items * Math.ceil(stay[1].count / width);
  const share = Math.floor((cells * lanes) / parts / smallestPart);
  const splits = Math.max(1, Math.min(Math.ceil(fewParts / parts), share, cells));
  const target = splits > 1 ? workshop.scratch(splits * lanes) : out;
  const totals = rows ? [] : [width, workshop.scratch(workshop.threads * (width + 3) * 2)];
  const loops = [...stay, ...reduced].flatMap(({ count, step }) => [count, step]);
  const words = [x, centers, target, ways[way], splits > 1 ? 1 : divisor, ...loops, splits, block, ...totals];
  const first: Instruction = { kernel: rows ? "reduceRows" : "reduceSides", words };
  if (splits === 1) return [first];
  const joined = way === "squares" || way === "exps" ? "sum" : way;
  return [first, ...reduction(workshop, joined, target, sideBySide(splits, lanes), target, divisor, out)];
}

/** `parts` rows of `cells` cells each, to be reduced to one. */
const sideBySide = (parts: number, cells: number): Layout => ({
  stay: [single, { count: cells, step: 1 }],
  reduced: [single, { count: parts, step: cells }],
  rows: false,
});

/** Adds up results [parts, cells] that threads have made on their own. */
export const addParts = (
  workshop: Workshop,
  sums: Place,
  parts: number,
  cells: number,
  out: Place,
): readonly Instruction[] => reduction(workshop, "sum", sums, sideBySide(parts, cells), sums, 1, out);

function logSumExp(workshop: Workshop, x: View, layout: Layout, out: View): readonly Instruction[] {
  const lanes = cellsOf(layout.stay);
  const [tops, sums] = [workshop.scratch(lanes), workshop.scratch(lanes)];
  const block = blockOf(lanes, 16, 1, workshop.threads);
  return [
    ...reduction(workshop, "max", x, layout, x, 1, tops),
    ...reduction(workshop, "exps", x, layout, tops, 1, sums),
    { kernel: "logOfSum", words: [tops, sums, out, lanes, block] },
  ];
}

function variance(workshop: Workshop, x: View, layout: Layout, out: View): readonly Instruction[] {
  const means = workshop.scratch(cellsOf(layout.stay));
  const count = cellsOf(layout.reduced);
  return [
    ...reduction(workshop, "sum", x, layout, x, count, means),
    ...reduction(workshop, "squares", x, layout, means, count, out),
  ];
}

/** The extreme first, then the place of the first cell that is equal to it. */
function position(
  workshop: Workshop,
  way: "max" | "min",
  x: View,
  layout: Layout,
  out: View,
): readonly Instruction[] {
  const lanes = cellsOf(layout.stay);
  const extremes = workshop.scratch(lanes);
  const block = blockOf(lanes, cellsOf(layout.reduced), 1, workshop.threads);
  const loops = [...layout.stay, ...layout.reduced].flatMap(({ count, step }) => [count, step]);
  return [
    ...reduction(workshop, way, x, layout, x, 1, extremes),
    { kernel: "locate", words: [x, extremes, out, 0, 1, ...loops, 1, block] },
  ];
}

const lowerings: Readonly<
  Record<ReduceName, (workshop: Workshop, x: View, layout: Layout, out: View) => readonly Instruction[]>
> = {
  sum: (workshop, x, layout, out) => reduction(workshop, "sum", x, layout, x, 1, out),
  mean: (workshop, x, layout, out) => reduction(workshop, "sum", x, layout, x, cellsOf(layout.reduced), out),
  prod: (workshop, x, layout, out) => reduction(workshop, "prod", x, layout, x, 1, out),
  max: (workshop, x, layout, out) => reduction(workshop, "max", x, layout, x, 1, out),
  min: (workshop, x, layout, out) => reduction(workshop, "min", x, layout, x, 1, out),
  variance,
  logSumExp,
  argmax: (workshop, x, layout, out) => position(workshop, "max", x, layout, out),
  argmin: (workshop, x, layout, out) => position(workshop, "min", x, layout, out),
};

/** float32 cells of which two axes, after merging, stay and two are reduced, and one of these is contiguous. */
export const reduce: Lowering<"reduce"> = (workshop, name, x, count, out) => {
  const index = name === "argmax" || name === "argmin";
  const fits = index ? out.data instanceof Int32Array : out.data instanceof Float32Array;
  if (!(x.data instanceof Float32Array) || !fits || !isContiguous(out)) return undefined;
  if (out.shape.includes(0)) return [];
  const layout = sizeOf(x.shape) === 0 ? undefined : layoutOf(x, count);
  return layout && lowerings[name](workshop, x, layout, out);
};

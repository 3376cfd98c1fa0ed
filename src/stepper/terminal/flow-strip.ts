import type { Trace } from "../trace/trace.ts";
import { alarm } from "./colors.ts";
import { barOf, brief, logHeights, percent } from "./numbers.ts";
import { groupsOf } from "./rows.ts";
import { isCovered, type State, shownLevel, throughOf } from "./state.ts";
import { cut, type Line, lineWidth, type Span, span, widthOf } from "./text.ts";

/** How large the outcome of a step is; NaN if a cell of it is not finite. */
function sizeOfStep({ steps, tensors }: Trace, step: number): number {
  const { rms, nonFinite } = tensors[steps[step]!.value]!.statistics;
  return nonFinite > 0 ? Number.NaN : rms;
}

/** Steps that share a column. */
interface Column {
  readonly first: number;
  readonly last: number;
}

/** Columns of as many steps each as needed, the way there and the way back apart. */
function columnsOf(trace: Trace, width: number): Column[] {
  const each = Math.max(1, Math.ceil(trace.length / Math.max(1, width - 2)));
  const columns: Column[] = [];
  const turn = trace.turn < 0 ? trace.length : trace.turn;
  for (const [from, to] of [
    [0, turn],
    [turn, trace.length],
  ] as const) {
    for (let first = from; first < to; first += each)
      columns.push({ first, last: Math.min(first + each, to) - 1 });
  }
  return columns;
}

function barsOf(trace: Trace, columns: readonly Column[], shown: number): Span[] {
  const sizes = columns.map(({ first, last }) => {
    if (first > shown) return undefined;
    const own = Array.from({ length: Math.min(last, shown) - first + 1 }, (_, i) =>
      sizeOfStep(trace, first + i),
    );
    return own.some(Number.isNaN) ? Number.NaN : Math.max(...own);
  });
  const heightOf = (forward: boolean) =>
    logHeights(
      sizes.flatMap((size, i) =>
        size !== undefined && columns[i]!.first < trace.turn === forward ? [size] : [],
      ),
    );
  const heights = [heightOf(false), heightOf(true)] as const;
  return sizes.map((size, i): Span => {
    if (size === undefined) return { text: "·", ink: "dim" };
    if (Number.isNaN(size)) return { text: "X", fore: alarm, ink: "strong" };
    if (size === 0) return { text: "0", ink: "dim" };
    const isForward = columns[i]!.first < trace.turn;
    return { text: barOf(heights[isForward ? 1 : 0](size)), ...(isForward ? {} : { ink: "name" as const }) };
  });
}

/** What the layer at the cursor does, as far as it is known. */
function layerText(trace: Trace, at: number, shown: number): string {
  const through = throughOf(trace.steps[at]!);
  const group = groupsOf(trace, trace.nodes[through]!).at(-1);
  const row = trace.flow.find((one) => one.group === group);
  if (row === undefined) return trace.nodes[through]!.label;
  const own = new Set(trace.nodes.flatMap((node, index) => (node.group === group ? [index] : [])));
  const isDone = !trace.steps.some((step, index) => index > shown && own.has(throughOf(step)));
  if (!isDone) return row.layer;
  return [
    row.layer,
    `activation rms ${brief(row.activation)}`,
    `gradient rms ${brief(row.gradient)}`,
    ...(row.localGain === undefined ? [] : [`gain ${brief(row.localGain)}`]),
    ...(row.weightGradient === undefined ? [] : [`gradient/weights ${brief(row.weightGradient)}`]),
    ...(row.saturated === undefined ? [] : [`saturated ${percent(row.saturated)}`]),
    ...(row.dead === undefined ? [] : [`dead ${percent(row.dead)}`]),
    ...(row.nonFinite > 0 ? [`${row.nonFinite} not finite`] : []),
  ].join("  ");
}

/** Two lines: how large the outcome of each step is, on log scales of values and of gradients; and where the cursor is. */
export function flowStrip(state: State, width: number): Line[] {
  const { trace, at } = shownLevel(state);
  const shown = isCovered(state) ? at - 1 : at;
  const columns = columnsOf(trace, width);
  const bars = barsOf(trace, columns, shown);
  const turn = columns.findIndex(({ first }) => first >= trace.turn);
  const half = turn < 0 ? columns.length : turn;
  const here = columns.findIndex(({ last }) => at <= last);
  const place = here + (here >= half ? 1 : 0);
  const text = layerText(trace, at, shown);
  const left = cut([span(text)], place - 1);
  const pointer: Line =
    place + 2 + widthOf(text) <= width || place < width / 2
      ? [span(" ".repeat(place)), span("▲", "strong"), span(` ${text}`)]
      : [span(" ".repeat(place - 1 - lineWidth(left))), ...left, span(" "), span("▲", "strong")];
  return [[...bars.slice(0, half), span("│", "dim"), ...bars.slice(half)], pointer];
}

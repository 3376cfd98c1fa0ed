import { formatShape, sizeOf } from "../../shape.ts";
import type { TensorRecord } from "../trace/records.ts";
import { brief } from "./numbers.ts";
import { type Rail, railsOf } from "./rails.ts";
import { parametersOf, type Row, rowsOf } from "./rows.ts";
import { isOpen, type Knowledge, knowledge, type Level, type State, shownLevel, throughOf } from "./state.ts";
import { fitted, type Ink, type Line, type Span, span } from "./text.ts";

/** A tensor in a few characters: its number, or how large its cells are. */
export function summed(x: TensorRecord): string {
  const { rms, nonFinite } = x.statistics;
  if (nonFinite > 0) return "X";
  return sizeOf(x.shape) === 1 ? brief(x.sample.cells[0]!) : `rms ${brief(rms)}`;
}

/** A gradient as far as it has arrived; that it has not is not the same as 0. */
function gradientText(knows: Knowledge, node: number): { text: string; ink?: Ink } {
  const { total, arrived, expected } = knows.gradientOf(node);
  if (expected === 0) return { text: "none", ink: "dim" };
  if (total === undefined) return { text: "not yet", ink: "dim" };
  const part = arrived < expected ? `${arrived}/${expected} ` : "";
  const text = part + summed(total);
  return total.statistics.nonFinite > 0 ? { text, ink: "bad" } : { text };
}

const resultOf = ({ ops }: Row): number => ops.at(-1)!;

interface Columns {
  readonly shape: number;
  readonly value: number;
  readonly gradient: number;
}

/** Which columns there is room for. */
const columnsFor = (width: number): Columns => ({
  shape: width >= 60 ? 15 : 0,
  value: width >= 44 ? 11 : 0,
  gradient: width >= 26 ? 12 : 0,
});

/** What is drawn of a trace at a cursor. */
interface View {
  readonly state: State;
  readonly level: Level;
  readonly knows: Knowledge;
  readonly columns: Columns;
  readonly width: number;
}

function nameOf({ trace }: Level, row: Row): Span[] {
  const node = trace.nodes[resultOf(row)]!;
  if (row.group === undefined) {
    const leaves = node.inputs.flatMap((input) => {
      const { kind, label } = trace.nodes[input]!;
      return kind === "op" || kind === "constant" ? [] : [label];
    });
    return [span(node.label), ...(leaves.length > 0 ? [span(` ${leaves.join(", ")}`, "dim")] : [])];
  }
  const { name, kind, call } = trace.groups[row.group]!;
  const parameters = parametersOf(trace, row);
  return [
    span(call > 0 ? `${name} (call ${call + 1})` : name, "strong"),
    span(` ${kind}${parameters > 0 ? ` ${parameters.toLocaleString("en-US")}` : ""}`, "dim"),
  ];
}

function rowLine({ level, knows, columns, width }: View, row: Row, rail: Rail): Line {
  const { trace, at, breakpoints } = level;
  const result = resultOf(row);
  const isHere = row.ops.includes(throughOf(trace.steps[at]!));
  const stops = breakpoints.some(({ steps }) =>
    row.ops.some((op) => trace.steps.some((step, index) => throughOf(step) === op && steps.has(index))),
  );
  const isKnown = knows.isKnown(result);
  const tensor = trace.tensors[trace.nodes[result]!.tensor]!;
  const gradient = gradientText(knows, result);
  const value = isKnown ? summed(tensor) : "not yet";
  const left: Line = [
    span(isHere ? "▶" : " ", "strong"),
    span(stops ? "■" : " ", "bad"),
    span(rail.before, "dim"),
    span(isKnown ? "●" : "○", isHere ? "name" : undefined),
    span(rail.after, "dim"),
    span(" ".repeat(1 + 2 * row.depth)),
    ...nameOf(level, row),
  ];
  const rest = columns.shape + columns.value + columns.gradient;
  return [
    ...fitted(left, Math.max(0, width - rest)),
    ...(columns.shape > 0
      ? fitted([span(isKnown ? ` ${formatShape(tensor.shape)}` : "", "dim")], columns.shape)
      : []),
    ...(columns.value > 0 ? fitted([span(` ${value}`, isKnown ? undefined : "dim")], columns.value) : []),
    ...(columns.gradient > 0 ? fitted([span(` ${gradient.text}`, gradient.ink)], columns.gradient) : []),
  ];
}

const headLine = ({ level: { trace } }: View, group: number, below: string, depth: number): Line => [
  span(`  ${below}`, "dim"),
  span(`${" ".repeat(below === "" ? 3 : 2)}${" ".repeat(2 * depth)}▾ `),
  span(trace.groups[group]!.name, "strong"),
  span(` ${trace.groups[group]!.kind}`, "dim"),
];

/** The rows from one on that keep the one with the cursor in the middle. */
function scrolled(lines: readonly Line[], cursor: number, height: number): readonly Line[] {
  if (lines.length <= height) return lines;
  const first = Math.max(0, Math.min(cursor - Math.floor(height / 2), lines.length - height));
  const shown = lines.slice(first, first + height);
  const above = first;
  const below = lines.length - first - height;
  if (height < 5) return shown;
  return shown.map((content, i): Line => {
    if (i === 0 && above > 0) return [span(`  ⋮ ${above + 1} more above`, "dim")];
    if (i === height - 1 && below > 0) return [span(`  ⋮ ${below + 1} more below`, "dim")];
    return content;
  });
}

const heading = ({ columns, width }: View): Line => {
  const rest = columns.shape + columns.value + columns.gradient;
  return [
    ...fitted([], Math.max(0, width - rest)),
    ...(columns.shape > 0 ? fitted([span(" shape", "dim")], columns.shape) : []),
    ...(columns.value > 0 ? fitted([span(" value", "dim")], columns.value) : []),
    ...(columns.gradient > 0 ? fitted([span(" gradient", "dim")], columns.gradient) : []),
  ];
};

/** The ops and layers of a trace, top to bottom, and what is known of each. */
export function tape(state: State, width: number, height: number): Line[] {
  const level = shownLevel(state);
  const rows = rowsOf(level.trace, isOpen(level));
  const rails = railsOf(rows.map(({ uses }) => uses));
  const view: View = { state, level, knows: knowledge(state), columns: columnsFor(width), width };
  const through = throughOf(level.trace.steps[level.at]!);
  const lines: Line[] = [];
  let cursor = 0;
  rows.forEach((row, i) => {
    const first = row.depth - row.opens.length;
    row.opens.forEach((group, k) => {
      lines.push(headLine(view, group, rails[i - 1]?.below ?? "", first + k));
    });
    if (row.ops.includes(through)) cursor = lines.length;
    lines.push(rowLine(view, row, rails[i]!));
  });
  if (height < 2) return [...scrolled(lines, cursor, height)];
  return [heading(view), ...scrolled(lines, cursor, height - 1)];
}

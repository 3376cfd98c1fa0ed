import type { Comparison } from "../../autodiff/check/check.ts";
import { type Explanation, printed } from "../../autodiff/explanation.ts";
import { bar, nameTex, withNames, withNumbers } from "../../autodiff/rule.ts";
import { ChainruleError } from "../../errors.ts";
import { formatShape, type Shape, stridesOf } from "../../shape.ts";
import { formatCell } from "../../tensor/format.ts";
import type { Ledger } from "../windows/ledger.ts";
import type { NodeRecord, StepRecord, Tables, TensorRecord } from "./records.ts";
import { indexOf, sampledCell } from "./sample.ts";

/** A cell of a trace's tensor; `undefined` where it was not kept. */
export function cellAt(x: TensorRecord, index: readonly number[]): number | undefined {
  if (x.cells === undefined) return sampledCell(x.sample, index);
  const strides = stridesOf(x.shape);
  return x.cells[index.reduce((offset, i, axis) => offset + i * strides[axis]!, 0)];
}

/** The index that broadcasting reads for a cell of a larger shape. */
function narrowed(index: readonly number[], shape: Shape): number[] | undefined {
  if (shape.length > index.length) return undefined;
  const own = index.slice(index.length - shape.length);
  const fits = shape.every((size, axis) => size === 1 || own[axis]! < size);
  return fits ? own.map((i, axis) => (shape[axis] === 1 ? 0 : i)) : undefined;
}

/** The kept cell that is furthest from 0: where there is most to see. */
function loudest(x: TensorRecord): readonly number[] {
  const { cells } = x.sample;
  let best = 0;
  for (let i = 1; i < cells.length; i++) if (Math.abs(cells[i]!) > Math.abs(cells[best]!)) best = i;
  return indexOf(x.sample, best);
}

const numberOf = (x: TensorRecord, cell: number | undefined): string =>
  cell === undefined ? formatShape(x.shape) : formatCell(cell, x.dtype);

const singleCell = ({ shape }: TensorRecord): boolean => shape.every((size) => size === 1);

/** Whether the numbers of one cell follow from the cells at its place alone. */
function isPointwise({ nodes }: Tables, { phase, node, from }: StepRecord): boolean {
  if (phase === "forward") return nodes[node]!.pointwise;
  return phase === "accumulate" || (phase === "contribution" && nodes[from!]!.pointwise);
}

function checkCell(x: TensorRecord, cell: readonly number[]): void {
  const fits = cell.length === x.shape.length && cell.every((i, axis) => i >= 0 && i < x.shape[axis]!);
  if (fits && cell.every(Number.isInteger)) return;
  throw new ChainruleError(
    `explain: expected a cell of ${formatShape(x.shape)}; received [${cell.join(", ")}]`,
  );
}

/** A trace, which may know the sums behind its cells, and measure their slopes. */
interface Explained extends Tables {
  terms?(index: number, cell: readonly number[]): Ledger | undefined;
  measured?(index: number, cell: readonly number[]): Comparison | undefined;
}

/** Above this, the sum behind a cell is only worked out where it is asked for. */
const quickCells = 4096;

/** A step in words, formula and numbers: those of `cell`, by default of the one that is furthest from 0. */
export function explanationOf(tables: Explained, index: number, cell?: readonly number[]): Explanation {
  const { tensors, steps } = tables;
  const step = steps[index]!;
  const value = tensors[step.value]!;
  if (cell !== undefined) checkCell(value, cell);
  const { rule } = step;
  const target = step.phase === "forward" ? nameTex("y") : bar(step.phase === "seed" ? "y" : step.name);
  const pointwise = isPointwise(tables, step);
  const at = singleCell(value) ? undefined : (cell ?? loudest(value));
  const shown = (x: TensorRecord): string => {
    if (singleCell(x)) return numberOf(x, x.sample.cells[0]);
    const own = pointwise && at ? narrowed(at, x.shape) : undefined;
    return numberOf(x, own && cellAt(x, own));
  };
  const outcome = shown(value);
  const numbers = rule && withNumbers(rule, (x) => shown(tensors[x]!)).tex;
  const sum = pointwise
    ? undefined
    : sumAt(tables, index, at ?? value.shape.map(() => 0), cell !== undefined);
  return {
    index,
    words: wordsOf(tables, step),
    rule: `${target} = ${rule ? withNames(rule).tex : outcome}`,
    numbers: numbers === outcome ? undefined : numbers,
    outcome: rule && outcome,
    ledger: [
      ...(pointwise && at ? [`at cell [${at.join(", ")}]`] : []),
      ...(sum ? [sum] : []),
      ...(cell ? measuredAt(tables, index, cell) : []),
      ...ledgerOf(tables, step),
    ],
  };
}

const verdicts = { agree: "agrees", wrong: "does not agree", inconclusive: "too rough to tell" } as const;

/** One-sided differences are no better than this. */
const rounded = (slope: number): number => Number(slope.toPrecision(4));

/** What differences say of a cell: `measured: −0.25 (agrees)`, or the slopes on both sides of a kink. */
function measuredAt(tables: Explained, index: number, cell: readonly number[]): string[] {
  const found = tables.measured?.(index, cell);
  if (found === undefined) return [];
  const { numeric, kink, verdict } = found;
  const { dtype } = tables.tensors[tables.steps[index]!.value]!;
  const text = kink
    ? `a kink: ${rounded(kink.left)} from the left, ${rounded(kink.right)} from the right`
    : `${formatCell(numeric, dtype)} (${verdicts[verdict]})`;
  return [printed(`measured by differences: ${text}`)];
}

const mostTerms = 4;

/** The sum behind a cell, written out: `at [0, 1]: 0.5 · 2 + 0.25 · (−1) = 0.75`. */
function sumAt(tables: Explained, index: number, at: readonly number[], asked: boolean): string | undefined {
  const { tensors, steps, nodes } = tables;
  const { value, from, upstream } = steps[index]!;
  const cells = [value, upstream, from && nodes[from]!.tensor].map((x) =>
    x === undefined ? 0 : tensors[x]!.shape.reduce((a, b) => a * b, 1),
  );
  if (!asked && Math.max(...cells) > quickCells) return undefined;
  const found = tables.terms?.(index, at);
  if (found === undefined || found.count === 0) return undefined;
  const { dtype } = tensors[value]!;
  const signed = (x: number, first: boolean) => {
    const text = formatCell(x, dtype);
    return text.startsWith("-") && !first ? `(${text})` : text;
  };
  const terms = found.terms
    .slice(0, mostTerms)
    .map(({ factors: [a, b] }, i) => `${signed(a, i === 0)} · ${signed(b, false)}`);
  const more = found.count > mostTerms ? ` + … (${found.count} terms)` : "";
  return printed(`at cell [${at.join(", ")}]: ${terms.join(" + ")}${more} = ${formatCell(found.sum, dtype)}`);
}

/** Where a node is, for people: its label, and its layer if it is in one. */
export const placeOf = ({ groups }: Tables, { label, group }: NodeRecord): string =>
  group === undefined ? label : `${label} in ${groups[group]!.name}`;

function wordsOf(tables: Tables, step: StepRecord): string {
  const { nodes } = tables;
  const { phase, from, name, axes } = step;
  const node = nodes[step.node]!;
  const source = from === undefined ? undefined : nodes[from]!;
  switch (phase) {
    case "forward":
      return `${placeOf(tables, node)} is computed`;
    case "seed":
      return `the gradient of ${node.label} in itself`;
    case "contribution": {
      const own = name === node.label ? "" : ` (${node.label})`;
      return `back through ${placeOf(tables, source!)}: what ${name}${own} gets`;
    }
    case "sum":
      return `${node.label} was stretched by broadcasting: sum over axes [${axes!.join(", ")}]`;
    case "accumulate":
      return `${node.label} gets several contributions: add them up`;
  }
}

function ledgerOf({ tensors, nodes }: Tables, { total, arrived, node }: StepRecord): string[] {
  if (arrived === undefined) return [];
  const [number, count] = arrived;
  if (total === undefined)
    return [`contribution ${number} of ${count} to ${nodes[node]!.label}, not yet added`];
  const x = tensors[total]!;
  const shown = singleCell(x)
    ? printed(numberOf(x, x.sample.cells[0]))
    : `rms ${formatCell(x.statistics.rms, x.dtype)}`;
  const open = number < count ? `; ${count - number} to come` : "";
  return [`gradient of ${nodes[node]!.label}: ${shown} (${number} of ${count}${open})`];
}

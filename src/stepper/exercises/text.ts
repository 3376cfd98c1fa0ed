import { formatCell } from "../../tensor/format.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** A number as one writes it on paper: whole numbers in full, others to five digits. */
export function number(x: number): string {
  // No −0.
  const rounded = Number.isInteger(x) ? x + 0 : Number(x.toPrecision(5));
  return formatCell(rounded, "float64").replaceAll("-", "−");
}

/** The cells in brackets; where there are more than two axes, those of size 1 are left out. */
export function tensorText({ shape, data }: Tensor): string {
  const texts = Array.from(data, number);
  const shown = shape.length > 2 ? shape.filter((size) => size !== 1) : shape;
  const write = (axis: number): string =>
    axis === shown.length
      ? texts.shift()!
      : `[${Array.from({ length: shown[axis]! }, () => write(axis + 1)).join(", ")}]`;
  return write(0);
}

const maxTerms = 12;

/** Σ a · b with its arithmetic: `1 · 3 + 2 · (−1) = 1`. Terms where b is 0 are left out. */
export function dotText(a: ArrayLike<number>, b: ArrayLike<number>): string {
  const value = Array.from(a).reduce((sum, x, i) => sum + x * b[i]!, 0);
  const terms = Array.from(a).flatMap((x, i) =>
    b[i] === 0 ? [] : [`${number(x)} · ${b[i]! < 0 ? `(${number(b[i]!)})` : number(b[i]!)}`],
  );
  if (terms.length === 0) return "0";
  const shown = terms.length > maxTerms ? [...terms.slice(0, maxTerms), "…"] : terms;
  return `${shown.join(" + ")} = ${number(value)}`;
}

const maxColumns = 12;
const maxRows = 16;

interface Matrices {
  readonly yours: readonly (readonly number[])[] | undefined;
  readonly expected: readonly (readonly number[])[];
}

/** Two matrices as grids side by side, line by line; where they differ the left one has a mark. */
export function gridText(
  { yours, expected }: Matrices,
  rowNames: readonly string[],
  columnNames: readonly string[],
  differ: (a: number, b: number) => boolean,
): string[] {
  const names = columnNames.slice(0, maxColumns);
  const cut = expected.slice(0, maxRows).map((row) => row.slice(0, maxColumns));
  const right = cut.map((row) => row.map(number));
  const marked = (mine: number, value: number) => `${differ(mine, value) ? "≠" : ""}${number(mine)}`;
  const left = yours && cut.map((row, i) => row.map((value, j) => marked(yours[i]![j]!, value)));
  const width = 2 + Math.max(...[names, ...(left ?? []), ...right].flat().map(({ length }) => length));
  const label = Math.max(...rowNames.map(({ length }) => length));
  const block = Math.max(width * names.length, "  yours".length);
  const line = (cells: readonly string[]) => cells.map((text) => text.padStart(width)).join("");
  const beside = (head: string, mine: string, truth: string) =>
    `${head.padEnd(label)}${left ? `${mine.padStart(block)}  │` : ""}${truth.padStart(block)}`;
  const lines = [
    beside("", "yours", "true"),
    beside("", line(names), line(names)),
    ...right.map((row, i) => beside(rowNames[i]!, line(left?.[i] ?? []), line(row))),
  ];
  if (rowNames.length > maxRows || columnNames.length > maxColumns) {
    lines.push(`… ${rowNames.length} × ${columnNames.length} in all`);
  }
  return lines;
}

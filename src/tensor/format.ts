import type { Cells, DType } from "../dtype.ts";
import { formatShape, type Shape, stridesOf } from "../shape.ts";

// As in numpy.
const edge = 3;
const cutAbove = 1000;
const lineWidth = 75;

/** One cell as text: what distinguishes it at the dtype's precision, without float32's stray digits. */
export function formatCell(value: number, dtype: DType): string {
  if (dtype === "bool") return value ? "true" : "false";
  if (Object.is(value, -0)) return "-0";
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) return String(dtype === "float32" ? shortest(value) : value);
  return String(Number(value.toPrecision(dtype === "float64" ? 8 : 6)));
}

/** The number of fewest digits that is `value` in float32: 1e20 for 100000002004087734272. */
function shortest(value: number): number {
  if (Math.abs(value) <= 2 ** 24) return value;
  for (let digits = 6; digits <= 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}

/** The indices shown along an axis: all, or the edges with `null` for what was cut. */
function shownIndices(size: number, cut: boolean): (number | null)[] {
  if (!cut || size <= 2 * edge) return Array.from({ length: size }, (_, i) => i);
  return [0, 1, 2, null, size - 3, size - 2, size - 1];
}

/** Items in brackets, in several lines where one would be too long. */
function bracketed(items: readonly string[], indent: number): string {
  const lines = [""];
  items.forEach((item, i) => {
    const text = i < items.length - 1 ? `${item},` : item;
    const line = lines.at(-1)!;
    if (line === "") lines[lines.length - 1] = text;
    else if (indent + line.length + 1 + text.length < lineWidth) lines[lines.length - 1] += ` ${text}`;
    else lines.push(text);
  });
  return `[${lines.join(`\n${" ".repeat(indent)}`)}]`;
}

function nested(cells: Cells, dtype: DType, shape: Shape): string {
  if (cells.length === 0) return "[]";
  const strides = stridesOf(shape);
  const shown = shape.map((size) => shownIndices(size, cells.length > cutAbove));
  const pad = (texts: string[]): string[] => {
    const width = Math.max(...texts.map((text) => text.length));
    return texts.map((text) => (text === "…" ? text : text.padStart(width)));
  };
  /** The cells shown, in order, with dots for those cut along the last axis. */
  const visit = (axis: number, at: number): string[] => {
    if (axis === shape.length) return [formatCell(cells[at]!, dtype)];
    const last = axis === shape.length - 1;
    return shown[axis]!.flatMap((i) =>
      i === null ? (last ? ["…"] : []) : visit(axis + 1, at + i * strides[axis]!),
    );
  };
  const texts = visit(0, 0);
  const fits = texts.join(", ").length + 1 < lineWidth;
  const rest = shape.length <= 1 && fits ? texts : pad(texts);
  const write = (axis: number): string => {
    if (axis === shape.length) return rest.shift()!;
    if (axis === shape.length - 1) return bracketed(rest.splice(0, shown[axis]!.length), axis + 1);
    const parts = shown[axis]!.map((i) => (i === null ? "…" : write(axis + 1)));
    return `[${parts.join(`,${"\n".repeat(shape.length - axis - 1)}${" ".repeat(axis + 1)}`)}]`;
  };
  return write(0);
}

/** A tensor as text: dtype, shape, and its cells, cut at the edges above 1,000 of them as numpy does. */
export function formatTensor(
  shape: Shape,
  dtype: DType,
  cells: Cells | undefined,
  maker: string | undefined,
): string {
  const head = `Tensor(${dtype}, ${formatShape(shape)})`;
  if (cells === undefined) return `${head} symbolic${maker ? `, made by ${maker}` : ""}`;
  const body = nested(cells, dtype, shape);
  return body.includes("\n") ? `${head}\n${body}` : `${head} ${body}`;
}

import type { Cells, DType } from "../dtype.ts";
import { formatShape, type Shape, stridesOf } from "../shape.ts";

const edge = 3;
const cutAbove = 1000;

/** One cell as text: what distinguishes it at the dtype's precision, without float32's stray digits. */
export function formatCell(value: number, dtype: DType): string {
  if (dtype === "bool") return value ? "true" : "false";
  if (Object.is(value, -0)) return "-0";
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(dtype === "float64" ? 8 : 6)));
}

/** The indices shown along an axis: all, or the edges with `null` for what was cut. */
function shownIndices(size: number, cut: boolean): (number | null)[] {
  const all = Array.from({ length: size }, (_, i) => i);
  return cut && size > 2 * edge ? [...all.slice(0, edge), null, ...all.slice(-edge)] : all;
}

function nested(cells: Cells, dtype: DType, shape: Shape, cut: boolean): string {
  const strides = stridesOf(shape);
  const shown = shape.map((size) => shownIndices(size, cut));
  const texts = new Map<number, string>();
  let width = 0;
  const visit = (axis: number, at: number): void => {
    if (axis === shape.length) {
      const text = formatCell(cells[at]!, dtype);
      texts.set(at, text);
      width = Math.max(width, text.length);
      return;
    }
    for (const i of shown[axis]!) if (i !== null) visit(axis + 1, at + i * strides[axis]!);
  };
  visit(0, 0);
  const write = (axis: number, at: number): string => {
    if (axis === shape.length) return texts.get(at)!.padStart(shape.length > 1 ? width : 0);
    const parts = shown[axis]!.map((i) => (i === null ? "…" : write(axis + 1, at + i * strides[axis]!)));
    const lines = shape.length - axis;
    const separator = lines === 1 ? ", " : `,${"\n".repeat(lines - 1)}${" ".repeat(axis + 1)}`;
    return `[${parts.join(separator)}]`;
  };
  return write(0, 0);
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
  const body = nested(cells, dtype, shape, cells.length > cutAbove);
  return body.includes("\n") ? `${head}\n${body}` : `${head} ${body}`;
}

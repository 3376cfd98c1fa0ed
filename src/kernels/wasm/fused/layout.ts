import { type Shape, sizeOf } from "../../../shape.ts";
import type { View } from "../../../view.ts";
import type { Word } from "../instruction.ts";

/**
 * How an operand lies along the loops: `full`, cell after cell; `scalar`, one cell for all; or by its innermost axis, with
 * strides along the others: `row`, cell after cell; `splat`, one cell for the whole row; `strided`, some distance apart.
 */
export type Layout = "full" | "scalar" | "row" | "splat" | "strided";

export interface Plan {
  /** How many loops there are, from none (a scalar) and one (all cells in a row). */
  readonly axes: number;
  readonly layouts: readonly Layout[];
  /** Arguments of the kernel, from {@link firstWord} on. */
  readonly words: readonly Word[];
  /** A range of cells is a multiple of this. */
  readonly grain: number;
}

/** The first words of the arguments are those of `elementwise`. */
export const firstWord = 6;

interface Axis {
  size: number;
  /** In cells, of each operand. */
  readonly strides: readonly number[];
}

/** The axes, innermost first, with neighbours made one where every operand allows. */
function collapse(shape: Shape, views: readonly View[]): readonly Axis[] {
  const axes: Axis[] = [];
  if (sizeOf(shape) === 0) return axes;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i]!;
    if (size === 1) continue;
    const strides = views.map(({ stride }) => stride[i]!);
    const inner = axes.at(-1);
    if (inner?.strides.every((stride, k) => strides[k] === stride * inner.size)) inner.size *= size;
    else axes.push({ size, strides });
  }
  return axes;
}

function layoutOf(axes: readonly Axis[], k: number): Layout {
  let cells = 1;
  const dense = axes.every(({ size, strides }) => {
    const next = strides[k] === cells;
    cells *= size;
    return next;
  });
  if (dense) return "full";
  if (axes.every(({ strides }) => strides[k] === 0)) return "scalar";
  const inner = axes[0]!.strides[k];
  return inner === 1 ? "row" : inner === 0 ? "splat" : "strided";
}

/** The words are: pointers; with several axes the sizes of all but the outermost; of each operand the strides in bytes. */
export function planOf(shape: Shape, views: readonly View[]): Plan {
  const axes = collapse(shape, views);
  const layouts = views.map((_, k) => layoutOf(axes, k));
  const pointers = views.map(({ data, offset }) => ({ data, offset }));
  const sizes = axes.slice(0, -1).map(({ size }) => size);
  const strides = views.flatMap(({ data }, k) =>
    stridesOf(layouts[k]!, axes.length).map((axis) => axes[axis]!.strides[k]! * data.BYTES_PER_ELEMENT),
  );
  return {
    axes: axes.length,
    layouts,
    words: [...pointers, ...sizes, ...strides],
    grain: sizes[0] ?? 1,
  };
}

/** The axes, innermost first, whose strides an operand needs to be told. */
export function stridesOf(layout: Layout, axes: number): readonly number[] {
  if (layout === "full" || layout === "scalar") return [];
  const first = layout === "strided" ? 0 : 1;
  return Array.from({ length: axes - first }, (_, i) => first + i);
}

import { ensure } from "../errors.ts";
import { broadcastShapes, normalizeAxis, type Shape, sameSize, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { tex } from "../tex.ts";
import { broadcastView, transposeView, type View } from "../view.ts";
import { axisPairs, flag, lead } from "./attributes.ts";
import { op } from "./op.ts";
import { expandDims, reshape, squeeze, transpose } from "./rearrange.ts";

const swapLast = (shape: Shape, swap: boolean): Shape =>
  swap ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape;

function swapView(view: View, swap: boolean): View {
  if (!swap) return view;
  const rank = view.shape.length;
  return transposeView(
    view,
    swapLast(
      view.shape.map((_, i) => i),
      rank >= 2,
    ),
  );
}

const flags = { transposeA: flag(false), transposeB: flag(false) };

/** Matrices and batches of them; vectors are for {@link matmul} to turn into matrices. */
const product = op(
  "matmul",
  ["a", "b"],
  flags,
)({
  tex: ({ transposeA, transposeB }) =>
    tex`#a${transposeA ? tex`^{\top}` : ""} #b${transposeB ? tex`^{\top}` : ""}`,
  level: "product",
  numbers: "any",
  broadcasts: true,
  shape: (s, { transposeA, transposeB }) => {
    const [a, b] = [swapLast(s.a, transposeA), swapLast(s.b, transposeB)];
    return [...broadcastShapes(a.slice(0, -2), b.slice(0, -2)), a.at(-2)!, b.at(-1)!];
  },
  forward: (k, x, out, { transposeA, transposeB }) => {
    const batch = out.shape.slice(0, -2);
    const [a, b] = [swapView(x.a, transposeA), swapView(x.b, transposeB)];
    const stretch = (view: View) => broadcastView(view, [...batch, ...view.shape.slice(-2)]);
    k.matmul(stretch(a), stretch(b), out);
  },
  // The transposes are read, not made: dA = dY Bᵀ and dB = Aᵀ dY, and their transposes.
  vjp: {
    a: {
      tex: ({ transposeA, transposeB }) => {
        const b = tex`#b${transposeB ? "" : tex`^{\top}`}`;
        return transposeA ? tex`#b${transposeB ? tex`^{\top}` : ""} #dy^{\top}` : `#dy ${b}`;
      },
      of: (dy, { b }, _, { transposeA, transposeB }) =>
        transposeA
          ? product(b, dy, { transposeA: transposeB, transposeB: true })
          : product(dy, b, { transposeB: !transposeB }),
    },
    b: {
      tex: ({ transposeA, transposeB }) => {
        const a = tex`#a${transposeA ? "" : tex`^{\top}`}`;
        return transposeB ? tex`#dy^{\top} #a${transposeA ? tex`^{\top}` : ""}` : `${a} #dy`;
      },
      of: (dy, { a }, _, { transposeA, transposeB }) =>
        transposeB
          ? product(dy, a, { transposeA: true, transposeB: transposeA })
          : product(a, dy, { transposeA: !transposeA }),
    },
  },
});

/**
 * The matrix product over the last two axes; the axes before them are batches, which broadcast.
 * A vector stands for one row (left) or one column (right), which is dropped from the result.
 * Shapes: a [batch…, m, k], b [batch…, k, n] → [batch…, m, n]. numpy: `matmul`.
 *
 * @throws If the inner sizes differ or the batches do not broadcast.
 * @example
 * ```ts
 * deepEqual(matmul([[1, 2], [3, 4]], [[1], [10]]).toArray(), [[21], [43]]);
 * deepEqual(matmul([1, 2], [3, 4]).item(), 11);
 * ```
 */
export const matmul = op(
  "matmul",
  ["a", "b"],
  flags,
)({
  tex: "#a #b",
  level: "product",
  numbers: "any",
  parts: ({ a, b }, attrs) => {
    ensure(a.rank >= 1 && b.rank >= 1, () => "a scalar is no matrix; use mul");
    const columns = a.shape.at(attrs.transposeA && a.rank > 1 ? -2 : -1)!;
    const rows = b.shape.at(attrs.transposeB || b.rank === 1 ? -1 : -2)!;
    ensure(
      sameSize(columns, rows),
      () => `a has ${columns} columns and b has ${rows} rows; they must be equal`,
    );
    const asMatrix = (x: Tensor, axis: number) => (x.rank === 1 ? expandDims(x, axis) : x);
    const [left, right] = [asMatrix(a, 0), asMatrix(b, 1)];
    const y = product(left, right, {
      transposeA: attrs.transposeA && a.rank > 1,
      transposeB: attrs.transposeB && b.rank > 1,
    });
    const dropped = [...(a.rank === 1 ? [-2] : []), ...(b.rank === 1 ? [-1] : [])];
    return dropped.length > 0 ? squeeze(y, dropped) : y;
  },
});

/**
 * Products summed over several axes at once: the last `axes` of a with the first of b, or the axes named in
 * `[axesOfA, axesOfB]`. numpy: `tensordot`.
 *
 * @throws If the axes do not match in number or size.
 * @example
 * ```ts
 * deepEqual(tensordot(ones([2, 3, 4]), ones([3, 4, 5]), 2).shape, [2, 5]);
 * ```
 */
export const tensordot = op("tensordot", ["a", "b"], { axes: lead(axisPairs(2)) })({
  tex: tex`#a \cdot #b`,
  level: "product",
  numbers: "any",
  parts: ({ a, b }, { axes }) => {
    const count = typeof axes === "number" ? axes : axes[0].length;
    ensure(
      count <= a.rank && count <= b.rank,
      () => `${count} axes are summed; a has ${a.rank}, b has ${b.rank}`,
    );
    const last = Array.from({ length: count }, (_, i) => a.rank - count + i);
    const [ofA, ofB] = typeof axes === "number" ? [last, last.map((_, i) => i)] : axes;
    const inner = ofA.map((axis) => normalizeAxis(axis, a.rank));
    const outer = ofB.map((axis) => normalizeAxis(axis, b.rank));
    const rows = a.shape.map((_, i) => i).filter((i) => !inner.includes(i));
    const columns = b.shape.map((_, i) => i).filter((i) => !outer.includes(i));
    for (const [i, axis] of inner.entries()) {
      const [m, n] = [a.shape[axis]!, b.shape[outer[i]!]!];
      ensure(sameSize(m, n), () => `axis ${axis} of a has ${m} cells and axis ${outer[i]} of b has ${n}`);
    }
    const sizes = (x: Tensor, list: readonly number[]) => list.map((i) => x.shape[i]!);
    const n = sizeOf(sizes(a, inner));
    const left = reshape(transpose(a, [...rows, ...inner]), [sizeOf(sizes(a, rows)), n]);
    const right = reshape(transpose(b, [...outer, ...columns]), [n, sizeOf(sizes(b, columns))]);
    return reshape(product(left, right), [...sizes(a, rows), ...sizes(b, columns)]);
  },
});

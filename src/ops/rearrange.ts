import { ensure } from "../errors.ts";
import { normalizeAxes, normalizeAxis, resolveReshape, sameSize } from "../shape.ts";
import { tex } from "../tex.ts";
import { sliceView, transposeView } from "../view.ts";
import { axes, axis, lead, openShape, permutation } from "./attributes.ts";
import { op } from "./op.ts";

/**
 * The same cells in row-major order under another shape; one size may be −1 and takes what is left.
 *
 * @throws If the number of cells differs.
 * @example
 * ```ts
 * deepEqual(reshape([1, 2, 3, 4], [2, -1]).toArray(), [[1, 2], [3, 4]]);
 * ```
 */
export const reshape = op("reshape", ["x"], { shape: lead(openShape()) })({
  tex: tex`\operatorname{reshape}(#x)`,
  numbers: "all",
  shape: ({ x }, attrs) => resolveReshape(x, attrs.shape),
  forward: (k, { x }, out) => k.copy({ ...out, data: x.data }, out),
  vjp: { x: { tex: tex`\operatorname{reshape}(#dy)`, of: (dy, { x }) => reshape(dy, x.shape) } },
});

const orderOf = (order: readonly number[] | null, rank: number): number[] =>
  order === null
    ? Array.from({ length: rank }, (_, i) => rank - 1 - i)
    : order.map((axis) => normalizeAxis(axis, rank));

/**
 * The axes in another order: axis i of the result is axis `axes[i]` of x. By default they are reversed.
 *
 * @example
 * ```ts
 * deepEqual(transpose([[1, 2, 3]]).shape, [3, 1]);
 * ```
 */
export const transpose = op("transpose", ["x"], { axes: lead(permutation(null)) })({
  tex: tex`#x^{\top}`,
  level: "power",
  numbers: "all",
  shape: ({ x }, attrs) => {
    const order = orderOf(attrs.axes, x.length);
    ensure(
      order.length === x.length && new Set(order).size === x.length,
      () => `axes [${attrs.axes}] must name each of the ${x.length} axes once`,
    );
    return order.map((axis) => x[axis]!);
  },
  forward: (k, { x }, out, attrs) => k.copy(transposeView(x, orderOf(attrs.axes, x.shape.length)), out),
  vjp: {
    x: {
      tex: tex`#dy^{\top}`,
      level: "power",
      of: (dy, { x }, _, attrs) => {
        const order = orderOf(attrs.axes, x.rank);
        return transpose(
          dy,
          order.map((_, i) => order.indexOf(i)),
        );
      },
    },
  },
});

/** A new axis of size 1 at `axis` of the result. */
export const expandDims = op("expandDims", ["x"], { axis: lead(axis()) })({
  tex: tex`\operatorname{expand}(#x)`,
  numbers: "all",
  parts: ({ x }, attrs) => {
    const at = normalizeAxis(attrs.axis, x.rank + 1);
    return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
  },
});

/** Drops axes of size 1: those named, or all. */
export const squeeze = op("squeeze", ["x"], { axis: lead(axes(null)) })({
  tex: tex`\operatorname{squeeze}(#x)`,
  numbers: "all",
  parts: ({ x }, attrs) => {
    const named = normalizeAxes(attrs.axis, x.rank);
    const dropped = attrs.axis === null ? named.filter((i) => x.shape[i] === 1) : named;
    for (const i of dropped) {
      ensure(sameSize(x.shape[i]!, 1), () => `axis ${i} has size ${x.shape[i]}, not 1`);
    }
    return reshape(
      x,
      x.shape.filter((_, i) => !dropped.includes(i)),
    );
  },
});

/** The cells in opposite order along some axes, all by default. */
export const flip = op("flip", ["x"], { axis: lead(axes(null)) })({
  tex: tex`\operatorname{flip}(#x)`,
  numbers: "all",
  shape: ({ x }, attrs) => {
    normalizeAxes(attrs.axis, x.length);
    return x;
  },
  forward: (k, { x }, out, attrs) => {
    const flipped = normalizeAxes(attrs.axis, x.shape.length);
    const start = x.shape.map((size, i) => (flipped.includes(i) ? size - 1 : 0));
    const step = x.shape.map((_, i) => (flipped.includes(i) ? -1 : 1));
    k.copy(sliceView(x, start, step, x.shape), out);
  },
  vjp: { x: { tex: tex`\operatorname{flip}(#dy)`, of: (dy, _, __, attrs) => flip(dy, attrs.axis) } },
});

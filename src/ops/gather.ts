import { ensure } from "../errors.ts";
import { normalizeAxis, type Shape, sizeOf } from "../shape.ts";
import { arange } from "../tensor/create.ts";
import { tex } from "../tex.ts";
import { type View, viewOf } from "../view.ts";
import { axis, lead, natural } from "./attributes.ts";
import { equal, where } from "./compare.ts";
import { op } from "./op.ts";
import { expandDims, reshape } from "./rearrange.ts";

/** [before, size of the axis, after]: any axis seen as the middle one of three. */
const middle = (shape: Shape, at: number): Shape => [
  sizeOf(shape.slice(0, at)),
  shape[at]!,
  sizeOf(shape.slice(at + 1)),
];

/** Refuses indices that are out of range; negative ones count from the end. */
function checkedIndices(indices: View, size: number): View {
  const stray = indices.data.find((index) => !(index >= -size && index < size));
  ensure(stray === undefined, () => `index ${stray} is out of range: the axis has ${size} cells`);
  return indices;
}

/**
 * Slices of x along an axis, picked by indices of any shape (negative ones count from the end).
 * Shapes: x [a…, n, b…], indices [i…] → [a…, i…, b…]. numpy: `take`.
 *
 * @throws If an index is out of range or no whole number.
 * @example
 * ```ts
 * deepEqual(gather([10, 20, 30], [2, 0, 2]).toArray(), [30, 10, 30]);
 * ```
 */
export const gather = op("gather", ["x", "indices"], { axis: lead(axis(0)) })({
  tex: tex`#x_{#indices}`,
  kinds: { indices: "int32" },
  numbers: "all",
  shape: ({ x, indices }, attrs) => {
    const at = normalizeAxis(attrs.axis, x.length);
    return [...x.slice(0, at), ...indices, ...x.slice(at + 1)];
  },
  forward: (k, { x, indices }, out, attrs) => {
    const at = normalizeAxis(attrs.axis, x.shape.length);
    const [before, size, after] = middle(x.shape, at) as readonly [number, number, number];
    const count = sizeOf(indices.shape);
    k.gather(
      viewOf(x.data, [before, size, after]),
      checkedIndices(indices, size),
      viewOf(out.data, [before, count, after]),
    );
  },
  vjp: {
    x: {
      tex: tex`\operatorname{scatter}_{#indices}(#dy)`,
      of: (dy, { x, indices }, _, attrs) => {
        const at = normalizeAxis(attrs.axis, x.rank);
        return scatterAdd(dy, indices, { axis: at, size: x.shape[at]! });
      },
    },
    indices: null,
  },
});

/**
 * The adjoint of {@link gather}: zeros of `size` along `axis`, with each slice of x added at its index.
 */
export const scatterAdd = op("scatterAdd", ["x", "indices"], { axis: axis(0), size: natural() })({
  tex: tex`\operatorname{scatter}_{#indices}(#x)`,
  kinds: { indices: "int32" },
  numbers: "any",
  shape: ({ x, indices }, attrs) => {
    const at = normalizeAxis(attrs.axis, x.length - indices.length + 1);
    ensure(
      String(x.slice(at, at + indices.length)) === String(indices),
      () => `x must have the shape of the indices at axis ${at}`,
    );
    return [...x.slice(0, at), attrs.size, ...x.slice(at + indices.length)];
  },
  forward: (k, { x, indices }, out, attrs) => {
    const at = normalizeAxis(attrs.axis, out.shape.length);
    const [before, size, after] = middle(out.shape, at) as readonly [number, number, number];
    k.scatterAdd(
      viewOf(x.data, [before, sizeOf(indices.shape), after]),
      checkedIndices(indices, size),
      viewOf(out.data, [before, size, after]),
    );
  },
  vjp: {
    x: {
      tex: tex`#dy_{#indices}`,
      of: (dy, { indices }, _, attrs) => gather(dy, indices, attrs.axis),
    },
    indices: null,
  },
});

/**
 * 1 at each index along a new axis of `depth` cells, else 0; an index out of range gives zeros.
 * Shapes: indices [i…] → [i…, depth]. Keras: `one_hot`.
 *
 * @example
 * ```ts
 * deepEqual(oneHot([0, 2], 3).toArray(), [[1, 0, 0], [0, 0, 1]]);
 * ```
 */
export const oneHot = op("oneHot", ["indices"], { depth: lead(natural()), axis: axis(-1) })({
  tex: tex`\operatorname{onehot}(#indices)`,
  kinds: { indices: "int32" },
  parts: ({ indices }, attrs) => {
    const at = normalizeAxis(attrs.axis, indices.rank + 1);
    const classes = arange(0, attrs.depth, 1, "int32");
    const along = Array.from({ length: indices.rank + 1 }, (_, i) => (i === at ? attrs.depth : 1));
    return where(equal(expandDims(indices, at), reshape(classes, along)), 1.0, 0.0);
  },
});

import { ensure } from "../errors.ts";
import type { Kernels, ReduceName } from "../kernels/kernels.ts";
import {
  broadcastShapes,
  formatShape,
  normalizeAxes,
  normalizeAxis,
  reducedShape,
  type Shape,
  sameShape,
  sizeOf,
  stretchedAxes,
} from "../shape.ts";
import { eye } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { tex } from "../tex.ts";
import { broadcastView, transposeView, type View } from "../view.ts";
import { div, mul, sub } from "./arithmetic.ts";
import { type AttrsOf, axes, axis, axisOrAll, flag, lead, shape } from "./attributes.ts";
import { equal, where } from "./compare.ts";
import { exp, sqrt } from "./exponential.ts";
import { type Op, op, type Vjp } from "./op.ts";
import { reshape, transpose } from "./rearrange.ts";

const over = { axis: lead(axes(null)), keepdims: flag(false) };
type Over = AttrsOf<typeof over>;
type Reduction = Op<readonly ["x"], typeof over>;

/** The view with its reduced axes last, as the reduce kernel takes it. */
function reducedLast(x: View, reduced: readonly number[]): View {
  const kept = x.shape.map((_, i) => i).filter((i) => !reduced.includes(i));
  return transposeView(x, [...kept, ...reduced]);
}

function reduceInto(k: Kernels, name: ReduceName, x: View, out: View, reduced: readonly number[]) {
  k.reduce(name, reducedLast(x, reduced), reduced.length, out);
}

/** How many cells go into each result. */
const reducedCount = (x: Tensor, { axis }: Over): number =>
  sizeOf(normalizeAxes(axis, x.rank).map((i) => x.shape[i]!));

/** Puts back the reduced axes with size 1, so that `y` broadcasts against `x`. */
const restore = (y: Tensor, x: Tensor, { axis, keepdims }: Over): Tensor =>
  keepdims ? y : reshape(y, reducedShape(x.shape, normalizeAxes(axis, x.rank), true));

/** A reduction over some axes (all by default), which are dropped, or kept with size 1. */
const reduction = (
  name: ReduceName,
  about: {
    tex: string;
    numbers?: "float" | "any";
    /** Why there is no result over no cells. */
    empty?: string;
    vjp: Vjp<readonly ["x"], Over>;
  },
  opName: string = name,
): Reduction =>
  op(
    opName,
    ["x"],
    over,
  )({
    tex: about.tex,
    numbers: about.numbers ?? "float",
    shape: ({ x }, { axis, keepdims }) => {
      const reduced = normalizeAxes(axis, x.length);
      ensure(about.empty === undefined || !reduced.some((i) => x[i] === 0), () => about.empty!);
      return reducedShape(x, reduced, keepdims);
    },
    forward: (k, { x }, out, attrs) => reduceInto(k, name, x, out, normalizeAxes(attrs.axis, x.shape.length)),
    vjp: { x: about.vjp },
  });

/**
 * The sum over some axes, all by default.
 *
 * @example
 * ```ts
 * deepEqual(sum([[1, 2], [3, 4]], { axis: 0 }).toArray(), [4, 6]);
 * ```
 */
export const sum = reduction("sum", {
  tex: tex`\sum #x`,
  numbers: "any",
  vjp: {
    tex: tex`\operatorname{broadcast}(#dy)`,
    of: (dy, { x }, _, attrs) => broadcastTo(restore(dy, x, attrs), x.shape),
  },
});

/**
 * Sums `x` back to `shape`, from which it was stretched by broadcasting: the adjoint of
 * {@link broadcastTo}.
 */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  const stretched = stretchedAxes(shape, x.shape);
  return reshape(sum(x, { axis: stretched, keepdims: true }), shape);
}

/**
 * Repeats x along axes of size 1 (or missing at the left) to the given shape.
 *
 * @example
 * ```ts
 * deepEqual(broadcastTo([[1], [2]], [2, 3]).toArray(), [[1, 1, 1], [2, 2, 2]]);
 * ```
 */
export const broadcastTo = op("broadcastTo", ["x"], { shape: lead(shape()) })({
  tex: tex`\operatorname{broadcast}(#x)`,
  numbers: "all",
  shape: ({ x }, attrs) => {
    ensure(
      sameShape(broadcastShapes(x, attrs.shape), attrs.shape),
      () => `${formatShape(x)} cannot be stretched to ${formatShape(attrs.shape)}`,
    );
    return attrs.shape;
  },
  forward: (k, { x }, out) => k.copy(broadcastView(x, out.shape), out),
  vjp: { x: { tex: tex`\sum #dy`, of: (dy, { x }) => sumTo(dy, x.shape) } },
});

/** The mean over some axes, all by default. */
export const mean = reduction("mean", {
  tex: tex`\frac{1}{n} \cdot \sum #x`,
  empty: "there is no mean of no cells",
  vjp: {
    tex: tex`\frac{\operatorname{broadcast}(#dy)}{n}`,
    of: (dy, { x }, _, attrs) => broadcastTo(div(restore(dy, x, attrs), reducedCount(x, attrs)), x.shape),
  },
});

/** Each cell that is the extreme gets an equal share of the upstream gradient. */
const shareOfExtreme: Vjp<readonly ["x"], Over> = {
  tex: tex`\frac{#dy \cdot [#x = #y]}{\sum [#x = #y]}`,
  of: (dy, { x }, y, attrs) => {
    const is = where(equal(x, restore(y, x, attrs)), 1, 0);
    const ties = sum(is, { axis: attrs.axis, keepdims: true });
    return mul(div(restore(dy, x, attrs), ties), is);
  },
};

/** The largest cell along some axes; ties share the gradient. */
export const max = reduction("max", {
  tex: tex`\max #x`,
  numbers: "any",
  empty: "there is no largest of no cells",
  vjp: shareOfExtreme,
});

/** The smallest cell along some axes; ties share the gradient. */
export const min = reduction("min", {
  tex: tex`\min #x`,
  numbers: "any",
  empty: "there is no smallest of no cells",
  vjp: shareOfExtreme,
});

/**
 * The product over some axes. Its gradient, the product of the other cells, is computed without dividing,
 * so that zeros are no trouble; that takes memory for the square of the reduced size.
 */
export const prod = reduction("prod", {
  tex: tex`\prod #x`,
  numbers: "any",
  vjp: {
    tex: tex`#dy \cdot \prod_{j \neq i} #x_j`,
    of: (dy, { x }, _, attrs) => mul(restore(dy, x, attrs), productOfOthers(x, attrs)),
  },
});

/** For each cell of x the product of all others that `prod` multiplies it with. */
function productOfOthers(x: Tensor, { axis }: Over): Tensor {
  const reduced = normalizeAxes(axis, x.rank);
  const kept = x.shape.map((_, i) => i).filter((i) => !reduced.includes(i));
  const order = [...kept, ...reduced];
  const moved = transpose(x, order);
  const n = sizeOf(reduced.map((i) => x.shape[i]!));
  const lanes = reshape(moved, [...kept.map((i) => x.shape[i]!), 1, n]);
  const others = prod(where(eye(n, "bool"), 1, lanes), { axis: -1 });
  const inverse = order.map((_, i) => order.indexOf(i));
  return transpose(reshape(others, moved.shape), inverse);
}

/** The mean squared distance from the mean (biased: divided by n). */
export const variance = reduction("variance", {
  tex: tex`\operatorname{var}(#x)`,
  empty: "there is no variance of no cells",
  vjp: {
    tex: tex`\frac{2}{n} \cdot #dy \cdot (#x - \mu)`,
    of: (dy, { x }, _, attrs) => {
      const scaled = mul(restore(dy, x, attrs), 2 / reducedCount(x, attrs));
      return mul(scaled, sub(x, mean(x, { axis: attrs.axis, keepdims: true })));
    },
  },
});

/** The square root of the variance; where that is 0 the gradient is taken as 0. */
export const std = op(
  "std",
  ["x"],
  over,
)({
  tex: tex`\sqrt{\operatorname{var}(#x)}`,
  parts: ({ x }, attrs) => sqrt(variance(x, attrs)),
  vjp: {
    x: {
      tex: tex`\frac{#dy \cdot (#x - \mu)}{n \cdot #y}`,
      of: (dy, { x }, y, attrs) => {
        const flat = equal(y, 0);
        const scale = where(flat, 0, div(dy, mul(where(flat, 1, y), reducedCount(x, attrs))));
        const centered = sub(x, mean(x, { axis: attrs.axis, keepdims: true }));
        return mul(restore(scale, x, attrs), centered);
      },
    },
  },
});

/** log Σ eˣ, shifted by the largest cell so that it never overflows; its gradient is the softmax. */
export const logSumExp = reduction("logSumExp", {
  tex: tex`\log \sum e^{#x}`,
  vjp: {
    tex: tex`#dy \cdot e^{#x - #y}`,
    of: (dy, { x }, y, attrs) => mul(restore(dy, x, attrs), exp(sub(x, restore(y, x, attrs)))),
  },
});

/** Index of the first extreme cell, as int32; no gradient. */
const position = (name: "argmax" | "argmin") =>
  op(name, ["x"], { axis: lead(axisOrAll(null)), keepdims: flag(false) })({
    tex: tex`\operatorname{${name}}(#x)`,
    numbers: "any",
    dtype: "int32",
    shape: ({ x }, { axis, keepdims }) => {
      const reduced = normalizeAxes(axis, x.length);
      ensure(!reduced.some((i) => x[i] === 0), () => "there is no extreme of no cells");
      return reducedShape(x, reduced, keepdims);
    },
    forward: (k, { x }, out, { axis }) => reduceInto(k, name, x, out, normalizeAxes(axis, x.shape.length)),
    vjp: { x: null },
  });

/** Index of the (first) largest cell along an axis, or among all cells; int32. */
export const argmax = position("argmax");
/** Index of the (first) smallest cell along an axis, or among all cells; int32. */
export const argmin = position("argmin");

/** The view with one axis last, as the scan kernel takes it. */
export function axisLast(view: View, at: number): View {
  const rest = view.shape.map((_, i) => i).filter((i) => i !== at);
  return transposeView(view, [...rest, at]);
}

/**
 * Running sums along an axis: out_i = x_0 + … + x_i, or from the end with `reverse`.
 *
 * @example
 * ```ts
 * deepEqual(cumsum([1, 2, 3]).toArray(), [1, 3, 6]);
 * ```
 */
export const cumsum = op("cumsum", ["x"], { axis: lead(axis(-1)), reverse: flag(false) })({
  tex: tex`\sum_{j \leq i} #x_j`,
  numbers: "any",
  shape: ({ x }, attrs) => {
    normalizeAxis(attrs.axis, x.length);
    return x;
  },
  forward: (k, { x }, out, attrs) => {
    const at = normalizeAxis(attrs.axis, x.shape.length);
    k.scan(attrs.reverse ? "reverseCumsum" : "cumsum", axisLast(x, at), axisLast(out, at));
  },
  vjp: {
    x: {
      tex: tex`\sum_{j \geq i} #dy_j`,
      of: (dy, _, __, attrs) => cumsum(dy, { axis: attrs.axis, reverse: !attrs.reverse }),
    },
  },
});

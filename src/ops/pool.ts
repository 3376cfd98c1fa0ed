import { ensure } from "../errors.ts";
import { type Padding, type PoolGeometry, poolGeometry } from "../geometry.ts";
import { formatShape, type Shape, sameShape } from "../shape.ts";
import { tex } from "../tex.ts";
import { count, countOrNull, flag, imageSize, padding, pair, pairOrNull } from "./attributes.ts";
import { op } from "./op.ts";
import { expandDims, squeeze } from "./rearrange.ts";
import { max, mean } from "./reduce.ts";

const window = { poolSize: pair(2), strides: pairOrNull(null), padding: padding("valid") };

interface PoolAttrs {
  readonly poolSize: readonly [number, number];
  readonly strides: readonly [number, number] | null;
  readonly padding: Padding;
}

const geometry = (x: Shape, { poolSize, strides, padding }: PoolAttrs): PoolGeometry =>
  poolGeometry(x, { kernel: poolSize, strides: strides ?? poolSize, padding, dilation: [1, 1] });

const pooledShape = (g: PoolGeometry): Shape => [g.batch, g.height.output, g.width.output, g.channels];

function ensurePooled(u: Shape, x: Shape, attrs: PoolAttrs): void {
  const expected = pooledShape(geometry(x, attrs));
  ensure(
    sameShape(u, expected),
    () => `u must have the shape that the pooling gives, ${formatShape(expected)}`,
  );
}

/**
 * The largest cell of each window, channel by channel; padding never wins. The gradient goes to the first
 * largest. Shapes: [batch, h, w, channels] → [batch, h′, w′, channels]. `strides` default to `poolSize`.
 *
 * @example
 * ```ts
 * deepEqual(maxPool2d(ones([1, 4, 4, 3])).shape, [1, 2, 2, 3]);
 * ```
 */
export const maxPool2d = op(
  "maxPool2d",
  ["x"],
  window,
)({
  tex: tex`\max_{\mathrm{window}} #x`,
  numbers: "any",
  shape: ({ x }, attrs) => pooledShape(geometry(x, attrs)),
  forward: (k, { x }, out, attrs) => k.maxPool(x, geometry(x.shape, attrs), out),
  vjp: {
    x: {
      tex: tex`\operatorname{route}(#dy)`,
      of: (dy, { x }, _, attrs) => maxPoolScatter(dy, x, attrs),
    },
  },
});

/** Sends the u of each window to where x has its first largest cell: the adjoint of maxPoolGather. */
export const maxPoolScatter = op(
  "maxPoolScatter",
  ["u", "x"],
  window,
)({
  tex: tex`\operatorname{route}_{#x}(#u)`,
  shape: ({ u, x }, attrs) => {
    ensurePooled(u, x, attrs);
    return x;
  },
  forward: (k, { u, x }, out, attrs) => k.maxPoolScatter(u, x, geometry(x.shape, attrs), out),
  vjp: {
    u: {
      tex: tex`\operatorname{pick}_{#x}(#dy)`,
      of: (dy, { x }, _, attrs) => maxPoolGather(dy, x, attrs),
    },
    x: null,
  },
});

/** For each window the cell of v where x has its first largest. */
export const maxPoolGather = op(
  "maxPoolGather",
  ["v", "x"],
  window,
)({
  tex: tex`\operatorname{pick}_{#x}(#v)`,
  shape: ({ v, x }, attrs) => {
    ensure(sameShape(v, x), () => "v and x must have one shape");
    return pooledShape(geometry(x, attrs));
  },
  forward: (k, { v, x }, out, attrs) => k.maxPoolGather(v, x, geometry(x.shape, attrs), out),
  vjp: {
    v: {
      tex: tex`\operatorname{route}_{#x}(#dy)`,
      of: (dy, { x }, _, attrs) => maxPoolScatter(dy, x, attrs),
    },
    x: null,
  },
});

/**
 * The mean of each window, channel by channel; padding does not count. Shapes as {@link maxPool2d}.
 */
export const averagePool2d = op(
  "averagePool2d",
  ["x"],
  window,
)({
  tex: tex`\operatorname{mean}_{\mathrm{window}} #x`,
  shape: ({ x }, attrs) => pooledShape(geometry(x, attrs)),
  forward: (k, { x }, out, attrs) => k.averagePool(x, geometry(x.shape, attrs), out),
  vjp: {
    x: {
      tex: tex`\operatorname{spread}(#dy)`,
      of: (dy, { x }, _, attrs) => averagePoolScatter(dy, { ...attrs, size: [x.shape[1]!, x.shape[2]!] }),
    },
  },
});

/** Spreads the u of each window evenly over its cells: the adjoint of {@link averagePool2d}. */
export const averagePoolScatter = op("averagePoolScatter", ["u"], { ...window, size: imageSize() })({
  tex: tex`\operatorname{spread}(#u)`,
  shape: ({ u }, attrs) => {
    ensure(u.length === 4, () => "u must have 4 axes");
    const x = [u[0]!, ...attrs.size, u[3]!];
    ensurePooled(u, x, attrs);
    return x;
  },
  forward: (k, { u }, out, attrs) => k.averagePoolScatter(u, geometry(out.shape, attrs), out),
  vjp: {
    u: {
      tex: tex`\operatorname{mean}_{\mathrm{window}} #dy`,
      of: (dy, _, __, { poolSize, strides, padding }) => averagePool2d(dy, { poolSize, strides, padding }),
    },
  },
});

const window1d = { poolSize: count(2), strides: countOrNull(null), padding: padding("valid") };

/** A pooling over [batch, time, channels], as one over images of height 1. */
const pool1d = (opName: string, pool: typeof maxPool2d) =>
  op(
    opName,
    ["x"],
    window1d,
  )({
    tex: tex`\operatorname{${opName}}(#x)`,
    parts: ({ x }, { poolSize, strides, padding }) => {
      ensure(x.rank === 3, () => "x must have 3 axes: [batch, time, channels]");
      const y = pool(expandDims(x, 1), {
        poolSize: [1, poolSize],
        strides: [1, strides ?? poolSize],
        padding,
      });
      return squeeze(y, 1);
    },
  });

/** {@link maxPool2d} along one axis. Shapes: [batch, time, channels] → [batch, time′, channels]. */
export const maxPool1d = pool1d("maxPool1d", maxPool2d);
/** {@link averagePool2d} along one axis. Shapes: [batch, time, channels] → [batch, time′, channels]. */
export const averagePool1d = pool1d("averagePool1d", averagePool2d);

const globalPool2d = (opName: string, source: string, numbers: "float" | "any", pool: typeof max) =>
  op(opName, ["x"], { keepdims: flag(false) })({
    tex: source,
    numbers,
    parts: ({ x }, { keepdims }) => {
      ensure(x.rank === 4, () => "x must have 4 axes: [batch, height, width, channels]");
      return pool(x, { axis: [1, 2], keepdims });
    },
  });

/** The mean of each channel. Shapes: [batch, h, w, channels] → [batch, channels]. */
export const globalAveragePool2d = globalPool2d(
  "globalAveragePool2d",
  tex`\operatorname{mean}_{h,w} #x`,
  "float",
  mean,
);

/** The largest cell of each channel. Shapes: [batch, h, w, channels] → [batch, channels]. */
export const globalMaxPool2d = globalPool2d("globalMaxPool2d", tex`\max_{h,w} #x`, "any", max);

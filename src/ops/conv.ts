import { ensure } from "../errors.ts";
import { type ConvGeometry, convGeometry, outputShape, type Padding, transposedSize } from "../geometry.ts";
import { formatShape, type Shape, sameShape, sameSize } from "../shape.ts";
import { tex } from "../tex.ts";
import { count, imageSize, padding, pair } from "./attributes.ts";
import { op } from "./op.ts";
import { expandDims, reshape, squeeze } from "./rearrange.ts";

const window = {
  strides: pair(1),
  padding: padding("valid"),
  dilationRate: pair(1),
  groups: count(1),
};

interface WindowAttrs {
  readonly strides: readonly [number, number];
  readonly padding: Padding;
  readonly dilationRate: readonly [number, number];
  readonly groups: number;
}

const geometry = (x: Shape, filter: Shape, attrs: WindowAttrs): ConvGeometry =>
  convGeometry(x, filter, { ...attrs, dilation: attrs.dilationRate }, attrs.groups);

/** The attributes that the three convolutions share. */
const shared = ({ strides, padding, dilationRate, groups }: WindowAttrs) => ({
  strides,
  padding,
  dilationRate,
  groups,
});

/** Checks that an upstream image has the shape that the convolution gives. */
function ensureOutput(u: Shape, g: ConvGeometry): void {
  ensure(
    sameShape(u, outputShape(g)),
    () => `u must have the shape that the convolution gives, ${formatShape(outputShape(g))}`,
  );
}

// conv2d is linear in its images and in its filter. Its two adjoints are ops of their own, and the gradients
// of all three are again these three:
//
//                    gradient in images      gradient in filter     gradient in upstream
//   conv2d(x, f)     conv2dInput(dy, f)      conv2dFilter(x, dy)
//   conv2dInput(u, f)                        conv2dFilter(dy, u)    conv2d(dy, f)
//   conv2dFilter(x, u)  conv2dInput(u, dy)                          conv2d(x, dy)

/**
 * Convolution of images with a filter, as in Keras (no flip): each result is the sum over window and input
 * channels of image · filter. With groups, each group of output channels sees its group of input channels.
 * Shapes: x [batch, height, width, inputs], filter [kh, kw, inputs / groups, outputs] →
 * [batch, height′, width′, outputs], sizes as TensorFlow's "valid" and "same" give them.
 *
 * @throws If the channels do not fit the filter or the groups.
 * @example
 * ```ts
 * const x = ones([1, 4, 4, 3]);
 * const filter = ones([3, 3, 3, 8]);
 * deepEqual(conv2d(x, filter, { padding: "same", strides: 2 }).shape, [1, 2, 2, 8]);
 * ```
 */
export const conv2d = op(
  "conv2d",
  ["x", "filter"],
  window,
)({
  tex: tex`#x \star #filter`,
  level: "product",
  shape: ({ x, filter }, attrs) => outputShape(geometry(x, filter, attrs)),
  forward: (k, { x, filter }, out, attrs) => k.conv2d(x, filter, geometry(x.shape, filter.shape, attrs), out),
  vjp: {
    x: {
      tex: tex`\operatorname{conv}^{\top}_{x}(#dy, #filter)`,
      of: (dy, { x, filter }, _, attrs) =>
        conv2dInput(dy, filter, { ...shared(attrs), size: [x.shape[1]!, x.shape[2]!] }),
    },
    filter: {
      tex: tex`\operatorname{conv}^{\top}_{w}(#x, #dy)`,
      of: (dy, { x, filter }, _, attrs) =>
        conv2dFilter(x, dy, { ...shared(attrs), kernel: [filter.shape[0]!, filter.shape[1]!] }),
    },
  },
});

const imagesOf = (u: Shape, filter: Shape, size: readonly [number, number], groups: number): Shape => [
  u[0]!,
  ...size,
  filter[2]! * groups,
];

/**
 * The adjoint of {@link conv2d} in its images: each u stamps the filter, scaled by itself, onto images of
 * the given height and width. Shapes: u [batch, h′, w′, outputs], filter [kh, kw, inputs / groups, outputs] →
 * [batch, height, width, inputs].
 */
export const conv2dInput = op("conv2dInput", ["u", "filter"], { ...window, size: imageSize() })({
  tex: tex`\operatorname{conv}^{\top}_{x}(#u, #filter)`,
  shape: ({ u, filter }, attrs) => {
    ensure(u.length === 4 && filter.length === 4, () => "u and filter must have 4 axes");
    const images = imagesOf(u, filter, attrs.size, attrs.groups);
    ensureOutput(u, geometry(images, filter, attrs));
    return images;
  },
  forward: (k, { u, filter }, out, attrs) =>
    k.conv2dInput(u, filter, geometry(out.shape, filter.shape, attrs), out),
  vjp: {
    u: {
      tex: tex`#dy \star #filter`,
      of: (dy, { filter }, _, attrs) => conv2d(dy, filter, shared(attrs)),
    },
    filter: {
      tex: tex`\operatorname{conv}^{\top}_{w}(#dy, #u)`,
      of: (dy, { u, filter }, _, attrs) =>
        conv2dFilter(dy, u, { ...shared(attrs), kernel: [filter.shape[0]!, filter.shape[1]!] }),
    },
  },
});

/**
 * The adjoint of {@link conv2d} in its filter: for each tap, the products of the images it saw with u.
 * Shapes: x [batch, height, width, inputs], u [batch, h′, w′, outputs] →
 * [kh, kw, inputs / groups, outputs].
 */
export const conv2dFilter = op("conv2dFilter", ["x", "u"], { ...window, kernel: pair() })({
  tex: tex`\operatorname{conv}^{\top}_{w}(#x, #u)`,
  shape: ({ x, u }, attrs) => {
    ensure(x.length === 4 && u.length === 4, () => "x and u must have 4 axes");
    ensure(
      sameSize(x[3]! % attrs.groups, 0),
      () => `${x[3]} input channels do not divide into ${attrs.groups} groups`,
    );
    const filter = [...attrs.kernel, x[3]! / attrs.groups, u[3]!];
    ensureOutput(u, geometry(x, filter, attrs));
    return filter;
  },
  forward: (k, { x, u }, out, attrs) => k.conv2dFilter(x, u, geometry(x.shape, out.shape, attrs), out),
  vjp: {
    x: {
      tex: tex`\operatorname{conv}^{\top}_{x}(#u, #dy)`,
      of: (dy, { x, u }, _, attrs) =>
        conv2dInput(u, dy, { ...shared(attrs), size: [x.shape[1]!, x.shape[2]!] }),
    },
    u: {
      tex: tex`#x \star #dy`,
      of: (dy, { x }, _, attrs) => conv2d(x, dy, shared(attrs)),
    },
  },
});

/**
 * Transposed convolution: the adjoint of a convolution as a layer of its own, which makes images larger.
 * Shapes: x [batch, h, w, inputs], filter [kh, kw, outputs, inputs] → [batch, h·s (same), …, outputs].
 * Keras: `conv_transpose`.
 */
export const conv2dTranspose = op(
  "conv2dTranspose",
  ["x", "filter"],
  window,
)({
  tex: tex`\operatorname{conv}^{\top}_{x}(#x, #filter)`,
  parts: ({ x, filter }, attrs) => {
    ensure(x.rank === 4 && filter.rank === 4, () => "x and filter must have 4 axes");
    const size = ([0, 1] as const).map((i) =>
      transposedSize(
        x.shape[i + 1]!,
        filter.shape[i]!,
        attrs.strides[i],
        attrs.dilationRate[i],
        attrs.padding,
      ),
    );
    return conv2dInput(x, filter, { ...shared(attrs), size: [size[0]!, size[1]!] });
  },
});

const depthwiseWindow = { strides: pair(1), padding: padding("valid"), dilationRate: pair(1) };

/**
 * Each channel convolved with filters of its own: output channel c·multiplier + m is channel c with filter m.
 * Shapes: x [batch, h, w, channels], filter [kh, kw, channels, multiplier] → [batch, h′, w′, channels·multiplier].
 */
export const depthwiseConv2d = op(
  "depthwiseConv2d",
  ["x", "filter"],
  depthwiseWindow,
)({
  tex: tex`#x \star_{\mathrm{depthwise}} #filter`,
  level: "product",
  parts: ({ x, filter }, attrs) => {
    ensure(x.rank === 4, () => "x must have 4 axes: [batch, height, width, channels]");
    ensure(filter.rank === 4, () => "the filter must have 4 axes: [kh, kw, channels, multiplier]");
    const [kh, kw, channels, multiplier] = filter.shape as readonly [number, number, number, number];
    ensure(channels >= 1, () => "the filter must say for how many channels it is, at least one");
    ensure(
      sameSize(x.shape[3]!, channels),
      () => `the filter is for ${channels} channels; the images have ${x.shape[3]}`,
    );
    const grouped = reshape(filter, [kh, kw, 1, channels * multiplier]);
    return conv2d(x, grouped, { ...attrs, groups: channels });
  },
});

/** A depthwise convolution, then a 1×1 convolution across the channels. */
export const separableConv2d = op(
  "separableConv2d",
  ["x", "depthwise", "pointwise"],
  depthwiseWindow,
)({
  tex: tex`#x \star_{\mathrm{depthwise}} #depthwise \star #pointwise`,
  level: "product",
  parts: ({ x, depthwise, pointwise }, attrs) => conv2d(depthwiseConv2d(x, depthwise, attrs), pointwise),
});

/**
 * Convolution along one axis. Shapes: x [batch, time, inputs], filter [k, inputs / groups, outputs] →
 * [batch, time′, outputs].
 */
export const conv1d = op("conv1d", ["x", "filter"], {
  strides: count(1),
  padding: padding("valid"),
  dilationRate: count(1),
  groups: count(1),
})({
  tex: tex`#x \star #filter`,
  level: "product",
  parts: ({ x, filter }, attrs) => {
    ensure(x.rank === 3 && filter.rank === 3, () => "x and filter must have 3 axes");
    const y = conv2d(expandDims(x, 1), expandDims(filter, 0), {
      ...attrs,
      strides: [1, attrs.strides],
      dilationRate: [1, attrs.dilationRate],
    });
    return squeeze(y, 1);
  },
});

import { ensure } from "../errors.ts";
import { count, padding, pair } from "../ops/attributes.ts";
import { conv1d, conv2d, conv2dTranspose, depthwiseConv2d } from "../ops/conv.ts";
import { pad } from "../ops/slice.ts";
import type { Shape } from "../shape.ts";
import type { Tensor, Variable } from "../tensor/tensor.ts";
import { ensureRank, ensureRoom, knownSize } from "./checks.ts";
import { addBias, addKernel, biasSpecs, kernelSpecs } from "./kernel.ts";
import { constraint, initializer, layer, layerClass, regularizer } from "./options.ts";
import { causalPadding, single } from "./specs.ts";

const windowSpecs = {
  kernelSize: pair(),
  strides: pair(1),
  padding: padding("valid"),
  dilationRate: pair(1),
};

/** The channels of an image. */
const channelsIn = (shape: Shape): number => knownSize(shape, -1, "channels");

/** The last axes of a convolution's kernel: the channels that a filter sees, and the filters. */
function channelsAndFilters(shape: Shape, filters: number, groups: number): [number, number] {
  const channels = channelsIn(shape);
  for (const [count, what] of [
    [filters, "filters"],
    [channels, "channels"],
  ] as const) {
    ensure(count % groups === 0, () => `${count} ${what} do not divide into ${groups} groups`);
  }
  return [channels / groups, filters];
}

/**
 * Convolution of images with `filters` learned windows, then the activation.
 * Shapes: [batch, height, width, channels] → [batch, height′, width′, filters]; with `padding: "same"`
 * height′ = ⌈height / stride⌉, with `"valid"` only whole windows count. `groups` splits channels and filters into
 * groups that do not see each other. Keras: `Conv2D`.
 *
 * @throws If the input has not 4 axes, its channels are unknown or do not divide into the groups, or no window fits.
 * @example
 * ```ts
 * const convolve = Conv2D(64, [3, 3], { padding: "SAME", activation: "hard_swish" });
 * deepEqual(convolve(ones([1, 8, 8, 3])).shape, [1, 8, 8, 64]);
 * ```
 */
export const Conv2D = layer(
  class Conv2D extends layerClass("Conv2D", ["filters", "kernelSize", "strides", "padding"], {
    filters: count(),
    ...windowSpecs,
    groups: count(1),
    ...kernelSpecs,
  }) {
    declare kernel: Variable;
    declare bias: Variable | undefined;

    override build(shape: Shape): void {
      ensureRank(shape, 4);
      const { filters, kernelSize, groups } = this.options;
      this.kernel = addKernel(this, [...kernelSize, ...channelsAndFilters(shape, filters, groups)]);
      this.bias = addBias(this, filters);
    }

    override call(x: Tensor): Tensor {
      const { strides, padding, dilationRate, groups, activation, kernelSize } = this.options;
      const y = conv2d(x, this.kernel, { strides, padding, dilationRate, groups });
      ensureRoom(x, y, kernelSize);
      return activation(this.bias ? y.add(this.bias) : y);
    }
  },
);

/**
 * Convolution along time, then the activation. Shapes: [batch, time, channels] → [batch, time′, filters]. With
 * `padding: "causal"` each cell sees itself and earlier ones only. Keras: `Conv1D`.
 *
 * @throws If the input has not 3 axes, its channels are unknown or do not divide into the groups, or no window fits.
 * @example
 * ```ts
 * deepEqual(Conv1D(8, 3, { padding: "causal" })(ones([1, 20, 4])).shape, [1, 20, 8]);
 * ```
 */
export const Conv1D = layer(
  class Conv1D extends layerClass("Conv1D", ["filters", "kernelSize", "strides", "padding"], {
    filters: count(),
    kernelSize: single(),
    strides: single(1),
    padding: causalPadding("valid"),
    dilationRate: single(1),
    groups: count(1),
    ...kernelSpecs,
  }) {
    declare kernel: Variable;
    declare bias: Variable | undefined;

    override build(shape: Shape): void {
      ensureRank(shape, 3);
      const { filters, kernelSize, groups } = this.options;
      this.kernel = addKernel(this, [kernelSize, ...channelsAndFilters(shape, filters, groups)]);
      this.bias = addBias(this, filters);
    }

    override call(x: Tensor): Tensor {
      const { strides, padding, dilationRate, groups, activation, kernelSize } = this.options;
      const causal = padding === "causal";
      const before = (kernelSize - 1) * dilationRate;
      const padded = causal
        ? pad(x, [
            [0, 0],
            [before, 0],
            [0, 0],
          ])
        : x;
      const y = conv1d(padded, this.kernel, {
        strides,
        padding: causal ? "valid" : padding,
        dilationRate,
        groups,
      });
      ensureRoom(x, y, [kernelSize]);
      return activation(this.bias ? y.add(this.bias) : y);
    }
  },
);

/** What layers that convolve each channel by itself share. */
const depthwiseSpecs = {
  ...windowSpecs,
  depthMultiplier: count(1),
  depthwiseInitializer: initializer("glorot_uniform"),
  depthwiseRegularizer: regularizer(),
  depthwiseConstraint: constraint(),
  ...biasSpecs,
};

/**
 * Convolution of each channel with `depthMultiplier` windows of its own, then the activation. Shapes:
 * [batch, height, width, channels] → [batch, height′, width′, channels · depthMultiplier]. Keras: `DepthwiseConv2D`.
 *
 * @throws If the input has not 4 axes, its channels are unknown, or no window fits.
 * @example
 * ```ts
 * deepEqual(DepthwiseConv2D(3, { depthMultiplier: 2 })(ones([1, 8, 8, 4])).shape, [1, 6, 6, 8]);
 * ```
 */
export const DepthwiseConv2D = layer(
  class DepthwiseConv2D extends layerClass(
    "DepthwiseConv2D",
    ["kernelSize", "strides", "padding"],
    depthwiseSpecs,
  ) {
    declare kernel: Variable;
    declare bias: Variable | undefined;

    override build(shape: Shape): void {
      ensureRank(shape, 4);
      const o = this.options;
      const channels = channelsIn(shape);
      this.kernel = this.addWeight("kernel", [...o.kernelSize, channels, o.depthMultiplier], {
        initializer: o.depthwiseInitializer,
        regularizer: o.depthwiseRegularizer,
        constraint: o.depthwiseConstraint,
      });
      this.bias = addBias(this, channels * o.depthMultiplier);
    }

    override call(x: Tensor): Tensor {
      const { strides, padding, dilationRate, activation, kernelSize } = this.options;
      const y = depthwiseConv2d(x, this.kernel, { strides, padding, dilationRate });
      ensureRoom(x, y, kernelSize);
      return activation(this.bias ? y.add(this.bias) : y);
    }
  },
);

/**
 * A depthwise convolution, then a 1×1 convolution across the channels, then the activation: far fewer weights than
 * {@link Conv2D}. Shapes: [batch, height, width, channels] → [batch, height′, width′, filters]. Keras: `SeparableConv2D`.
 *
 * @throws If the input has not 4 axes, its channels are unknown, or no window fits.
 * @example
 * ```ts
 * const separable = SeparableConv2D(16, 3);
 * separable(ones([1, 8, 8, 4]));
 * deepEqual(separable.countParams(), 3 * 3 * 4 + 4 * 16 + 16);
 * ```
 */
export const SeparableConv2D = layer(
  class SeparableConv2D extends layerClass(
    "SeparableConv2D",
    ["filters", "kernelSize", "strides", "padding"],
    {
      filters: count(),
      ...depthwiseSpecs,
      pointwiseInitializer: initializer("glorot_uniform"),
      pointwiseRegularizer: regularizer(),
      pointwiseConstraint: constraint(),
    },
  ) {
    declare depthwiseKernel: Variable;
    declare pointwiseKernel: Variable;
    declare bias: Variable | undefined;

    override build(shape: Shape): void {
      ensureRank(shape, 4);
      const o = this.options;
      const channels = channelsIn(shape);
      this.depthwiseKernel = this.addWeight(
        "depthwise_kernel",
        [...o.kernelSize, channels, o.depthMultiplier],
        {
          initializer: o.depthwiseInitializer,
          regularizer: o.depthwiseRegularizer,
          constraint: o.depthwiseConstraint,
        },
      );
      this.pointwiseKernel = this.addWeight(
        "pointwise_kernel",
        [1, 1, channels * o.depthMultiplier, o.filters],
        {
          initializer: o.pointwiseInitializer,
          regularizer: o.pointwiseRegularizer,
          constraint: o.pointwiseConstraint,
        },
      );
      this.bias = addBias(this, o.filters);
    }

    override call(x: Tensor): Tensor {
      const { strides, padding, dilationRate, activation, kernelSize } = this.options;
      const deep = depthwiseConv2d(x, this.depthwiseKernel, { strides, padding, dilationRate });
      ensureRoom(x, deep, kernelSize);
      const y = conv2d(deep, this.pointwiseKernel);
      return activation(this.bias ? y.add(this.bias) : y);
    }
  },
);

/**
 * The adjoint of a convolution, which makes images larger: each cell stamps the window, scaled, onto the result. Then the
 * activation. Shapes: [batch, height, width, channels] → [batch, height′, width′, filters]: with `padding: "same"`
 * height′ = height · stride, with `"valid"` height · stride + max(kernel − stride, 0). Keras: `Conv2DTranspose`.
 *
 * @throws If the input has not 4 axes or its channels are unknown.
 * @example
 * ```ts
 * deepEqual(Conv2DTranspose(8, 3, { strides: 2, padding: "same" })(ones([1, 4, 4, 2])).shape, [1, 8, 8, 8]);
 * ```
 */
export const Conv2DTranspose = layer(
  class Conv2DTranspose extends layerClass(
    "Conv2DTranspose",
    ["filters", "kernelSize", "strides", "padding"],
    { filters: count(), ...windowSpecs, ...kernelSpecs },
  ) {
    declare kernel: Variable;
    declare bias: Variable | undefined;

    override build(shape: Shape): void {
      ensureRank(shape, 4);
      const { filters, kernelSize } = this.options;
      this.kernel = addKernel(this, [...kernelSize, filters, channelsIn(shape)]);
      this.bias = addBias(this, filters);
    }

    override call(x: Tensor): Tensor {
      const { strides, padding, dilationRate, activation } = this.options;
      const y = conv2dTranspose(x, this.kernel, { strides, padding, dilationRate });
      return activation(this.bias ? y.add(this.bias) : y);
    }
  },
);

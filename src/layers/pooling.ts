import { flag, padding, pair, pairOrNull } from "../ops/attributes.ts";
import { averagePool1d, averagePool2d, maxPool1d, maxPool2d } from "../ops/pool.ts";
import { max, mean } from "../ops/reduce.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { ensureRank, ensureRoom } from "./checks.ts";
import { layer, layerClass } from "./options.ts";
import { single, singleOrNull } from "./specs.ts";

/** A pooling layer over windows of images. */
const pooling2d = <const N extends string>(className: N, pool: typeof maxPool2d) => {
  class Pooling extends layerClass(className, ["poolSize", "strides", "padding"], {
    poolSize: pair(2),
    strides: pairOrNull(null),
    padding: padding("valid"),
  }) {
    override build(shape: Shape): void {
      ensureRank(shape, 4);
    }

    override call(x: Tensor): Tensor {
      const { poolSize, strides, padding } = this.options;
      return ensureRoom(x, pool(x, { poolSize, strides, padding }), poolSize);
    }
  }
  return layer(Pooling);
};

/**
 * The largest cell of each window, channel by channel. Shapes: [batch, height, width, channels] →
 * [batch, height′, width′, channels]. `poolSize` is 2 by default, `strides` equal it. Keras: `MaxPooling2D`.
 *
 * @throws If the input has not 4 axes, or no window fits.
 * @example
 * ```ts
 * deepEqual(MaxPooling2D()(ones([1, 8, 8, 3])).shape, [1, 4, 4, 3]);
 * ```
 */
export const MaxPooling2D = pooling2d("MaxPooling2D", maxPool2d);

/**
 * The mean of each window, channel by channel; padding does not count. Shapes and options as {@link MaxPooling2D}.
 * Keras: `AveragePooling2D`.
 *
 * @throws If the input has not 4 axes, or no window fits.
 */
export const AveragePooling2D = pooling2d("AveragePooling2D", averagePool2d);

/** A pooling layer over windows of time. */
const pooling1d = <const N extends string>(className: N, pool: typeof maxPool1d) => {
  class Pooling extends layerClass(className, ["poolSize", "strides", "padding"], {
    poolSize: single(2),
    strides: singleOrNull(null),
    padding: padding("valid"),
  }) {
    override build(shape: Shape): void {
      ensureRank(shape, 3);
    }

    override call(x: Tensor): Tensor {
      const { poolSize, strides, padding } = this.options;
      return ensureRoom(x, pool(x, { poolSize, strides, padding }), [poolSize]);
    }
  }
  return layer(Pooling);
};

/**
 * The largest cell of each window of time, channel by channel. Shapes: [batch, time, channels] → [batch, time′, channels].
 * `poolSize` is 2 by default, `strides` equal it. Keras: `MaxPooling1D`.
 *
 * @throws If the input has not 3 axes, or no window fits.
 * @example
 * ```ts
 * deepEqual(MaxPooling1D(3)(ones([1, 9, 2])).shape, [1, 3, 2]);
 * ```
 */
export const MaxPooling1D = pooling1d("MaxPooling1D", maxPool1d);

/**
 * The mean of each window of time, channel by channel; padding does not count. Shapes and options as {@link MaxPooling1D}.
 * Keras: `AveragePooling1D`.
 *
 * @throws If the input has not 3 axes, or no window fits.
 */
export const AveragePooling1D = pooling1d("AveragePooling1D", averagePool1d);

/** A pooling layer over all cells of a channel: the axes between batch and channels. */
const globalPooling = <const N extends string>(className: N, rank: 3 | 4, pool: typeof mean) => {
  class Pooling extends layerClass(className, [], { keepdims: flag(false) }) {
    override build(shape: Shape): void {
      ensureRank(shape, rank);
    }

    override call(x: Tensor): Tensor {
      return pool(x, { axis: rank === 3 ? 1 : [1, 2], keepdims: this.options.keepdims });
    }
  }
  return layer(Pooling);
};

/**
 * The mean of each channel. Shapes: [batch, height, width, channels] → [batch, channels], or [batch, 1, 1, channels] with
 * `keepdims`. Keras: `GlobalAveragePooling2D`.
 *
 * @throws If the input has not 4 axes.
 * @example
 * ```ts
 * deepEqual(GlobalAveragePooling2D()(ones([2, 4, 4, 8])).shape, [2, 8]);
 * ```
 */
export const GlobalAveragePooling2D = globalPooling("GlobalAveragePooling2D", 4, mean);

/** The largest cell of each channel. Shapes as {@link GlobalAveragePooling2D}. Keras: `GlobalMaxPooling2D`. */
export const GlobalMaxPooling2D = globalPooling("GlobalMaxPooling2D", 4, max);

/**
 * The mean of each channel over time. Shapes: [batch, time, channels] → [batch, channels], or [batch, 1, channels] with
 * `keepdims`. Keras: `GlobalAveragePooling1D`.
 *
 * @throws If the input has not 3 axes.
 */
export const GlobalAveragePooling1D = globalPooling("GlobalAveragePooling1D", 3, mean);

/** The largest cell of each channel over time. Shapes as {@link GlobalAveragePooling1D}. Keras: `GlobalMaxPooling1D`. */
export const GlobalMaxPooling1D = globalPooling("GlobalMaxPooling1D", 3, max);

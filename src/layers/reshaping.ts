import { ensure } from "../errors.ts";
import { count, integers } from "../ops/attributes.ts";
import { expandDims, reshape, transpose } from "../ops/rearrange.ts";
import { pad, repeat, slice } from "../ops/slice.ts";
import { resolveReshape, type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { ensureRank, ensureRankFrom } from "./checks.ts";
import { layer, layerClass } from "./options.ts";
import { border, ends, targetShape } from "./specs.ts";

/**
 * All cells of a sample in one axis. Shapes: [batch, a, b, …] → [batch, a · b · …]. Keras: `Flatten`.
 *
 * @example
 * ```ts
 * deepEqual(Flatten()(ones([2, 3, 4])).shape, [2, 12]);
 * ```
 */
export const Flatten = layer(
  class Flatten extends layerClass("Flatten", [], {}) {
    override build(shape: Shape): void {
      ensureRankFrom(shape, 1);
    }

    override call(x: Tensor): Tensor {
      return reshape(x, [x.shape[0]!, sizeOf(x.shape.slice(1))]);
    }
  },
);

/**
 * The cells of a sample in row-major order under another shape, given without the batch; one size may be −1 and takes what
 * is left. Shapes: [batch, …] → [batch, …targetShape]. Keras: `Reshape`.
 *
 * @throws If the number of cells differs.
 * @example
 * ```ts
 * deepEqual(Reshape([2, -1])(ones([5, 8])).shape, [5, 2, 4]);
 * ```
 */
export const Reshape = layer(
  class Reshape extends layerClass("Reshape", ["targetShape"], { targetShape: targetShape() }) {
    override build(shape: Shape): void {
      ensureRankFrom(shape, 1);
      resolveReshape(shape.slice(1), this.options.targetShape);
    }

    override call(x: Tensor): Tensor {
      return reshape(x, [x.shape[0]!, ...resolveReshape(x.shape.slice(1), this.options.targetShape)]);
    }
  },
);

/**
 * The axes of a sample in another order, counted from 1: axis i of the result is axis `dims[i]`. Shapes, for [2, 1]:
 * [batch, a, b] → [batch, b, a]. Keras: `Permute`.
 *
 * @throws If `dims` does not name each axis but the batch once.
 * @example
 * ```ts
 * deepEqual(Permute([2, 1])(ones([5, 3, 4])).shape, [5, 4, 3]);
 * ```
 */
export const Permute = layer(
  class Permute extends layerClass("Permute", ["dims"], { dims: integers() }) {
    override build(shape: Shape): void {
      const { dims } = this.options;
      const sorted = [...dims].sort((a, b) => a - b);
      ensure(
        dims.length === shape.length - 1 && sorted.every((axis, i) => axis === i + 1),
        () => `dims [${dims}] must name each axis from 1 to ${shape.length - 1} once`,
      );
    }

    override call(x: Tensor): Tensor {
      return transpose(x, [0, ...this.options.dims]);
    }
  },
);

/**
 * The vector of a sample `n` times. Shapes: [batch, features] → [batch, n, features]. Keras: `RepeatVector`.
 *
 * @throws If the input has not 2 axes.
 */
export const RepeatVector = layer(
  class RepeatVector extends layerClass("RepeatVector", ["n"], { n: count() }) {
    override build(shape: Shape): void {
      ensureRank(shape, 2);
    }

    override call(x: Tensor): Tensor {
      return repeat(expandDims(x, 1), { repeats: this.options.n, axis: 1 });
    }
  },
);

/**
 * Zeros before and after a sequence: `padding` is one number for both ends, or [before, after]. Shapes:
 * [batch, time, channels] → [batch, time′, channels]. Keras: `ZeroPadding1D`.
 *
 * @throws If the input has not 3 axes.
 */
export const ZeroPadding1D = layer(
  class ZeroPadding1D extends layerClass("ZeroPadding1D", ["padding"], { padding: ends(1) }) {
    override build(shape: Shape): void {
      ensureRank(shape, 3);
    }

    override call(x: Tensor): Tensor {
      return pad(x, [[0, 0], this.options.padding, [0, 0]]);
    }
  },
);

/**
 * Zeros around images: `padding` is one number, [height, width], or [[top, bottom], [left, right]]. Shapes:
 * [batch, height, width, channels] → [batch, height′, width′, channels]. Keras: `ZeroPadding2D`.
 *
 * @throws If the input has not 4 axes.
 * @example
 * ```ts
 * deepEqual(ZeroPadding2D([[0, 1], [2, 2]])(ones([1, 4, 4, 3])).shape, [1, 5, 8, 3]);
 * ```
 */
export const ZeroPadding2D = layer(
  class ZeroPadding2D extends layerClass("ZeroPadding2D", ["padding"], { padding: border(1) }) {
    override build(shape: Shape): void {
      ensureRank(shape, 4);
    }

    override call(x: Tensor): Tensor {
      return pad(x, [[0, 0], ...this.options.padding, [0, 0]]);
    }
  },
);

/** x without the cells of some margins, given for each axis. */
function crop(x: Tensor, margins: readonly (readonly [number, number])[]): Tensor {
  margins.forEach(([before, after], axis) => {
    ensure(
      !(before + after >= x.shape[axis]!) || before + after === 0,
      () => `cropping ${before} and ${after} cells of axis ${axis} leaves none of its ${x.shape[axis]}`,
    );
  });
  return slice(x, {
    begin: margins.map(([before]) => before),
    end: margins.map(([, after]) => (after === 0 ? null : -after)),
  });
}

/**
 * A sequence without its ends: `cropping` is one number for both, or [before, after]. Shapes: [batch, time, channels] →
 * [batch, time′, channels]. Keras: `Cropping1D`.
 *
 * @throws If the input has not 3 axes, or nothing is left.
 */
export const Cropping1D = layer(
  class Cropping1D extends layerClass("Cropping1D", ["cropping"], { cropping: ends(1) }) {
    override build(shape: Shape): void {
      ensureRank(shape, 3);
    }

    override call(x: Tensor): Tensor {
      return crop(x, [[0, 0], this.options.cropping]);
    }
  },
);

/**
 * Images without their borders: `cropping` is one number, [height, width], or [[top, bottom], [left, right]]. Shapes:
 * [batch, height, width, channels] → [batch, height′, width′, channels]. Keras: `Cropping2D`.
 *
 * @throws If the input has not 4 axes, or nothing is left.
 * @example
 * ```ts
 * deepEqual(Cropping2D([[1, 0], [1, 1]])(ones([1, 4, 4, 3])).shape, [1, 3, 2, 3]);
 * ```
 */
export const Cropping2D = layer(
  class Cropping2D extends layerClass("Cropping2D", ["cropping"], { cropping: border(0) }) {
    override build(shape: Shape): void {
      ensureRank(shape, 4);
    }

    override call(x: Tensor): Tensor {
      return crop(x, [[0, 0], ...this.options.cropping]);
    }
  },
);

import { notNegative, rate, seed } from "../config/kinds.ts";
import { where } from "../ops/compare.ts";
import { statelessNormal, statelessUniform } from "../ops/random.ts";
import { isKnown, type Shape } from "../shape.ts";
import { placeholder } from "../tensor/create.ts";
import { type Tensor, Variable } from "../tensor/tensor.ts";
import { ensureRank } from "./checks.ts";
import { CallContext, callContext, pendingValue, update } from "./context.ts";
import type { CallOptions, Layer } from "./layer.ts";
import { layer, layerClass } from "./options.ts";
import { openShapeOrNull } from "./specs.ts";

const counters = new WeakMap<Layer, Variable>();

/** The number of draws that a layer with a seed of its own made: an explicit state, as moving averages are. */
function counterOf(layer: Layer): Variable {
  const counter =
    counters.get(layer) ??
    new Variable([], "int32", new Int32Array(1), { name: `${layer.name}/draws`, trainable: false });
  counters.set(layer, counter);
  return counter;
}

/** The key and salt of a layer's next draw: those of the call, or with a seed its own, whatever `setSeed` says. */
function nextKey(layer: Layer & { readonly options: { readonly seed: number | null } }) {
  const { seed } = layer.options;
  if (seed === null) return (callContext() ?? new CallContext(true)).nextKey();
  const counter = counterOf(layer);
  const key = pendingValue(counter);
  update(counter, (draws) => draws.add(1));
  return { key, salt: seed };
}

/** Random numbers of a shape in the dtype of the layer. */
function draw(
  op: typeof statelessUniform,
  layer: Layer & { readonly options: { readonly seed: number | null } },
  shape: Shape,
): Tensor {
  const { key, salt } = nextKey(layer);
  const dtype = layer.dtype === "float64" ? "float64" : "float32";
  // As long as a size is unknown there are no numbers, only their shape: a key without value makes the result symbolic.
  return op(isKnown(shape) ? key : placeholder([], "int32"), { shape, salt, dtype });
}

type Dropping = Layer & { readonly options: { readonly rate: number; readonly seed: number | null } };

/** x with cells dropped at random, those of a 1 in `shape` together; the others are scaled up to keep the mean. */
function drop(layer: Dropping, x: Tensor, shape: Shape): Tensor {
  const { rate } = layer.options;
  if (rate === 0) return x;
  const kept = draw(statelessUniform, layer, shape).greaterEqual(rate);
  return where(kept, x.mul(1 / (1 - rate)), 0);
}

/**
 * In training sets each cell to 0 with probability `rate` (0 ≤ rate < 1) and multiplies the others by 1 / (1 − rate);
 * otherwise x. `noiseShape` has a 1 for each axis along which cells are dropped together. With a `seed` the layer draws the
 * same numbers whatever `setSeed` says. The shape stays. Keras: `Dropout`. Srivastava et al., 2014.
 *
 * @example
 * ```ts
 * const dropout = Dropout(0.5);
 * deepEqual(dropout([1, 2]).toArray(), [1, 2]);
 * const y = dropout(ones([100]), { training: true });
 * deepEqual([...new Set(y.toArray())].sort(), [0, 2]);
 * ```
 */
export const Dropout = layer(
  class Dropout extends layerClass("Dropout", ["rate"], {
    rate: rate(),
    noiseShape: openShapeOrNull(null),
    seed: seed(null),
  }) {
    override call(x: Tensor, { training }: Required<CallOptions>): Tensor {
      const { noiseShape } = this.options;
      const shape = noiseShape?.map((size, i) => (Number.isNaN(size) ? x.shape[i]! : size)) ?? x.shape;
      return training ? drop(this, x, shape) : x;
    }
  },
);

/** Dropout of whole channels: all cells between the batch and the channels together. */
const spatialDropout = <const N extends string>(className: N, rank: 3 | 4) => {
  class SpatialDropout extends layerClass(className, ["rate"], { rate: rate(), seed: seed(null) }) {
    override build(shape: Shape): void {
      ensureRank(shape, rank);
    }

    override call(x: Tensor, { training }: Required<CallOptions>): Tensor {
      const shape = x.shape.map((size, i) => (i === 0 || i === rank - 1 ? size : 1));
      return training ? drop(this, x, shape) : x;
    }
  }
  return layer(SpatialDropout);
};

/**
 * {@link Dropout} of whole channels of sequences [batch, time, channels]. Keras: `SpatialDropout1D`. Tompson et al., 2014.
 *
 * @throws If the input has not 3 axes.
 */
export const SpatialDropout1D = spatialDropout("SpatialDropout1D", 3);

/**
 * {@link Dropout} of whole channels of images [batch, height, width, channels]. Keras: `SpatialDropout2D`.
 *
 * @throws If the input has not 4 axes.
 */
export const SpatialDropout2D = spatialDropout("SpatialDropout2D", 4);

/**
 * In training x + noise, normal with mean 0 and standard deviation `stddev` ≥ 0; otherwise x. The shape stays.
 * Keras: `GaussianNoise`.
 *
 * @example
 * ```ts
 * deepEqual(GaussianNoise(0.1)([1, 2]).toArray(), [1, 2]);
 * ```
 */
export const GaussianNoise = layer(
  class GaussianNoise extends layerClass("GaussianNoise", ["stddev"], {
    stddev: notNegative(),
    seed: seed(null),
  }) {
    override call(x: Tensor, { training }: Required<CallOptions>): Tensor {
      return training ? x.add(draw(statelessNormal, this, x.shape).mul(this.options.stddev)) : x;
    }
  },
);

/**
 * In training x · noise, normal with mean 1 and variance rate / (1 − rate), 0 ≤ rate < 1, that of {@link Dropout};
 * otherwise x. The shape stays. Keras: `GaussianDropout`. Srivastava et al., 2014.
 */
export const GaussianDropout = layer(
  class GaussianDropout extends layerClass("GaussianDropout", ["rate"], { rate: rate(), seed: seed(null) }) {
    override call(x: Tensor, { training }: Required<CallOptions>): Tensor {
      const { rate } = this.options;
      if (!training) return x;
      const stddev = Math.sqrt(rate / (1 - rate));
      return x.mul(draw(statelessNormal, this, x.shape).mul(stddev).add(1));
    }
  },
);

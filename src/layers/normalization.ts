import { notNegative } from "../config/kinds.ts";
import { ensure } from "../errors.ts";
import type { AttrsOf } from "../ops/attributes.ts";
import { flag, integer, real } from "../ops/attributes.ts";
import { reshape } from "../ops/rearrange.ts";
import { mean, variance } from "../ops/reduce.ts";
import { normalizeAxes, normalizeAxis, type Shape } from "../shape.ts";
import type { Tensor, Variable } from "../tensor/tensor.ts";
import { ensureRankFrom, knownSize } from "./checks.ts";
import { update } from "./context.ts";
import type { CallOptions, Layer } from "./layer.ts";
import { constraint, initializer, layer, layerClass, regularizer } from "./options.ts";
import { axisList, axisOrList, oneAxis } from "./specs.ts";

/** What normalizations with a learned scale gamma and shift beta share. */
const affineSpecs = {
  epsilon: notNegative(1e-3),
  center: flag(true),
  scale: flag(true),
  betaInitializer: initializer("zeros"),
  gammaInitializer: initializer("ones"),
  betaRegularizer: regularizer(),
  gammaRegularizer: regularizer(),
  betaConstraint: constraint(),
  gammaConstraint: constraint(),
};

type Affine = Layer & { readonly options: AttrsOf<typeof affineSpecs> };

/** Makes gamma and beta, as far as they are wanted. */
function addAffine(layer: Affine, shape: Shape): { gamma: Variable | undefined; beta: Variable | undefined } {
  const o = layer.options;
  const gamma = o.scale
    ? layer.addWeight("gamma", shape, {
        initializer: o.gammaInitializer,
        regularizer: o.gammaRegularizer,
        constraint: o.gammaConstraint,
      })
    : undefined;
  const beta = o.center
    ? layer.addWeight("beta", shape, {
        initializer: o.betaInitializer,
        regularizer: o.betaRegularizer,
        constraint: o.betaConstraint,
      })
    : undefined;
  return { gamma, beta };
}

/** The shape that lays a weight for some axes along them: 1 elsewhere. */
const alongAxes = (shape: Shape, axes: readonly number[]): Shape =>
  shape.map((size, i) => (axes.includes(i) ? size : 1));

/** gamma · (x − mean) / √(variance + epsilon) + beta, each laid along the right axes. */
function standardize(
  x: Tensor,
  center: Tensor,
  spread: Tensor,
  epsilon: number,
  gamma: Tensor | undefined,
  beta: Tensor | undefined,
): Tensor {
  const inverse = spread.add(epsilon).rsqrt();
  const y = x.sub(center).mul(gamma ? inverse.mul(gamma) : inverse);
  return beta ? y.add(beta) : y;
}

/**
 * gamma · (x − mean) / √(variance + epsilon) + beta for each channel, the cells along `axis` (the last by default). In
 * training, mean and variance are those of the batch, and their moving averages follow:
 * moving ← momentum · moving + (1 − momentum) · batch. Otherwise, and when `trainable` is false, the moving averages are
 * used. The shape stays. Keras: `BatchNormalization`; the moving variance is the biased one, as in Keras 3.
 * Ioffe and Szegedy, 2015.
 *
 * @throws If the size of the axis is unknown.
 * @example
 * ```ts
 * const normalize = BatchNormalization({ momentum: 0.5 });
 * normalize([[1], [3]], { training: true });
 * deepEqual(normalize.movingMean.toArray(), [1]);
 * ```
 */
export const BatchNormalization = layer(
  class BatchNormalization extends layerClass("BatchNormalization", ["axis", "momentum"], {
    axis: oneAxis(-1),
    momentum: real(0.99),
    ...affineSpecs,
    movingMeanInitializer: initializer("zeros"),
    movingVarianceInitializer: initializer("ones"),
  }) {
    declare gamma: Variable | undefined;
    declare beta: Variable | undefined;
    declare movingMean: Variable;
    declare movingVariance: Variable;

    override build(shape: Shape): void {
      ensureRankFrom(shape, 2);
      const { axis, movingMeanInitializer, movingVarianceInitializer } = this.options;
      const channels = [knownSize(shape, normalizeAxis(axis, shape.length), "channels")];
      Object.assign(this, addAffine(this, channels));
      const fixed = { trainable: false };
      this.movingMean = this.addWeight("moving_mean", channels, {
        ...fixed,
        initializer: movingMeanInitializer,
      });
      this.movingVariance = this.addWeight("moving_variance", channels, {
        ...fixed,
        initializer: movingVarianceInitializer,
      });
    }

    override call(x: Tensor, { training }: Required<CallOptions>): Tensor {
      const { epsilon, momentum } = this.options;
      const at = normalizeAxis(this.options.axis, x.rank);
      const others = x.shape.flatMap((_, i) => (i === at ? [] : [i]));
      const along = (v: Tensor) => reshape(v, alongAxes(x.shape, [at]));
      const byBatch = training && this.trainable;
      const center = byBatch ? mean(x, others) : this.movingMean;
      const spread = byBatch ? variance(x, others) : this.movingVariance;
      if (byBatch) {
        const follow = (batch: Tensor) => (moving: Tensor) =>
          moving.mul(momentum).add(batch.mul(1 - momentum));
        update(this.movingMean, follow(center));
        update(this.movingVariance, follow(spread));
      }
      return standardize(
        x,
        along(center),
        along(spread),
        epsilon,
        this.gamma && along(this.gamma),
        this.beta && along(this.beta),
      );
    }
  },
);

/**
 * gamma · (x − mean) / √(variance + epsilon) + beta, mean and variance over `axis` (one axis or several) of each sample, in
 * training or not. The shape stays; gamma and beta have the sizes of `axis`. Keras: `LayerNormalization`. Ba et al., 2016.
 *
 * @throws If the size of such an axis is unknown.
 * @example
 * ```ts
 * const y = LayerNormalization({ epsilon: 0 })([[1, 3], [10, 30]]);
 * deepEqual(y.toArray(), [[-1, 1], [-1, 1]]);
 * ```
 */
export const LayerNormalization = layer(
  class LayerNormalization extends layerClass("LayerNormalization", ["axis"], {
    axis: axisList(-1),
    ...affineSpecs,
  }) {
    declare gamma: Variable | undefined;
    declare beta: Variable | undefined;

    override build(shape: Shape): void {
      ensureRankFrom(shape, 2);
      const axes = normalizeAxes(this.options.axis, shape.length);
      Object.assign(
        this,
        addAffine(
          this,
          axes.map((axis) => knownSize(shape, axis, "features")),
        ),
      );
    }

    override call(x: Tensor): Tensor {
      const axis = normalizeAxes(this.options.axis, x.rank);
      const along = (v: Tensor) => reshape(v, alongAxes(x.shape, axis));
      return standardize(
        x,
        mean(x, { axis, keepdims: true }),
        variance(x, { axis, keepdims: true }),
        this.options.epsilon,
        this.gamma && along(this.gamma),
        this.beta && along(this.beta),
      );
    }
  },
);

/**
 * gamma · (x − mean) / √(variance + epsilon) + beta, mean and variance over each of `groups` groups of channels of each
 * sample, in training or not; `groups: -1` makes each channel a group. The shape stays. Keras: `GroupNormalization`.
 * Wu and He, 2018.
 *
 * @throws If the channels are unknown or do not divide into the groups.
 * @example
 * ```ts
 * deepEqual(GroupNormalization(2)(ones([1, 4, 4, 6])).shape, [1, 4, 4, 6]);
 * ```
 */
export const GroupNormalization = layer(
  class GroupNormalization extends layerClass("GroupNormalization", ["groups", "axis"], {
    groups: integer(32),
    axis: oneAxis(-1),
    ...affineSpecs,
  }) {
    declare gamma: Variable | undefined;
    declare beta: Variable | undefined;

    override build(shape: Shape): void {
      ensureRankFrom(shape, 2);
      const at = normalizeAxis(this.options.axis, shape.length);
      const channels = knownSize(shape, at, "channels");
      const { groups } = this.options;
      ensure(
        groups === -1 || (groups > 0 && channels % groups === 0),
        () => `${channels} channels do not divide into ${groups} groups; set { groups }`,
      );
      Object.assign(this, addAffine(this, [channels]));
    }

    override call(x: Tensor): Tensor {
      const at = normalizeAxis(this.options.axis, x.rank);
      const channels = x.shape[at]!;
      const groups = this.options.groups === -1 ? channels : this.options.groups;
      const split = (shape: Shape) => [
        ...shape.slice(0, at),
        groups,
        shape[at]! / groups,
        ...shape.slice(at + 1),
      ];
      const grouped = reshape(x, split(x.shape));
      const axis = grouped.shape.flatMap((_, i) => (i === 0 || i === at ? [] : [i]));
      const along = (v: Tensor) => reshape(v, split(alongAxes(x.shape, [at])));
      const y = standardize(
        grouped,
        mean(grouped, { axis, keepdims: true }),
        variance(grouped, { axis, keepdims: true }),
        this.options.epsilon,
        this.gamma && along(this.gamma),
        this.beta && along(this.beta),
      );
      return reshape(y, x.shape);
    }
  },
);

/**
 * scale · x / √(mean of x² + epsilon), the mean over `axis` of each sample. The shape stays. Keras: `RMSNormalization`.
 * Zhang and Sennrich, 2019.
 *
 * @throws If the size of such an axis is unknown.
 */
export const RMSNormalization = layer(
  class RMSNormalization extends layerClass("RMSNormalization", ["axis"], {
    axis: axisList(-1),
    epsilon: notNegative(1e-6),
  }) {
    declare scale: Variable;

    override build(shape: Shape): void {
      ensureRankFrom(shape, 2);
      const axes = normalizeAxes(this.options.axis, shape.length);
      this.scale = this.addWeight(
        "scale",
        axes.map((axis) => knownSize(shape, axis, "features")),
        { initializer: "ones" },
      );
    }

    override call(x: Tensor): Tensor {
      const axis = normalizeAxes(this.options.axis, x.rank);
      const size = x.square().mean({ axis, keepdims: true }).add(this.options.epsilon);
      return x.mul(size.rsqrt()).mul(reshape(this.scale, alongAxes(x.shape, axis)));
    }
  },
);

/**
 * Vectors of length 1: x / √Σx² over `axis`; zeros stay zeros. The shape stays. Keras: `UnitNormalization`.
 *
 * @example
 * ```ts
 * deepEqual(UnitNormalization()([[0, 5], [0, -2]]).toArray(), [[0, 1], [0, -1]]);
 * ```
 */
export const UnitNormalization = layer(
  class UnitNormalization extends layerClass("UnitNormalization", ["axis"], { axis: axisOrList(-1) }) {
    override call(x: Tensor): Tensor {
      return unitLength(x, this.options.axis);
    }
  },
);

/** x / √Σx² along some axes; the square of the length is 1e-24 at least, so that zeros give zeros. */
export const unitLength = (x: Tensor, axis: readonly number[]): Tensor =>
  x.mul(x.square().sum({ axis, keepdims: true }).maximum(1e-24).rsqrt());

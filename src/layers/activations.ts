import { type Activation as ActivationOf, isActivation, type Params } from "../activations/activation.ts";
import * as builtin from "../activations/builtin.ts";
import {
  type ActivationFunction,
  type ActivationLike,
  getActivation,
  serializeActivation,
} from "../activations/registry.ts";
import { numberOrNull } from "../config/kinds.ts";
import { camelCase } from "../config/names.ts";
import { ChainruleError, show } from "../errors.ts";
import { type Attr, flag, kind, real } from "../ops/attributes.ts";
import type { Shape } from "../shape.ts";
import type { Tensor, Variable } from "../tensor/tensor.ts";
import { ensureRankFrom, knownSize } from "./checks.ts";
import {
  type Callable,
  constraint,
  initializer,
  type LayerClass,
  layer,
  layerClass,
  regularizer,
} from "./options.ts";
import { axisListOrNull } from "./specs.ts";

const needed = kind<ActivationLike, ActivationFunction>(
  "a function, a name or a registered activation",
  (value) => (value === null || value === undefined ? undefined : getActivation(value)),
  serializeActivation,
);

/** An activation, as `activation({ … })` declares it. */
export type Activation<P extends Params = Params> = ActivationOf<P>;

/**
 * An activation as a layer of its own: a function, a name (`"hard_swish"`) or a registered activation. The shape stays.
 * Keras: `Activation`.
 *
 * @example
 * ```ts
 * deepEqual(Activation("relu")([-1, 2]).toArray(), [0, 2]);
 * deepEqual(Activation((x) => x.square())([-1, 2]).toArray(), [1, 4]);
 * ```
 */
export const Activation = layer(
  class Activation extends layerClass("Activation", ["activation"], { activation: needed() }) {
    override call(x: Tensor): Tensor {
      return this.options.activation(x);
    }
  },
);

/** One option per parameter of an activation. */
type ParamSpecs<P extends Params> = {
  readonly [K in keyof P]: P[K] extends boolean
    ? Attr<boolean, boolean, false, false>
    : P[K] extends null
      ? Attr<number | null, number | null, false, false>
      : Attr<number, number, false, false>;
};

const specFor = (value: number | boolean | null) =>
  typeof value === "boolean" ? flag(value) : value === null ? numberOrNull(null) : real(value);

/** A layer class made from an activation. */
export type ActivationLayerClass<P extends Params, O extends readonly (keyof P)[] = []> = Callable<
  LayerClass<ParamSpecs<P>, O>
>;

const capitalized = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/**
 * The layer of an activation, also of your own: its options are the parameters, with the values that the activation has.
 * `positional` names those that may be given without their names, `className` is `HardSwish` for `hard_swish` unless said.
 *
 * @throws If it is not an activation: use `Activation(f)` for a plain function.
 * @example
 * ```ts
 * const bent = activation({ name: "bent_identity", of: (x) => x.square().add(1).sqrt().sub(1).div(2).add(x) });
 * const BentIdentity = activationLayer(bent);
 * deepEqual(BentIdentity()(0).item(), 0);
 * deepEqual(BentIdentity.className, "BentIdentity");
 * ```
 */
export function activationLayer<P extends Params, const O extends readonly (keyof P & string)[] = []>(
  activation: ActivationOf<P>,
  { className, positional }: { className?: string; positional?: O } = {},
): ActivationLayerClass<P, O> {
  if (!isActivation(activation)) {
    throw new ChainruleError(
      `activationLayer: expected an activation as activation({ … }) makes it; received ${show(activation)}. ` +
        "For a plain function use the layer Activation(f).",
    );
  }
  const { params, activationName, kerasLayer } = activation as ActivationOf;
  const specs = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, specFor(value)]));
  const name = className ?? kerasLayer ?? capitalized(camelCase(activationName));
  class ActivationLayer extends layerClass(name, positional ?? [], specs) {
    override call(x: Tensor): Tensor {
      const given = Object.keys(specs).map((key) => [key, this.options[key]]);
      return (activation as ActivationOf)(x, Object.fromEntries(given));
    }
  }
  return layer(ActivationLayer) as object as ActivationLayerClass<P, O>;
}

type Builtin = typeof builtin;

/** Those that Keras has as layers, with defaults and names of its own: they are declared below. */
type OwnLayer = "relu" | "leakyRelu" | "elu" | "softmax";

type ActivationLayers = {
  readonly [K in Exclude<keyof Builtin, OwnLayer> as Capitalize<K>]: Builtin[K] extends ActivationOf<infer P>
    ? ActivationLayerClass<P>
    : never;
};

/**
 * The layer of each built-in activation, found by walking them: what has no layer in Keras is named after the function.
 *
 * @example
 * ```ts
 * deepEqual(activationLayers.HardSwish().name.startsWith("hard_swish"), true);
 * ```
 */
export const activationLayers = Object.fromEntries(
  Object.entries(builtin as Readonly<Record<string, ActivationOf>>)
    .filter(([, activation]) => activation.kerasLayer === undefined)
    .map(([key, activation]) => {
      const className = capitalized(key);
      return [className, activationLayer(activation, { className })];
    }),
) as object as ActivationLayers;

/**
 * x above the threshold and up to maxValue, negativeSlope · (x − threshold) below. The shape stays. Keras: `ReLU`.
 *
 * @example
 * ```ts
 * deepEqual(ReLU({ maxValue: 6 })([-1, 2, 9]).toArray(), [0, 2, 6]);
 * ```
 */
export const ReLU = activationLayer(builtin.relu, { positional: ["maxValue", "negativeSlope", "threshold"] });

/**
 * x, or negativeSlope · x below 0; 0.3 by default, as in Keras, where the function `leaky_relu` has 0.2. The shape stays.
 * Keras: `LeakyReLU`.
 */
export const LeakyReLU = activationLayer(builtin.leakyRelu({ negativeSlope: 0.3 }), {
  positional: ["negativeSlope"],
});

/** x, or alpha · (eˣ − 1) below 0. The shape stays. Keras: `ELU`. */
export const ELU = activationLayer(builtin.elu, { positional: ["alpha"] });

/** eˣ / Σ eˣ along `axis`, the last by default. The shape stays. Keras: `Softmax`. */
export const Softmax = activationLayer(builtin.softmax, { positional: ["axis"] });

/**
 * x, or alpha · x below 0, with an alpha learned for each cell of a sample; `sharedAxes` (counted with the batch, which is
 * 0) have one alpha together: [1, 2] gives each channel of an image its own. The shape stays. Keras: `PReLU`.
 * He et al., 2015.
 *
 * @throws If a size that is not shared is unknown.
 * @example
 * ```ts
 * const layer = PReLU({ sharedAxes: [1, 2] });
 * layer(ones([1, 8, 8, 3]));
 * deepEqual(layer.countParams(), 3);
 * ```
 */
export const PReLU = layer(
  class PReLU extends layerClass("PReLU", [], {
    alphaInitializer: initializer("zeros"),
    alphaRegularizer: regularizer(),
    alphaConstraint: constraint(),
    sharedAxes: axisListOrNull(null),
  }) {
    declare alpha: Variable;

    override build(shape: Shape): void {
      ensureRankFrom(shape, 2);
      const o = this.options;
      const isShared = (axis: number) => o.sharedAxes?.includes(axis) ?? false;
      const sizes = shape.slice(1).map((_, i) => (isShared(i + 1) ? 1 : knownSize(shape, i + 1, "cells")));
      this.alpha = this.addWeight("alpha", sizes, {
        initializer: o.alphaInitializer,
        regularizer: o.alphaRegularizer,
        constraint: o.alphaConstraint,
      });
    }

    override call(x: Tensor): Tensor {
      return x.relu().sub(x.neg().relu().mul(this.alpha));
    }
  },
);

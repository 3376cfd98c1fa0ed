import {
  type ActivationFunction,
  type ActivationLike,
  getActivation,
  serializeActivation,
} from "../activations/registry.ts";
import { type ConfiguredClass, withOptions } from "../config/configurable.ts";
import type { Like, Registry } from "../config/registry.ts";
import { type DType, dtypes } from "../dtype.ts";
import { type AttrSpecs, flag, kind } from "../ops/attributes.ts";
import type { ShapeLike } from "../shape.ts";
import type { Constraint } from "./constraints.ts";
import type { Initializer } from "./initializers.ts";
import { Layer } from "./layer.ts";
import { constraints, initializers, regularizers } from "./registries.ts";
import type { Regularizer } from "./regularizers.ts";

/** An option that a registry reads: an object, a name, a serialized object; `null` where there may be none. */
const from = <T extends object>(expects: string, registry: Registry<T>) =>
  kind<Like<T> | null, T | null>(
    expects,
    (value) => (value === null ? null : registry.get(value)),
    (value) => value && registry.serialize(value),
  );

export const initializer = (fallback: Like<Initializer>) =>
  kind<Like<Initializer>, Initializer>(
    "an initializer",
    (value) => initializers.get(value),
    (value) => initializers.serialize(value),
  )(fallback);

export const regularizer = () => from<Regularizer>("a regularizer or null", regularizers)(null);
export const constraint = () => from<Constraint>("a constraint or null", constraints)(null);

/** A function, a name or a registered activation; nothing for linear. */
export const activationOption = (fallback: ActivationLike = null) =>
  kind<ActivationLike, ActivationFunction>("an activation", getActivation, serializeActivation)(fallback);

/** An option that the declared ones do not write: the layer itself knows its name, dtype and whether it is trained. */
const unwritten = () => undefined;

/** What every layer has. */
export const layerSpecs = {
  name: kind<string | null, string | null>(
    "a name",
    (value) => (value === null || (typeof value === "string" && value !== "") ? value : undefined),
    unwritten,
  )(null),
  trainable: { ...flag(true), write: unwritten },
  dtype: kind<DType | null, DType | null>(
    "a dtype",
    (value) => (value === null ? null : dtypes.find((known) => known === value)),
    unwritten,
  )(null),
  inputShape: kind<ShapeLike | null, ShapeLike | null>(
    "a shape",
    (value) => (value === null || Array.isArray(value) ? value : undefined),
    unwritten,
  )(null),
} as const;

type LayerSpecs = typeof layerSpecs;

/** What {@link layerClass} makes. */
export type LayerClass<S extends AttrSpecs, P extends readonly (keyof S)[]> = ConfiguredClass<
  S & LayerSpecs,
  P,
  Layer
> &
  Pick<typeof Layer, "fromConfig">;

/**
 * A base class for a layer with options, declared once: their types, defaults and checks, `getConfig` and `fromConfig`
 * follow. `positional` names the options that may be given without their names, in that order.
 */
export function layerClass<const S extends AttrSpecs, const P extends readonly (keyof S & string)[]>(
  className: string,
  positional: P,
  specs: S,
): LayerClass<S, P> {
  const Base = withOptions(Layer, className, positional, { ...specs, ...layerSpecs } as S & LayerSpecs);
  class Named extends (Base as object as typeof Layer) {
    static override readonly className = className;

    override getConfig(): Record<string, unknown> {
      const { name, trainable, dtype } = this;
      return { name, trainable, dtype, ...super.getConfig() };
    }
  }
  return Named as object as LayerClass<S, P>;
}

type Arguments<C> = C extends new (...args: infer A) => object ? A : never;
type Instance<C> = C extends new (...args: never) => infer T ? T : never;

/** A class that is called with `new` or without. */
export type Callable<C> = C & ((...args: Arguments<C>) => Instance<C>);

/**
 * Makes a layer class callable without `new`, as Keras's layers are: `Conv2D(64, [3, 3])`.
 *
 * @example
 * ```ts
 * const Twice = layer(class Twice extends Layer {
 *   call(x) { return x.mul(2); }
 * });
 * deepEqual(Twice()(tensor([1, 2])).toArray(), [2, 4]);
 * ```
 */
export function layer<C extends new (...args: never) => Layer>(Class: C): Callable<C> {
  return new Proxy(Class, {
    apply: (target, _, args) => new target(...(args as never)),
  }) as Callable<C>;
}

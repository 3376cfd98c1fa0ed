import type { SerializedObject } from "../config/configurable.ts";
import { ChainruleError, nearest, show } from "../errors.ts";
import { activationLayers } from "./activations.ts";
import * as families from "./families.ts";
import { classNameOf, Layer, nameOfClass } from "./layer.ts";

/** A layer class: `Dense`, or a user's own. */
export interface LayerConstructor<T extends Layer = Layer> {
  new (options: never): T;
  fromConfig<U>(this: new (options: never) => U, config: Readonly<Record<string, unknown>>): U;
}

const isLayerClass = (value: unknown): value is LayerConstructor =>
  typeof value === "function" && value.prototype instanceof Layer;

const builtin = new Map<string, LayerConstructor>(
  Object.values<unknown>(families)
    .filter(isLayerClass)
    .map((Class) => [nameOfClass(Class), Class]),
);

/** Users' classes by their registered names, `my>Scale`. */
const registered = new Map<string, LayerConstructor>();

export interface RegisterLayerOptions {
  /** Default: the name of the class. */
  name?: string;
  /** The part before ">" in the registered name. Default "Custom". Keras: `package`. */
  package?: string;
}

/**
 * Makes a layer class of your own known by name, so that models with it can be written and read. A class with options of its
 * own gives them in `getConfig`, and gets them back in its constructor. Keras: `register_keras_serializable`.
 *
 * @throws If it is no layer class, or the name is taken by another.
 * @example
 * ```ts
 * class Shift extends Layer {
 *   call(x) { return x.add(1); }
 * }
 * registerLayer(Shift, { package: "docs" });
 * const same = layerFromConfig(layerClasses.serialize(new Shift()));
 * deepEqual(same instanceof Shift, true);
 * ```
 */
export function registerLayer<C extends LayerConstructor>(Class: C, options: RegisterLayerOptions = {}): C {
  if (!isLayerClass(Class)) {
    throw new ChainruleError(`registerLayer: expected a class that extends Layer; received ${show(Class)}`);
  }
  const name = `${options.package ?? "Custom"}>${options.name ?? nameOfClass(Class)}`;
  const taken = registered.get(name);
  if (taken !== undefined && taken.prototype !== Class.prototype) {
    throw new ChainruleError(
      `registerLayer: the name ${show(name)} is taken; choose another package or name`,
    );
  }
  registered.set(name, Class);
  return Class;
}

const nameAfterPackage = (name: string): string => name.slice(name.indexOf(">") + 1);

/** The name under which the class of a layer was registered. */
function registeredNameOf(layer: Layer): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(layer);
  return [...registered].find(([, Class]) => Class.prototype === prototype)?.[0];
}

/** The layer classes by name, built-in ones and those of {@link registerLayer}. */
export const layerClasses = {
  /** The class of that name: `Dense`, `my>Scale`, or `Scale`. */
  get(name: string): LayerConstructor {
    const found =
      registered.get(name) ??
      builtin.get(name) ??
      [...registered].find(([key]) => nameAfterPackage(key) === name)?.[1];
    if (found !== undefined) return found;
    throw new ChainruleError(
      `unknown layer class ${show(name)}; known: ${nearest(name, layerClasses.names()).slice(0, 8).join(", ")}, …. ` +
        "registerLayer adds your own.",
    );
  },

  /** The names of all classes. */
  names: (): string[] => [...builtin.keys(), ...registered.keys()],

  /**
   * A layer as Keras 3 writes it into files: its class and its configuration, without its weights.
   *
   * Throws if its class is a user's own and not registered.
   */
  serialize(layer: Layer): SerializedObject {
    const class_name = classNameOf(layer);
    const registered_name = registeredNameOf(layer) ?? null;
    const ours = builtin.get(class_name)?.prototype === Object.getPrototypeOf(layer);
    if (!ours && registered_name === null) {
      throw new ChainruleError(
        `${layer.name}: the class ${class_name} is not registered, so a file could not name it. Call registerLayer first.`,
      );
    }
    const module = ours ? (class_name in activationLayers ? "chainrule" : "keras.layers") : null;
    return { module, class_name, config: layer.getConfig(), registered_name };
  },
};

/**
 * A layer from its class and configuration, as {@link layerClasses} or Keras 3 or 2 writes them. The weights are not part
 * of it: the layer is built on its first call. Keras: `layers.deserialize`.
 *
 * @throws If the class is not known, or the configuration has an entry that the class does not know.
 * @example
 * ```ts
 * const dense = layerFromConfig({ class_name: "Dense", config: { units: 3, activation: "hard_swish" } });
 * deepEqual(dense(ones([2, 4])).shape, [2, 3]);
 * ```
 */
export function layerFromConfig({ class_name, config, registered_name }: SerializedObject): Layer {
  const known = typeof registered_name === "string" && registered.has(registered_name);
  return layerClasses.get(known ? registered_name : class_name).fromConfig(config);
}

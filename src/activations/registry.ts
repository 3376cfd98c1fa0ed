import { camelCase, spellingKey, underscored } from "../config/names.ts";
import { ChainruleError, nearest, show } from "../errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Activation, isActivation, type Params, withParameters } from "./activation.ts";
import * as builtin from "./builtin.ts";

/** A plain function of a tensor is an activation too. */
export type ActivationFunction = Activation | ((x: Tensor) => Tensor);

/** An activation with its parameters, as Keras writes it. */
export interface ActivationConfig {
  readonly class_name: string;
  readonly config?: unknown;
  readonly module?: string | null;
  readonly registered_name?: string | null;
}

/** All that stands for an activation: nothing (linear), a name, a function, an object with parameters. */
export type ActivationLike = ActivationFunction | string | ActivationConfig | null | undefined;

interface Entry {
  readonly activation: ActivationFunction;
  /** `my>hs` for a registered one; built-in ones have none. */
  readonly registeredName?: string;
}

const entries = new Map<string, Entry>();
const names: string[] = [];

function enter(name: string, entry: Entry): void {
  entries.set(spellingKey(name), entry);
  names.push(name);
}

for (const activation of new Set(Object.values(builtin))) {
  for (const name of [activation.activationName, ...activation.aliases]) {
    enter(name, { activation });
  }
}

/** The names that look-up knows, aliases and registered ones included. */
export const activationNames = (): readonly string[] => names;

function byName(name: string): ActivationFunction {
  const found = entries.get(spellingKey(name));
  if (found === undefined) {
    throw new ChainruleError(
      `getActivation: unknown activation ${show(name)}; known: ${nearest(name, names).join(", ")}. ` +
        "registerActivation adds your own.",
    );
  }
  return found.activation;
}

// What Keras puts into the configuration of an activation layer besides the parameters.
const layerKeys = new Set(["name", "trainable", "dtype"]);

function fromConfig({ class_name, config }: ActivationConfig): ActivationFunction {
  if (typeof config === "string") return byName(config);
  const found = byName(String(class_name));
  const given = Object.entries((config ?? {}) as Params)
    .filter(([key]) => !layerKeys.has(key))
    .map(([key, value]) => [camelCase(key), value] as const);
  if (given.length === 0) return found;
  if (!isActivation(found)) {
    throw new ChainruleError(`getActivation: ${class_name} is a plain function and takes no parameters`);
  }
  return withParameters(found, Object.fromEntries(given));
}

/**
 * The activation that something stands for: a name in any spelling (`"hard_swish"`, `"hardSwish"`,
 * `"HardSwish"`), a function (itself), an object with parameters
 * (`{ class_name: "leaky_relu", config: { negative_slope: 0.1 } }`), nothing (linear).
 * Keras: `activations.get`.
 *
 * @throws If the name is unknown; the message lists the known ones, nearest first.
 * @example
 * ```ts
 * deepEqual(getActivation("hard-swish"), hardSwish);
 * deepEqual(getActivation(null), linear);
 * const leaky = getActivation({ class_name: "LeakyReLU", config: { negative_slope: 0.5 } });
 * deepEqual(leaky(tensor(-2)).item(), -1);
 * ```
 */
export function getActivation(id: ActivationLike): ActivationFunction {
  if (id === null || id === undefined) return builtin.linear;
  if (typeof id === "function") return id;
  if (typeof id === "string") return byName(id);
  if (typeof id === "object" && "class_name" in id) return fromConfig(id);
  throw new ChainruleError(
    `getActivation: expected a name, a function or { class_name, config }; received ${show(id)}`,
  );
}

export interface RegisterOptions {
  /** The name; needed for a plain function. Default: the activation's own. */
  name?: string;
  /** The part before ">" in the serialized name. Default "Custom". Keras: `package`. */
  package?: string;
}

/**
 * Makes an activation (or a plain function) known by name, so that it can be looked up and files that use it can be
 * read. Keras: `register_keras_serializable`.
 *
 * @throws If the name is taken.
 * @example
 * ```ts
 * const tripled = registerActivation((x) => x.mul(3), { name: "tripled", package: "my" });
 * deepEqual(getActivation("tripled"), tripled);
 * deepEqual(serializeActivation(tripled).config, "my>tripled");
 * ```
 */
export function registerActivation<P extends Params>(
  f: Activation<P>,
  options?: RegisterOptions,
): Activation<P>;
export function registerActivation(
  f: (x: Tensor) => Tensor,
  options?: RegisterOptions,
): (x: Tensor) => Tensor;
export function registerActivation(f: ActivationFunction, options: RegisterOptions = {}): ActivationFunction {
  const own = isActivation(f) ? f.activationName : f.name;
  const name = options.name ?? own;
  if (!name) throw new ChainruleError("registerActivation: a function without a name needs { name }");
  const aliases = isActivation(f) && options.name === undefined ? f.aliases : [];
  const registeredName = `${options.package ?? "Custom"}>${name}`;
  const wanted = [name, ...aliases, registeredName];
  for (const spelling of wanted) {
    const taken = entries.get(spellingKey(spelling));
    if (taken !== undefined && taken.activation !== f) {
      throw new ChainruleError(
        `registerActivation: the name ${show(spelling)} is taken by ` +
          `${taken.registeredName ?? "a built-in activation"}; choose another with { name }`,
      );
    }
  }
  for (const spelling of wanted) enter(spelling, { activation: f, registeredName });
  return f;
}

/** An activation as Keras 3 writes it into a file. */
export type SerializedActivation = string | ActivationConfig;

const sameParams = (a: Params, b: Params): boolean => Object.keys(b).every((key) => a[key] === b[key]);

/**
 * An activation in Keras 3's form: built-in ones by name (`"hard_silu"`), with parameters as the Keras layer that has
 * them, registered ones as `{ class_name: "function", config: "my>hs" }`. `getActivation` reads all of them.
 * Keras: `activations.serialize`.
 *
 * @throws If it is neither built in nor registered.
 * @example
 * ```ts
 * deepEqual(serializeActivation(hardSwish), "hard_silu");
 * ```
 */
export function serializeActivation(id: ActivationLike): SerializedActivation {
  const f = getActivation(id);
  const name = isActivation(f) ? f.activationName : f.name;
  const entry =
    [...entries.values()].find(({ activation }) => activation === f) ??
    (isActivation(f) ? entries.get(spellingKey(name)) : undefined);
  if (entry === undefined) {
    throw new ChainruleError(
      `serializeActivation: ${name || "this function"} is not registered, so a file could not name it. ` +
        "Call registerActivation first.",
    );
  }
  const function_ = { module: "builtins", class_name: "function", registered_name: "function" };
  if (!isActivation(f) || sameParams(f.params, f.defaults)) {
    return entry.registeredName === undefined ? name : { ...function_, config: entry.registeredName };
  }
  const config = Object.fromEntries(
    Object.entries(f.params).map(([key, value]) => [underscored(key), value]),
  );
  return {
    module: f.kerasLayer ? "keras.layers" : "chainrule",
    class_name: f.kerasLayer ?? name,
    config,
    registered_name: entry.registeredName ?? null,
  };
}

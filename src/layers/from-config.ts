import { optionsFromConfig } from "../config/configurable.ts";
import { spellingKey } from "../config/names.ts";
import { type DType, dtypes } from "../dtype.ts";
import { ChainruleError, isPlainObject, show } from "../errors.ts";
import type { AttrSpecs } from "../ops/attributes.ts";

/** What is known of a class whose objects are made from configurations. */
export interface ConfigurableClass {
  readonly className: string;
  /** The options, where they are declared; a class without gets the configuration as it is. */
  readonly specs?: AttrSpecs;
}

/**
 * Entries of Keras's files that have no counterpart here, with the values under which they have no effect. All are harmless
 * when null or false.
 */
const inert: Readonly<Record<string, (value: unknown) => boolean>> = {
  data_format: (value) => value === "channels_last",
  // Keras 2 writes the options of Conv into its subclasses.
  groups: (value) => value === 1,
  kernel_initializer: () => true,
  kernel_regularizer: () => true,
  kernel_constraint: () => true,
  // Only with renorm: true.
  renorm_momentum: () => true,
  fused: () => true,
  input_length: () => true,
};

/** "float32", or a policy as Keras 3 and 2 write it. */
function dtypeOf(who: string, value: unknown): DType | null {
  const policy = isPlainObject(value) && isPlainObject(value.config) ? value.config.name : value;
  if (policy === null || policy === undefined) return null;
  const known = dtypes.find((name) => name === policy);
  if (known !== undefined) return known;
  throw new ChainruleError(`${who}: unknown dtype ${show(policy)}; known: ${dtypes.join(", ")}`);
}

/** The entries of a configuration of Keras 2 or 3, in the names and values of today. */
function* modernized(
  who: string,
  config: Readonly<Record<string, unknown>>,
  isKnown: (key: string) => boolean,
): Generator<readonly [string, unknown]> {
  for (const [key, value] of Object.entries(config)) {
    if (key === "dtype") yield [key, dtypeOf(who, value)];
    else if (key === "batch_input_shape") {
      if (isKnown("batch_shape")) yield ["batch_shape", value];
      else if (Array.isArray(value)) yield ["inputShape", value.slice(1)];
    } else if (key === "alpha" && !isKnown(key) && isKnown("negative_slope")) yield ["negative_slope", value];
    else if (isKnown(key) || !(key in inert)) yield [key, value];
    else if (value !== null && value !== false && !inert[key]!(value)) {
      throw new ChainruleError(
        `${who}: ${key} ${show(value)} is not supported` +
          (key === "data_format" ? ': images are [batch, height, width, channels], "channels_last"' : ""),
      );
    }
  }
}

/**
 * The options of a constructor from a configuration as Keras 3 or Keras 2 writes it.
 *
 * @throws If it has an entry that means something and that the class does not know.
 */
export function optionsOfConfig(
  { className, specs }: ConfigurableClass,
  config: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  if (specs === undefined) return Object.fromEntries(modernized(className, config, () => false));
  const known = new Set(Object.entries(specs).map(([name, spec]) => spellingKey(spec.kerasName ?? name)));
  const isKnown = (key: string) => known.has(spellingKey(key));
  return optionsFromConfig(className, specs, Object.fromEntries(modernized(className, config, isKnown)));
}

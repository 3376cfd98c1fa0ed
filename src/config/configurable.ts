import { ChainruleError, isPlainObject, nearest, show } from "../errors.ts";
import type { AttrSpecs, AttrsOf, InOf, Options } from "../ops/attributes.ts";
import { readOptions } from "../ops/call.ts";
import { spellingKey, underscored } from "./names.ts";

/** A class and its configuration, as Keras writes them into files. */
export interface SerializedObject {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly module?: string | null;
  readonly registered_name?: string | null;
}

/** Whatever has options declared once: initializers, losses, optimizers, layers … */
export interface Configurable {
  readonly options: object;
  /** The options in Keras's names, as files hold them. */
  getConfig(): Record<string, unknown>;
}

/** The positional arguments as far as given, then the options. */
type Leading<T extends readonly unknown[], O> =
  | [...T, options?: O]
  | (T extends readonly [...infer Fewer, unknown] ? Leading<Fewer, O> : never);

/** The positional arguments of a constructor as far as given, then its options; or all of them in one object. */
export type ConfiguredArgs<S extends AttrSpecs, P extends readonly (keyof S)[]> =
  | Leading<{ [I in keyof P]: InOf<S[P[I] & keyof S]> }, Partial<Options<S>>>
  | [options?: Options<S>];

type AbstractClass = abstract new (...args: never[]) => object;

/** What {@link withOptions} makes of a base class. */
export interface ConfiguredClass<S extends AttrSpecs, P extends readonly (keyof S)[], Base> {
  new (...args: ConfiguredArgs<S, P>): Base & { readonly options: AttrsOf<S> };
  readonly className: string;
  readonly specs: S;
}

/** The arguments of a constructor as one object of options. */
export function optionsOf(
  who: string,
  positional: readonly PropertyKey[],
  args: readonly unknown[],
): Record<string, unknown> {
  const last = args.at(-1);
  const options = isPlainObject(last) && !("class_name" in last) ? last : {};
  const values = options === last ? args.slice(0, -1) : args;
  if (values.length > positional.length) {
    throw new ChainruleError(
      `${who}: takes ${positional.length ? positional.join(", ") : "no positional arguments"}, then options in one ` +
        `object; received ${show(values)}`,
    );
  }
  const named = Object.fromEntries(values.map((value, i) => [positional[i]!, value]));
  return { ...named, ...options };
}

/** Writes options in Keras's names: what its spec knows to write, the rest as it is. */
export function configOf(
  specs: AttrSpecs,
  options: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(specs).flatMap(([name, spec]) => {
      const value = spec.write ? spec.write(options[name] as never) : options[name];
      return value === undefined ? [] : [[spec.kerasName ?? underscored(name), value] as const];
    }),
  );
}

/**
 * A base class for classes whose options are declared once: their types, defaults and checks, `getConfig` and
 * `fromConfig` follow from `specs`.
 *
 * ```ts
 * class L2 extends withOptions(Regularizer, "L2", ["l2"], { l2: real(0.01) }) {
 *   of(x: Tensor) { return x.square().sum().mul(this.options.l2); }
 * }
 * ```
 */
export function withOptions<
  B extends AbstractClass,
  const S extends AttrSpecs,
  const P extends readonly (keyof S & string)[],
>(
  Base: B,
  className: string,
  positional: P,
  specs: S,
): ConfiguredClass<S, P, InstanceType<B> & Configurable> {
  const Parent = Base as AbstractClass as new (options: object) => object;
  class Configured extends Parent {
    static readonly className: string = className;
    static readonly specs = specs;
    readonly options: Readonly<Record<string, unknown>>;

    constructor(...args: readonly unknown[]) {
      const { className: own } = new.target as typeof Configured;
      const options = readOptions(own, specs, [optionsOf(own, positional, args)]);
      super(options);
      this.options = options;
    }

    getConfig(): Record<string, unknown> {
      return configOf(specs, this.options);
    }
  }
  return Configured as object as ConfiguredClass<S, P, InstanceType<B> & Configurable>;
}

/** Options from a configuration in Keras's names; what no spec knows is refused, unless it says nothing. */
export function optionsFromConfig(
  who: string,
  specs: AttrSpecs,
  config: Readonly<Record<string, unknown>>,
  ignored: ReadonlySet<string> = new Set(),
): Record<string, unknown> {
  const known = new Map(
    Object.entries(specs).map(([name, spec]) => [spellingKey(spec.kerasName ?? name), name]),
  );
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config)) {
    const name = known.get(spellingKey(key));
    if (name !== undefined) options[name] = value;
    else if (!ignored.has(key) && value !== null && value !== false) {
      throw new ChainruleError(
        `${who}: the configuration has an unknown entry ${show(key)} (${show(value)}); known: ` +
          nearest(key, Object.keys(specs).map(underscored)).join(", "),
      );
    }
  }
  return options;
}

import { ChainruleError, nearest, show } from "../errors.ts";
import type { AttrSpecs } from "../ops/attributes.ts";
import { type Configurable, optionsFromConfig, type SerializedObject } from "./configurable.ts";
import { snakeCase, spellingKey } from "./names.ts";

/** A class whose objects can be made from a configuration. */
export interface RegisteredClass<T> {
  new (options: never): T;
  readonly className: string;
  readonly specs: AttrSpecs;
}

/** What stands for an object of a kind: the object, its class's name in any spelling, or a serialized object. */
export type Like<T> = T | string | SerializedObject;

/** The classes of one kind by name: initializers, losses, optimizers … */
export interface Registry<T extends object> {
  get(id: Like<T>): T;
  serialize(object: T): SerializedObject;
  /** Adds a class of the user's own. */
  register(Class: RegisteredClass<T>, aliases?: readonly string[]): void;
  names(): string[];
}

const ignored = new Set(["name", "dtype", "trainable"]);

/**
 * The registry of a kind. `classes` is what a module exports: whatever in it is a class of the kind takes part, so that
 * there is no list to keep. `aliases` are short names that Keras knows (`mse`).
 */
export function createRegistry<T extends object>(
  kind: string,
  module: string,
  classes: Readonly<Record<string, unknown>>,
  base: abstract new (...args: never[]) => T,
  aliases: Readonly<Record<string, string>> = {},
): Registry<T> {
  const entries = new Map<string, RegisteredClass<T>>();
  const isClass = (value: unknown): value is RegisteredClass<T> =>
    typeof value === "function" && value.prototype instanceof base && "className" in value;
  const enter = (name: string, Class: RegisteredClass<T>) => {
    const taken = entries.get(spellingKey(name));
    if (taken !== undefined && taken !== Class) {
      throw new ChainruleError(`${kind}: the name ${show(name)} is taken by ${taken.className}`);
    }
    entries.set(spellingKey(name), Class);
  };
  for (const Class of Object.values(classes)) if (isClass(Class)) enter(Class.className, Class);
  for (const [alias, name] of Object.entries(aliases)) enter(alias, entries.get(spellingKey(name))!);

  const find = (name: string): RegisteredClass<T> => {
    const found = entries.get(spellingKey(name));
    if (found !== undefined) return found;
    throw new ChainruleError(
      `unknown ${kind} ${show(name)}; known: ${nearest(snakeCase(name), registry.names()).join(", ")}`,
    );
  };

  const registry: Registry<T> = {
    get(id) {
      if (id instanceof base) return id;
      if (typeof id === "string") return new (find(id))({} as never);
      if (typeof id === "object" && id !== null && "class_name" in id) {
        const Class = find(id.class_name);
        return new Class(optionsFromConfig(Class.className, Class.specs, id.config ?? {}, ignored) as never);
      }
      throw new ChainruleError(
        `expected a ${kind}: its name, an object or { class_name, config }; received ${show(id)}`,
      );
    },
    serialize(object) {
      const { className } = object.constructor as RegisteredClass<T>;
      const config = (object as T & Configurable).getConfig();
      return { module, class_name: className, config, registered_name: null };
    },
    register(Class, extra = []) {
      for (const name of [Class.className, ...extra]) enter(name, Class);
    },
    names: () => [...new Set([...entries.values()].map(({ className }) => snakeCase(className)))],
  };
  return registry;
}

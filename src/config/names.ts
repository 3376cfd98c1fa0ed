/** `Conv2DTranspose` → `conv2d_transpose`, `ReLU` → `re_lu`: how Keras names objects after their classes. */
export function snakeCase(className: string): string {
  const snake = className
    .replaceAll(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
  return snake.startsWith("_") ? `private${snake}` : snake;
}

/** `negative_slope` → `negativeSlope`, `beta_1` → `beta1`. */
export const camelCase = (name: string): string =>
  name.replaceAll(/_+([a-zA-Z0-9])/g, (_, next: string) => next.toUpperCase());

/** `negativeSlope` → `negative_slope`. */
export const underscored = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);

/** What all spellings of a name have in common: `GlorotUniform`, `glorot_uniform`, `glorotUniform`. */
export const spellingKey = (name: string): string => name.toLowerCase().replaceAll(/[_\-\s]/g, "");

/**
 * The name of a class in files and errors: what the class itself, or what it extends directly, says in a static
 * `className`, which a minifier cannot change, else its own. What the `root` of the family says names itself alone.
 */
export function classNameOf(Class: Function, root?: Function): string {
  const parent: unknown = Object.getPrototypeOf(Class);
  const says = [Class, parent].find(
    (C): C is Function & { className: string } =>
      typeof C === "function" && (C === Class || C !== root) && Object.hasOwn(C, "className"),
  );
  return says?.className ?? Class.name;
}

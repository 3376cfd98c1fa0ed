/** An input that an operation cannot work with: a wrong shape, axis, dtype, option or value. */
export class ChainruleError extends Error {
  override name = "ChainruleError";
}

/**
 * What is wrong with some shapes, said without knowing who asked. The op that asked catches it and
 * adds its own name and what it received.
 */
export class Mismatch extends ChainruleError {}

/** Throws a {@link Mismatch} unless `condition` holds; the message is built only then. */
export function ensure(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new Mismatch(message());
}

/**
 * Runs `f`; a {@link Mismatch} in it is said of `who`. An error that names what `f` called gets the name of
 * `who` before it: `std: variance: there is no variance of no cells; received x [0]`.
 */
export function saying<T>(who: string, f: () => T, received?: () => string): T {
  try {
    return f();
  } catch (error) {
    if (error instanceof Mismatch) {
      const tail = received === undefined ? "" : `; received ${received()}`;
      throw new ChainruleError(`${who}: ${error.message}${tail}`);
    }
    if (!(error instanceof ChainruleError) || error.message.startsWith(`${who}:`)) throw error;
    throw new ChainruleError(`${who}: ${error.message}`, { cause: error });
  }
}

/** Whether a value is an object as `{…}` makes it: no array, tensor, map or other instance of a class. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Refuses options that are no plain object or hold a name that is not known, which would have no effect. */
export function checkOptions(who: string, options: unknown, known: readonly string[]): void {
  if (!isPlainObject(options)) {
    const expected = known.length > 0 ? `options { ${known.join(", ")} }` : "no options";
    throw new ChainruleError(`${who}: expected ${expected}; received ${show(options)}`);
  }
  const stray = Object.keys(options).find((name) => !known.includes(name));
  if (stray !== undefined) {
    const names = known.length > 0 ? `known: ${nearest(stray, known).join(", ")}` : "it has none";
    throw new ChainruleError(`${who}: unknown option ${show(stray)}; ${names}`);
  }
}

const shownItems = 6;
const shownCharacters = 60;

/** A value as an error message shows it: short, and never throwing. */
export const show = (value: unknown): string => showTo(3, value);

function showTo(depth: number, value: unknown): string {
  if (typeof value === "string") {
    return value.length > shownCharacters
      ? `${JSON.stringify(value.slice(0, shownCharacters))}… (${value.length} characters)`
      : JSON.stringify(value);
  }
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return value.name ? `function ${value.name}` : "a function";
  if (Array.isArray(value)) {
    if (depth === 0) return "[…]";
    const head = Array.from(value.slice(0, shownItems), (item) => showTo(depth - 1, item)).join(", ");
    return value.length > shownItems ? `[${head}, … ${value.length} items]` : `[${head}]`;
  }
  if (typeof value === "object" && value !== null) {
    if (isPlainObject(value)) {
      const keys = Object.keys(value);
      return keys.length === 0 ? "{}" : `{ ${keys.slice(0, shownItems).join(", ")} }`;
    }
    const kind = String(Object.getPrototypeOf(value).constructor?.name || "object");
    return `${/^[AEIOUaeiou]/.test(kind) ? "an" : "a"} ${kind}`;
  }
  return String(value);
}

/** `known` sorted by edit distance to `name`, nearest first: for "did you mean". */
export function nearest(name: string, known: Iterable<string>): string[] {
  const distance = (other: string) => editDistance(name.toLowerCase(), other.toLowerCase());
  return [...known]
    .map((other) => ({ other, d: distance(other) }))
    .sort((a, b) => a.d - b.d || (a.other < b.other ? -1 : 1))
    .map(({ other }) => other);
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

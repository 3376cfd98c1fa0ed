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

/** Runs `f`; a {@link Mismatch} in it is said of `who`. */
export function saying<T>(who: string, f: () => T, received?: () => string): T {
  try {
    return f();
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    const tail = received === undefined ? "" : `; received ${received()}`;
    throw new ChainruleError(`${who}: ${error.message}${tail}`);
  }
}

/** A value as an error message shows it: short, and never throwing. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return value.name ? `function ${value.name}` : "a function";
  if (Array.isArray(value)) {
    const head = value.slice(0, 6).map(show).join(", ");
    return value.length > 6 ? `[${head}, … ${value.length} items]` : `[${head}]`;
  }
  if (typeof value === "object" && value !== null) {
    const kind = value.constructor?.name ?? "object";
    return kind === "Object" ? `{ ${Object.keys(value).slice(0, 6).join(", ")} }` : `a ${kind}`;
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

import alea from "seedrandom/lib/alea.js";
import { ChainruleError, show } from "./errors.ts";

/** A source of random numbers: the same name and seed give the same numbers on every machine. */
export interface Stream {
  /** Uniform in [0, 1), with 32 random bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** A whole number from 0 to n − 1. */
  below(n: number): number;
}

let globalSeed: string | undefined;
let streams = new Map<string, Stream>();

/**
 * Makes every random tensor reproducible: the same seed gives the same bits. Each purpose (weights,
 * dropout, shuffling, …) draws from a stream of its own, named after it, so that one more draw in one
 * place does not shift the others.
 *
 * @example
 * ```ts
 * setSeed(7);
 * const a = randomNormal([2]).toArray();
 * setSeed(7);
 * deepEqual(randomNormal([2]).toArray(), a);
 * ```
 */
export function setSeed(seed: number | string): void {
  if (typeof seed !== "string" && !Number.isFinite(seed)) {
    throw new ChainruleError(`setSeed: expected a finite number or a string; received ${show(seed)}`);
  }
  globalSeed = String(seed);
  streams = new Map();
}

/** The stream of that name under the current seed; without a seed it starts from entropy. */
export function stream(name: string): Stream {
  let found = streams.get(name);
  if (found === undefined) {
    found = streamFrom(globalSeed === undefined ? undefined : `${globalSeed}/${name}`);
    streams.set(name, found);
  }
  return found;
}

/** A stream of its own, independent of {@link setSeed}; without a seed it is another one each time. */
export function streamFrom(seed: string | undefined): Stream {
  // Without a seed, alea would always start the same.
  const next = alea(seed ?? `${Math.random()}/${Math.random()}`);
  const uniform = () => next();
  // Marsaglia's polar method makes two normals at a time.
  let spare: number | undefined;
  const normal = () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    let u: number;
    let v: number;
    let s: number;
    do {
      u = 2 * uniform() - 1;
      v = 2 * uniform() - 1;
      s = u * u + v * v;
    } while (s >= 1 || s === 0);
    const scale = Math.sqrt((-2 * Math.log(s)) / s);
    spare = v * scale;
    return u * scale;
  };
  return { uniform, normal, below: (n) => Math.floor(uniform() * n) };
}

/** One of the generators of `seedrandom`; the package's entry point has all seven, which a page would load. */
declare module "seedrandom/lib/alea.js" {
  /** Uniform in [0, 1), with 32 random bits; the same seed gives the same numbers. */
  export default function alea(seed: string): () => number;
}

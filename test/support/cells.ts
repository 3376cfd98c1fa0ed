import fc from "fast-check";
import { type DType, type Tensor, tensor } from "../../src/index.ts";
import { streamFrom } from "../../src/random.ts";
import { sizeOf } from "../../src/shape.ts";

export interface CellOptions {
  /** Where the cells lie. Default −3 to 3. */
  readonly domain?: readonly [number, number];
  /** Points that cells keep away from, since differences across them mean nothing. */
  readonly kinks?: readonly number[];
}

/**
 * A float64 tensor whose cells are spread over the domain in random order: no two are close to each other (no ties for
 * max or sorting) and none is close to a kink, yet all pieces between the kinks get some.
 */
export function spread(shape: readonly number[], seed: number, options: CellOptions = {}): Tensor {
  const { domain = [-3, 3], kinks = [0] } = options;
  const random = streamFrom(String(seed));
  const size = sizeOf(shape);
  const order = Array.from({ length: size }, (_, i) => i);
  for (let i = size - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  const width = (domain[1] - domain[0]) / Math.max(size, 1);
  const cells = order.map((i) => {
    const x = domain[0] + (i + 0.5 + 0.3 * (random.uniform() - 0.5)) * width;
    const kink = kinks.find((at) => Math.abs(x - at) < 0.02);
    return kink === undefined ? x : kink + (x < kink ? -0.02 : 0.02);
  });
  return tensor(cells, { shape, dtype: "float64" });
}

/** Whole numbers below `limit`, as int32. */
export function indices(shape: readonly number[], seed: number, limit: number): Tensor {
  const random = streamFrom(String(seed));
  return tensor(
    Array.from({ length: sizeOf(shape) }, () => random.below(limit)),
    { shape, dtype: "int32" },
  );
}

export const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

/** Shapes with few cells; sizes from `minSize` (0 makes empty tensors). */
export const shapes = (options: { minRank?: number; maxRank?: number; minSize?: number } = {}) => {
  const { minRank = 0, maxRank = 4, minSize = 0 } = options;
  return fc.array(fc.integer({ min: minSize, max: 3 }), { minLength: minRank, maxLength: maxRank });
};

/** Shapes that broadcast to each other: some axes are 1, some are missing at the left. */
export const broadcastable = (count: number): fc.Arbitrary<number[][]> =>
  shapes({ maxRank: 3 }).chain((full) =>
    fc.tuple(
      ...Array.from({ length: count }, () =>
        fc
          .tuple(
            fc.integer({ min: 0, max: full.length }),
            fc.array(fc.boolean(), { minLength: full.length, maxLength: full.length }),
          )
          .map(([drop, ones]) => full.map((size, i) => (ones[i] ? 1 : size)).slice(drop)),
      ),
    ),
  );

export const bools = (shape: readonly number[], seed: number): Tensor =>
  tensor(Array.from(indices(shape, seed, 2).data), { shape, dtype: "bool" as DType });

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { snakeCase } from "../../src/config/names.ts";
import { gradients, K, placeholder, type Tensor, type TensorLike, tensor } from "../../src/index.ts";
import * as exported from "../../src/training/losses/index.ts";
import { Loss, losses } from "../../src/training/losses/index.ts";
import { indices, seeds, spread } from "../support/cells.ts";
import { checkDerivatives } from "../support/op-checker.ts";

const shape = [3, 4];

interface Sample {
  readonly yTrue: Tensor;
  readonly yPred: Tensor;
}

/** What to try a class of losses on. */
interface LossCase {
  readonly options?: readonly object[];
  /** Targets, and predictions away from kinks. */
  sample(seed: number): Sample;
  /** Predictions that cannot be better, and the loss then. */
  perfect?(yTrue: Tensor): { yPred: Tensor; value: number };
}

const f64 = (x: Tensor): Tensor => tensor(x, { dtype: "float64" });
const numbers = (seed: number, low: number, high: number, kinks: readonly number[] = []) =>
  spread(shape, seed, { domain: [low, high], kinks });
const classes = (seed: number) => indices([3], seed, 4);
const oneHot = (seed: number) => f64(K.oneHot(classes(seed), 4));
const signs = (seed: number) => f64(indices(shape, seed, 2).mul(2).sub(1));
const bits = (seed: number) => f64(indices(shape, seed, 2));
const chances = (seed: number) => numbers(seed, 0.05, 0.95);
const shares = (seed: number) => chances(seed).div(chances(seed).sum({ axis: -1, keepdims: true }));

const zero = (yTrue: Tensor) => ({ yPred: yTrue, value: 0 });
/** What is left at the right answer: probabilities are clipped to 1 − 1e-7. */
const clipped = (yPred: Tensor) => ({ yPred, value: -Math.log(1 - 1e-7) });

/** Predictions that are off by numbers away from the kinks of the error. */
const errors = (kinks: readonly number[], low = -3, high = 3): LossCase => ({
  sample(seed) {
    const yTrue = numbers(seed, low, high);
    return { yTrue, yPred: yTrue.add(numbers(seed + 1, -2.5, 2.5, kinks)) };
  },
  perfect: zero,
});
const counts: LossCase = {
  sample: (seed) => ({ yTrue: numbers(seed, 0.5, 3), yPred: numbers(seed + 1, 0.3, 4) }),
  perfect: zero,
};
const margins: LossCase = {
  sample: (seed) => ({ yTrue: signs(seed), yPred: numbers(seed + 1, -3, 3, [-1, 1]) }),
  perfect: zero,
};

const cases: Readonly<Record<string, LossCase>> = {
  MeanSquaredError: errors([]),
  MeanAbsoluteError: errors([0]),
  MeanAbsolutePercentageError: errors([0], 0.5, 3),
  MeanSquaredLogarithmicError: counts,
  Huber: { ...errors([-1, 1, -0.5, 0.5]), options: [{}, { delta: 0.5 }] },
  LogCosh: errors([]),
  Poisson: {
    ...counts,
    perfect: (y) => ({
      yPred: y,
      value: y
        .sub(y.mul(y.add(1e-7).log()))
        .mean()
        .item(),
    }),
  },
  CosineSimilarity: {
    ...errors([]),
    options: [{}, { axis: 0 }],
    perfect: (yTrue) => ({ yPred: yTrue.mul(3), value: -1 }),
  },
  Hinge: margins,
  SquaredHinge: margins,
  CategoricalHinge: {
    sample: (seed) => ({ yTrue: oneHot(seed), yPred: numbers(seed + 1, -0.9, 0.9, [0]) }),
    perfect: zero,
  },
  KLDivergence: { sample: (seed) => ({ yTrue: shares(seed), yPred: shares(seed + 1) }), perfect: zero },
  BinaryCrossentropy: {
    options: [{}, { labelSmoothing: 0.1 }, { fromLogits: true }, { axis: 0 }],
    sample: (seed) => ({ yTrue: bits(seed), yPred: chances(seed + 1) }),
    perfect: clipped,
  },
  CategoricalCrossentropy: {
    options: [{}, { labelSmoothing: 0.1 }, { fromLogits: true }, { axis: 0 }],
    sample: (seed) => ({ yTrue: oneHot(seed), yPred: chances(seed + 1) }),
    perfect: clipped,
  },
  SparseCategoricalCrossentropy: {
    options: [{}, { fromLogits: true }, { ignoreClass: 1 }],
    sample: (seed) => ({ yTrue: classes(seed), yPred: chances(seed + 1) }),
    perfect: (yTrue) => clipped(f64(K.oneHot(yTrue, 4))),
  },
  BinaryFocalCrossentropy: {
    options: [
      {},
      { gamma: 0.5, applyClassBalancing: true },
      { gamma: 0 },
      { fromLogits: true, labelSmoothing: 0.2 },
    ],
    sample: (seed) => ({ yTrue: bits(seed), yPred: chances(seed + 1) }),
    perfect: zero,
  },
  CategoricalFocalCrossentropy: {
    options: [{}, { gamma: 0.5, alpha: [0.1, 0.2, 0.3, 0.4] }, { gamma: 0 }, { fromLogits: true }],
    sample: (seed) => ({ yTrue: oneHot(seed), yPred: chances(seed + 1) }),
    perfect: zero,
  },
};

type LossClass = (new (options?: object) => Loss) & { readonly className: string };
const isLossClass = (value: unknown): value is LossClass =>
  typeof value === "function" && value.prototype instanceof Loss;
const walked = Object.entries<unknown>(exported).filter((entry): entry is [string, LossClass] =>
  isLossClass(entry[1]),
);

const spellings = (name: string): string[] => {
  const snake = snakeCase(name);
  return [
    name,
    snake,
    name[0]!.toLowerCase() + name.slice(1),
    snake.toUpperCase(),
    snake.replaceAll("_", "-"),
  ];
};

describe.each(walked)("%s", (name, Class) => {
  const one = cases[name]!;

  it("has a case here", () => expect(Object.keys(cases)).toContain(name));

  it.each((one?.options ?? [{}]).map((options) => [JSON.stringify(options), options] as const))(
    "has the right derivatives, %s",
    (_, options) => {
      const loss = new Class(options);
      fc.assert(
        fc.property(seeds, (seed) => {
          const { yTrue, yPred } = one.sample(seed);
          checkDerivatives((p) => loss.each(yTrue, p), [yPred], seed);
        }),
        { numRuns: 15 },
      );
    },
  );

  it("is as small as it can be at a perfect prediction, and larger elsewhere", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { yTrue, yPred } = one.sample(seed);
        const best = one.perfect!(yTrue);
        const loss = new Class();
        expect(loss.of(yTrue, best.yPred).item()).toBeCloseTo(best.value, 12);
        expect(loss.of(yTrue, yPred).item()).toBeGreaterThan(best.value);
      }),
      { numRuns: 20 },
    );
  });

  it("goes through a file", () => {
    for (const options of one.options ?? [{}]) {
      const loss = new Class({ ...options, reduction: "sum", name: "mine" });
      const again = losses.get(JSON.parse(JSON.stringify(losses.serialize(loss))));
      expect(again).toBeInstanceOf(Class);
      expect(again.options).toEqual(loss.options);
      expect([again.name, again.reduction]).toEqual(["mine", "sum"]);
    }
  });

  it("is found by its name in every spelling", () => {
    for (const spelling of spellings(name)) expect(losses.get(spelling)).toBeInstanceOf(Class);
    expect(losses.get(Class)).toBeInstanceOf(Class);
    expect(Class.className).toBe(name);
  });

  it("is nearly the same in float32", () => {
    const { yTrue, yPred } = one.sample(7);
    const loss = new Class();
    const narrow = loss.of(tensor(yTrue, { dtype: "float32" }), tensor(yPred, { dtype: "float32" }));
    const wide = loss.of(yTrue, yPred).item();
    expect(narrow.dtype).toBe("float32");
    expect(Math.abs(narrow.item() - wide)).toBeLessThan(2e-5 * (1 + Math.abs(wide)));
  });

  it("can be traced: symbolic tensors give the same shapes, and no values are read", () => {
    const { yTrue, yPred } = one.sample(7);
    const symbolic = (x: Tensor, batch: number | null) => placeholder([batch, ...x.shape.slice(1)], x.dtype);
    for (const options of (one.options ?? [{}]).filter((given) => !("axis" in given))) {
      const loss = new Class(options);
      const prediction = symbolic(yPred, 3);
      const value = loss.of(symbolic(yTrue, 3), prediction);
      expect([value.symbolic, value.shape]).toEqual([true, []]);
      expect(gradients(value, [prediction])[0]!.shape).toEqual([3, 4]);
      expect(loss.each(symbolic(yTrue, null), symbolic(yPred, null)).shape).toEqual([Number.NaN]);
    }
  });

  it("refuses what does not fit, and says its name", () => {
    const { yTrue, yPred } = one.sample(7);
    const loss = new Class();
    const refused = (given: TensorLike, predicted: TensorLike, weight?: TensorLike) =>
      expect(() => loss.of(given, predicted, weight));
    refused(yTrue, yPred.reshape([4, 3])).toThrow(new RegExp(`^${loss.name}: yTrue must .*; received \\[3`));
    refused(yTrue, yPred, [1, 2]).toThrow(
      `${loss.name}: sampleWeight must have one weight per value, [3]; received [2]`,
    );
    refused(yTrue, yPred, [1, Number.NaN, 1]).toThrow(
      `${loss.name}: sampleWeight must be finite; received NaN in cell [1]`,
    );
    const broken = f64(yTrue);
    broken.data[1] = Number.NaN;
    refused(broken, yPred).toThrow(/^\w+: yTrue must be .*; received NaN in cell \[(0, )?1\]/);
    expect(() => new Class({ reduction: "average" })).toThrow(
      /reduction must be "sum_over_batch_size", .*"average"/,
    );
    expect(() => new Class({ from_logit: true })).toThrow(/unknown option "from_logit"; known/);
  });
});

it("there are no cases of classes that are gone", () => {
  expect(Object.keys(cases).sort()).toEqual(walked.map(([name]) => name).sort());
});

it("K.setEpsilon reaches the losses", () => {
  const loss = new exported.BinaryCrossentropy();
  const before = loss.of([[1]], [[0]]).item();
  K.setEpsilon(1e-3);
  try {
    expect(loss.of([[1]], [[0]]).item()).toBeCloseTo(-Math.log(1e-3), 5);
  } finally {
    K.setEpsilon(1e-7);
  }
  expect(loss.of([[1]], [[0]]).item()).toBe(before);
  expect(() => K.setEpsilon(0)).toThrow(/between 0 and 1; received 0/);
});

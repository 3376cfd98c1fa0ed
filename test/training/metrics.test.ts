import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, gather, placeholder, type Tensor, type TensorLike, tensor } from "../../src/index.ts";
import { streamFrom } from "../../src/random.ts";
import { type Metric, metrics } from "../../src/training/metrics/index.ts";
import { indices, seeds } from "../support/cells.ts";
import { expectClose } from "../support/close.ts";
import { load, readFixture, type Stored } from "../support/fixtures.ts";

interface Case {
  readonly name: string;
  readonly kind: "loss" | "metric";
  readonly class_name: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly updates: readonly { readonly y_true: Stored; readonly y_pred: Stored }[];
}

const cases = readFixture<{ cases: Case[] }>("losses_metrics.json").cases.filter(
  ({ kind }) => kind === "metric",
);
const named = cases.map((one) => [one.name, one] as const);
const tolerance = { rtol: 1e-9, atol: 1e-11 };

const make = ({ class_name, kwargs }: Case, dtype = "float64"): Metric =>
  metrics.get({ class_name, config: { ...kwargs, dtype } });

/** All samples of a case in one batch. */
const batch = ({ updates }: Case) => ({
  yTrue: concat(updates.map(({ y_true }) => load(y_true))),
  yPred: concat(updates.map(({ y_pred }) => load(y_pred))),
});

const rows = (x: Tensor, at: readonly number[]): Tensor => gather(x, tensor([...at], { dtype: "int32" }));

function resultOf(metric: Metric, batches: readonly (readonly [Tensor, Tensor, TensorLike?])[]): Tensor {
  for (const [yTrue, yPred, weight] of batches) metric.updateState(yTrue, yPred, weight);
  return metric.result();
}

describe.each(named)("%s", (_, one) => {
  const { yTrue, yPred } = batch(one);
  const count = yTrue.shape[0]!;
  const all = Array.from({ length: count }, (_, i) => i);
  const whole = () => resultOf(make(one), [[yTrue, yPred]]);

  it("does not depend on how the samples are divided into batches and ordered", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: count - 1 }), (seed, cut) => {
        const random = streamFrom(String(seed));
        const order = [...all].sort(() => random.uniform() - 0.5);
        const parts = [order.slice(0, cut), order.slice(cut)];
        const batches = parts.map((at) => [rows(yTrue, at), rows(yPred, at)] as const);
        expectClose(resultOf(make(one), batches), whole(), tolerance);
      }),
      { numRuns: 10 },
    );
  });

  it("takes a weight for so many samples, and leaves out those of weight 0", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const weights = Array.from(indices([count], seed, 4).data).map((w, i) => (i === 0 ? 1 : w));
        const repeated = all.flatMap((i) => Array.from({ length: weights[i]! }, () => i));
        const weighted = resultOf(make(one), [[yTrue, yPred, weights]]);
        expectClose(
          weighted,
          resultOf(make(one), [[rows(yTrue, repeated), rows(yPred, repeated)]]),
          tolerance,
        );
        const column = resultOf(make(one), [[yTrue, yPred, weights.map((w) => [w])]]);
        expect(column.toArray()).toEqual(weighted.toArray());
      }),
      { numRuns: 10 },
    );
  });

  it("is nearly the same in float32", () => {
    const narrow = resultOf(make(one, "float32"), [[yTrue, yPred]]);
    expect(narrow.dtype).toBe("float32");
    expectClose(narrow, whole(), { rtol: 2e-5, atol: 2e-6 });
  });

  it("can be traced: symbolic tensors give the new sums, and no values are read", () => {
    const open = (x: Tensor, size: number | null) => placeholder([size, ...x.shape.slice(1)], x.dtype);
    for (const size of [count, null]) {
      const metric = make(one);
      const weight = placeholder([size], "float64");
      for (const updates of [
        metric.update(open(yTrue, size), open(yPred, size)),
        metric.update(open(yTrue, size), open(yPred, size), weight),
      ]) {
        for (const [sum, value] of updates) {
          expect([value.shape, value.dtype, value.symbolic]).toEqual([sum.shape, "float64", true]);
        }
      }
    }
  });

  it("is 0 before the first batch, and forgets on reset", () => {
    const metric = make(one);
    expect(metric.result().item()).toBe(0);
    metric.updateState(yTrue, yPred);
    metric.reset();
    expect(metric.result().data.every((x) => x === 0)).toBe(true);
    expectClose(resultOf(metric, [[yTrue, yPred]]), whole(), tolerance);
  });

  it("refuses what does not fit, says its name and stays as it was", () => {
    const metric = make(one);
    metric.updateState(yTrue, yPred);
    const before = metric.result().toArray();
    const refused = (a: TensorLike, b: TensorLike, w?: TensorLike) =>
      expect(() => metric.updateState(a, b, w));
    const start = `^${metric.name}: `;
    refused(rows(yTrue, [0, 1]), yPred).toThrow(new RegExp(`${start}.*yTrue .*received \\[2`));
    refused(yTrue, yPred, [1, 2, 3]).toThrow(new RegExp(`${start}sampleWeight must .*received \\[3\\]`));
    refused(
      yTrue,
      yPred,
      all.map(() => Number.NaN),
    ).toThrow(new RegExp(`${start}sampleWeight must be finite`));
    refused(yTrue.mul(Number.NaN), yPred).toThrow(new RegExp(`${start}.*received NaN in cell`));
    expect(metric.result().toArray()).toEqual(before);
  });
});

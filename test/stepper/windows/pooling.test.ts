import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as c from "../../../src/index.ts";
import type { AnyOp } from "../../../src/ops/op.ts";
import { poolContributors, poolingOf, sharesOf } from "../../../src/stepper/windows/pooling.ts";
import { pathLedger } from "../../../src/stepper/windows/slopes.ts";
import { indices, spread } from "../../support/cells.ts";
import { casesOf } from "../../support/op-cases.ts";
import { all, anyOp, asSet, cellsOf, expectSum, valueAt } from "./support.ts";

/** Pooled images; with few different values, so that many are tied, when `ties` says so. */
const pooled = (pool: AnyOp) =>
  fc.tuple(casesOf(pool), fc.nat(1e6), fc.boolean()).map(([{ inputs, attrs }, seed, ties]) => {
    const cells = ties ? indices(inputs[0]!.shape, seed, 3) : inputs[0]!;
    const x = c.variable(cells, { dtype: "float64" });
    const y = pool(x, attrs);
    const dy = spread(y.shape, seed + 1, { domain: [-1, 1] });
    const [dx] = c.gradients(y, [x], { upstream: dy });
    return { x, y, dy, dx: dx!, pooling: poolingOf(y.node!.op.opName, y.node!.attrs, x)! };
  });

describe.each([c.maxPool2d, c.averagePool2d].map(anyOp))("pooling (%#)", (pool) => {
  it("routes as the engine's gradient does, ties and padding included", () => {
    fc.assert(
      fc.property(pooled(pool), ({ x, dy, dx, pooling }) => {
        for (const cell of cellsOf(x.shape)) {
          expectSum(poolContributors(pooling, cell, dy, all), valueAt(dx, cell), `[${cell}]`);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("has the paths that the op's own rule has", () => {
    fc.assert(
      fc.property(pooled(pool), ({ x, y, dy, pooling }) => {
        for (const cell of cellsOf(x.shape)) {
          const byPlace = poolContributors(pooling, cell, dy, all);
          const byRule = pathLedger(y, 0, cell, dy, all);
          expect(asSet(byPlace, ["x", "y"])).toEqual(asSet(byRule, ["x", "y"]));
        }
      }),
      { numRuns: 15 },
    );
  });

  it("has shares that make each window's value, and are 1 in all", () => {
    fc.assert(
      fc.property(pooled(pool), ({ x, y, pooling }) => {
        for (const cell of cellsOf(y.shape)) {
          const shares = sharesOf(pooling, cell);
          for (const { at, value } of shares) expect(value).toBe(valueAt(x, at));
          const total = shares.reduce((sum, { value, share }) => sum + value * share, 0);
          expect(total).toBeCloseTo(valueAt(y, cell), 12);
          expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("max pooling", () => {
  const x = c.tensor([1, 4, 4, 2, 0, 4], { shape: [1, 1, 6, 1], dtype: "float64" });
  const attrs = { poolSize: [1, 3] as const, strides: 1 };
  const pooling = poolingOf("maxPool2d", attrs, x)!;

  it("lets the first of equals win, and says that the others are tied", () => {
    const shares = sharesOf(pooling, [0, 0, 0, 0]);
    expect(shares).toEqual([
      { at: [0, 0, 0, 0], value: 1, share: 0, tied: false },
      { at: [0, 0, 1, 0], value: 4, share: 1, tied: false },
      { at: [0, 0, 2, 0], value: 4, share: 0, tied: true },
    ]);
  });

  it("lists the windows that a cell lost, too", () => {
    const dy = c.tensor([10, 20, 30, 40], { shape: [1, 1, 4, 1], dtype: "float64" });
    const { terms, sum } = poolContributors(pooling, [0, 0, 2, 0], dy);
    expect(terms.map(({ at, factors }) => [at.y![2], ...factors])).toEqual(
      [
        [2, 30, 1],
        [1, 20, 0],
        [0, 10, 0],
      ].reverse(),
    );
    expect(sum).toBe(30);
  });

  it("lets NaN win, as the engine does", () => {
    const hidden = c.tensor([1, Number.NaN, 4], { shape: [1, 1, 3, 1], dtype: "float64" });
    const [, second] = sharesOf(poolingOf("maxPool2d", attrs, hidden)!, [0, 0, 0, 0]);
    expect(second).toEqual({ at: [0, 0, 1, 0], value: Number.NaN, share: 1, tied: false });
  });

  it("refuses what does not fit", () => {
    expect(() => sharesOf(pooling, [0, 0, 4, 0])).toThrow("expected a cell of [1, 1, 4, 1]");
    expect(() => poolContributors(pooling, [0, 0, 0, 0], x)).toThrow("dy must have the shape [1, 1, 4, 1]");
    expect(() => poolingOf("maxPool2d", { poolSize: 0 }, x)).toThrow("poolSize must be");
    expect(() => poolingOf("maxPool2d", attrs, c.ones([2]))).toThrow("rank 1");
    expect(poolingOf("constructor", {}, x)).toBeUndefined();
  });
});

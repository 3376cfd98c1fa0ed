import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ancestors, edgesOf } from "../../../src/autodiff/graph.ts";
import * as c from "../../../src/index.ts";
import { type AnyOp, isOp } from "../../../src/ops/op.ts";
import { sumTo } from "../../../src/ops/reduce.ts";
import { mostCells, pathLedger } from "../../../src/stepper/windows/slopes.ts";
import { spread } from "../../support/cells.ts";
import { casesOf } from "../../support/op-cases.ts";
import { apply } from "../../support/op-checker.ts";
import { all, cellsOf, expectSum, valueAt } from "./support.ts";

const table = Object.values(c).filter(isOp);
const f64 = { dtype: "float64" } as const;

/** What the op's rule gives an input, by the rule itself. */
function contribution(result: c.Tensor, slot: number, upstream: c.Tensor): c.Tensor {
  const node = result.node!;
  const given = c.noGrad(() => node.op.gradient(slot)!.of(upstream, node, result, slot));
  return sumTo(given, node.inputs[slot]!.shape);
}

const oneHot = (shape: readonly number[], cell: readonly number[]) => {
  const x = c.zeros(shape, "float64");
  x.data[cell.reduce((at, i, axis) => at * shape[axis]! + i, 0)] = 1;
  return x;
};

/** For every cell of every input: the terms add up to what the rule gives, and the slopes are the rule's, cell by cell. */
function checkNode(result: c.Tensor, seed: number): void {
  const upstream = spread(result.shape, seed, { domain: [-1, 1] });
  const name = result.node!.op.opName;
  for (const { slot, input } of edgesOf(result)) {
    const expected = contribution(result, slot, upstream);
    const rows = new Map(
      cellsOf(result.shape).map((y) => [String(y), contribution(result, slot, oneHot(result.shape, y))]),
    );
    for (const cell of cellsOf(input.shape).slice(0, 8)) {
      const what = `${name}, slot ${slot} [${cell}]`;
      const ledger = pathLedger(result, slot, cell, upstream, all);
      expectSum(ledger, valueAt(expected, cell), what);
      const slopes = new Map(ledger.terms.map(({ at, factors }) => [String(at.y), factors[1]]));
      for (const [y, row] of rows) {
        expect(slopes.get(y) ?? 0, `${what}: slope of y [${y}]`).toBeCloseTo(valueAt(row, cell), 10);
      }
      for (const { at, factors } of ledger.terms) expect(factors[0]).toBe(valueAt(upstream, at.y!));
    }
  }
}

describe("the sum of paths of every op", () => {
  it("finds the ops by walking the exports", () => expect(table.length).toBeGreaterThan(80));

  it.each(table.map((op) => [op.opName, op] as const))("%s", (_, op: AnyOp) => {
    fc.assert(
      fc.property(casesOf(op), fc.nat(1e6), ({ inputs, attrs }, seed) => {
        const leaves = inputs.map((x) => (x.dtype === "float64" ? c.variable(x, f64) : x));
        const y = apply(op, leaves, attrs);
        for (const result of ancestors(y).filter(({ node }) => node !== undefined)) checkNode(result, seed);
      }),
      { numRuns: 8 },
    );
  });
});

describe("pathLedger", () => {
  it("lists the paths of a matrix product", () => {
    const a = c.variable([[1, 2]], f64);
    const b = c.variable(
      [
        [3, 0, 5],
        [6, 7, 8],
      ],
      f64,
    );
    const upstream = c.tensor([[10, 20, 30]], f64);
    // a[0, 0] goes to y[0, 0] by 3 and to y[0, 2] by 5; its slope to y[0, 1] is 0.
    expect(pathLedger(a.matmul(b), 0, [0, 0], upstream)).toEqual({
      terms: [
        { at: { x: [0, 0], y: [0, 0] }, factors: [10, 3], product: 30 },
        { at: { x: [0, 0], y: [0, 2] }, factors: [30, 5], product: 150 },
      ],
      count: 2,
      sum: 180,
    });
  });

  it("counts all paths where broadcasting stretched the input", () => {
    const bias = c.variable([1, 2], f64);
    const y = c.ones([3, 2], "float64").add(bias);
    expect(pathLedger(y, 1, [1], c.ones([3, 2], "float64")).terms.map(({ at }) => at.y)).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
  });

  it("keeps an infinite slope elsewhere out of a cell's paths", () => {
    const x = c.variable([0, 4, 0], f64);
    const upstream = c.ones([3], "float64");
    expect(pathLedger(x.sqrt(), 0, [1], upstream)).toEqual({
      terms: [{ at: { x: [1], y: [1] }, factors: [1, 0.25], product: 0.25 }],
      count: 1,
      sum: 0.25,
    });
    const zero = c.variable([0, 4], f64);
    expect(pathLedger(zero.sqrt(), 0, [0], c.ones([2], "float64")).sum).toBe(Number.POSITIVE_INFINITY);
  });

  it("works on float32, where slopes are small beside what they are made of", () => {
    const x = c.variable([20, 0, 0], { dtype: "float32" });
    const y = x.softmax();
    const { sum, count } = pathLedger(y, 0, [0], c.tensor([1, 0.5, 0.25]));
    expect(count).toBeGreaterThan(0);
    expect(Math.abs(sum)).toBeLessThan(1e-6);
    const wide = pathLedger(y, 0, [1], c.tensor([1, 0.5, 0.25], f64));
    expect(wide.terms.map(({ factors }) => factors[0])).toEqual([1, 0.5, 0.25]);
    const whole = c.tensor([1, 0, 0], { dtype: "int32" });
    expect(() => pathLedger(y, 0, [0], whole)).toThrow("received int32 [3]");
  });

  it("works on a result that was put together again from its op, its inputs and its cells, as a saved trace has them", () => {
    const upstream = c.tensor([[1, -2]], f64);
    const live = c.variable([[1, 2, 3]], f64).matmul(spread([3, 2], 1));
    const { attrs } = live.node!;
    const inputs = live.node!.inputs.map((x) => c.tensor(x, f64));
    const node = { ...live.node!, attrs: JSON.parse(JSON.stringify(attrs)), inputs, versions: [0, 0] };
    const loaded = new c.Tensor(live.shape, live.dtype, live.toTypedArray(), node);
    expect(pathLedger(loaded, 0, [0, 2], upstream)).toEqual(pathLedger(live, 0, [0, 2], upstream));
    expect(pathLedger(loaded, 1, [2, 1], upstream).sum).toBe(3 * -2);
  });

  it("does not record, and leaves the gradients of variables alone", () => {
    const x = c.variable([1, 2], f64);
    pathLedger(x.square(), 0, [0], c.ones([2], "float64"));
    expect(x.grad).toBeUndefined();
  });

  it("refuses what has no slopes, and says why", () => {
    const x = c.variable([1, 2], f64);
    const y = x.square();
    const up = c.ones([2], "float64");
    expect(() => pathLedger(x, 0, [0], up)).toThrow("no op is recorded");
    expect(() => pathLedger(y, 1, [0], up)).toThrow("square: expected a slot from 0 to 0; received 1");
    expect(() => pathLedger(y, 0, [2], up)).toThrow("expected a cell of [2]; received [2]");
    expect(() => pathLedger(y, 0, [0], c.ones([3], "float64"))).toThrow(
      "floats of the result's shape [2]; received float64 [3]",
    );
    expect(() => pathLedger(c.stopGradient(x), 0, [0], up)).toThrow("no op is recorded");
    const gathered = x.gather(c.tensor([1], { dtype: "int32" }));
    expect(() => pathLedger(gathered, 1, [0], c.ones([1], "float64"))).toThrow("no gradient flows to");
  });

  it("refuses tensors that are too large", () => {
    const x = c.variable(c.zeros([mostCells + 1]));
    expect(() => pathLedger(x.square(), 0, [0], c.zeros([mostCells + 1]))).toThrow(
      "the sum of paths is for tensors of at most 65536 cells; [65537] has 65537",
    );
    expect(pathLedger(c.variable(c.ones([mostCells])).sum(), 0, [5], c.tensor(2)).sum).toBe(2);
  });

  it("refuses the slopes of values that were assigned since", () => {
    const x = c.variable([1, 2], f64);
    const y = x.square();
    x.assign([5, 6]);
    expect(() => pathLedger(y, 0, [0], c.ones([2], "float64"))).toThrow(
      "square: x was assigned after the op ran",
    );
  });

  it("refuses a custom rule that bends the upstream, and takes one that is linear", () => {
    const custom = (backward: (dy: c.Tensor) => c.Tensor) =>
      c.customGradient({ name: "custom", forward: (x) => x, backward })(c.variable([1, 2], f64));
    const upstream = c.tensor([3, 4], f64);
    expect(() =>
      pathLedger(
        custom((dy) => dy.clip({ min: -1, max: 1 })),
        0,
        [0],
        upstream,
      ),
    ).toThrow("not linear in the upstream");
    expect(
      pathLedger(
        custom((dy) => dy.neg()),
        0,
        [0],
        upstream,
      ).sum,
    ).toBe(-3);
    // Guided backpropagation: linear on each side of 0.
    expect(
      pathLedger(
        custom((dy) => dy.relu()),
        0,
        [1],
        upstream,
      ).sum,
    ).toBe(4);
  });
});

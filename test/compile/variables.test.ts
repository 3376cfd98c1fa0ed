import { describe, expect, it, vi } from "vitest";
import * as c from "../../src/index.ts";
import { reference } from "../../src/kernels/reference/reference.ts";
import { expectSame } from "../support/compiled.ts";
import { compiledStep, numbers } from "../support/compiled-step.ts";
import { watchWarnings } from "../support/warnings.ts";

watchWarnings();

describe("variables that a compiled function uses", () => {
  it("count with the values that they have when it is called", () => {
    const w = c.variable([1, 2]);
    const f = c.compile((x: c.Tensor) => x.mul(w).sum());
    expect(f([1, 1]).item()).toBe(3);
    w.assign([5, 6]);
    expect(f([1, 1]).item()).toBe(11);
    w.assign(w.mul(2));
    expect([f([1, 1]).item(), w.toArray()]).toEqual([22, [10, 12]]);
    expect(w.mul(2).toArray()).toEqual([20, 24]);
  });

  it("are shared by functions, and written by one of them are new to the others", () => {
    const w = c.variable([1, 2]);
    const [f, g] = [(x: c.Tensor) => x.mul(w), (x: c.Tensor) => x.add(w.exp())].map((h) => c.compile(h));
    const step = compiledStep((x) => ({ results: [], updates: new Map([[w, w.sub(x)]]) }), [c.ones([2])]);
    for (const value of [0, 1, 2]) {
      expectSame(f!([3, 3]), c.mul([3, 3], w));
      expectSame(g!([3, 3]), w.exp().add(3));
      expect(w.toArray()).toEqual([1 - value, 2 - value]);
      step(c.ones([2]));
    }
  });

  it("keep the values of earlier results and copies", () => {
    const w = c.variable([1, 2]);
    const before = [w.mul(1), c.tensor(w), w.reshape([2, 1]), w.identity()];
    const f = c.compile(() => w);
    const result = f();
    const after = [w.mul(1), c.tensor(w), w.reshape([2, 1]), w.identity()];
    const cells = [w.toTypedArray(), w.toNdArray().data];
    w.assign([7, 8]);
    for (const x of [...before, result, ...after])
      expect(Array.from(x.data as ArrayLike<number>)).toEqual([1, 2]);
    for (const x of cells) expect(Array.from(x as ArrayLike<number>)).toEqual([1, 2]);
    expect(f().toArray()).toEqual([7, 8]);
  });

  it("have gradients", () => {
    const w = c.variable([1, 2]);
    const slopes = c.compile((x: c.Tensor) => c.gradients(w.square().mul(x).sum(), [w]));
    expect(slopes([3, 4]).map((g) => g.toArray())).toEqual([[6, 16]]);
    w.assign([2, 3]);
    expect(slopes([3, 4]).map((g) => g.toArray())).toEqual([[12, 24]]);
  });
});

describe("what depends on variables alone", () => {
  /** How often an op ran in float64, where the reference computes it. */
  function counting(run: (exps: () => number) => void): void {
    const spy = vi.spyOn(reference, "unary");
    run(() => spy.mock.calls.filter(([name]) => name === "exp").length);
  }
  const float64 = { dtype: "float64" } as const;

  it("is computed again only after a change", () => {
    counting((exps) => {
      const [w, other] = [c.variable([0, 1], float64), c.variable([0, 1], float64)];
      const f = c.compile((x: c.Tensor) => x.add(w.exp()).add(other));
      const x = c.tensor([1, 2], float64);
      const call = () => {
        const before = exps();
        const y = f(x);
        const count = exps() - before;
        expectSame(y, x.add(w.exp()).add(other));
        return count;
      };
      expect([call(), call(), call()]).toEqual([1, 0, 0]);
      w.assign([2, 3]);
      expect([call(), call()]).toEqual([1, 0]);
    });
  });

  it("is not computed again for the new values of the others", () => {
    counting((exps) => {
      const [w, v] = [c.variable([0, 1], float64), c.variable([0, 1], float64)];
      const x = c.tensor([1, 2], float64);
      const step = compiledStep(
        (y) => ({ results: [y.add(w.exp())], updates: new Map([[v, v.add(y.mul(w.exp()))]]) }),
        [x],
      );
      for (let run = 0; run < 4; run++) step(x);
      expect(exps()).toBe(1);
    });
  });

  it("is computed in each run where the runs change them", () => {
    const w = c.variable([0, 1], float64);
    const x = c.tensor([1, 2], float64);
    const step = compiledStep((y) => ({ results: [y.add(w.exp())], updates: new Map([[w, w.add(y)]]) }), [x]);
    for (const [a, b] of [
      [0, 1],
      [1, 3],
      [2, 5],
    ] as const)
      expect(step(x)[0]!.toArray()).toEqual([1 + Math.exp(a), 2 + Math.exp(b)]);
  });

  it("is there although there are no variables", () => {
    const f = c.compile((x: c.Tensor) => x.pad({ padding: [[1, 2]], value: 7 }));
    expect(f([1, 2]).toArray()).toEqual([7, 1, 2, 7, 7]);
    expect(f([3, 4]).toArray()).toEqual([7, 3, 4, 7, 7]);
  });

  it("also within a kernel: the transformed filters of convolutions", () => {
    const filters = [1, 2].map((seed) => c.variable(numbers(seed, [3, 3, 8, 8], "float32")));
    const same = { padding: "same" } as const;
    const net = (x: c.Tensor) =>
      filters.reduce((h, filter) => c.conv2d(h, filter, same).relu().softmax(), x).cumsum({ axis: 1 });
    const f = c.compile(net);
    const x = numbers(2, [2, 12, 12, 8], "float32");
    for (const change of [0, 0, 1, 0]) {
      if (change) for (const filter of filters) filter.assign(filter.mul(-0.5));
      expectSame(f(x), net(x));
    }
  });

  it("and the panels of matrices", () => {
    const w = c.variable(numbers(1, [60, 30], "float32"));
    const x = numbers(2, [40, 60], "float32");
    // Op by op, the sums are added up in the same order.
    const net = (y: c.Tensor) => y.matmul(w).relu();
    const f = c.compile(net);
    for (const change of [0, 0, 1, 0]) {
      if (change) w.assign(w.mul(-0.5));
      expectSame(f(x), net(x));
    }
    const step = compiledStep((y) => ({ results: [net(y)], updates: new Map([[w, w.mul(2)]]) }), [x]);
    for (let run = 0; run < 3; run++) {
      const expected = net(x);
      expectSame(step(x)[0]!, expected);
    }
  });
});

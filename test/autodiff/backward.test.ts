import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";

const scalar = (value: number, name: string) => c.variable(value, { dtype: "float64", name });

/** One neuron: swish(w · t + b), squared distance to 1. */
function neuron() {
  const [w, b, t] = [scalar(0.5, "w"), scalar(0.25, "b"), c.tensor(2, { dtype: "float64" })];
  const loss = c.swish(w.mul(t).add(b)).sub(1).square();
  return { w, b, loss };
}

describe("backwardSteps", () => {
  it("yields every step before it is computed, newest result first", () => {
    const { loss, w, b } = neuron();
    const seen = [];
    for (const step of c.backwardSteps(loss)) {
      expect(step.revealed).toBe(false);
      seen.push(
        `${step.kind} ${step.from?.result.node?.op.opName ?? ""} -> ${step.target === w ? "w" : step.target === b ? "b" : step.target.node?.op.opName}`,
      );
    }
    expect(seen).toEqual([
      "seed  -> square",
      "contribution square -> sub",
      "contribution sub -> silu",
      "contribution silu -> add",
      "contribution add -> mul",
      "contribution add -> b",
      "contribution mul -> w",
    ]);
  });

  it("ends bit-identical to backward()", () => {
    const [stepped, drained] = [neuron(), neuron()];
    for (const step of stepped.loss.backwardSteps()) step.explain();
    drained.loss.backward();
    expect(stepped.w.grad?.item()).toBe(drained.w.grad?.item());
    expect(stepped.b.grad?.item()).toBe(drained.b.grad?.item());
  });

  it("changes nothing when it is left early", () => {
    const { loss, w } = neuron();
    for (const step of loss.backwardSteps()) if (step.kind === "contribution") break;
    expect(w.grad).toBeUndefined();
  });

  it("reveals once: the value is the same however often it is asked for", () => {
    const { loss } = neuron();
    const steps = loss.backwardSteps();
    const seed = steps.next().value!;
    expect(seed.value).toBe(seed.value);
    expect(seed.revealed).toBe(true);
  });

  it("shows the sum over broadcast axes and the accumulation as steps of their own", () => {
    const w = c.variable([1, 2], { name: "w" });
    const y = w
      .mul([
        [1, 2],
        [3, 4],
        [5, 6],
      ])
      .add(w)
      .sum();
    const steps = [...y.backwardSteps()].map(({ kind, axes, arrived }) => ({ kind, axes, arrived }));
    expect(steps).toEqual([
      { kind: "seed", axes: undefined, arrived: undefined },
      { kind: "contribution", axes: undefined, arrived: [1, 1] },
      { kind: "contribution", axes: undefined, arrived: [1, 1] },
      { kind: "contribution", axes: undefined, arrived: [1, 2] },
      { kind: "sum", axes: [0], arrived: [1, 2] },
      { kind: "contribution", axes: undefined, arrived: [2, 2] },
      { kind: "sum", axes: [0], arrived: [2, 2] },
      { kind: "accumulate", axes: undefined, arrived: [2, 2] },
    ]);
    expect(w.grad?.toArray()).toEqual([12, 15]);
  });

  it("explains itself in words, formula and numbers", () => {
    const { loss } = neuron();
    const text = [...loss.backwardSteps()].map((step) => step.explain()).join("\n");
    expect(text).toMatchInlineSnapshot(`
      "  0  the gradient of square in itself
           ȳ = 1
        1  square: what x gets (sub)
           x̄ = ȳ · x · 2
           1 · (−0.028375174) · 2 = −0.056750347
        2  sub: what a gets (silu)
           ā = ȳ
           −0.056750347
        3  silu: what x gets (add)
           x̄ = ȳ · silu'(x)
           −0.056750347 · silu'(1.25) = −0.056391733
        4  add: what a gets (mul)
           ā = ȳ
           −0.056391733
        5  add: what b gets
           b̄ = ȳ
           −0.056391733
        6  mul: what a gets (w)
           ā = ȳ · b
           −0.056391733 · 2 = −0.11278347"
    `);
  });
});

describe("backward", () => {
  it("accumulates over several calls until the gradient is cleared", () => {
    const x = c.variable(3);
    const y = x.square();
    y.backward();
    y.backward();
    expect(x.grad?.item()).toBe(12);
    x.clearGrad();
    y.backward();
    expect(x.grad?.item()).toBe(6);
  });

  it("takes every use of a repeated argument into account", () => {
    const x = c.variable(3);
    x.mul(x).mul(x).backward();
    expect(x.grad?.item()).toBe(27);
  });

  it("needs a scalar or an upstream gradient of the right shape", () => {
    const x = c.variable([1, 2]);
    expect(() => x.square().backward()).toThrow(/the result has shape \[2\].*y\.sum\(\)\.backward\(\)/);
    expect(() => x.square().backward({ upstream: c.ones([3]) })).toThrow(
      /must have the result's shape \[2\]; received \[3\]/,
    );
    expect(x.grad).toBeUndefined();
    x.square().backward({ upstream: c.tensor([1, 10]) });
    expect(x.grad?.toArray()).toEqual([2, 40]);
  });

  it("refuses to use a value that was assigned in between", () => {
    const w = c.variable(2, { name: "w" });
    const y = w.square();
    w.assign(c.tensor(5));
    expect(() => y.backward()).toThrow(/the variable w was assigned after square used it as x/);
    expect(w.grad).toBeUndefined();
  });

  it("leaves variables alone that are not trainable, and constants", () => {
    const frozen = c.variable(2, { trainable: false });
    const w = c.variable(3);
    w.mul(frozen).backward();
    expect(frozen.grad).toBeUndefined();
    expect(w.grad?.item()).toBe(2);
  });

  it("names a gradient rule that gives the wrong shape, and commits nothing", () => {
    const wrong = c.customGradient({
      name: "broken",
      forward: (x) => x.mul(2),
      backward: (upstream) => upstream.sum(),
    });
    const x = c.variable([1, 2]);
    expect(() => wrong(x).sum().backward()).toThrow(
      /broken: the gradient rule of xs must give the shape of that input, \[2\]; it gave \[\]/,
    );
    expect(x.grad).toBeUndefined();
  });

  it("walks a chain of 100,000 nodes without overflowing the stack or going quadratic", () => {
    const time = (length: number) => {
      const x = c.variable(1, { dtype: "float64" });
      let y: c.Tensor = x;
      for (let i = 0; i < length; i++) y = y.add(1e-5);
      const start = performance.now();
      y.backward();
      expect(x.grad?.item()).toBe(1);
      return performance.now() - start;
    };
    time(1000);
    const short = time(10_000);
    // Ten times the length takes about ten times as long; quadratic would be a hundred.
    expect(time(100_000) / Math.max(short, 5)).toBeLessThan(50);
  });

  it("goes through a wide graph once per edge", () => {
    const x = c.variable(1, { dtype: "float64" });
    let y: c.Tensor = x;
    // 2^60 paths, 60 nodes: whoever follows paths never ends.
    for (let i = 0; i < 60; i++) y = y.add(y);
    y.backward();
    expect(x.grad?.item()).toBe(2 ** 60);
  });
});

describe("recording", () => {
  it("happens only for what can be differentiated", () => {
    const [x, w] = [c.tensor([1, 2]), c.variable([1, 2])];
    expect(x.mul(2).node).toBeUndefined();
    expect(w.mul(2).node).toBeDefined();
    expect(w.greater(1).node).toBeUndefined();
    expect(w.stopGradient().node).toBeUndefined();
    expect(c.noGrad(() => w.mul(2)).node).toBeUndefined();
  });

  it("starts again after an error in noGrad", () => {
    const w = c.variable(1);
    expect(() =>
      c.noGrad(() => {
        throw new Error("inside");
      }),
    ).toThrow("inside");
    expect(w.mul(2).tracked).toBe(true);
  });

  it("keeps gradients free of a graph unless asked", () => {
    const w = c.variable(3);
    w.pow(3).backward();
    expect(w.grad?.tracked).toBe(false);
    w.clearGrad();
    w.pow(3).backward({ createGraph: true });
    const slope = w.grad!;
    w.clearGrad();
    slope.backward();
    expect(w.grad?.item()).toBe(18);
  });

  it("lets ten thousand steps of a plain loop run in constant memory", () => {
    const w = c.variable(c.randomNormal([32, 32]));
    const x = c.randomNormal([8, 32]);
    const step = () => {
      const loss = x.matmul(w).square().mean();
      w.clearGrad();
      loss.backward();
      w.assign(w.sub(w.grad!.mul(0.01)));
    };
    const chain = () => {
      // What a step leaves behind would be reachable from the variable or its gradient.
      const seen = new Set<c.Tensor>();
      const visit = (t: c.Tensor | undefined) => {
        if (t === undefined || seen.has(t)) return;
        seen.add(t);
        for (const input of t.node?.inputs ?? []) visit(input);
      };
      visit(w);
      visit(w.grad);
      return seen.size;
    };
    for (let i = 0; i < 50; i++) step();
    const before = chain();
    for (let i = 0; i < 50; i++) step();
    expect(chain()).toBe(before);
    expect(before).toBe(2);
  });
});

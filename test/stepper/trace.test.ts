import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as c from "../../src/index.ts";
import { type Stream, streamFrom } from "../../src/random.ts";
import { record, type Trace } from "../../src/stepper/index.ts";
import { runs } from "../support/compiled.ts";
import { messageOf } from "../support/message.ts";
import { randomProgram } from "../support/random-programs.ts";

/** A random loss of two variables. */
function program(seed: number) {
  const random: Stream = streamFrom(`trace ${seed}`);
  const draw = (shape: c.Shape, name: string) =>
    c.variable(c.randomNormal(shape, { stream: random, dtype: "float64" }), { name });
  const xs = [draw([2, 3], "a"), draw([3], "b")];
  const f = randomProgram(random, xs, 8);
  const loss = () =>
    f(...xs)
      .map((y) => y.sum())
      .reduce((a, b) => a.add(b))
      .add(xs[0]!.sum())
      .add(xs[1]!.sum());
  return { xs, loss };
}

const nodeOf = (trace: Trace, label: string): number => trace.nodes.findIndex((node) => node.label === label);

const programs = (check: (seed: number) => void, count = 60) =>
  fc.assert(fc.property(fc.nat(1e6), check), runs(count));

describe("a trace of a random program", () => {
  test("ends with the bits of backward()", () =>
    programs((seed) => {
      const { xs, loss } = program(seed);
      const trace = record(loss);
      expect(xs.every(({ grad }) => grad === undefined)).toBe(true);
      loss().backward();
      for (const x of xs) {
        const { total } = trace.at(trace.length - 1).gradientOf(nodeOf(trace, x.name!));
        expect(total?.cells).toEqual(x.grad!.data);
      }
    }));

  test("has the steps of the generator, with their outcomes", () =>
    programs((seed) => {
      const { loss } = program(seed);
      const trace = record(loss);
      const steps = [...loss().backwardSteps()];
      const backward = trace.steps.slice(trace.turn);
      expect(backward.map(({ phase }) => phase)).toEqual(steps.map(({ kind }) => kind));
      backward.forEach(({ value }, i) => {
        expect(trace.tensors[value]!.cells).toEqual(steps[i]!.value.data);
      });
    }));

  test("shows at every moment the sum of what has arrived by then", () =>
    programs((seed) => {
      const trace = record(program(seed).loss);
      const sums = new Map<number, Float64Array>();
      const arrived = new Map<number, number>();
      trace.steps.forEach((step, i) => {
        if (step.phase === "contribution" || step.phase === "sum" || step.phase === "seed") {
          const completes = step.phase === "seed" || trace.steps[i + 1]?.phase !== "sum";
          const cells = trace.tensors[step.value]!.cells!;
          if (completes) {
            const before = sums.get(step.node);
            sums.set(step.node, before ? before.map((x, k) => x + cells[k]!) : Float64Array.from(cells));
            arrived.set(step.node, (arrived.get(step.node) ?? 0) + 1);
          }
        }
        if (trace.steps[i + 1]?.phase === "accumulate" || trace.steps[i + 1]?.phase === "sum") return;
        const moment = trace.at(i);
        for (const [node, sum] of sums) {
          expect(moment.gradientOf(node).total?.cells).toEqual(sum);
          expect(moment.gradientOf(node).arrived).toBe(arrived.get(node));
        }
        trace.nodes.forEach((_, node) => {
          if (!sums.has(node)) expect(moment.gradientOf(node).total).toBeUndefined();
        });
      });
      trace.nodes.forEach((_, node) => {
        const { arrived, expected } = trace.at(trace.length - 1).gradientOf(node);
        expect(arrived).toBe(expected);
      });
    }));

  test("explains every step in each format", () =>
    programs((seed) => {
      const trace = record(program(seed).loss);
      for (const format of ["text", "latex", "html"] as const) {
        trace.steps.forEach((_, i) => {
          expect(trace.explain(i, { format })).not.toMatch(/undefined|NaN|#[a-z]/);
        });
      }
    }));
});

test("a value that is used twice has an edge for each use", () => {
  const x = c.variable(3, { name: "x" });
  const trace = record(() => x.mul(x));
  expect(trace.nodes[1]!.inputs).toEqual([0, 0]);
  expect(trace.find({ node: "x", phase: "contribution" })).toHaveLength(2);
  const [first] = trace.find({ node: "x", phase: "contribution" });
  expect(trace.at(first!).gradientOf(0)).toMatchObject({ arrived: 1, expected: 2 });
  expect(trace.at(first! - 1).gradientOf(0)).toMatchObject({ total: undefined, arrived: 0, expected: 2 });
});

describe("layers", () => {
  const model = () => {
    c.setSeed(1);
    const x = c.Input([4]);
    const shared = c.Dense(4, { activation: "relu", name: "shared" });
    const net = c.Model(x, c.Dense(1, { name: "last" })(shared(shared(x))), { name: "net" });
    return record(() => (net(c.ones([2, 4])) as c.Tensor).square().mean());
  };

  test("group their ops, call by call, within their model", () => {
    const { groups, nodes } = model();
    expect(groups.map(({ name, call }) => [name, call])).toEqual([
      ["net", 0],
      ["shared", 0],
      ["shared", 1],
      ["last", 0],
    ]);
    expect(groups.slice(1).every(({ parent }) => parent === 0)).toBe(true);
    expect(nodes.filter(({ group }) => group === 2).map(({ op }) => op)).toEqual(["matmul", "add", "relu"]);
  });

  test("are stretches of steps, each step in one", () => {
    const trace = model();
    for (const by of ["layer", "op"] as const) {
      const stretches = trace.stretches(by);
      expect(stretches[0]!.first).toBe(0);
      expect(stretches.at(-1)!.last).toBe(trace.length - 1);
      const ends = stretches.slice(0, -1).map(({ last }) => last + 1);
      expect(stretches.slice(1).map(({ first }) => first)).toEqual(ends);
    }
    expect(
      trace
        .stretches("layer")
        .map(({ label }) => label)
        .slice(0, 3),
    ).toEqual(["shared", "shared", "last"]);
  });

  test("have a row each in the flow, whose gains are quotients of what they show", () => {
    const { flow } = model();
    expect(flow.map(({ layer }) => layer)).toEqual(["shared", "shared", "last"]);
    const [, second, last] = flow;
    expect(last!.localGain).toBeCloseTo(second!.gradient / last!.gradient, 6);
    expect(flow.every(({ nonFinite }) => nonFinite === 0)).toBe(true);
  });

  test("dead and saturated units are counted", () => {
    const w = c.variable([[-5, 1, 40]], { name: "w" });
    const layer = c.Activation("sigmoid", { name: "s" });
    const relu = c.Activation("relu", { name: "r" });
    const x = c.tensor([[1], [2]]);
    const trace = record(() => (relu(w) as c.Tensor).sum().add((layer(x.mul(w)) as c.Tensor).sum()));
    const row = (name: string) => trace.flow.find(({ layer: own }) => own === name)!;
    expect(row("r").dead).toBeCloseTo(1 / 3);
    expect(row("s").saturated).toBeCloseTo(4 / 6);
  });
});

test("finds steps by op, layer, node, and by what came out", () => {
  const w = c.variable([0, 1], { name: "w" });
  const trace = record(() => w.log().mul(0).add(w.relu()).sum());
  // Forward, what w gets, and adding that to what it got from relu.
  expect(trace.find({ op: "log" }).map((i) => trace.steps[i]!.phase)).toEqual([
    "forward",
    "contribution",
    "accumulate",
  ]);
  expect(trace.find({ nonFinite: true, phase: "forward" }).length).toBeGreaterThan(0);
  expect(trace.find({ op: "relu", phase: "contribution" })).toHaveLength(1);
  expect(trace.find({})).toHaveLength(trace.length);
  expect(messageOf(() => trace.find({ opp: "log" } as never))).toContain("opp");
});

test("knows the lines of the program", () => {
  const w = c.variable(2);
  const trace = record(() => {
    const y = w.mul(3);
    return y.square();
  });
  const [mul, square] = trace.nodes.filter(({ kind }) => kind === "op").map(({ source }) => source!);
  expect(mul!.file).toMatch(/test\/stepper\/trace\.test\.ts$/);
  expect(square!.line).toBe(mul!.line + 1);
});

describe("what if", () => {
  const neuron = () => {
    const w = c.variable(0.5, { name: "w" });
    return { w, trace: record(({ x }) => c.swish(w.mul(x)), { x: 2 }) };
  };

  test("runs again with other inputs and variables, and leaves these as they were", () => {
    const { w, trace } = neuron();
    const other = trace.replay({ set: { w: 1, x: 3 } });
    expect(w.item()).toBe(0.5);
    const v = c.variable(1, { name: "w" });
    const direct = record(({ x }) => c.swish(v.mul(x)), { x: 3 });
    expect(other.diff(direct)).toEqual([]);
  });

  test("says what changed, in values and gradients", () => {
    const { trace } = neuron();
    const changes = trace.diff(trace.replay({ set: { x: 4 } }));
    const about = (label: string) => changes.find((change) => change.label === label);
    expect(about("x")!.value!.rms).toBe(2);
    expect(about("w")!.value).toBeUndefined();
    expect(about("w")!.gradient!.rms).toBeGreaterThan(0);
    expect(trace.diff(trace)).toEqual([]);
  });

  test("refuses names that are not there, and puts variables back after a failure", () => {
    const { w, trace } = neuron();
    expect(messageOf(() => trace.replay({ set: { v: 1 } }))).toContain("known: x, w");
    expect(() => trace.replay({ set: { w: 1, x: "no" } })).toThrow();
    expect(w.item()).toBe(0.5);
  });
});

describe("the parts of an op", () => {
  test("give the gradient that the op's own rule gives", () => {
    const x = c.variable([-4, -1, 0.5, 2, 5], { name: "x", dtype: "float64" });
    for (const f of [c.hardSwish, c.swish, c.mish, c.gelu]) {
      const trace = record(() => f(x).mul([1, 2, 3, 4, 5]).sum());
      const node = trace.nodes.findIndex(({ op, inputs }) => op !== undefined && inputs.includes(0));
      const parts = trace.open(node)!;
      const { total } = parts.at(parts.length - 1).gradientOf(0);
      const own = trace.at(trace.length - 1).gradientOf(0).total!;
      Array.from(own.cells!).forEach((cell, i) => {
        expect(total!.cells![i]).toBeCloseTo(cell, 12);
      });
    }
  });

  test("are none for a kernel, a leaf, or what no gradient flows through", () => {
    const x = c.variable([1, 2]);
    const trace = record(() =>
      x
        .mul(3)
        .sum()
        .add(c.stopGradient(c.swish(x)).sum()),
    );
    for (const label of ["mul", "variable", "silu"]) expect(trace.open(nodeOf(trace, label))).toBeUndefined();
  });
});

test("bad input is refused with what to do", () => {
  const w = c.variable([1, 2], { name: "w" });
  expect(messageOf(() => record(() => w))).toContain("scalar");
  expect(messageOf(() => record(() => c.tensor(1)))).toContain("variable(");
  expect(messageOf(() => record((() => 3) as never))).toContain("must return a tensor");
  expect(messageOf(() => record(3 as never))).toContain("expected a function");
  const trace = record(() => w.sum());
  expect(messageOf(() => trace.at(99))).toContain("from 0 to");
  expect(messageOf(() => trace.explain(0, { cell: [7] } as never))).toContain("expected a cell");
  expect(messageOf(() => trace.explain(0, { format: "pdf" } as never))).toContain("format");
});

describe("the sum behind a cell", () => {
  test("is what the step computed, for every cell of every contribution", () =>
    programs((seed) => {
      const trace = record(program(seed).loss);
      let found = 0;
      trace.steps.forEach(({ value }, i) => {
        const x = trace.tensors[value]!;
        Array.from(x.cells!).forEach((cell, k) => {
          const strides = x.shape.map((_, axis) => x.shape.slice(axis + 1).reduce((a, b) => a * b, 1));
          const at = strides.map((stride, axis) => Math.floor(k / stride) % x.shape[axis]!);
          const terms = trace.terms(i, at);
          if (terms === undefined) return;
          found++;
          expect(Math.abs(terms.sum - cell)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(cell)));
        });
      });
      expect(found).toBeGreaterThan(0);
    }, 20));

  test("and each cell agrees with the slope that is measured", () =>
    programs((seed) => {
      const trace = record(program(seed).loss);
      trace.steps.forEach(({ value }, i) => {
        const { shape, cells } = trace.tensors[value]!;
        if (cells!.length === 0) return;
        const found = trace.measured(
          i,
          shape.map(() => 0),
        );
        if (found !== undefined)
          expect(found.verdict, `step ${i}: ${JSON.stringify(found)}`).not.toBe("wrong");
      });
    }, 30));

  test("a wrong rule is found out by measuring", () => {
    const wrong = c.customGradient({
      name: "wrong",
      forward: (x) => x.square(),
      backward: (dy, [x]) => dy.mul(x!),
    });
    const w = c.variable([1, 2], { name: "w" });
    const trace = record(() => wrong(w).sum());
    const [step] = trace.find({ op: "wrong", phase: "contribution" });
    expect(trace.measured(step!, [1])).toMatchObject({ verdict: "wrong", yours: 2 });
    expect(trace.measured(step!, [1])!.numeric).toBeCloseTo(4, 6);
  });

  test("is written out where it is no single product", () => {
    const w = c.variable([[1, 2]], { name: "w" });
    const trace = record(({ x }) => x.matmul(w).sum(), { x: [[3], [-4]] });
    const [step] = trace.find({ node: "w", phase: "contribution" });
    expect(trace.explain(step!, { cell: [0, 1] })).toContain("at cell [0, 1]: 1 · (−4) + 1 · 3 = −1");
    expect(trace.explain(step!, { cell: [0, 1] })).toContain("measured by differences: −1 (agrees)");
    expect(trace.explain(step!)).not.toContain("measured");
  });
});

test("a kink is measured from both sides", () => {
  const x = c.variable(3, { name: "x", dtype: "float64" });
  const trace = record(() => c.hardSwish(x));
  const [step] = trace.find({ node: "x", phase: "contribution" });
  expect(trace.explain(step!, { cell: [] })).toContain("a kink: 1.5 from the left, 1 from the right");
});

test("gradients of gradients are traced like everything else", () => {
  const w = c.variable(2, { name: "w", dtype: "float64" });
  const cube = (x: c.Tensor) => x.mul(x).mul(x);
  const trace = record(() => c.grad(cube)(w));
  const { total } = trace.at(trace.length - 1).gradientOf(nodeOf(trace, "w"));
  expect(total!.cells![0]).toBe(12);
  expect(trace.steps.filter(({ phase }) => phase === "accumulate").length).toBeGreaterThan(2);
});

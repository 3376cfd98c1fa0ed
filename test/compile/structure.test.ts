import { describe, expect, it } from "vitest";
import { traceOn } from "../../src/compile/compile.ts";
import { writtenInPlace } from "../../src/compile/in-place.ts";
import { stagesOf } from "../../src/compile/stages.ts";
import { Units } from "../../src/compile/units.ts";
import * as c from "../../src/index.ts";
import { runtime } from "../../src/kernels/wasm/runtime/runtime.ts";
import { Tape } from "../../src/ops/trace/tape.ts";

type Results = c.Tensor | readonly c.Tensor[];

/** A function, traced and made into units. */
function unitsOf(f: (...xs: c.Tensor[]) => Results, ...shapes: number[][]) {
  const { inputs, result } = traceOn(
    shapes.map((shape) => c.zeros(shape)),
    (xs) => f(...xs),
  );
  const tape = new Tape(inputs);
  const results = result instanceof c.Tensor ? [result] : result;
  const views = results.map((x) => tape.view(x));
  const stages = stagesOf(tape, [views], new Set());
  const kept = new Set(views.map(({ data }) => data));
  return { tape, stages, units: new Units(tape, stages, kept, runtime()).ordered() };
}

/** The kernels that run each time, one word for each instruction: `gemm+` if elementwise work follows on its blocks. */
function kernelsOf(f: (...xs: c.Tensor[]) => Results, ...shapes: number[][]): string[] {
  const { units } = unitsOf(f, ...shapes);
  return units
    .filter(({ stage }) => stage > 0)
    .flatMap(({ steps, fallback }) => [
      ...steps.map(({ instruction, epilogue }) => instruction.kernel + (epilogue ? "+" : "")),
      ...(fallback ? [`reference ${fallback.kernel}`] : []),
    ]);
}

const wide = [40, 30];

describe("elementwise chains are one instruction", () => {
  it.each<[string, (x: c.Tensor, y: c.Tensor) => Results]>([
    ["of one argument", (x) => x.add(3).relu({ maxValue: 6 }).div(6).mul(x)],
    ["of two", (x, y) => x.mul(y).tanh().sub(x)],
    ["with a row stretched", (x) => x.add(c.arange(0, 30)).sigmoid()],
    ["with a column stretched", (x) => x.add(c.arange(0, 40).reshape([40, 1])).sigmoid()],
    ["that divides and joins again", (x) => x.exp().add(x.neg()).mul(x.exp().sub(x))],
    ["with several results", (x, y) => [x.add(y), x.add(y).tanh(), x.add(y).tanh().sign()]],
    [
      "with axes of size 1 that come and go",
      (x) => x.expandDims(0).exp().squeeze().add(1).expandDims(2).neg(),
    ],
    ["with a choice", (x, y) => c.where(x.greater(0), x, y.mul(2))],
    ["with truths made of numbers", (x) => x.cast("bool").cast("float32").mul(x)],
    ["with truths and whole numbers", (x) => x.greater(0).cast("int32").add(1).cast("float32").mul(x)],
    ["a built-in activation", (x) => c.hardSwish(x)],
    ["its derivative", (x, y) => c.vjp((u) => c.mish(u))(x)[1](y)],
  ])("%s", (_, f) => {
    expect(kernelsOf(f, wide, wide)).toEqual(["elementwise"]);
  });

  it("in the gradient of a function, too, up to its sum", () => {
    const f = (x: c.Tensor) => x.mul(x.sigmoid()).square().sum();
    expect(kernelsOf((x) => c.grad(f)(x), wide)).toEqual(["elementwise"]);
  });

  it("from a product, a convolution or a pool on, block by block", () => {
    const w = c.variable(c.ones([30, 16]));
    const bias = c.variable(c.ones([16]));
    expect(kernelsOf((x) => c.silu(x.matmul(w).add(bias)), wide)).toEqual(["gemm+"]);
    const filter = c.ones([1, 1, 8, 16]);
    const conv = (x: c.Tensor) => c.conv2d(x, filter).add(bias).relu();
    expect(kernelsOf(conv, [2, 8, 8, 8]).at(-1)).toMatch(/\+$/);
  });

  it("not where a reduction lies between", () => {
    const f = (x: c.Tensor) => x.sub(x.mean({ axis: 1, keepdims: true })).square();
    expect(kernelsOf(f, wide)).toEqual(["reduceRows", "elementwise"]);
  });

  it("not where cells are read in another order", () => {
    expect(kernelsOf((x) => x.exp().transpose().add(x.exp()), [30, 30])).toEqual([
      "elementwise",
      "elementwise",
    ]);
  });
});

it("a long program is made in a moment: what comes before what is asked for often", () => {
  const block = (x: c.Tensor, i: number) => {
    const h = x.matmul(c.full([16, 16], 0.1 * i)).add(i);
    return h
      .sub(h.mean({ axis: 1, keepdims: true }))
      .tanh()
      .add(x);
  };
  const f = (x: c.Tensor) => Array.from({ length: 500 }, (_, i) => i).reduce(block, x);
  // 3,000 calls: a search through all of them for each would take far longer than the rest.
  expect(kernelsOf(f, [8, 16]).filter((kernel) => kernel === "elementwise").length).toBe(500);
}, 10_000);

describe("new values of variables are written over the old ones", () => {
  type Variables = readonly [c.Variable, c.Variable];
  /** How many of the new values have no memory of their own. */
  function countInPlace(updates: (vs: Variables, x: c.Tensor) => [c.Variable, c.Tensor][]): number {
    const variables = [c.variable(c.ones(wide)), c.variable(c.ones(wide))] as const;
    const { inputs, result } = traceOn([c.zeros(wide)], ([x]) => updates(variables, x!));
    const tape = new Tape(inputs);
    const views = new Map(result.map(([variable, x]) => [variable, tape.view(x)] as const));
    const stages = stagesOf(tape, [[...views.values()]], new Set(views.keys()));
    const kept = new Set([...views.values()].map(({ data }) => data));
    return writtenInPlace(tape, new Units(tape, stages, kept, runtime()), views, kept, 1).size;
  }

  it.each<[string, number, (vs: Variables, x: c.Tensor) => [c.Variable, c.Tensor][]]>([
    ["cell by cell", 1, ([w], x) => [[w, w.sub(x.mul(0.1))]]],
    [
      "momentum",
      2,
      ([w, m], x) => [
        [m, m.mul(0.9).add(x)],
        [w, w.sub(m.mul(0.9).add(x))],
      ],
    ],
    [
      "after others have read them",
      2,
      ([w, m], x) => [
        [w, w.add(x)],
        [m, m.add(w.matmul(w, { transposeB: true }).sum())],
      ],
    ],
    ["not where they are read in another order", 0, ([w]) => [[w, w.add(w.flip())]]],
    [
      "not where each is needed for the other",
      1,
      ([w, m]) => [
        [w, m.flip().add(w)],
        [m, w.flip().add(m)],
      ],
    ],
  ])("%s", (_, count, updates) => {
    expect(countInPlace(updates)).toBe(count);
  });
});

describe("nothing is computed in vain", () => {
  const callsOf = (f: (...xs: c.Tensor[]) => Results, ...shapes: number[][]) => {
    const { stages } = unitsOf(f, ...shapes);
    return [...stages.of.keys()].map(({ kernel, args }) => (typeof args[0] === "string" ? args[0] : kernel));
  };

  it("what is asked for twice is computed once", () => {
    expect(callsOf((x) => x.exp().add(x.exp()), wide).sort()).toEqual(["add", "exp"]);
    expect(callsOf((x) => x.add(3).mul(x.add(3)), wide).sort()).toEqual(["add", "mul"]);
    expect(callsOf((x) => [x.sum(0), x.sum(0), x.sum([0])], wide)).toEqual(["sum"]);
    expect(callsOf((x) => [x.sum(0), x.sum(1)], wide)).toEqual(["sum", "sum"]);
    expect(callsOf((x) => [x.add(0), x.add(-0)], wide)).toEqual(["add", "add"]);
    expect(callsOf((x) => [x.clip({ min: -1, max: 1 }), x.clip({ min: -1, max: 2 })], wide).length).toBe(3);
  });

  it("what no result needs is not computed", () => {
    const f = (x: c.Tensor, y: c.Tensor) => {
      y.exp().sum();
      return x.tanh();
    };
    expect(callsOf(f, wide, wide)).toEqual(["tanh"]);
  });

  it("what only changes its shape is not copied", () => {
    const f = (x: c.Tensor) =>
      x.reshape([30, 40]).identity().tanh().reshape([-1]).expandDims(0).stopGradient();
    expect(callsOf(f, wide)).toEqual(["tanh"]);
    expect(callsOf((x) => c.concat([x.tanh(), c.zeros([0, 30])]), wide)).toEqual(["tanh"]);
  });

  it("what depends on variables and constants alone runs before all else", () => {
    const w = c.variable(c.ones(wide));
    const f = (x: c.Tensor) =>
      x.mul(
        w
          .tanh()
          .add(c.concat([w, w]).slice({ end: [40] }))
          .sum(0),
      );
    const { stages } = unitsOf(f, wide);
    const later = [...stages.of].filter(([, stage]) => stage > 0).map(([{ args }]) => args[0]);
    expect(later).toEqual(["mul"]);
    expect(kernelsOf((x) => x.add(w.matmul(w, { transposeB: true }).sum(0)), [40])).toEqual(["elementwise"]);
    expect(kernelsOf((x) => x.add(w.matmul(w, { transposeB: true })), [40, 40])).toEqual(["elementwise"]);
    expect(
      kernelsOf(
        (x) =>
          x.matmul(w, { transposeB: true }).pad({
            padding: [
              [0, 1],
              [0, 0],
            ],
          }),
        wide,
      ),
    ).not.toContain("fill");
  });
});

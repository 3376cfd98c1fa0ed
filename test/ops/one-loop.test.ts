import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as c from "../../src/index.ts";
import { runtime } from "../../src/kernels/wasm/runtime/runtime.ts";
import { op } from "../../src/ops/op.ts";
import { streamFrom } from "../../src/random.ts";

afterEach(() => {
  c.setBackend("wasm");
  vi.restoreAllMocks();
});

const few = 2 ** 14;

/** Numbers about the bends of activations, and those that arithmetic treats in ways of their own. */
function cells(seed: string, count: number): Float32Array {
  const random = streamFrom(seed);
  const special = [0, -0, 1, -3, 3, 6, 1e-30, -100, 100, Infinity, -Infinity, Number.NaN];
  const numbers = Float32Array.from({ length: count }, () => random.uniform() * 16 - 8);
  for (const [i, x] of special.entries()) numbers[(i * 997) % count] = x;
  return numbers;
}

function expectNear(got: c.Tensor, wanted: c.Tensor, what: string): void {
  expect(got.shape).toEqual(wanted.shape);
  expect(got.dtype).toBe(wanted.dtype);
  const at = wanted.data.findIndex((y, i) => {
    const x = got.data[i]!;
    return !(Object.is(x, y) || x === y || Math.abs(x - y) <= 2e-6 * Math.max(1, Math.abs(y)));
  });
  expect(at < 0 ? "" : `${what}, cell ${at}: got ${got.data[at]}, expected ${wanted.data[at]}`).toBe("");
}

/** What `f` gives with generated kernels and with the reference. */
function onBoth(f: () => readonly c.Tensor[], what: string): void {
  const got = f();
  c.setBackend("reference");
  const wanted = f();
  c.setBackend("wasm");
  got.forEach((x, i) => {
    expectNear(x, wanted[i]!, what);
  });
}

/** An op written in others. */
const pointwiseOp = (name: string, parts: (x: c.Tensor) => c.Tensor) =>
  op(name, ["x"])({
    tex: "f(#x)",
    pointwise: true,
    parts: ({ x }) => parts(x),
    vjp: { x: { tex: "#dy", of: (dy) => dy } },
  });

const activations = Object.values(c).filter((value) => c.isActivation(value)) as c.Activation[];
const pointwise = [...new Set(activations)].filter((f) => f.pointwise);

describe("activations of many cells", () => {
  it.each(pointwise.map((f) => [f.activationName, f] as const))("%s and its gradient", (name, f) => {
    for (const shape of [[few - 1], [few], [3, 1, few / 2 + 1]]) {
      const count = shape.reduce((a, b) => a * b);
      const x = c.variable(c.tensor(cells(name, count)).reshape(shape));
      const upstream = c
        .tensor(cells("upstream", count).map((u) => (Number.isFinite(u) ? u : 1)))
        .reshape(shape);
      onBoth(() => {
        x.clearGrad();
        const y = f(x);
        y.backward({ upstream });
        return [y, x.grad!];
      }, `${name} ${shape}`);
    }
  });

  it("are one kernel, and their gradients with the upstream another", () => {
    const x = c.variable(cells("x", few));
    const program = vi.spyOn(runtime(), "program");
    const y = c.hardSwish(x);
    expect(program).toHaveBeenCalledTimes(1);
    y.backward({ upstream: c.tensor(cells("u", few)) });
    expect(program).toHaveBeenCalledTimes(2);
  });

  it("of fewer cells run op by op on the reference", () => {
    const program = vi.spyOn(runtime(), "program");
    c.gelu(cells("x", 8000));
    expect(program).not.toHaveBeenCalled();
  });

  it("are differentiated again", () => {
    const x = cells("x", few).map((value) => (Number.isFinite(value) ? value : 1));
    const twice = c.grad((u: c.Tensor) =>
      c
        .grad((v: c.Tensor) => c.swish(v).sum())(u)
        .sum(),
    );
    onBoth(() => [twice(x)], "second derivative");
  });

  it("in float64 are left to the reference", () => {
    const x = c.tensor(Float64Array.from(cells("x", few)));
    onBoth(() => [c.softplus(x), c.swish(x)], "float64");
  });

  it("whole numbers and truths", () => {
    const x = c.tensor(Int32Array.from({ length: few }, (_, i) => i - 9000));
    onBoth(() => [c.relu(x, { maxValue: 6 }), x.clip({ min: -3, max: 4 }), c.relu6(x.greater(0))], "int32");
  });
});

describe("parameters", () => {
  it("are operands: a new number is no new kernel", () => {
    const x = c.tensor(cells("x", few));
    c.leakyRelu(x, { negativeSlope: 0.125 });
    const load = vi.spyOn(runtime(), "load");
    fc.assert(
      fc.property(fc.float({ min: 0.001953125, max: 0.5, noNaN: true }), (negativeSlope) => {
        onBoth(() => [c.leakyRelu(x, { negativeSlope })], String(negativeSlope));
      }),
      { numRuns: 10 },
    );
    expect(load).not.toHaveBeenCalled();
  });

  it("count as they are when the op is called, wherever they come from", () => {
    const slope = c.variable([0.5]);
    const table = c.tensor(cells("table", few).map((value) => (Number.isFinite(value) ? value : 1)));
    let factor = 2;
    const f = pointwiseOp("own", (x) => x.mul(slope).add(table).mul(factor));
    const x = c.tensor(new Float32Array(few).fill(1));
    const first = f(x);
    slope.assign([3]);
    factor = 5;
    const second = f(x);
    const wanted = (a: number, b: number) => Array.from(table.data, (t) => Math.fround(a + t) * b);
    expectNear(first, c.tensor(Float32Array.from(wanted(0.5, 2))), "first");
    expectNear(second, c.tensor(Float32Array.from(wanted(3, 5))), "second");
  });
});

describe("ops that are not one loop", () => {
  it.each([
    ["looks at a value", (x: c.Tensor) => (x.max().item() > 0 ? x.neg() : x)],
    ["knows its size", (x: c.Tensor) => x.div(x.size)],
    ["looks at all cells", (x: c.Tensor) => x.sub(x.mean())],
    ["looks at its neighbours", (x: c.Tensor) => x.mul(x.reshape([2, -1]).transpose().reshape([-1]))],
    ["is a constant", () => c.ones([few])],
    ["is x itself", (x: c.Tensor) => x],
    ["copies x", (x: c.Tensor) => x.stopGradient()],
    ["is smaller than x", (x: c.Tensor) => x.sum()],
    ["is larger than x", (x: c.Tensor) => x.expandDims(0).add(c.tensor([[1], [2]]))],
    ["has a smaller part", (x: c.Tensor) => x.mul(c.variable(2).square().neg())],
    ["becomes whole", (x: c.Tensor) => x.cast("int32").add(1)],
  ])("%s", (_, parts) => {
    const x = c.tensor(Float32Array.from({ length: few }, (_, i) => Math.sin(i) * 5));
    expectNear(pointwiseOp("own", parts)(x), parts(x), "own");
  });

  it("looks at its neighbours in a square", () => {
    const x = c.tensor(Float32Array.from({ length: few }, (_, i) => Math.sin(i))).reshape([128, 128]);
    const parts = (u: c.Tensor) => u.neg().transpose().mul(u);
    expectNear(pointwiseOp("own", parts)(x), parts(x), "own");
  });

  it("is not known yet, as it depends on a variable in a function that is compiled", () => {
    const w = c.variable(2);
    const own = pointwiseOp("own", (x) => x.mul(w));
    const f = c.compile((x: c.Tensor) => own(c.ones([few])).mul(x));
    const warn = vi.spyOn(console, "warn");
    expect(f(3).data[7]).toBe(6);
    w.assign(5);
    expect(f(3).data[7]).toBe(15);
    expect(warn).not.toHaveBeenCalled();
  });

  it("runs on the reference, if that was chosen", () => {
    const program = vi.spyOn(runtime(), "program");
    c.setBackend("reference");
    c.hardSwish(cells("x", few));
    expect(program).not.toHaveBeenCalled();
  });

  it("refuse what they refuse of few cells", () => {
    const whole = pointwiseOp("whole", (x) => x.cast("int32"));
    expect(() => whole(cells("x", few))).toThrow("cannot become int32");
    expect(() => c.clip(cells("x", few), { min: 2, max: 1 })).toThrow("min must be ≤ max");
  });

  it("a contribution may be the upstream itself, with no kernel at all", () => {
    const x = c.variable(cells("x", few));
    const upstream = c.tensor(cells("u", few));
    const program = vi.spyOn(runtime(), "program");
    x.add(c.zeros([few])).backward({ upstream });
    expect(program).toHaveBeenCalledTimes(1);
    expect(x.grad).toBe(upstream);
  });

  it("nothing is left of a size without cells", () => {
    const x = c.variable(new Float32Array(0), { shape: [0, 20_000] });
    const y = c.where(c.tensor(cells("x", 20_000)).greater(0), x, 1);
    y.backward({ upstream: c.zeros([0, 20_000]) });
    expect(x.grad?.shape).toEqual([0, 20_000]);
  });
});

describe("one number in all cells", () => {
  const two = pointwiseOp("two", (x) => x.mul(c.full([few], 2)));
  const operands = () => {
    const allocate = vi.spyOn(runtime(), "allocate");
    const y = two(new Float32Array(few).fill(3));
    expect(y.data[few - 1]).toBe(6);
    // The operands, the result and the program.
    return allocate.mock.calls.filter(([bytes]) => bytes === 4 * few).length - 1;
  };

  it("is part of the code", () => {
    expect(operands()).toBe(1);
  });

  it("counts as what stands in the cells once they were looked at", () => {
    const x = c.full([few], 2);
    x.data[5] = 7;
    const y = pointwiseOp("own", (u) => u.mul(x))(new Float32Array(few).fill(3));
    expect(Array.from(y.data.subarray(4, 7))).toEqual([6, 21, 6]);
    const z = c.compile((u: c.Tensor) => u.mul(x))(3);
    expect(Array.from(z.data.subarray(4, 7))).toEqual([6, 21, 6]);
  });
});

describe("broadcasting", () => {
  it("is undone in the gradients", () => {
    const [row, column] = [
      c.variable(cells("row", 130)),
      c.variable(c.tensor(cells("column", 131)).reshape([131, 1])),
    ];
    onBoth(() => {
      row.clearGrad();
      column.clearGrad();
      const y = c.where(row.greater(column), row.mul(0.5), column.sub(row));
      y.isFinite().where(y, 0).sum().backward();
      return [y, row.grad!, column.grad!].map((x) => x.isFinite().where(x, 0));
    }, "where");
  });
});

import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import * as c from "../../src/index.ts";
import { runtime } from "../../src/kernels/wasm/runtime/runtime.ts";
import { streamFrom } from "../../src/random.ts";
import { spread } from "../support/cells.ts";
import { expectCompiles, expectSame, runs } from "../support/compiled.ts";
import { randomProgram } from "../support/random-programs.ts";
import { watchWarnings } from "../support/warnings.ts";

watchWarnings();

const shapesOf = (seed: number): number[][] =>
  [
    [[3, 4], [4], [3, 1]],
    [[2, 3, 3], [3, 3], []],
    [[5], [1, 5], [1]],
    [[2, 1, 2, 3], [2, 3], [3]],
    [[16, 12], [12], [16, 12]],
  ][seed % 5]!;

/** Arguments, and a constant and a variable. */
function material(seed: number, dtype: c.DType) {
  const xs = shapesOf(seed).map((shape, i) => spread(shape, seed + i, { domain: [-1, 1] }).cast(dtype));
  const constant = spread(xs[0]!.shape, seed + 7, { domain: [-1, 1] }).cast(dtype);
  const variable = c.variable(spread(xs[1]!.shape, seed + 8, { domain: [-1, 1] }), { dtype });
  return { xs, given: [constant, variable] };
}

describe("random functions, compiled, give what they give op by op", () => {
  it.each(["float64", "float32"] as const)("values in %s", (dtype) => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 24 }), (seed, steps) => {
        const { xs, given } = material(seed, dtype);
        expectCompiles(randomProgram(streamFrom(String(seed)), xs, steps, given), xs, `seed ${seed}`, 4);
      }),
      runs(150),
    );
  });

  it.each(["float64", "float32"] as const)("gradients in %s", (dtype) => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 10 }), (seed, steps) => {
        const { xs, given } = material(seed, dtype);
        const f = randomProgram(streamFrom(String(seed)), xs, steps, given);
        const total = (...args: c.Tensor[]) =>
          f(...args).reduce((sum, y) => sum.add(y.sin().sum()), c.tensor(0));
        const slopes = (...args: c.Tensor[]) => [c.grad(total)(...args) as c.Tensor | c.Tensor[]].flat();
        expectCompiles(slopes, xs, `seed ${seed}`, 16);
      }),
      runs(60),
    );
  });
});

const matrix = (seed = 1, shape = [4, 4]) => spread(shape, seed, { domain: [-2, 2] }).cast("float32");

describe("what is read in another order is finished first", () => {
  const orders: [string, (x: c.Tensor) => c.Tensor][] = [
    ["transposed, first operand", (x) => x.exp().transpose().add(x.exp())],
    ["transposed, second operand", (x) => x.exp().add(x.exp().transpose())],
    ["flipped, with more between", (x) => x.tanh().flip().mul(2).add(x.tanh().mul(3)).sub(x.tanh())],
    ["flipped, after a product", (x) => x.matmul(x).flip().add(x.matmul(x))],
    ["a product's transposed result and itself", (x) => x.matmul(x).add(x.matmul(x).transpose())],
    ["stretched over itself", (x) => x.exp().mul(x.exp().reshape([4, 1, 4]))],
    ["a row of it, stretched", (x) => x.matmul(x).sub(x.matmul(x).slice({ end: [1] }))],
    ["a product with itself, read again", (x) => x.matmul(x.cumsum({ axis: 1 })).add(x.cumsum({ axis: 1 }))],
    [
      "products, one number for each",
      (x) =>
        x
          .reshape([2, -1, x.shape[0]!])
          .matmul(x)
          .add(x.slice({ end: [2, 1] }).expandDims(1)),
    ],
    ["summed and subtracted", (x) => x.matmul(x).sub(x.matmul(x).sum({ axis: 1, keepdims: true }))],
  ];
  it.each(orders)("%s", (_, f) => {
    expectCompiles(f, [matrix()]);
    expectCompiles(f, [matrix(2).cast("float64")]);
  });

  it.each(orders.filter(([what]) => what.includes("product")))("%s, in several blocks", (_, f) => {
    expectCompiles(f, [matrix(1, [150, 150]).mul(0.1)], "", 1);
  });
});

describe("results of every kind", () => {
  const w = c.variable(matrix(3));
  const constant = matrix(4);
  it.each<[string, (x: c.Tensor) => c.Tensor | c.Tensor[]]>([
    ["the argument itself", (x) => x],
    ["a constant", () => constant],
    ["a variable", () => w],
    ["one number", () => c.tensor(3)],
    ["all of these, and some twice", (x) => [x, constant, w, x, w, x.add(w), x.add(w)]],
    ["the argument in another shape", (x) => x.reshape([2, 8])],
    ["the argument, copied", (x) => [x.identity(), x.stopGradient(), c.concat([x]), x.cast("float32")]],
    ["a value and what is made of it", (x) => [x.exp(), x.exp().add(1), x.exp().add(1).sum()]],
    ["a result inside of a chain", (x) => [x.tanh(), x.tanh().mul(2).add(1)]],
    ["cells of one place twice", (x) => c.concat([x, x])],
    ["random numbers of a key", (x) => x.add(c.statelessUniform(7, { shape: [4, 4], salt: 2 }))],
  ])("%s", (_, f) => {
    expectCompiles(f, [matrix()]);
  });

  it("numbers, whole numbers and truths", () => {
    const x = matrix();
    const k = c.tensor([[3, -7, 2, 70000]], { dtype: "int32" });
    const f = (a: c.Tensor, b: c.Tensor) => [
      a.greater(0),
      a.greater(0).logicalAnd(a.less(1)).logicalNot(),
      a.cast("int32").add(b),
      b.mul(b).add(1),
      b.cast("bool"),
      b.greater(2).cast("int32").sum(1),
      c.where(a.greater(0), b, c.tensor(5, { dtype: "int32" })),
      c.where(a.greater(0), c.tensor(1, { dtype: "int32" }), c.tensor(2, { dtype: "int32" })).add(b),
      c.where(b.equal(2), c.tensor(true), c.tensor(false)),
      a.argmax({ axis: 1 }),
      c.oneHot(a.argmax({ axis: 1 }), { depth: 4 }),
    ];
    expectCompiles(f, [x, k]);
  });

  it("no cells, and one", () => {
    const none = c.zeros([0, 4]);
    expectCompiles((x) => [x.exp().add(1), x.sum(), x.sum(0), x.matmul(matrix()), c.concat([x, x])], [none]);
    expectCompiles(
      (x, y) => [
        c.concat([y.tanh(), x]).add(1),
        y.slice({ begin: [4] }),
        x.pad({
          padding: [
            [1, 0],
            [0, 0],
          ],
        }),
      ],
      [none, matrix()],
    );
    expectCompiles(
      (x) => [x.exp().mul(x), x.sum(), x.reshape([1, 1]), x.expandDims(0).tile([3])],
      [c.tensor(0.5)],
    );
  });

  it("zeros with a sign, infinities and NaN", () => {
    const x = c.tensor([0, -0, 1, -1, Infinity, -Infinity, NaN]);
    const signs = (y: c.Tensor) => [y.add(0).reciprocal(), y.add(-0).reciprocal(), y.mul(-0), y.div(0)];
    expectCompiles(signs, [x]);
    const padded = (y: c.Tensor, value: number) => y.pad({ padding: [[0, 1]], value }).reciprocal();
    expectCompiles((y) => [padded(y, 0), padded(y, -0)], [x]);
    expectCompiles(
      (y) => [y.clip({ min: -0, max: 1 }).reciprocal(), y.clip({ min: 0, max: 1 }).reciprocal()],
      [x],
    );
  });

  it("are values of their own: a later call does not change them", () => {
    const double = c.compile((x: c.Tensor) => [x, x.mul(2)]);
    const first = double([1, 2]);
    double([5, 6]);
    expect(first.map((y) => y.toArray())).toEqual([
      [1, 2],
      [2, 4],
    ]);
    expect(first.map(({ tracked }) => tracked)).toEqual([false, false]);
  });
});

describe("programs", () => {
  it("are made for each combination of shapes and dtypes, once", () => {
    let traces = 0;
    const f = c.compile((x: c.Tensor, y: c.Tensor) => {
      traces++;
      return x.add(y).sum(0);
    });
    const calls: [c.TensorLike, c.TensorLike, number][] = [
      [[1, 2], [3, 4], 1],
      [[5, 6], [7, 8], 1],
      [[5, 6], 1, 2],
      [[[5, 6]], 1, 3],
      [c.tensor([1, 2], { dtype: "int32" }), [3, 4], 4],
      [c.tensor([1, 2], { dtype: "float64" }), [3, 4], 5],
      [[1, 2], [3, 4], 5],
    ];
    for (const [x, y, count] of calls) {
      expectSame(f(x, y), c.tensor(x).add(c.tensor(y)).sum(0));
      expect(traces).toBe(count);
    }
  });

  it("are few: the one that was not used for longest goes first", () => {
    let traces = 0;
    const f = c.compile((x: c.Tensor) => {
      traces++;
      return x.mul(2);
    });
    const call = (size: number) =>
      expect(
        f(c.ones([size]))
          .sum()
          .item(),
      ).toBe(2 * size);
    for (let size = 1; size <= 16; size++) call(size);
    call(1);
    expect(traces).toBe(16);
    call(17);
    call(1);
    expect(traces).toBe(17);
    call(2);
    expect(traces).toBe(18);
  });

  it("go by the settings that ops go by", () => {
    const f = c.compile((x: c.Tensor) => x.add(c.ones([2])));
    const x = c.tensor([1, 2], { dtype: "int32" });
    expect(f(x).dtype).toBe("float32");
    c.setFloatx("float64");
    try {
      expect(f(x).dtype).toBe("float64");
    } finally {
      c.setFloatx("float32");
    }
  });
});

describe("results that lie where operands lay", () => {
  it("not while the kernel before them still reads the operand: a convolution added to its own images", () => {
    const filter = spread([3, 3, 8, 8], 1, { domain: [-0.3, 0.3] }).cast("float32");
    const images = spread([1, 64, 64, 8], 2, { domain: [-1, 1] }).cast("float32");
    const f = (x: c.Tensor) => {
      const own = x.maxPool2d({ poolSize: 1 });
      const seen = own.conv2d(filter, { padding: "same" });
      const sum = seen.add(own).tanh();
      // The convolution is needed later, too, so that only the images could make room for the sum.
      return sum
        .maxPool2d({ poolSize: 1 })
        .sum({ axis: [1, 2] })
        .add(seen.sum({ axis: [1, 2] }));
    };
    expectCompiles(f, [images], "", 4096);
  });

  it("a choice between zero and something, both ways", () => {
    const x = c.tensor([-2, -0.5, 0, 1, 3]);
    expectCompiles((t) => c.where(t.greater(0), 0, t.mul(3)), [x]);
    expectCompiles((t) => c.where(t.greater(0), t.mul(3), 0), [x]);
  });
});

it("large instructions are shared among threads, small ones are not", () => {
  const before = c.getThreads();
  c.setThreads(2);
  const program = vi.spyOn(runtime(), "program");
  const threadsFor = (size: number) => {
    c.compile((x: c.Tensor) => x.matmul(x))(c.ones([size, size]));
    return program.mock.lastCall![2];
  };
  try {
    expect([threadsFor(10), threadsFor(100)]).toEqual([1, 2]);
  } finally {
    program.mockRestore();
    c.setThreads(before);
  }
});

import { describe, expect, it, vi } from "vitest";
import * as c from "../../src/index.ts";
import { spread } from "../support/cells.ts";
import { expectAllSame, expectCompiles, expectSame } from "../support/compiled.ts";
import { watchWarnings } from "../support/warnings.ts";

const warnings = watchWarnings();
const x = c.tensor([1, 2]);

describe("a function that looks at values runs op by op, and a message says so once", () => {
  const w = c.variable([3, 4], { name: "w" });
  it.each<[string, (x: c.Tensor) => c.Tensor, RegExp]>([
    ["item", (x) => x.mul(x.sum().item()), /this tensor \[\] is symbolic/],
    ["toArray", (x) => x.add(c.tensor(x.toArray() as number[])), /is symbolic/],
    ["data", (x) => (x.data[0]! > 0 ? x.neg() : x), /is symbolic/],
    ["a variable's item", (x) => x.mul(w.sum().item()), /is symbolic/],
    [
      "a variable's data",
      (x) => x.mul(w.data[0]!),
      /the value of the variable w was read in a function that is compiled/,
    ],
    ["a copy of a variable", (x) => x.mul(c.tensor(w)), /the value of the variable w was read/],
  ])("%s", (_, f, reason) => {
    const named = c.compile(f);
    for (const y of [x, c.tensor([-1, 5]), x]) expectSame(named(y), f(y));
    const said = warnings.taken();
    expect(said.length).toBe(1);
    expect(said[0]).toMatch(/^compile: f?.* ?is not compiled and runs op by op, since it cannot be traced: /);
    expect(said[0]).toMatch(reason);
    // Other shapes are another try.
    expectSame(named(c.tensor([[1, 2]])), f(c.tensor([[1, 2]])));
    expect(warnings.taken().length).toBe(1);
  });

  it("names the function", () => {
    const reading = (x: c.Tensor) => x.mul(x.sum().item());
    c.compile(reading)(x);
    c.compile((x: c.Tensor) => x.mul(x.sum().item()))(x);
    const starts = warnings.taken().map((text) => text.slice(0, text.indexOf(" is not")));
    expect(starts).toEqual(["compile: reading", "compile: the function"]);
  });

  it("assigns each time if it assigns", () => {
    const count = c.variable(0);
    const f = c.compile((x: c.Tensor) => {
      count.assign(count.add(1));
      return x.mul(count);
    });
    expect([f(1), f(1), f(1)].map((y) => y.item())).toEqual([1, 2, 3]);
    expect(count.item()).toBe(3);
    expect(warnings.taken()).toEqual([expect.stringMatching(/assign: .*compiled/)]);
  });

  it("gives plain values then, too", () => {
    const v = c.variable([1, 2]);
    const f = c.compile((x: c.Tensor) => [v, x.mul(v), x.mul(x.sum().item())]);
    const results = f(v);
    warnings.taken();
    expect(results.map(({ tracked, node }) => [tracked, node])).toEqual(Array(3).fill([false, undefined]));
    v.assign([5, 6]);
    expect(results[0]!.toArray()).toEqual([1, 2]);
  });
});

describe("errors", () => {
  it("of the function itself are thrown as they are, without a word on tracing", () => {
    const f = c.compile((x: c.Tensor) => x.matmul(c.ones([3, 2])));
    for (let i = 0; i < 2; i++)
      expect(() => f([[1, 2]])).toThrow(/^matmul: .*received a \[1, 2\], b \[3, 2\]$/);
    expect(f([[1, 2, 3]]).toArray()).toEqual([[6, 6]]);
    const own = c.compile((): c.Tensor => {
      throw new RangeError("mine");
    });
    expect(own).toThrow(new RangeError("mine"));
  });

  it("that were there once are no reason to give up", () => {
    let broken = true;
    const f = c.compile((x: c.Tensor) => {
      if (broken) throw new Error("not yet");
      return x.mul(2);
    });
    expect(() => f(x)).toThrow("not yet");
    broken = false;
    expect(f(x).toArray()).toEqual([2, 4]);
  });

  it.each<[string, unknown, RegExp]>([
    ["nothing", undefined, /must return a tensor or an array of them; it returned undefined/],
    ["a number", 3, /it returned 3/],
    ["an empty list", [], /it returned \[\]/],
    ["a list with something else", [x, 3], /it returned 3/],
  ])("%s as the result", (_, result, message) => {
    const f = c.compile(() => result as c.Tensor);
    expect(() => f()).toThrow(message);
    expect(() => f()).toThrow(c.ChainruleError);
  });

  it("say which argument is wrong", () => {
    const f = c.compile((x: c.Tensor, y: c.Tensor) => x.add(y));
    expect(() => f(1, [[1], [2, 3]])).toThrow(/^compile, argument 1: /);
    expect(() => f(1, "2" as never)).toThrow(/^compile, argument 1: /);
    expect(() => c.compile(3 as never)).toThrow("compile: expected a function; received 3");
  });

  it("of an argument that is missing are those of the function", () => {
    const f = c.compile((x: c.Tensor, y: c.Tensor) => x.add(y));
    expect(() => (f as (x: number) => c.Tensor)(1)).toThrow(/add/);
  });
});

describe("arguments", () => {
  it("are whatever stands for tensors", () => {
    const f = c.compile((x: c.Tensor) => x);
    const given = [
      3,
      0.5,
      [1, 2],
      [[true], [false]],
      true,
      new Int32Array([1, 2]),
      new Float64Array(2),
      c.ones([2]).toNdArray(),
    ];
    for (const value of given) expectSame(f(value), c.tensor(value));
    expectSame(f(c.variable([1, 2])), c.tensor([1, 2]));
  });

  it("may be the same tensor twice, a variable that the function uses, or none at all", () => {
    const w = c.variable([1, 2]);
    expect(
      c
        .compile((a: c.Tensor, b: c.Tensor) => a.sub(b.mul(2)))(x, x)
        .toArray(),
    ).toEqual([-1, -2]);
    expect(
      c
        .compile((a: c.Tensor) => a.mul(w))(w)
        .toArray(),
    ).toEqual([1, 4]);
    expect(
      c
        .compile(() => w.exp().sum())()
        .item(),
    ).toBeCloseTo(Math.E + Math.E ** 2, 4);
  });

  it("that are symbolic make it a part of something larger", () => {
    const f = c.compile((a: c.Tensor) => a.tanh());
    const y = f(c.placeholder([null, 3]));
    expect([y.symbolic, y.shape]).toEqual([true, [Number.NaN, 3]]);
    const input = c.Input([2]);
    const model = c.Model(input, f(input));
    expectSame(model.predict([[1, 2]]) instanceof c.Tensor ? f([[1, 2]]) : f([[1, 2]]), c.tanh([[1, 2]]));
  });
});

describe("functions of functions", () => {
  const cells = spread([3, 4], 1, { domain: [-1, 1] }).cast("float32");

  it("compile inside of compile", () => {
    const w = c.variable(2);
    const inner = c.compile((x: c.Tensor) => x.mul(w).tanh());
    const outer = c.compile((x: c.Tensor) => inner(x).add(inner(c.tensor(0.5))));
    const expected = (x: c.Tensor) => x.mul(w).tanh().add(c.mul(0.5, w).tanh());
    expectSame(outer(cells), expected(cells));
    w.assign(3);
    expectSame(outer(cells), expected(cells));
    expectSame(inner(cells), cells.mul(3).tanh());
    expectSame(inner(0.5), c.mul(0.5, 3).tanh());
  });

  it("derivatives of all kinds", () => {
    const f = (x: c.Tensor) => x.mul(x.sigmoid()).square().sum();
    expectCompiles(c.grad(f) as (x: c.Tensor) => c.Tensor, [cells]);
    expectCompiles(c.grad((x: c.Tensor) => c.grad(f)(x).sin().sum()) as (x: c.Tensor) => c.Tensor, [cells]);
    expectCompiles((x: c.Tensor) => c.valueAndGrad(f)(x), [cells]);
    expectCompiles((x: c.Tensor) => c.jvp((u: c.Tensor) => u.exp().mul(u))([x], [x]), [cells]);
    expectCompiles((x: c.Tensor) => c.jacobian((u) => u.exp().mul(u))(x), [c.tensor([1, 2, 3])]);
    expectCompiles((x: c.Tensor) => c.hessian((u) => u.pow(3).sum().mul(u.mean()))(x), [c.tensor([1, 2, 3])]);
    const third = c.grad((x: c.Tensor) =>
      c
        .grad((u: c.Tensor) => c.grad(f)(u).sum())(x)
        .sum(),
    );
    expectCompiles(third as (x: c.Tensor) => c.Tensor, [cells]);
  });

  it("a derivative of a compiled function, within compile", () => {
    const f = c.compile((x: c.Tensor) => x.square().sum());
    expectSame(c.compile((x: c.Tensor) => c.grad((u: c.Tensor) => f(u))(x))(cells), cells.mul(2));
  });

  it("gradients of one's own", () => {
    const clipped = c.customGradient({
      name: "clipped",
      forward: (x) => x.mul(3),
      backward: (dy) => dy.clip({ min: -0.5, max: 0.5 }),
    });
    expectCompiles(
      (x: c.Tensor) => [clipped(x), c.grad((u: c.Tensor) => clipped(u).square().sum())(x)],
      [cells],
    );
  });

  it("noGrad and stopGradient", () => {
    const f = (x: c.Tensor) =>
      x
        .mul(c.noGrad(() => x.exp()))
        .add(x.stopGradient().square())
        .sum();
    expectCompiles(c.grad(f) as (x: c.Tensor) => c.Tensor, [cells]);
    expectAllSame([c.noGrad(() => c.compile((x: c.Tensor) => c.grad(f)(x))(cells))], [c.grad(f)(cells)]);
  });

  it("predictions of a model become a part of it", () => {
    const model = c.Sequential([c.Input([4]), c.Dense(2, { activation: "tanh" })]);
    const f = c.compile((x: c.Tensor) => model.predictOnBatch(x.mul(2)).mul(3));
    const check = () => expectSame(f(cells), model.predictOnBatch(cells.mul(2)).mul(3));
    check();
    model.setWeights([c.ones([4, 2]), c.ones([2])]);
    check();
  });

  it("an error leaves no trace in progress", () => {
    const w = c.variable(2);
    const f = c.compile((): c.Tensor => {
      throw new Error("mine");
    });
    expect(() => f()).toThrow("mine");
    expect([w.item(), w.symbolic, w.mul(2).item()]).toEqual([2, false, 4]);
  });
});

describe('setBackend("reference")', () => {
  it("runs op by op, without a message, and programs again afterwards", () => {
    let calls = 0;
    const w = c.variable(2);
    const f = c.compile((x: c.Tensor) => {
      calls++;
      return x.mul(w);
    });
    expect(f(x).toArray()).toEqual([2, 4]);
    c.setBackend("reference");
    try {
      w.assign(3);
      expect([f(x), f(x)].map((y) => y.toArray())).toEqual([
        [3, 6],
        [3, 6],
      ]);
      expect(calls).toBe(3);
      expect(f(w).tracked).toBe(false);
    } finally {
      c.setBackend("wasm");
    }
    w.assign(4);
    expect([f(x).toArray(), calls]).toEqual([[4, 8], 4]);
  });
});

describe('setBackend("wasm", { debug: true })', () => {
  it("says once of each kernel that it falls back to the reference", () => {
    const said: string[] = [];
    vi.spyOn(console, "info").mockImplementation((text: unknown) => void said.push(String(text)));
    c.setBackend("wasm", { debug: true });
    try {
      for (const size of [3, 4]) c.compile((t: c.Tensor) => t.sparsemax().exp())(c.ones([size]));
      expect(said).toEqual(["wasm: scan sparsemax in float32 falls back to the reference"]);
    } finally {
      c.setBackend("wasm");
    }
    c.compile((t: c.Tensor) => t.sparsemax())(c.ones([5]));
    expect(said.length).toBe(1);
  });
});

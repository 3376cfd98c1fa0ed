import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { traceOn } from "../../src/compile/compile.ts";
import { Program } from "../../src/compile/program.ts";
import * as c from "../../src/index.ts";
import { reference } from "../../src/kernels/reference/reference.ts";
import { streamFrom } from "../../src/random.ts";
import { spread } from "../support/cells.ts";
import { expectAllSame, expectSame, runs } from "../support/compiled.ts";
import { randomProgram } from "../support/random-programs.ts";
import { watchWarnings } from "../support/warnings.ts";

watchWarnings();

type Updates = ReadonlyMap<c.Variable, c.Tensor>;
type Step = (...xs: c.Tensor[]) => { results: readonly c.Tensor[]; updates: Updates };

/** A step as the training loop compiles one: the results are read before the new values are written. */
function compiledStep(step: Step, like: readonly c.Tensor[]) {
  const { inputs, result } = traceOn(like, (xs) => step(...xs));
  const { results, updates } = result;
  const program = new Program({ inputs, stages: [results, []], updates });
  return (...xs: c.Tensor[]): c.Tensor[] => {
    for (const [i, input] of inputs.entries()) program.set(input, xs[i]!);
    program.run(0);
    const values = results.map((x) => program.value(x));
    program.run(1);
    return values;
  };
}

/** The same op by op. */
const eagerStep =
  (step: Step) =>
  (...xs: c.Tensor[]): c.Tensor[] => {
    const { results, updates } = step(...xs);
    const values = results.map((x) => c.tensor(x));
    const next = [...updates].map(([variable, x]) => [variable, c.tensor(x)] as const);
    for (const [variable, x] of next) variable.assign(x);
    return values;
  };

const numbers = (seed: number, shape: readonly number[], dtype: c.DType) =>
  spread(shape, seed, { domain: [-1, 1] }).cast(dtype);

/** Runs a step three times, compiled and op by op, on variables that start alike. */
function expectSameSteps(
  make: (variables: readonly c.Variable[]) => Step,
  starts: readonly c.Tensor[],
  arguments_: readonly c.Tensor[],
  what = "",
): void {
  const [some, others] = [0, 1].map(() => starts.map((x) => c.variable(x, { trainable: false })));
  const compiled = compiledStep(make(some!), arguments_);
  const eager = eagerStep(make(others!));
  for (let run = 0; run < 3; run++) {
    const xs = arguments_.map((x) => x.mul(1 - run / 4).cast(x.dtype));
    expectAllSame(compiled(...xs), eager(...xs), `${what} run ${run},`, 4);
    expectAllSame(some!, others!, `${what} run ${run}, variable`, 4);
  }
}

describe("new values of variables", () => {
  const start = [1, 2, 3].map((seed) => numbers(seed, [4, 4], "float32"));
  const x = numbers(4, [4, 4], "float32");
  type Three = [c.Variable, c.Variable, c.Variable];
  it.each<[string, (vs: Three, x: c.Tensor) => [c.Variable, c.Tensor][]]>([
    ["computed in place", ([a], x) => [[a, a.add(x)]]],
    ["of the argument", ([a], x) => [[a, x]]],
    ["of a constant", ([a]) => [[a, c.ones([4, 4])]]],
    [
      "swapped",
      ([a, b]) => [
        [a, b],
        [b, a],
      ],
    ],
    [
      "swapped and changed",
      ([a, b]) => [
        [a, b.add(1)],
        [b, a.mul(2)],
      ],
    ],
    [
      "in a circle",
      ([a, b, d]) => [
        [a, b],
        [b, d],
        [d, a],
      ],
    ],
    [
      "in a circle, changed",
      ([a, b, d], x) => [
        [a, b.add(x)],
        [b, d.sub(x)],
        [d, a.tanh()],
      ],
    ],
    [
      "another's old value",
      ([a, b], x) => [
        [a, b],
        [b, b.add(x)],
      ],
    ],
    [
      "another's old value, that of the earlier one",
      ([a, b], x) => [
        [a, a.add(x)],
        [b, a],
      ],
    ],
    [
      "another's old value in another shape",
      ([a, b], x) => [
        [a, a.add(x)],
        [b, a.reshape([16]).reshape([4, 4])],
      ],
    ],
    [
      "another's new value",
      ([a, b], x) => [
        [a, a.add(x)],
        [b, a.add(x)],
      ],
    ],
    [
      "made of another's new value",
      ([a, b], x) => [
        [a, a.add(x)],
        [b, a.add(x).mul(b)],
      ],
    ],
    [
      "the old value",
      ([a, b], x) => [
        [a, a],
        [b, a.add(x)],
      ],
    ],
    [
      "read by others, cell by cell",
      ([a, b], x) => [
        [a, a.add(x)],
        [b, b.add(a)],
      ],
    ],
    [
      "read by others as a whole",
      ([a, b], x) => [
        [a, a.add(x)],
        [b, b.add(a.matmul(a))],
      ],
    ],
    [
      "read by each other as a whole",
      ([a, b]) => [
        [a, a.add(b.matmul(b))],
        [b, b.add(a.matmul(a))],
      ],
    ],
    ["turned round", ([a]) => [[a, a.transpose()]]],
    ["turned round and added", ([a]) => [[a, a.transpose().add(a)]]],
    ["of its own product", ([a]) => [[a, a.matmul(a).add(a)]]],
    ["of its own mean", ([a]) => [[a, a.sub(a.mean({ axis: 0 }))]]],
    [
      "momentum",
      ([a, b], x) => [
        [b, b.mul(0.9).sub(x)],
        [a, a.add(b.mul(0.9).sub(x))],
      ],
    ],
    ["of another dtype", ([a], x) => [[a, x.mul(8).cast("int32")]]],
    ["of a dtype with larger cells", ([a], x) => [[a, x.cast("float64").add(1)]]],
  ])("%s", (_, updates) => {
    expectSameSteps(
      (vs) =>
        (...xs) => ({ results: [xs[0]!.sum()], updates: new Map(updates(vs as unknown[] as Three, xs[0]!)) }),
      start,
      [x],
    );
  });

  it("do not reach results that were read before", () => {
    expectSameSteps(
      ([a, b]) =>
        (y) => ({
          results: [a!, a!.sum(), b!.add(y)],
          updates: new Map([
            [a!, a!.add(y)],
            [b!, b!.add(y)],
          ]),
        }),
      start,
      [x],
    );
  });

  it("a counter counts", () => {
    expectSameSteps(
      ([count, sum]) =>
        (y) => ({
          results: [count!],
          updates: new Map([
            [count!, count!.add(1)],
            [sum!, sum!.add(y.mul(count!.add(1)).sum())],
          ]),
        }),
      [c.tensor(0, { dtype: "int32" }), c.tensor(0.5)],
      [x],
    );
  });

  it.each(["float32", "float64"] as const)("at random in %s", (dtype) => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 2, max: 14 }), (seed, steps) => {
        const shape = [[4, 4], [3], [], [2, 3]][seed % 4]!;
        const starts = [1, 2, 3, 4].map((i) => numbers(seed + i, shape, dtype));
        const given = numbers(seed + 5, shape, dtype);
        const make = (variables: readonly c.Variable[]): Step => {
          const random = streamFrom(String(seed));
          const f = randomProgram(random, [given], steps, variables);
          const fitting = f(given).flatMap((y, i) => (String(y.shape) === String(shape) ? [i] : []));
          const chosen = variables.map(() => random.below(fitting.length + 2));
          return (y) => {
            const results = f(y);
            const pairs = variables.flatMap((variable, i) => {
              const at = fitting[chosen[i]!];
              // The last choices are another variable's value, and no new value.
              if (at !== undefined) return [[variable, results[at]!] as const];
              return chosen[i] === fitting.length ? [[variable, variables[(i + 1) % 4]!] as const] : [];
            });
            return { results, updates: new Map(pairs) };
          };
        };
        expectSameSteps(make, starts, [given], `seed ${seed}`);
      }),
      runs(100),
    );
  });

  it("must have the shape of the variable", () => {
    const w = c.variable([1, 2], { name: "w" });
    const make = () =>
      compiledStep((x) => ({ results: [], updates: new Map([[w, x.sum()]]) }), [c.ones([2])]);
    expect(make).toThrow("the variable w has shape [2]; its new value has []");
  });
});

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

  it("also within a kernel: the transformed filter of a convolution", () => {
    const filter = c.variable(numbers(1, [3, 3, 8, 8], "float32"));
    const f = c.compile((x: c.Tensor) => c.conv2d(x, filter, { padding: "same" }).relu());
    const x = numbers(2, [2, 12, 12, 8], "float32");
    for (const change of [0, 0, 1, 0]) {
      if (change) filter.assign(filter.mul(-0.5));
      expectSame(f(x), c.conv2d(x, filter, { padding: "same" }).relu());
    }
  });
});

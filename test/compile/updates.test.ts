import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { traceOn } from "../../src/compile/compile.ts";
import { Program } from "../../src/compile/program.ts";
import * as c from "../../src/index.ts";
import { streamFrom } from "../../src/random.ts";
import { expectAllSame, runs } from "../support/compiled.ts";
import { compiledStep, eagerStep, numbers, type Step } from "../support/compiled-step.ts";
import { randomProgram } from "../support/random-programs.ts";
import { watchWarnings } from "../support/warnings.ts";

watchWarnings();

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

  it.each<[string, (a: c.Variable, x: c.Tensor) => c.Tensor]>([
    ["of its own product", (a, x) => a.matmul(x).add(x)],
    ["of its own product, as its right side", (a, x) => x.matmul(a).add(a)],
    ["turned round in a product", (a, x) => a.matmul(x, { transposeA: true }).sub(a)],
  ])("%s, in several blocks", (_, update) => {
    const large = [1, 2].map((seed) => numbers(seed, [150, 150], "float32").mul(0.1));
    const make =
      ([a]: readonly c.Variable[]): Step =>
      (y) => ({
        results: [y.sum()],
        updates: new Map([[a!, update(a!, y)]]),
      });
    expectSameSteps(make, [large[0]!], [large[1]!]);
  });

  it("are not there before the stage that writes them", () => {
    const w = c.variable([1, 2]);
    const { inputs, result } = traceOn([c.ones([2])], ([y]) => w.add(y!));
    const program = new Program({ inputs, stages: [[result], []], updates: new Map([[w, result]]) });
    program.set(inputs[0]!, c.ones([2]));
    program.run(0);
    expect([program.value(result).toArray(), w.toArray()]).toEqual([
      [2, 3],
      [1, 2],
    ]);
    program.run(1);
    expect(w.toArray()).toEqual([2, 3]);
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

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";
import {
  type Exercise,
  type ExerciseReport,
  exercises,
  type LearnerRule,
} from "../../src/stepper/exercises/index.ts";
import { differentiate } from "../../src/stepper/exercises/truth.ts";

const timeout = 60_000;

type Gradients = (upstream: c.Tensor, inputs: readonly c.Tensor[], y: c.Tensor) => c.Tensor[];

const named = (name: string): Exercise => exercises.find((one) => one.name === name)!;

const truthOf = (one: Exercise, upstream: c.Tensor, inputs: readonly c.Tensor[]) =>
  differentiate((...xs) => one.forward(...xs), inputs, upstream);

const pick = <T>(one: Exercise, all: readonly T[]): T[] =>
  one.wanted.map((name) => all[one.inputs.indexOf(name)]!);

/** The right answer. */
const library =
  (one: Exercise): Gradients =>
  (upstream, inputs) =>
    pick(one, truthOf(one, upstream, inputs).gradients);

const anyExercise = fc.constantFrom(...exercises);
const seeds = fc.integer({ min: 0, max: 1e6 });

/** Sums of products as the reports write them: `1 · 3 + 2 · (−1) = 1`. */
function evaluate(line: string): { readonly sum: number; readonly shown: number } | undefined {
  const match = /((?:[(−\d][^=⟩]*·[^=⟩]*)) = (−?[\d.e−]+)/.exec(line);
  if (match === null || line.includes("…")) return undefined;
  const value = (text: string) => Number(text.replaceAll("−", "-").replaceAll(/[()\s]/g, ""));
  const sum = match[1]!
    .split(" + ")
    .map((term) => term.split("·").map(value))
    .reduce((total, [a, b]) => total + a! * b!, 0);
  return { sum, shown: value(match[2]!) };
}

/** Few enough numbers for pen and paper, and whole ones. */
function expectSmall({ counterexample, exercise }: ExerciseReport): void {
  const { inputs, upstream, arithmetic } = counterexample!;
  const cells = [...inputs.map(({ value }) => value), upstream].flatMap(({ data }) => Array.from(data));
  expect(cells.length, exercise).toBeLessThanOrEqual(12);
  expect(cells.every(Number.isInteger), `${exercise}: ${cells}`).toBe(true);
  expect(Math.max(...cells.map(Math.abs)), `${exercise}: ${cells}`).toBeLessThanOrEqual(15);
  for (const line of arithmetic) {
    const found = evaluate(line);
    // Numbers are shown to five digits.
    if (found)
      expect(Math.abs(found.sum - found.shown), line).toBeLessThanOrEqual(1e-3 * (1 + Math.abs(found.shown)));
  }
}

/** Where upstream gradients of ones give zeros, so that they cannot be told from upstream gradients of zero. */
const vanishing = new Set(["softmax", "batchNormalization"]);

/** Runs a mistake in any exercise, on numbers of any seed. */
function mistakes(
  applies: fc.Arbitrary<Exercise>,
  mistake: (one: Exercise, at: number) => LearnerRule,
  judge: (report: ExerciseReport, one: Exercise, at: number) => void,
): void {
  fc.assert(
    fc.property(applies, fc.nat(), seeds, (one, at, seed) => {
      const report = one.check(mistake(one, at), { seed });
      expect(report.verdict, one.name).toBe("wrong");
      judge(report, one, at);
      expectSmall(report);
    }),
    { numRuns: 20 },
  );
}

const shown = (report: ExerciseReport): string => `${report.exercise}: ${report.property}`;

describe("the library's own gradients are right", { timeout }, () => {
  it.each(exercises.map((one) => one.name))("%s", (name) => {
    const one = named(name);
    fc.assert(
      fc.property(seeds, (seed) => {
        const report = one.check(library(one), { seed });
        expect(report.verdict, `${report.hint(3)}`).toBe("right");
        expect(report.cases).toBeGreaterThanOrEqual(30);
      }),
      { numRuns: 4 },
    );
  });
});

describe("a mistake in any exercise is caught, named, and shown on a small case", { timeout }, () => {
  it("a factor", () => {
    fc.assert(
      fc.property(
        anyExercise,
        fc.constantFrom(-1, 2, 0.5, -3, 1.25),
        fc.nat(),
        seeds,
        (one, factor, at, seed) => {
          const which = at % one.wanted.length;
          const rule: LearnerRule = (...args) =>
            library(one)(...args).map((x, i) => (i === which ? x.mul(factor) : x));
          const report = one.check(rule, { seed });
          expect(shown(report)).toBe(`${one.name}: adjoint`);
          expect(report.jacobian!.input).toBe(one.wanted[which]);
          expect(report.diagnosis, one.name).toMatch(/^ratio yours\/numeric = /);
          expectSmall(report);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("an upstream gradient that is ignored", () => {
    mistakes(
      anyExercise,
      (one) => (u, xs, y) => library(one)(c.ones(u.shape, "float64"), xs, y),
      (report, one) => {
        expect(shown(report)).toBe(`${one.name}: ${vanishing.has(one.name) ? "adjoint" : "zero"}`);
        if (!vanishing.has(one.name)) expect(report.diagnosis).toMatch(/the upstream gradient is ignored/);
      },
    );
  });

  it("what is not linear in the upstream gradient", () => {
    const bent = [
      (u: c.Tensor) => u.square(),
      (u: c.Tensor) => u.abs(),
      (u: c.Tensor) => u.clip({ min: -1, max: 1 }),
    ];
    mistakes(
      anyExercise,
      (one, at) => (u, xs, y) => library(one)(bent[at % 3]!(u), xs, y),
      (report, one) => expect(shown(report)).toBe(`${one.name}: linear`),
    );
  });

  it("writing into an argument", () => {
    mistakes(
      anyExercise,
      (one, at) => (u, xs, y) => {
        const gradients = library(one)(u, xs, y);
        const target = [u, y, ...xs][at % (2 + xs.length)]!;
        target.data[at % target.size]! += 1;
        return gradients;
      },
      (report) => {
        expect(report.property).toBe("mutation");
        expect(report.counterexample!.arithmetic[0]).toMatch(/ was .* and is .* now$/);
      },
    );
  });

  it("a cell that is not finite", () => {
    mistakes(
      anyExercise,
      (one, at) =>
        (...args) => {
          const gradients = library(one)(...args).map((x) => x.mul(1));
          const target = gradients[at % gradients.length]!;
          target.data[at % target.size] = at % 2 ? Number.NaN : Number.POSITIVE_INFINITY;
          return gradients;
        },
      (report) => expect(report.property).toBe("finite"),
    );
  });

  it("a shape that is not the input's", () => {
    mistakes(
      anyExercise,
      (one, at) =>
        (...args) =>
          library(one)(...args).map((x, i) => (i === at % one.wanted.length ? c.expandDims(x, 0) : x)),
      (report, one, at) => {
        expect(report.property).toBe("shape");
        expect(report.hint(2)).toMatch(/has shape \[1.*\]; it must have that of \w+, \[/);
        expect(report.jacobian!.input).toBe(one.wanted[at % one.wanted.length]);
      },
    );
  });

  it("gradients that are missing or too many", () => {
    mistakes(
      anyExercise,
      (one, at) =>
        (...args) => {
          const gradients = library(one)(...args);
          return at % 2 ? [...gradients, gradients[0]!] : gradients.slice(1);
        },
      (report) => expect(report.property).toBe("returns"),
    );
  });

  it("anything at all, returned or thrown: there is a report", () => {
    fc.assert(
      fc.property(anyExercise, fc.anything(), fc.boolean(), (one, value, thrown) => {
        const report = one.check(() => {
          if (thrown) throw value;
          return value as never;
        });
        expect(report.verdict).toBe("wrong");
        expect(JSON.stringify(report)).toContain(one.name);
        expect(report.toString()).toContain("What fails");
      }),
      { numRuns: 100 },
    );
  });
});

describe("a path that is missing", { timeout }, () => {
  const branching = exercises.filter((one) =>
    ["swish", "hardSwish", "square", "batchNormalization"].includes(one.name),
  );

  it("is told from other mistakes, and named: overwritten, or forgotten", () => {
    mistakes(
      fc.constantFrom(...branching),
      (one, at) => (u, xs) => {
        const paths = truthOf(one, u, xs).paths[0]!;
        const left = paths.filter((_, i) => i !== at % paths.length);
        return left.map(({ contribution }) => contribution).reduce((a, b) => a.add(b));
      },
      (report) => {
        expect(shown(report)).toBe(`${report.exercise}: paths`);
        expect(report.diagnosis).toMatch(/^a path is missing: what comes back through \w+, as its \w$/);
      },
    );
  });

  it("of batch normalization is the direct one, the mean's or the deviation's", () => {
    const one = named("batchNormalization");
    const report = one.check((u, [x], y) => u.sub(y.mul(u.mul(y).mean(0))).div(x!.std(0)));
    expect(report.diagnosis).toBe("a path is missing: what comes back through mean, as its x");
    const right = one.check((u, [x], y) =>
      u
        .sub(u.mean(0))
        .sub(y.mul(u.mul(y).mean(0)))
        .div(x!.std(0)),
    );
    expect(right.verdict).toBe("right");
  });
});

describe("mistakes of single exercises", { timeout }, () => {
  const judge = (name: string, rule: LearnerRule, property: string, diagnosis: RegExp) => {
    mistakes(
      fc.constant(named(name)),
      () => rule,
      (report) => {
        expect(report.property).toBe(property);
        expect(report.diagnosis ?? "none").toMatch(diagnosis);
      },
    );
  };

  it("no sum over the batch", () => {
    judge("addBias", (u) => [u, u], "broadcast", /a sum over the batch is missing/);
    judge("scaleRows", (u, [x, s]) => [u.mul(s!), u.mul(x!)], "broadcast", /a sum over the batch is missing/);
  });

  it("a sum along the wrong axis, of the right shape", () => {
    const wrong: LearnerRule = (u, [x, s]) => {
      const terms = u.mul(x!);
      return [u.mul(s!), terms.size === s!.size ? terms : c.broadcastTo(terms.sum(), s!.shape)];
    };
    judge("scaleRows", wrong, "broadcast", /./);
  });

  it("swapped inputs", () => {
    judge("mul", (u, [a, b]) => [u.mul(a!), u.mul(b!)], "adjoint", /are the two swapped\?/);
  });

  it("one tensor as both inputs, its gradients kept in one place", () => {
    const rule: LearnerRule = (u, [a, b]) => {
      const found = new Map([[a!, u.mul(b!)]]);
      found.set(b!, u.mul(a!).add(found.get(b!) ?? 0));
      return [found.get(a!)!, found.get(b!)!];
    };
    judge("mul", rule, "repeated", /./);
  });

  it("a transpose", () => {
    judge(
      "square",
      (u, [x]) =>
        u
          .matmul(x!, { transposeB: true })
          .add(x!.matmul(u, { transposeA: true }))
          .transpose(),
      "adjoint",
      /it is transposed/,
    );
    judge("square", (u, [x]) => u.matmul(x!).add(x!.matmul(u)), "adjoint", /./);
  });

  it("a kernel that is not flipped, or is", () => {
    const flipped: LearnerRule = (u, [x, filter]) =>
      c.vjp((image: c.Tensor) => c.K.conv2d(image, filter!.flip([0, 1])))(x!)[1](u);
    judge("conv2dInput", flipped, "adjoint", /it would be right if filter were flipped along its window/);
    const turned: LearnerRule = (u, [x, filter]) =>
      c
        .vjp((taps: c.Tensor) => c.K.conv2d(x!, taps))(filter!)[1](u)
        .flip([0, 1]);
    judge("conv2dFilter", turned, "adjoint", /the kernel is flipped/);
  });

  it("a softmax taken for a function of each cell", () => {
    judge("softmax", (u, _, y) => u.mul(y).mul(y.neg().add(1)), "adjoint", /none/);
  });

  it("targets forgotten, or not weighted by the upstream gradient", () => {
    judge(
      "softmaxCrossEntropy",
      (_, [logits, targets]) => c.softmax(logits!).sub(targets!),
      "zero",
      /upstream gradient is ignored/,
    );
  });

  it("a clip that stops the gradient", () => {
    judge("clipThrough", (u, [x]) => c.where(x!.abs().lessEqual(1), u, 0), "adjoint", /./);
  });

  it("a pooling whose gradient goes to all cells of the window", () => {
    const all: LearnerRule = (u, [x]) => {
      const [n, h, w, channels] = x!.shape as [number, number, number, number];
      const spread = c.broadcastTo(u.reshape([n, h / 2, 1, w / 2, 1, channels]), [
        n,
        h / 2,
        2,
        w / 2,
        2,
        channels,
      ]);
      return spread.reshape(x!.shape);
    };
    judge("maxPool2d", all, "adjoint", /./);
  });
});

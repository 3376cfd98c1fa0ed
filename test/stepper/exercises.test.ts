import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";
import {
  type ExerciseReport,
  exercise,
  exercises,
  type LearnerRule,
} from "../../src/stepper/exercises/index.ts";
import { messageOf } from "../support/message.ts";

const check = (name: string, rule: LearnerRule, options = {}): ExerciseReport =>
  exercise(name, rule).check(options);

describe("the list of exercises", () => {
  it("says what each function is, in the words of its ops", () => {
    expect(exercises.map(({ name, formula }) => `${name}: ${formula}`)).toMatchInlineSnapshot(`
      [
        "mul: y = a · b",
        "sigmoid: y = σ(x)",
        "swish: y = x · σ(x)",
        "relu: y = ReLU(x)",
        "hardSwish: y = (x · ReLU6(x + 3)) / 6",
        "clipThrough: y = x + (clip(x, -1, 1) - x)",
        "sum: y = Σ x",
        "addBias: y = x + b",
        "scaleRows: y = x · s",
        "matmul: y = a b",
        "square: y = x x",
        "softmax: y = softmax(x)",
        "softmaxCrossEntropy: y = -Σ targets · log softmax(logits)",
        "batchNormalization: y = (x - 1 / n · Σ x) / √(var(x))",
        "maxPool2d: y = max_window x",
        "conv2dFilter: y = x ⋆ filter",
        "conv2dInput: y = x ⋆ filter",
      ]
    `);
  });

  it("has the formula as LaTeX, how a rule begins and the shapes tried", () => {
    const conv = exercises.find(({ name }) => name === "conv2dFilter")!;
    expect(conv.tex).toBe(String.raw`y = x \star \mathrm{filter}`);
    expect(conv.signature).toBe("(upstream, [x, filter], y) => gradient of filter");
    expect(conv.wanted).toEqual(["filter"]);
    expect(conv.shapes[2]).toEqual({ x: [1, 1, 2, 1], filter: [1, 2, 1, 1] });
    expect(exercises[0]!.signature).toBe("(upstream, [a, b], y) => [gradient of a, gradient of b]");
  });

  it("has the library's own rules as solutions", () => {
    const solution = (name: string) => exercises.find((one) => one.name === name)!.solution();
    expect(solution("mul")).toEqual([
      String.raw`\bar{a} = \bar{y} \cdot b`,
      String.raw`\bar{b} = \bar{y} \cdot a`,
    ]);
    expect(solution("addBias")[1]).toBe(String.raw`\bar{b} = \operatorname{reshape}(\sum \bar{y})`);
    expect(solution("square")).toEqual([String.raw`\bar{x} = \bar{y} x^{\top} + x^{\top} \bar{y}`]);
  });

  it("finds an exercise in any spelling, and names the nearest for one that is not there", () => {
    expect(exercise("max_pool_2d", () => 0).exercise.name).toBe("maxPool2d");
    expect(messageOf(() => exercise("sigmoyd", () => 0))).toMatch(
      /^unknown exercise "sigmoyd"; known: sigmoid, /,
    );
    expect(messageOf(() => exercise(3 as never, () => 0))).toMatch(
      /^unknown exercise 3; known: mul, sigmoid, /,
    );
    expect(messageOf(() => exercise("mul", "x" as never))).toBe(
      'exercise mul: the rule must be a function (upstream, [a, b], y) => [gradient of a, gradient of b]; received "x"',
    );
  });

  it("refuses options that mean nothing", () => {
    const at = (options: object) => messageOf(() => check("mul", () => 0, options));
    expect(at({ hint: 3 })).toMatch(/unknown option "hint"; known: hints/);
    expect(at({ hints: 6 })).toMatch(/hints must be a whole number from 1 to 5; received 6/);
    expect(at({ seed: Number.NaN })).toMatch(/seed must be a finite number or a string; received NaN/);
  });
});

describe("rules as one may write them", () => {
  it("plain numbers and arrays stand for tensors", () => {
    expect(check("sum", (u, [x]) => c.broadcastTo(u, x!.shape).toArray() as number[][]).verdict).toBe(
      "right",
    );
    expect(check("sigmoid", (u, [x]) => [u.mul(x!.sigmoid()).mul(x!.neg().sigmoid())]).verdict).toBe("right");
    const number = check("sigmoid", () => 0);
    expect([number.property, number.counterexample!.inputs[0]!.value.shape]).toEqual(["shape", [2]]);
  });

  it("float32 is exact enough", () => {
    const rule: LearnerRule = (u, _, y) => c.cast(u.mul(y).mul(y.neg().add(1)), "float32");
    expect(check("sigmoid", rule).verdict).toBe("right");
  });

  it("at a kink, each side is accepted, and what lies between, but nothing beyond", () => {
    const atZero = (slope: number) =>
      check("relu", (u, [x]) => c.where(x!.equal(0), u.mul(slope), c.where(x!.greater(0), u, 0)));
    expect([0, 0.5, 1].map((slope) => atZero(slope).verdict)).toEqual(["right", "right", "right"]);
    const beyond = atZero(2);
    expect(beyond.property).toBe("kinks");
    expect(beyond.counterexample!.arithmetic.at(-1)).toMatch(
      /^a kink: the slope is −?\d on the left, −?\d on the right$/,
    );
    const otherSide: LearnerRule = (u, [x]) => {
      const inside = x!.mul(2).add(3).div(6);
      return u.mul(c.where(x!.less(-3), 0, c.where(x!.greaterEqual(3), 1, inside)));
    };
    expect(check("hardSwish", otherSide).verdict).toBe("right");
  });
});

describe("the smallest case", () => {
  const cells = (report: ExerciseReport) => report.counterexample!.inputs.map(({ value }) => value.toArray());

  it("is of ones where they show the mistake", () => {
    expect(cells(check("mul", (u, [a, b]) => [u.mul(b!), u.mul(a!).mul(2)]))).toEqual([1, 1]);
    expect(cells(check("addBias", (u) => [u, u]))).toEqual([[[1], [1]], [1]]);
  });

  it("counts where ones do not", () => {
    const swapped = check("mul", (u, [a, b]) => [u.mul(a!), u.mul(b!)]);
    expect([...cells(swapped), swapped.counterexample!.upstream.item()]).toEqual([1, 2, 3]);
    expect(swapped.counterexample!.arithmetic).toEqual([
      "let v move a by 1: y moves by J v = 2",
      "⟨upstream, J v⟩ = 3 · 2 = 6",
      "⟨gradient, v⟩ = 3 · 1 = 3 with yours",
    ]);
  });

  it("comes with what is likely wrong, as larger cases tell", () => {
    const swapped = check("mul", (u, [a, b]) => [u.mul(a!), u.mul(b!)]);
    expect(swapped.hint(3)).toContain("→ it is the gradient of input 1: are the two swapped?");
  });
});

describe("rules that cannot be read are reported, not thrown", () => {
  const cases: [string, string, LearnerRule, RegExp][] = [
    [
      "an error",
      "mul",
      () => {
        throw new Error("oops");
      },
      /the rule threw an error: oops/,
    ],
    [
      "an error of an op",
      "matmul",
      (u, [a, b]) => [u.matmul(b!), a!.matmul(u)],
      /threw an error: matmul: a has 1 columns and b has 2 rows/,
    ],
    [
      "something thrown that is no error",
      "mul",
      () => {
        throw null;
      },
      /threw an error: null/,
    ],
    ["too few gradients", "mul", (u) => [u], /expected 2 gradients, \[a, b\]; the rule returned 1/],
    [
      "one tensor for two gradients",
      "mul",
      (u) => u,
      /expected 2 gradients, \[a, b\]; the rule returned a Tensor/,
    ],
    ["too many gradients", "sigmoid", (u) => [u, u], /expected 1 gradient, \[x\]; the rule returned 2/],
    ["nothing", "sigmoid", () => undefined as never, /the rule returned undefined. Is a return missing\?/],
    ["a promise", "sigmoid", (async () => 1) as never, /the rule must not be async/],
    ["no tensor", "sigmoid", () => "1" as never, /the gradient of x is no tensor: .* received "1"/],
    ["a mask", "relu", (_, [x]) => x!.greater(0), /must hold floats; it is a tensor of bool/],
    ["a tensor without values", "sigmoid", () => c.placeholder([]), /has no values/],
    [
      "a list that was emptied",
      "mul",
      (_, xs) => {
        (xs as c.Tensor[]).length = 0;
        return [];
      },
      /returned 0/,
    ],
  ];

  it.each(cases)("%s", (_, name, rule, pattern) => {
    const report = check(name, rule);
    expect([report.verdict, report.property, report.held]).toEqual(["wrong", "returns", []]);
    expect(report.hint(2)).toMatch(pattern);
    expect(report.counterexample!.gradients[0]!.yours).toBeUndefined();
    const ladder = Array.from({ length: report.hints }, (_, i) => report.hint(i + 1)).join("\n");
    expect(ladder).not.toMatch(/\bNaN\b|\[object/);
  });
});

describe("the ladder of hints", () => {
  const wrong = check("softmax", (u, _, y) => u.mul(y).mul(y.neg().add(1)));

  it("goes from the verdict to the solution", () => {
    const steps = Array.from({ length: wrong.hints }, (_, i) => wrong.hint(i + 1));
    expect(steps.join("\n\n")).toMatchInlineSnapshot(`
      "✗ softmax: not right yet. What holds: returns, shape, mutation, finite, zero, linear.

      What fails: adjoint. Move the inputs by v, and Σ upstream · y moves by Σ gradient · v, whatever v is: ⟨upstream, J v⟩ = ⟨gradient, v⟩, J being the Jacobian.

      The smallest case found:
        x        = [1, 1]
        y        = [0.5, 0.5]
        upstream = [1, 1]
        grad(x)  must be [0, 0]; yours is [0.25, 0.25]
        let v move x by [1, 0]: y moves by J v = [0.25, −0.25]
        ⟨upstream, J v⟩ = 1 · 0.25 + 1 · (−0.25) = 0
        ⟨gradient, v⟩ = 0.25 · 1 = 0.25 with yours

      The Jacobian of y in x: how much each cell of y (row) moves with each cell of x (column). A gradient is the upstream times this.
                     yours  │          true
               x[0]   x[1]  │   x[0]   x[1]
        y[0]   0.25     ≠0  │   0.25  −0.25
        y[1]     ≠0   0.25  │  −0.25   0.25

      The library's own rule, ȳ being the upstream gradient:
        grad(x) = y · (ȳ - Σ (ȳ · y))"
    `);
  });

  it("is refused beyond its end", () => {
    expect(messageOf(() => wrong.hint(0))).toBe("hint: expected a whole number from 1 to 5; received 0");
    expect(messageOf(() => wrong.hint(1.5))).toMatch(/received 1.5/);
  });

  it("the text shows as many steps as asked for, and says how to get more", () => {
    const text = (hints: number) => String(check("mul", (u, [a]) => [u.mul(a!), u], { hints }));
    expect(text(1)).toMatch(
      /^✗ mul: not right yet\. What holds: [a-z, ]+\.\nMore: report\.hint\(2\): what fails\.$/,
    );
    expect(text(3)).toContain("The smallest case found:");
    expect(text(5)).toMatch(/grad\(a\) = ȳ · b\n {2}grad\(b\) = ȳ · a$/);
  });

  it("of a right rule tells the solution to compare with", () => {
    const right = check("mul", (u, [a, b]) => [u.mul(b!), u.mul(a!)]);
    expect(String(right)).toBe("✓ mul: right. All 8 properties hold in 36 cases.");
    expect([2, 3, 4].map((level) => right.hint(level))).toEqual(Array(3).fill("Nothing is wrong."));
    expect(right.hint(5)).toContain("grad(a) = ȳ · b");
  });
});

describe("the report as data", () => {
  it("survives JSON, numbers that are not finite included", () => {
    const report = check("mul", (u, [a, b]) => [u.mul(b!), u.mul(a!).mul(Number.POSITIVE_INFINITY)]);
    const json = report.toJSON();
    expect(JSON.parse(JSON.stringify(report))).toEqual(JSON.parse(JSON.stringify(json)));
    expect(json.counterexample!.gradients[1]).toEqual({
      name: "b",
      yours: { shape: [], cells: ["Infinity"] },
      expected: { shape: [], cells: [1] },
    });
    expect([json.property, json.words]).toEqual(["finite", "The gradient is finite where the true one is."]);
    expect(json.hints).toHaveLength(5);
  });

  it("of a right rule has no counterexample", () => {
    const json = check("clipThrough", (u) => u).toJSON();
    expect([json.verdict, json.property, json.counterexample, json.jacobian]).toEqual([
      "right",
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("is the same every time for the same seed", () => {
    const run = (seed: number) =>
      JSON.stringify(check("matmul", (_, [a, b]) => [a!.mul(0), b!.mul(0)], { seed }));
    expect(run(1)).toBe(run(1));
  });

  it("has the Jacobian that the rule stands for beside the true one", () => {
    const { jacobian } = check("square", (u, [x]) => u.matmul(x!).add(x!.matmul(u)));
    expect(jacobian).toMatchObject({ input: "x", rows: ["y[0, 0]", "y[0, 1]", "y[1, 0]", "y[1, 1]"] });
    const transposed = jacobian!.expected.map((_, i) => jacobian!.expected.map((row) => row[i]));
    expect(jacobian!.yours).toEqual(transposed);
  });
});

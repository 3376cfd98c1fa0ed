import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";

type Forward = (...xs: c.Tensor[]) => c.Tensor;
type Backward = c.CustomGradient["backward"];

const report = (forward: Forward, backward: Backward, inputs: c.TensorLike[]) =>
  c.checkGradient(c.customGradient({ name: "mine", forward, backward }), inputs);

const square: Forward = (x) => x!.square();

describe("checkGradient agrees", () => {
  it("with right gradients, of every input", () => {
    const found = c.checkGradient(
      (x, w) => c.conv2d(x, w, { padding: "same" }),
      [c.randomNormal([1, 4, 4, 2]), c.randomNormal([3, 3, 2, 2])],
    );
    expect(found.verdict).toBe("agree");
    expect(String(found)).toBe(
      "✓ input 0 [1, 4, 4, 2]: 32 cells agree\n✓ input 1 [3, 3, 2, 2]: 36 cells agree",
    );
  });

  it("along random directions where there are many cells", () => {
    const found = c.checkGradient((x) => x.sigmoid(), [c.randomNormal([40, 40])]);
    expect(found.verdict).toBe("agree");
    expect(String(found)).toBe("✓ input [40, 40]: 5 directions agree");
  });

  it("with zero where the function is constant", () => {
    expect(c.checkGradient((x) => x.relu(), [[-1, -2]]).verdict).toBe("agree");
  });
});

describe("checkGradient finds the likely mistake", () => {
  const cases: [string, RegExp, () => c.GradientReport][] = [
    [
      "a missing factor",
      /ratio yours\/numeric = 0\.500 everywhere: a missing factor 2/,
      () => report(square, (u, [x]) => u.mul(x!), [[1, 2, 3]]),
    ],
    [
      "a superfluous factor",
      /a superfluous factor 3/,
      () => report(square, (u, [x]) => u.mul(x!).mul(6), [[1, 2]]),
    ],
    ["the sign", /the sign is wrong/, () => report(square, (u, [x]) => u.mul(x!).mul(-2), [[1, 2, 3]])],
    [
      "a mean for a sum",
      /a mean over the 4 cells/,
      () =>
        report(
          (x) => x!.square().sum(),
          (u, [x]) => u.mul(x!).mul(2 / 4),
          [[1, 2, 3, 5]],
        ),
    ],
    [
      "an ignored upstream",
      /the upstream gradient is ignored/,
      () => report(square, (_, [x]) => x!.mul(2), [[1, 2, 3]]),
    ],
    [
      "a transposition",
      /it is transposed/,
      () =>
        report(square, (u, [x]) => u.mul(x!).mul(2).transpose(), [
          [
            [1, 2],
            [5, 3],
          ],
        ]),
    ],
    [
      "a flipped kernel",
      /the kernel is flipped/,
      () => {
        const x = c.tensor([
          [
            [[1], [2], [3]],
            [[4], [5], [6]],
            [[7], [8], [10]],
          ],
        ]);
        return report(
          (w) => c.conv2d(x, w!),
          (u, [w]) => {
            const right = c.vjp((v: c.Tensor) => c.conv2d(x, v))(w!)[1](u);
            return right.flip([0, 1]);
          },
          [
            c.tensor([
              [[[1]], [[2]]],
              [[[3]], [[4]]],
            ]),
          ],
        );
      },
    ],
    [
      "swapped inputs",
      /it is the gradient of input 1: are the two swapped\?/,
      () =>
        report(
          (a, b) => a!.mul(b!),
          (u, [a, b]) => [u.mul(a!), u.mul(b!)],
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ),
    ],
    [
      "a missing path",
      /a path is missing/,
      () =>
        report(
          (x) => x!.square().add(x!),
          (u, [x]) => u.mul(x!).mul(2),
          [[1, 2, 3]],
        ),
    ],
    ["no gradient at all", /no gradient arrives/, () => c.checkGradient((x) => x.stopGradient(), [[1, 2]])],
    [
      "a missing sum over the batch",
      /it gave \[2, 3\]\. Is a sum over the batch missing\?/,
      () =>
        report(
          (a, b) => a!.add(b!),
          (u) => [u, u],
          [
            [
              [1, 2, 3],
              [3, 4, 5],
            ],
            [4, 5, 6],
          ],
        ),
    ],
  ];

  it.each(cases)("%s", (_, pattern, run) => {
    const found = run();
    expect(found.verdict).toBe("wrong");
    expect(String(found)).toMatch(pattern);
  });

  it("also when only one cell is wrong", () => {
    const found = report(square, (u, [x]) => u.mul(x!).mul([2, 2, 2.001]), [[1, 2, 3]]);
    expect(found.verdict).toBe("wrong");
    expect(String(found)).toContain("1 of 3 cells wrong");
  });

  it("along random directions too", () => {
    const found = report(square, (u, [x]) => u.mul(x!).mul(2.01), [c.randomNormal([20, 20])]);
    expect(found.verdict).toBe("wrong");
  });
});

describe("checkGradient does not guess", () => {
  it("at a kink: it shows both slopes", () => {
    const found = c.checkGradient(c.hardSwish, [[3, 1, -3]]);
    expect(found.verdict).toBe("agree");
    const kinks = found.inputs[0]!.comparisons.filter(({ kink }) => kink !== undefined);
    expect(kinks.map(({ at }) => at)).toEqual([[0], [2]]);
    expect(String(found)).toMatch(
      /1 cells agree, 2 inconclusive\n {2}! \[0\]: kink, left [\d.]+, right [\d.]+/,
    );
  });

  it("at a kink, a slope outside both sides is wrong all the same", () => {
    const found = report(
      (x) => x!.relu(),
      (u) => u.mul(2),
      [[0]],
    );
    expect(found.verdict).toBe("wrong");
  });

  it("where values are not finite, or no cell can be judged", () => {
    expect(c.checkGradient((x) => x.log(), [[0]]).verdict).toBe("inconclusive");
    expect(c.checkGradient((x) => x.relu(), [[0]]).verdict).toBe("inconclusive");
  });

  it("and refuses inputs that are no list", () => {
    expect(() => c.checkGradient(c.swish, 3 as never)).toThrow(/must be an array/);
  });
});

import { ProgramError, traceOf } from "chainrule/stepper";
import { describe, expect, test } from "vitest";

const good = `import { variable as made } from "chainrule";
const w = made(3, { name: "w" });
export const inputs = { x: 2 };
export function loss({ x }) {
  return w.mul(x).square();
}
`;

/** What running a text throws. */
function failure(source: string): ProgramError {
  try {
    traceOf(source);
  } catch (error) {
    if (error instanceof ProgramError) return error;
    throw error;
  }
  throw new Error("it ran");
}

test("a program runs with its inputs, and again with others", () => {
  const trace = traceOf(good);
  const gradient = (of: typeof trace) => of.at(of.length - 1).gradientOf(0).total!.cells![0];
  expect(trace.nodes.map(({ label }) => label)).toEqual(["w", "x", "mul", "square"]);
  expect(gradient(trace)).toBe(24);
  expect(gradient(trace.replay({ set: { x: 1 } }))).toBe(6);
  expect(gradient(trace.replay({ set: { w: 5 } }))).toBe(40);
  expect(gradient(trace)).toBe(24);
});

test("layers are named as in a fresh session, each time", () => {
  const source = `import { Dense, ones } from "chainrule";
const dense = Dense(2);
export const loss = () => dense(ones([1, 2])).sum();`;
  const names = () => traceOf(source).groups.map(({ name }) => name);
  expect(names()).toEqual(["dense"]);
  expect(names()).toEqual(["dense"]);
});

test("what is not exported is not taken for an export", () => {
  const source = `import { Input, variable } from "chainrule";
const inputs = Input([2]);
const w = variable(1, { name: "w" });
export const loss = () => w.square();`;
  expect(traceOf(source).nodes.map(({ label }) => label)).toEqual(["w", "square"]);
});

describe("an error has the line of the program", () => {
  const swapped = (before: string, after: string) => failure(good.replace(before, after));

  test.each([
    ["text that cannot be read", "x: 2", "x: ;", 3, "Unexpected token ';'"],
    [
      "a second import from elsewhere",
      "const w",
      'import { a } from "fs"; const w',
      2,
      'a lesson can import from "chainrule" and "chainrule/stepper"; received "fs"',
    ],
    [
      "another kind of import",
      "const w",
      'import fs from "fs"; const w',
      2,
      "Cannot use import statement outside a module",
    ],
    [
      "a name that is not there",
      "variable as",
      "varible as",
      1,
      '"chainrule" has no "varible"; nearest: Variable',
    ],
    ["a throw at the top", "const w = made", "const w = mode", 2, "mode is not defined"],
    ["a throw in the loss", "square()", "sqare()", 5, "sqare is not a function"],
    ["an op that refuses", "mul(x)", "matmul([[1, 2]])", 5, "matmul"],
    ["a throw that is no error", "return w", "throw 5; return w", undefined, "5"],
    ["a missing brace", "}\n", "\n", undefined, "a bracket that was opened is never closed"],
    ["no loss", "export function loss", "export function lost", undefined, "must export a function"],
    [
      "a loss that is no tensor",
      "return w.mul(x).square()",
      "return 3",
      undefined,
      "the function must return a tensor",
    ],
    ["nothing to train", "made(3", "(x => x)(3", 5, "w.mul is not a function"],
  ] as const)("%s", (_, before, after, line, message) => {
    const at = before === "}\n" ? good.lastIndexOf(before) : good.indexOf(before);
    const error = failure(good.slice(0, at) + after + good.slice(at + before.length));
    expect(error.line).toBe(line);
    expect(error.message).toContain(message);
    if (line !== undefined) expect(error.message).toMatch(new RegExp(`^line ${line}: `));
  });

  test("also deep inside layers", () => {
    const source = `import { Conv2D, Dense, Input, Model, ones } from "chainrule";
const inputs = Input([4, 4, 1]);
const model = Model(inputs, Dense(2)(Conv2D(2, 3)(inputs)));
export function loss() {
  return model(ones([1, 5, 5, 2])).sum();
}`;
    expect(failure(source).line).toBe(5);
  });

  test("and what was thrown as its cause", () => {
    expect(swapped("square()", "sqare()").cause).toBeInstanceOf(TypeError);
  });
});

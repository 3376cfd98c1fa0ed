import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as c from "../src/index.ts";
import * as ops from "../src/ops/index.ts";
import { type AnyOp, isOp } from "../src/ops/op.ts";
import { atom, type Formula, fill, type Level, numberTex, tex, texToText } from "../src/tex.ts";

const sum = { tex: "x + 1", level: "sum" } as const;
const negative = { tex: "-2", level: "sign" } as const;
const product: Formula = { tex: tex`#a \cdot #b`, level: "product" };
const difference: Formula = { tex: "#a - #b", level: "sum" };

describe("fill", () => {
  it.each<[string, Formula, string]>([
    [
      "a sum in a product gets brackets",
      fill(product, { a: sum, b: atom("y") }),
      tex`\left(x + 1\right) \cdot y`,
    ],
    ["also behind", fill(product, { a: atom("y"), b: sum }), tex`y \cdot \left(x + 1\right)`],
    [
      "a product in a sum does not",
      fill(
        { tex: "#a + #b", level: "sum" },
        { a: fill(product, { a: atom("x"), b: atom("y") }), b: atom("z") },
      ),
      tex`x \cdot y + z`,
    ],
    ["a second difference does", fill(difference, { a: atom("a"), b: sum }), tex`a - \left(x + 1\right)`],
    [
      "a sign behind an operator does",
      fill(product, { a: negative, b: negative }),
      tex`-2 \cdot \left(-2\right)`,
    ],
    ["a first one does not", fill(difference, { a: sum, b: atom("b") }), "x + 1 - b"],
    [
      "a base gets brackets, also a negative number",
      fill({ tex: "#x^2", level: "power" }, { x: negative }),
      tex`\left(-2\right)^2`,
    ],
    [
      "also a power",
      fill({ tex: "#x^2", level: "power" }, { x: { tex: "x^3", level: "power" } }),
      tex`\left(x^3\right)^2`,
    ],
    [
      "what has brackets of its own does not",
      fill({ tex: tex`\frac{#a}{#b}`, level: "fraction" }, { a: sum, b: sum }),
      tex`\frac{x + 1}{x + 1}`,
    ],
    ["nor an argument", fill({ tex: "f(#a, #b)", level: "atom" }, { a: sum, b: sum }), "f(x + 1, x + 1)"],
    ["a slot that nothing fills keeps its name", fill(product, {}), tex`a \cdot b`],
    ["one name may fill many slots", fill({ tex: "#x + #x", level: "sum" }, { x: atom("t") }), "t + t"],
  ])("%s", (_, formula, expected) => {
    expect(formula.tex).toBe(expected);
  });

  it("has the value of the tree, whatever is nested into what", () => {
    // An expression as a formula and as a number: brackets are right if JavaScript reads the same number from the text.
    interface Term extends Formula {
      readonly value: number;
    }
    const op = (level: Level, sign: string, f: (a: number, b: number) => number) => (a: Term, b: Term) => ({
      ...fill({ tex: `#a ${sign} #b`, level }, { a, b }),
      value: f(a.value, b.value),
    });
    const { term } = fc.letrec<{ term: Term }>((tie) => ({
      term: fc.oneof(
        { depthSize: "small" },
        fc.integer({ min: -9, max: 9 }).map(
          (value): Term => ({
            tex: String(value),
            level: value < 0 ? "sign" : "atom",
            value,
          }),
        ),
        fc
          .tuple(
            fc.constantFrom(
              op("sum", "+", (a, b) => a + b),
              op("sum", "-", (a, b) => a - b),
              op("product", "*", (a, b) => a * b),
            ),
            tie("term"),
            tie("term"),
          )
          .map(([f, a, b]) => f(a, b)),
      ),
    }));
    fc.assert(
      fc.property(term, (one) => {
        const text = one.tex.replaceAll(tex`\left`, "").replaceAll(tex`\right`, "");
        expect(new Function(`return ${text}`)() + 0).toBe(one.value + 0);
      }),
    );
  });
});

describe("texToText", () => {
  it.each([
    [tex`\frac{\bar{y}}{d}`, "ȳ / d"],
    [tex`\frac{a + b}{2}`, "(a + b) / 2"],
    [tex`\frac{x}{(a) \cdot (b)}`, "x / ((a) · (b))"],
    [tex`\frac{f(x)}{\sqrt{1 - x^2}}`, "f(x) / √(1 - x²)"],
    [tex`\sqrt{x^2}`, "√(x²)"],
    [tex`e^{-x^2}`, "e^(-x²)"],
    [tex`e^{x^2}`, "e^(x²)"],
    [tex`x^{-10}`, "x⁻¹⁰"],
    [tex`\bar{\mathrm{kernel}}`, "grad(kernel)"],
    [tex`\sigma(x) \cdot (1 - y)`, "σ(x) · (1 - y)"],
    [tex`\left(a + b\right) \cdot c`, "(a + b) · c"],
    [tex`\lfloor a / b \rfloor`, "⌊a / b⌋"],
    [tex`\mu \cdot \lvert x \rvert`, "μ · |x|"],
    [tex`a \bmod b`, "a mod b"],
    [tex`\lnot x \land y`, "¬x ∧ y"],
    [tex`\sum_{i \neq j} x_i`, "Σ_(i ≠ j) x_i"],
    [tex`\{1,\ 2\}`, "{1, 2}"],
    [tex`\operatorname{hard\_silu}'(x)`, "hard_silu'(x)"],
    ["a^{b", "a^b"],
    [tex`x\\`, "x "],
  ])("%s is %s", (source, text) => {
    expect(texToText(source)).toBe(text);
  });

  it("infinity is written as a sign", () => {
    expect([Infinity, -Infinity, -0.5].map(numberTex)).toEqual([tex`\infty`, tex`-\infty`, "-0.5"]);
  });
});

const table = [...new Set(Object.values({ ...c.K, ...ops }))].filter((value): value is AnyOp & typeof value =>
  isOp(value),
);

/** The formulas of an op and of its gradient rules, with default attributes, or something like them. */
const formulas = (op: AnyOp): Formula[] => {
  const attrs = Object.fromEntries(
    Object.entries(op.specs).map(([key, spec]) => [key, spec.fallback?.value ?? "ij,jk->ik"]),
  );
  return [op, ...op.inputs.map((_, slot) => op.gradient(slot))].flatMap((rule) => rule?.formula(attrs) ?? []);
};

describe("the formulas of all ops", () => {
  it("are found", () => expect(table.length).toBeGreaterThan(85));

  it.each(table.map((op) => [op.opName, op] as const))("%s", (_, op) => {
    const names = op.inputs.map((_name, slot) => op.inputName(slot));
    // These are the upstream gradient and the result in every rule.
    expect(names.filter((name) => name === "dy" || name === "y")).toEqual([]);
    for (const formula of formulas(op)) {
      const slots = [...formula.tex.matchAll(/#([a-zA-Z]+)/g)].map(([, name]) => name!);
      expect([...names, "dy", "y"]).toEqual(expect.arrayContaining(slots));
      const text = texToText(fill(formula, {}).tex);
      expect(text).not.toMatch(/[\\{}#]|undefined|NaN|Infinity|operatorname|mathrm| {2}|^ | $/);
      for (const pair of ["()", "[]", "⌊⌋"]) expect(balance(text, pair), text).toBe(0);
    }
  });
});

/** What is left open of a pair of brackets; below 0 once more was closed than opened. */
function balance(text: string, [open, close]: string): number {
  let depth = 0;
  for (const ch of text) {
    if (ch === open) depth++;
    if (ch === close && --depth < 0) break;
  }
  return depth;
}

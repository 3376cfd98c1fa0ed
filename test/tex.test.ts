import { describe, expect, it } from "vitest";
import * as ops from "../src/index.ts";
import { isOp } from "../src/ops/op.ts";
import { atom, fill, texToText } from "../src/tex.ts";

const sum = { tex: "x + 1", level: "sum" } as const;
const negative = { tex: "-2", level: "sign" } as const;
const product = { tex: String.raw`#a \cdot #b`, level: "product" } as const;

describe("fill", () => {
  it.each([
    [
      "a sum in a product gets brackets",
      fill(product, { a: sum, b: atom("y") }),
      String.raw`\left(x + 1\right) \cdot y`,
    ],
    [
      "a product in a sum does not",
      fill(
        { tex: "#a + #b", level: "sum" },
        { a: fill(product, { a: atom("x"), b: atom("y") }), b: atom("z") },
      ),
      String.raw`x \cdot y + z`,
    ],
    [
      "a second difference does",
      fill({ tex: "#a - #b", level: "sum" }, { a: atom("a"), b: sum }),
      String.raw`a - \left(x + 1\right)`,
    ],
    ["a first one does not", fill({ tex: "#a - #b", level: "sum" }, { a: sum, b: atom("b") }), "x + 1 - b"],
    [
      "a base gets brackets, also a negative number",
      fill({ tex: "#x^2", level: "power" }, { x: negative }),
      String.raw`\left(-2\right)^2`,
    ],
    [
      "what has brackets of its own does not",
      fill({ tex: String.raw`\frac{#a}{#b}`, level: "fraction" }, { a: sum, b: sum }),
      String.raw`\frac{x + 1}{x + 1}`,
    ],
  ])("%s", (_, formula, expected) => {
    expect(formula.tex).toBe(expected);
  });
});

describe("texToText", () => {
  it.each([
    [String.raw`\frac{\bar{y}}{d}`, "ȳ / d"],
    [String.raw`\frac{a + b}{2}`, "(a + b) / 2"],
    ["e^{-x^2}", "e^(-x²)"],
    [String.raw`\bar{\mathrm{kernel}}`, "grad(kernel)"],
    [String.raw`\sigma(x) \cdot (1 - y)`, "σ(x) · (1 - y)"],
  ])("%s is %s", (source, text) => {
    expect(texToText(source)).toBe(text);
  });

  const formulas = Object.entries(ops)
    .filter(([, value]) => isOp(value))
    .flatMap(([name, value]) => {
      if (!isOp(value)) return [];
      const attrs = Object.fromEntries(
        Object.entries(value.specs).map(([key, spec]) => [key, spec.fallback?.value ?? "a"]),
      );
      const rules = value.inputs.map((_, slot) => value.gradient(slot)?.formula(attrs).tex ?? "");
      return [value.formula(attrs).tex, ...rules].map(
        (tex) => [name, fill({ tex, level: "sum" }, {}).tex] as const,
      );
    });

  it.each(formulas)("leaves no LaTeX in the formulas of %s: %s", (_, tex) => {
    const text = texToText(tex);
    expect(text).not.toMatch(/[\\{}#]/);
    const depth = [...text].reduce(
      (open, ch) => (open < 0 ? open : open + Number(ch === "(") - Number(ch === ")")),
      0,
    );
    expect(depth, text).toBe(0);
  });
});

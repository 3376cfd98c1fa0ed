import { describe, expect, test } from "vitest";
import { withNames } from "../src/autodiff/rule.ts";
import * as c from "../src/index.ts";
import { texToMathML } from "../src/mathml.ts";
import { isOp } from "../src/ops/op.ts";
import { parseXml } from "./plot/xml.ts";

const inside = (source: string) => texToMathML(source).replace(/^<math>|<\/math>$/g, "");

test.each([
  ["x", "<mi>x</mi>"],
  ["-1.5e-7", "<mo>−</mo><mn>1.5e-7</mn>"],
  [String.raw`\frac{a}{b}`, "<mfrac><mi>a</mi><mi>b</mi></mfrac>"],
  [
    String.raw`\bar{y} \cdot b`,
    '<mover accent="true"><mi>y</mi><mo stretchy="true">¯</mo></mover><mo>·</mo><mi>b</mi>',
  ],
  ["x^2", "<msup><mi>x</mi><mn>2</mn></msup>"],
  ["x_i^2", "<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>"],
  ["e^{-x}", "<msup><mi>e</mi><mrow><mo>−</mo><mi>x</mi></mrow></msup>"],
  [String.raw`\sqrt{x + 1}`, "<msqrt><mrow><mi>x</mi><mo>+</mo><mn>1</mn></mrow></msqrt>"],
  [
    String.raw`\operatorname{silu}'(x)`,
    '<msup><mi mathvariant="normal">silu</mi><mo>′</mo></msup><mo>(</mo><mi>x</mi><mo>)</mo>',
  ],
  [
    String.raw`\max_{h,w} x`,
    '<munder><mi mathvariant="normal">max</mi><mrow><mi>h</mi><mo>,</mo><mi>w</mi></mrow></munder><mi>x</mi>',
  ],
  [String.raw`\operatorname{hard\_silu}`, '<mi mathvariant="normal">hard_silu</mi>'],
])("%s", (source, expected) => {
  expect(inside(source)).toBe(expected);
});

describe("every formula of the library", () => {
  const ops = Object.entries<unknown>(c.K).filter((entry) => isOp(entry[1]));

  test.each(ops)("%s is well-formed, without commands left over", (_, op) => {
    if (!isOp(op)) throw new Error("no op");
    const attrs = Object.fromEntries(
      Object.keys(op.specs).map((key) => [key, key === "subscripts" ? "ij->ji" : 1]),
    );
    const slots = Object.fromEntries(op.inputs.map((name) => [name.replace("...", ""), 0]));
    const bind = { ...slots, dy: 0, y: 0 };
    for (const rule of [
      op.formula(attrs),
      ...op.inputs.flatMap((__, i) => op.gradient(i)?.formula(attrs) ?? []),
    ]) {
      const mathml = texToMathML(withNames({ formula: rule, bind }).tex);
      parseXml(mathml);
      expect(mathml).not.toMatch(/[\\#{}]/);
    }
  });
});

test("text from outside cannot leave its element", () => {
  expect(texToMathML("</math><script>alert(1)</script>")).not.toContain("<script>");
  expect(texToMathML(String.raw`\mathrm{<img src=x onerror=alert(1)>}`)).toContain("&lt;img");
});

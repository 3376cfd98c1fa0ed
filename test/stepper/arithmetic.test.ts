import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { accumulateRule, contributionRule, withNumbers } from "../../src/autodiff/rule.ts";
import * as c from "../../src/index.ts";
import { type AnyOp, isOp } from "../../src/ops/op.ts";
import { record } from "../../src/stepper/index.ts";
import { casesOf } from "../support/op-cases.ts";
import { apply } from "../support/op-checker.ts";
import { valueOf } from "../support/tex-value.ts";

// What an explanation prints is worked out here as arithmetic and held against what the engine computed.

const pointwise = Object.entries<unknown>(c.K)
  .filter((entry): entry is [string, AnyOp] => isOp(entry[1]) && entry[1].pointwise)
  .filter(([, op]) => op.inputs.some((_, slot) => op.gradient(slot) !== null));

/** Formulas with words in them that stand for no arithmetic. */
const inWords = new Set(["erf", "erfc"]);

const cellOf = (x: c.Tensor, i: number): number => x.data[x.size === 1 ? 0 : i]!;

const close = (actual: number, expected: number, what: string): void => {
  if (Object.is(actual, expected) || (Number.isNaN(actual) && Number.isNaN(expected))) return;
  const scale = Math.max(Math.abs(expected), 1e-3);
  expect(Math.abs(actual - expected) / scale, `${what}: ${actual} against ${expected}`).toBeLessThan(1e-9);
};

describe("the rule of every pointwise op, with its numbers, is what the engine computes", () => {
  test("there are many of them", () => expect(pointwise.length).toBeGreaterThan(30));

  test.each(pointwise.filter(([name]) => !inWords.has(name)))("%s", (_, op) => {
    fc.assert(
      fc.property(casesOf(op), ({ inputs, attrs }) => {
        // Cells one by one, each as a tensor of its own: all numbers can be read off then.
        const size = Math.max(...inputs.map((x) => x.size));
        const usable = inputs.every((x) => x.size === size || x.size === 1);
        if (!usable || size === 0) return;
        for (let i = 0; i < Math.min(size, 6); i++) {
          const xs = inputs.map((x) =>
            x.dtype === "float64"
              ? c.variable(cellOf(x, i), { dtype: "float64" })
              : c.tensor(cellOf(x, i), { dtype: x.dtype }),
          );
          const y = apply(op, xs, attrs);
          if (!y.tracked) continue;
          for (const step of c.backwardSteps(y, { upstream: c.tensor(0.75, { dtype: "float64" }) })) {
            if (step.kind !== "contribution" || step.from!.result !== y) continue;
            const numbers = withNumbers(contributionRule(step), (x) => String(x.data[0]!)).tex;
            close(valueOf(numbers), step.value.item(), `${op.opName}: ${numbers}`);
          }
        }
      }),
      { numRuns: 40, seed: 5 },
    );
  });
});

test("accumulations and what is printed of a whole pass work out, too", () => {
  const w = c.variable(0.5, { name: "w", dtype: "float64" });
  const y = c.swish(w.mul(w)).mul(w).add(w.sin());
  for (const step of c.backwardSteps(y)) {
    if (step.kind !== "accumulate") continue;
    const numbers = withNumbers(accumulateRule(step), (x) => String(x.data[0]!)).tex;
    close(valueOf(numbers), step.value.item(), numbers);
  }
  const trace = record(() => c.swish(w.mul(w)).mul(w).add(w.sin()));
  for (let i = 0; i < trace.length; i++) {
    const [, ...rows] = trace.explain(i, { format: "latex" }).split("&=");
    const last = rows.at(-1)!.replace(/\\\\|\\end\{aligned\}/g, "");
    const [left, right] = last.split(" = ");
    if (right === undefined) continue;
    expect(valueOf(left!), last).toBeCloseTo(Number(right), 6);
  }
});

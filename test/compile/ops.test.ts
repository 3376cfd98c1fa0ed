import fc from "fast-check";
import { describe, it } from "vitest";
import * as activations from "../../src/activations/index.ts";
import * as c from "../../src/index.ts";
import * as ops from "../../src/ops/index.ts";
import { type AnyOp, isOp } from "../../src/ops/op.ts";
import { spread } from "../support/cells.ts";
import { expectCompiles, runs } from "../support/compiled.ts";
import { type Case, casesOf } from "../support/op-cases.ts";
import { apply } from "../support/op-checker.ts";
import { watchWarnings } from "../support/warnings.ts";

type Floats = "float32" | "float64";
type Fn = (...xs: c.Tensor[]) => c.Tensor;

watchWarnings();

const table = Object.entries<unknown>(ops).filter((entry): entry is [string, AnyOp] => isOp(entry[1]));
const isFloat = ({ dtype }: c.Tensor) => dtype === "float32" || dtype === "float64";
const as = (x: c.Tensor, dtype: Floats) => (isFloat(x) ? x.cast(dtype) : x);

/** A function and its gradients in its float arguments, for an upstream gradient of all kinds of numbers. */
function withGradients(f: Fn) {
  return (...xs: c.Tensor[]): c.Tensor[] => {
    const slots = xs.flatMap((x, i) => (isFloat(x) ? [i] : []));
    const ofFloats: Fn = (...floats) => f(...xs.map((x, i) => floats[slots.indexOf(i)] ?? x));
    const y = f(...xs);
    if (!isFloat(y) || slots.length === 0) return [y];
    const [value, pull] = c.vjp(ofFloats)(...slots.map((i) => xs[i]!));
    const upstream = spread(value.shape, 5, { domain: [-1, 1] }).cast(value.dtype);
    return [y, ...[pull(upstream) as c.Tensor | c.Tensor[]].flat()];
  };
}

describe("every op of the table, compiled, is the op", () => {
  it.each(table)("%s", (_, op) => {
    fc.assert(
      fc.property(
        casesOf(op),
        fc.constantFrom<Floats>("float64", "float32"),
        ({ inputs, attrs }: Case, dtype) => {
          const f: Fn = (...xs) => apply(op, xs, attrs);
          expectCompiles(
            withGradients(f),
            inputs.map((x) => as(x, dtype)),
            dtype,
          );
        },
      ),
      runs(16),
    );
  });
});

const builtin = [...new Set(Object.values<unknown>(activations))].filter(activations.isActivation);
const cells = spread([40], 3, { domain: [-8, 8], kinks: [] });

/** With other parameters than the usual ones, too. */
const variants = (f: c.Activation): c.Activation[] => {
  if (!f.pointwise) return [f];
  const numbers = Object.entries(f.params).filter(([, value]) => typeof value === "number");
  const others = Object.fromEntries(numbers.map(([name, value]) => [name, Number(value) + 0.25]));
  return numbers.length > 0 ? [f, activations.withParameters(f, others)] : [f];
};

describe("every activation, compiled, is the activation, and so is its derivative", () => {
  it.each(builtin.map((f) => [f.activationName, f] as const))("%s", (_, f) => {
    for (const one of variants(f)) {
      for (const dtype of ["float64", "float32"] as const) {
        expectCompiles(
          withGradients((x) => one(x)),
          [cells.cast(dtype)],
          dtype,
        );
        expectCompiles(
          withGradients((x) => one(x)),
          [cells.reshape([2, 5, 4]).cast(dtype)],
          dtype,
        );
      }
    }
  });

  it("a function of one's own is as good", () => {
    const own = (x: c.Tensor) => x.mul(c.K.relu(x.add(3), { maxValue: 6 }).div(6));
    const layer = c.Activation(own);
    for (const dtype of ["float64", "float32"] as const) {
      expectCompiles(withGradients(own), [cells.cast(dtype)], dtype);
      expectCompiles(
        withGradients((x) => layer(x)),
        [cells.reshape([5, 8]).cast(dtype)],
        dtype,
      );
    }
  });
});

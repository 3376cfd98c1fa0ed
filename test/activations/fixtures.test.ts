import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";
import { expectClose } from "../support/close.ts";
import { load, readFixture, type Stored } from "../support/fixtures.ts";

type Kwargs = Readonly<Record<string, number | boolean>>;

interface Case {
  readonly name: string;
  readonly activation: string;
  readonly kwargs: Kwargs;
  readonly part: "mid" | "tails";
  readonly x: Stored;
  readonly y: Stored;
  readonly dy: Stored;
  readonly dx: Stored;
  readonly d2?: Stored;
}

interface Kink {
  readonly activation: string;
  readonly kwargs: Kwargs;
  readonly x: number;
  readonly y: number;
  readonly agree: number | null;
  readonly derivative: { readonly keras_tf: number | null };
}

const { cases, kinks } = readFixture<{ cases: Case[]; kinks: Kink[] }>("activations.json");

/** As Keras's files name it: look-up by name, parameters in snake case. */
const find = (name: string, kwargs: Kwargs) => {
  const found = c.getActivation({ class_name: name, config: kwargs });
  if (!c.isActivation(found)) throw new Error(`${name} is no activation`);
  return found;
};

const tolerance = { rtol: 1e-10, atol: 1e-13 };

// Keras 3.15 adds up the wrong sums in sparsemax: its results are no points of the simplex. Ours are the paper's.
const isWrongInKeras = (one: Case) => one.activation === "sparsemax";

describe("activations agree with Keras in float64", () => {
  it("but for sparsemax, where Keras's own results do not sum to 1", () => {
    const wrong = cases.filter(isWrongInKeras);
    expect(wrong.length).toBe(2);
    for (const { x, y, kwargs } of wrong) {
      const axis = Number(kwargs.axis ?? -1);
      const total = (t: c.Tensor) => Array.from(t.sum(axis).data);
      expect(total(load(y)).some((sum) => Math.abs(sum - 1) > 0.1)).toBe(true);
      for (const sum of total(c.sparsemax(load(x), { axis }))) expect(sum).toBeCloseTo(1, 12);
    }
  });

  it.each(cases.filter((one) => !isWrongInKeras(one)).map((one) => [one.name, one] as const))(
    "%s",
    (name, one) => {
      const f = find(one.activation, one.kwargs);
      const x = c.variable(load(one.x), { dtype: "float64" });
      expectClose(f(x), one.y, tolerance, name);
      f(x).backward({ upstream: load(one.dy) });
      expectClose(x.grad!, one.dx, tolerance, `${name}, gradient`);
      if (one.d2 === undefined) return;
      const dy = load(one.dy);
      const weighted = (u: c.Tensor) => f(u).mul(dy).sum();
      const first = (u: c.Tensor) => c.grad(weighted)(u).sum();
      expectClose(c.grad(first)(x), one.d2, tolerance, `${name}, second derivative`);
    },
  );
});

describe("values and slopes at the kinks", () => {
  it.each(
    kinks.map((kink) => [`${kink.activation} ${JSON.stringify(kink.kwargs)} at ${kink.x}`, kink] as const),
  )("%s", (_, kink) => {
    const f = find(kink.activation, kink.kwargs);
    expect(f(kink.x).item()).toBe(kink.y);
    const slope = f
      .derivative()(c.tensor(kink.x, { dtype: "float64" }))
      .item();
    // celu is the one place where TensorFlow's own kernel is at odds with the mathematics (2 instead of 1).
    const expected = kink.agree ?? (kink.activation === "celu" ? 1 : kink.derivative.keras_tf!);
    expect(slope).toBeCloseTo(expected, 6);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { setFloatx, variable } from "../../src/index.ts";
import { optimizers } from "../../src/training/optimizers/index.ts";
import { load, readFixture, type Stored } from "../support/fixtures.ts";
import { expectAllClose } from "./optimizers-cases.ts";

interface OptimizerCase {
  readonly name: string;
  readonly kind: "optimizer" | "schedule";
  readonly class_name: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly config: Readonly<Record<string, unknown>>;
  readonly initial: readonly (Stored & { readonly name: string })[];
  readonly gradients: readonly (readonly Stored[])[];
  readonly values: readonly (readonly Stored[])[];
  readonly final_state: readonly (Stored & { readonly path: string })[];
}

const { cases } = readFixture<{ cases: OptimizerCase[] }>("optimizers.json");
const optimizerCases = cases
  .filter(({ kind }) => kind === "optimizer")
  .map((one) => [one.name, one] as const);
const tolerance = { rtol: 1e-10, atol: 0 };

describe("optimizers as Keras's", () => {
  beforeAll(() => setFloatx("float64"));
  afterAll(() => setFloatx("float32"));

  it.each(optimizerCases)("%s", (_, one) => {
    const { class_name, config } = one;
    const optimizer = optimizers.get({ class_name, config });
    const variables = one.initial.map((stored) => variable(load(stored), { name: stored.name }));
    one.gradients.forEach((gradients, t) => {
      optimizer.apply(variables, gradients.map(load));
      expectAllClose(variables, one.values[t]!, tolerance, `step ${t}`);
    });
    const state = optimizer.variables;
    expect(state.map((x) => x.name)).toEqual(one.final_state.map(({ path }) => path));
    expectAllClose(state, one.final_state, tolerance);
    const { loss_scale_factor, ...rest } = config;
    expect(loss_scale_factor).toBeNull();
    expect(optimizer.getConfig()).toEqual(rest);
  });
});

import { describe, expect, it } from "vitest";
import { ChainruleError, placeholder, tensor } from "../../src/index.ts";
import * as s from "../../src/training/schedules/index.ts";
import { expectClose } from "../support/close.ts";
import { readFixture } from "../support/fixtures.ts";

interface ScheduleCase {
  readonly name: string;
  readonly kind: "optimizer" | "schedule";
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

const { cases } = readFixture<{ cases: ScheduleCase[] }>("optimizers.json");
const scheduleCases = cases.filter(({ kind }) => kind === "schedule");
const named = scheduleCases.map((one) => [one.name, one] as const);
// The end of a half wave is a difference of two numbers near 1: 1e-17 is left of it, or 0.
const tolerance = { rtol: 1e-10, atol: 1e-16 };

describe("schedules as Keras's", () => {
  it.each(named)("%s", (_, { class_name, config, steps, values }) => {
    const schedule = s.schedules.get({ class_name, config });
    const rates = steps.map((step) => schedule.of(step).item());
    expectClose(tensor(rates, { dtype: "float64" }), { shape: [steps.length], data: values }, tolerance);
    expectClose(
      schedule.of(tensor(steps, { dtype: "int32" })),
      { shape: [steps.length], data: values },
      tolerance,
    );
    expect(schedule.getConfig()).toEqual(config);
  });

  it("are all in the fixtures", () => {
    const tested = new Set(scheduleCases.map(({ class_name }) => class_name));
    const classes = Object.entries(s).filter(
      ([, value]) => typeof value === "function" && value.prototype instanceof s.Schedule,
    );
    expect(classes.map(([name]) => name).sort()).toEqual([...tested].sort());
  });
});

describe("every schedule", () => {
  it.each(named)("%s: JSON, symbolic steps, float64", (_, { class_name, config }) => {
    const schedule = s.schedules.get({ class_name, config });
    const read = s.schedules.get(JSON.parse(JSON.stringify(s.schedules.serialize(schedule))));
    expect(read.of(7).item()).toBe(schedule.of(7).item());
    const traced = schedule.of(placeholder([], "int32"));
    expect([traced.symbolic, traced.shape, traced.dtype]).toEqual([true, [], "float64"]);
    expect(schedule.of(tensor(7, { dtype: "int32" })).item()).toBe(schedule.of(7).item());
  });
});

describe("single schedules", () => {
  it("restarts begin a wave exactly where the last one ends, whatever the logarithm's rounding", () => {
    for (const tMul of [1, 1.5, 2, 3, 10]) {
      const rate = new s.CosineDecayRestarts(1, 8, { tMul, mMul: 0.5 });
      let begin = 0;
      for (let n = 0; n < 6; n++) {
        expect(rate.of(begin).item(), `wave ${n} of ${tMul}`).toBeCloseTo(0.5 ** n, 9);
        begin += 8 * tMul ** n;
      }
    }
  });

  it("a cosine decay with a warmup of no steps starts at its target", () => {
    const rate = new s.CosineDecay(0, 10, { warmupTarget: 0.5, warmupSteps: 0 });
    expect(rate.of(0).item()).toBe(0.5);
  });

  it("a polynomial decay in cycles stays a number where decaySteps is no whole number", () => {
    const rate = new s.PolynomialDecay(1, 0.1, { power: 0.5, cycle: true });
    for (let step = 0; step < 100; step++) expect(rate.of(step).item()).toBeGreaterThanOrEqual(0);
  });

  it("a piecewise constant without boundaries is constant", () => {
    expect(new s.PiecewiseConstantDecay([], [0.3]).of(5).item()).toBe(0.3);
  });
});

describe("bad schedules", () => {
  it.each([
    [
      () => new s.ExponentialDecay(Number.NaN, 1, 1),
      /initialLearningRate must be a number ≥ 0; received NaN/,
    ],
    [
      () => new s.ExponentialDecay(0.1, 0, 1),
      /ExponentialDecay: decaySteps must be a number > 0; received 0/,
    ],
    [() => new s.InverseTimeDecay(0.1, 1, Infinity), /decayRate must be a number ≥ 0; received Infinity/],
    [() => new s.PolynomialDecay(0.1, 1, { power: -1 }), /power must be a number > 0; received -1/],
    [() => new s.CosineDecay(0.1, 1, { alpha: 2 }), /alpha must be a number from 0 to 1; received 2/],
    [() => new s.CosineDecayRestarts(0.1, 1, { tMul: 0.5 }), /tMul must be a number ≥ 1; received 0.5/],
    [() => new s.PiecewiseConstantDecay([2, 1], [1, 2, 3]), /boundaries must be an array of growing numbers/],
    [
      () => new s.PiecewiseConstantDecay([1, 2], [1, 2]),
      /one value more than boundaries \(2\); received 2 values/,
    ],
    [() => s.schedules.get("exponential"), /unknown schedule "exponential"; known: exponential_decay/],
    [() => s.schedules.get({ class_name: "ExponentialDecay", config: {} }), /initialLearningRate is needed/],
  ])("%s", (make, message) => {
    expect(make).toThrow(ChainruleError);
    expect(make).toThrow(message);
  });
});

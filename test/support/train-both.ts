import { expect } from "vitest";
import * as c from "../../src/index.ts";
import { expectAllSame } from "./compiled.ts";

export type Floats = "float32" | "float64";

/** A training to be run twice; what it makes is made anew each time. */
export interface Training {
  readonly model: () => c.Model;
  readonly options: () => c.CompileOptions;
  readonly x: c.DataLike;
  readonly y: c.DataLike;
  readonly fit?: c.FitOptions;
  /** How large the numbers are that results are made of, for float32. Default 1. */
  readonly scale?: number;
}

/** Runs with another default of floats. */
export async function inFloats<T>(dtype: Floats, run: () => Promise<T>): Promise<T> {
  const before = c.floatx();
  c.setFloatx(dtype);
  try {
    return await run();
  } finally {
    c.setFloatx(before);
  }
}

const numbersOf = (logs: Readonly<Record<string, number | readonly number[]>>) =>
  Object.values(logs).map((x) => c.tensor(typeof x === "number" ? x : [...x], { dtype: c.floatx() }));

async function trained({ model: make, options, x, y, fit }: Training, runEagerly: boolean) {
  c.setSeed(3);
  const model = make();
  model.compile({ ...options(), runEagerly });
  const quiet = { verbose: 0, batchSize: fit?.batchSize ?? 32 } as const;
  const { history } = await model.fit(x, y, { epochs: 3, ...quiet, ...fit });
  const weighted = fit?.sampleWeight === undefined ? {} : { sampleWeight: fit.sampleWeight };
  const evaluation = await model.evaluate(x, y, { ...quiet, ...weighted });
  const predictions = await model.predict(x, { batchSize: quiet.batchSize });
  return {
    names: [Object.keys(history), Object.keys(evaluation)],
    history: numbersOf(history),
    evaluation: numbersOf(evaluation),
    predictions: predictions as c.Tensor | readonly c.Tensor[],
    weights: model.weights.map((w) => c.tensor(w)),
    state: model.optimizer.variables.map((w) => c.tensor(w)),
  };
}

/**
 * Trains with compiled steps and op by op, from the same weights with the same random numbers, and evaluates and predicts. All
 * that comes out is the same: in float64 bit by bit, in float32 but for the roundings of a few steps.
 */
export async function expectSameTraining(training: Training): Promise<void> {
  const [compiled, eager] = [await trained(training, false), await trained(training, true)];
  expect(compiled.names).toEqual(eager.names);
  for (const part of ["history", "weights", "state", "evaluation", "predictions"] as const) {
    expectAllSame(compiled[part], eager[part], part, 4 * (training.scale ?? 1));
  }
  expect(compiled.history.every((x) => x.data.every((value) => Number.isFinite(value)))).toBe(true);
}

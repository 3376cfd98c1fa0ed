import { expect } from "vitest";
import { type Tensor, tensor, type Variable, variable } from "../../src/index.ts";
import * as o from "../../src/training/optimizers/index.ts";
import { CosineDecayRestarts } from "../../src/training/schedules/index.ts";
import { expectClose, type Tolerance } from "../support/close.ts";
import type { Stored } from "../support/fixtures.ts";

export function expectAllClose(
  actual: readonly Variable[],
  expected: readonly (Stored | Tensor)[],
  within: Tolerance,
  when = "",
): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, x] of actual.entries()) expectClose(x, expected[i]!, within, `${when} ${x.name}`);
}

export type OptimizerClass = (new (
  options?: o.OptimizerOptions,
) => o.Optimizer) & { readonly className: string };

export const classes = Object.values(o).filter(
  (value): value is OptimizerClass => typeof value === "function" && value.prototype instanceof o.Optimizer,
);
export const each = classes.map((Class) => [Class.className, Class] as const);

/** Options that all optimizers have, in combinations that go through every branch of a step. */
export const combinations: readonly o.OptimizerOptions[] = [
  {},
  { weightDecay: 0.1, clipnorm: 0.5 },
  { globalClipnorm: 0.5, gradientAccumulationSteps: 2 },
  { clipvalue: 0.1, useEma: true, emaOverwriteFrequency: 3, gradientAccumulationSteps: 2 },
  { learningRate: new CosineDecayRestarts(0.1, 3), useEma: true },
];

export const start = [
  [0.5, -1, 2],
  [3, 0.25, -0.75],
];
export const makeVariables = (dtype: "float32" | "float64" = "float64") => [
  variable(start, { dtype, name: "dense/kernel" }),
  variable([0.1, -0.2], { dtype, name: "dense/bias" }),
];
/** Some gradients, others in each step. */
export const gradientsAt = (step: number, variables: readonly Variable[]) =>
  variables.map((x, k) =>
    tensor(
      x.toTypedArray().map((_, i) => Math.sin(1 + i + 2 * k + 3 * step)),
      { shape: x.shape },
    ),
  );
export const valuesOf = (variables: readonly Variable[]) => variables.map((x) => [...x.toTypedArray()]);

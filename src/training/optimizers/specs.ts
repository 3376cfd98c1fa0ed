import type { SerializedObject } from "../../config/configurable.ts";
import { fraction, nameOption, notNegativeOrNull, positiveOrNull, rate } from "../../config/kinds.ts";
import { snakeCase } from "../../config/names.ts";
import { type AttrsOf, countOrNull, flag, kind, type Options } from "../../ops/attributes.ts";
import { schedules } from "../schedules/registry.ts";
import { Schedule } from "../schedules/schedule.ts";

/** A number, a schedule, or a schedule as files hold it. */
export type LearningRate = number | Schedule | SerializedObject;

export const isLearningRate = (value: unknown): value is number =>
  typeof value === "number" && value >= 0 && value < Infinity;

export const learningRate = kind<LearningRate, number | Schedule>(
  "a number ≥ 0 or a schedule",
  (value) => {
    if (typeof value === "number") return isLearningRate(value) ? value : undefined;
    const given = value instanceof Schedule || (typeof value === "object" && value !== null);
    return given ? schedules.get(value) : undefined;
  },
  (value) => (typeof value === "number" ? value : schedules.serialize(value)),
);

/** Rates at which averages forget, named in files with an underscore before the number. */
export const beta1 = (fallback: number) => ({ ...rate(fallback), kerasName: "beta_1" });
export const beta2 = (fallback: number) => ({ ...rate(fallback), kerasName: "beta_2" });

/** The same for a weight that must count: with 0 there would be no average. */
export const openBeta1 = (fallback: number) => ({
  ...kind<number, number>("a number above 0, up to 1", (value) =>
    typeof value === "number" && value > 0 && value <= 1 ? value : undefined,
  )(fallback),
  kerasName: "beta_1",
});

const everySoOften = kind<number | null, number | null>("a whole number ≥ 2, or null", (value) =>
  value === null || (Number.isInteger(value) && value >= 2) ? value : undefined,
);

/** What every optimizer can be given, besides its learning rate. */
export const commonSpecs = (className: string) => ({
  name: nameOption(snakeCase(className)),
  weightDecay: notNegativeOrNull(null),
  clipnorm: positiveOrNull(null),
  globalClipnorm: positiveOrNull(null),
  clipvalue: positiveOrNull(null),
  useEma: flag(false),
  emaMomentum: fraction(0.99),
  emaOverwriteFrequency: countOrNull(null),
  gradientAccumulationSteps: everySoOften(null),
});

export type CommonSpecs = ReturnType<typeof commonSpecs>;

/** The same of a class of one's own, of which no default is known. */
export const ownSpecs = (className: string) => ({
  learningRate: learningRate(0.001),
  ...commonSpecs(className),
});

type OwnSpecs = ReturnType<typeof ownSpecs>;

/** The options of all optimizers, complete. */
export type Settings = AttrsOf<OwnSpecs>;

/**
 * What all optimizers can be given:
 *
 * - `learningRate`: a number ≥ 0 or a {@link Schedule};
 * - `weightDecay` (≥ 0): before each update w becomes w − learningRate · weightDecay · w;
 * - `clipnorm`, `globalClipnorm`, `clipvalue` (> 0, at most one of them): gradients are scaled down to that length, each
 *   by itself or all together, or cut cell by cell to ± that value;
 * - `useEma`: keeps moving averages of the variables, which forget at the rate `emaMomentum` (0.99, from 0 to 1); every
 *   `emaOverwriteFrequency` updates, or at the end of `fit`, they become the values;
 * - `gradientAccumulationSteps` (≥ 2): the variables change only once in so many steps, by the mean of their gradients.
 */
export type OptimizerOptions = Options<OwnSpecs>;

export { Exercise, type ExerciseOptions, exercise, exercises } from "./exercise.ts";
export type { PropertyName } from "./properties.ts";
export {
  type ComparedGradient,
  type ComparedJacobian,
  type Counterexample,
  ExerciseReport,
  type ExerciseReportJson,
} from "./report.ts";
export type { LearnerRule } from "./trial.ts";

export type { BatchLike, BatchSource, DataLike } from "./data.ts";
export type { MetricsLike, PerOutput } from "./objective.ts";
export type { CompileOptions, EvaluateOptions, FitOptions } from "./options.ts";
export type { PredictOptions } from "./predict.ts";
export type { Verbose } from "./progress.ts";

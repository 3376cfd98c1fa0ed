import type { Like } from "../../config/registry.ts";
import { ChainruleError, show } from "../../errors.ts";
import type { Layer } from "../../layers/layer.ts";
import type { CallbackLike } from "../callbacks/index.ts";
import type { LossLike } from "../losses/index.ts";
import type { Optimizer } from "../optimizers/index.ts";
import type { BatchLike, DataLike } from "./data.ts";
import type { MetricsLike, PerOutput } from "./objective.ts";
import type { Verbose } from "./progress.ts";

export interface CompileOptions {
  /** Default "rmsprop". */
  optimizer?: Like<Optimizer>;
  loss?: PerOutput<LossLike>;
  /** How much the loss of each output counts. Default 1. */
  lossWeights?: PerOutput<number>;
  metrics?: MetricsLike | readonly (MetricsLike | null)[] | Readonly<Record<string, MetricsLike>>;
  /** Metrics that take the sample weights into account. */
  weightedMetrics?: MetricsLike | readonly (MetricsLike | null)[] | Readonly<Record<string, MetricsLike>>;
}

export interface EvaluateOptions {
  /** Default 32. */
  batchSize?: number;
  sampleWeight?: DataLike;
  /** 0 is silent, 1 (default) a line that grows, 2 a plain one. */
  verbose?: Verbose;
  callbacks?: readonly CallbackLike[];
  /** How many batches of a source to take; default all. */
  steps?: number;
  /** Ends it after the present batch. */
  signal?: AbortSignal;
}

export interface FitOptions extends Omit<EvaluateOptions, "steps"> {
  /** Where to end, counted from the first epoch ever. Default 1. */
  epochs?: number;
  /** The last fraction of the data, which is kept for validation. Default 0. */
  validationSplit?: number;
  /** `[x, y]` or `[x, y, sampleWeight]`. */
  validationData?: BatchLike;
  validationBatchSize?: number;
  /** Validates after every so many epochs. Default 1. */
  validationFreq?: number;
  /** A new order in each epoch, by the seed. Default true. */
  shuffle?: boolean;
  /** How much a sample of each class counts. */
  classWeight?: Readonly<Record<number, number>>;
  /** Where to go on. Default 0. */
  initialEpoch?: number;
  /** Batches in an epoch; default all. */
  stepsPerEpoch?: number;
}

export const fitNames = [
  "batchSize",
  "sampleWeight",
  "verbose",
  "callbacks",
  "signal",
  "epochs",
  "validationSplit",
  "validationData",
  "validationBatchSize",
  "validationFreq",
  "shuffle",
  "classWeight",
  "initialEpoch",
  "stepsPerEpoch",
] as const satisfies readonly (keyof FitOptions)[];
export const evaluateNames = [
  "batchSize",
  "sampleWeight",
  "verbose",
  "callbacks",
  "steps",
  "signal",
] as const;

/** What the trainer needs of a model: its layer, and the names of what goes in and out. */
export interface Trained extends Layer {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
}

export function positive(who: string, name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new ChainruleError(`${who}: ${name} must be a whole number ≥ 1; received ${show(value)}`);
}

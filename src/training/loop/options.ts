import type { Like } from "../../config/registry.ts";
import { ChainruleError, checkOptions, show } from "../../errors.ts";
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
  /**
   * Computes op by op in place of compiled steps: slower, with the same results, and errors show where they happen. Default
   * false.
   */
  runEagerly?: boolean;
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

/** A value, or `undefined`, for every option there is: the names and the defaults in one place. */
type Defaults<T> = { readonly [K in keyof Required<T>]: T[K] | undefined };

export const compileDefaults = {
  optimizer: "rmsprop",
  loss: undefined,
  lossWeights: undefined,
  metrics: undefined,
  weightedMetrics: undefined,
  runEagerly: false,
} satisfies Defaults<CompileOptions>;

export const evaluateDefaults = {
  batchSize: 32,
  sampleWeight: undefined,
  verbose: 1,
  callbacks: [],
  steps: undefined,
  signal: undefined,
} satisfies Defaults<EvaluateOptions>;

export const fitDefaults = {
  batchSize: 32,
  sampleWeight: undefined,
  verbose: 1,
  callbacks: [],
  signal: undefined,
  epochs: 1,
  validationSplit: 0,
  validationData: undefined,
  validationBatchSize: undefined,
  validationFreq: 1,
  shuffle: true,
  classWeight: undefined,
  initialEpoch: 0,
  stepsPerEpoch: undefined,
} satisfies Defaults<FitOptions>;

/** The options with the defaults for those that are not given. */
export type Complete<T, D> = {
  readonly [K in keyof Required<T>]: K extends keyof D
    ? D[K] extends undefined
      ? T[K] | undefined
      : Exclude<T[K], undefined>
    : never;
};

/**
 * Fills in the defaults.
 *
 * @throws If an option is not known.
 */
export function complete<T extends object, D extends Defaults<T>>(
  who: string,
  options: T,
  defaults: D,
): Complete<T, D> {
  checkOptions(who, options, Object.keys(defaults));
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) } as Complete<T, D>;
}

/** What the trainer needs of a model: its layer, and the names of what goes in and out. */
export interface Trained extends Layer {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
}

/** Checks that an option is a whole number from 1. */
export function ensureCount(who: string, name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new ChainruleError(`${who}: ${name} must be a whole number ≥ 1; received ${show(value)}`);
}

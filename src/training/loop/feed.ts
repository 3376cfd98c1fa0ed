import { ChainruleError, isPlainObject } from "../../errors.ts";
import { stream } from "../../random.ts";
import { tensor } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import {
  type Batch,
  type BatchLike,
  type BatchSource,
  batchesOf,
  type DataLike,
  readData,
  type Samples,
  samplesOf,
  splitOff,
} from "./data.ts";
import type { Complete, FitOptions, fitDefaults, Trained } from "./options.ts";

export type Fit = Complete<FitOptions, typeof fitDefaults>;
export type Batches = Iterable<Batch> | AsyncIterable<Batch>;

/** A generator, a stream, or an array of batches; not an array of numbers, not a typed array. */
function isSource(x: unknown, y: unknown): x is BatchSource {
  if (y !== undefined || typeof x !== "object" || x === null || ArrayBuffer.isView(x)) return false;
  if (Array.isArray(x)) return Array.isArray(x[0]) && typeof x[0][0] === "object";
  return Symbol.asyncIterator in x || Symbol.iterator in x;
}

/** What an epoch goes through, and how many batches that is, if it is known. */
export interface Epochs {
  /** The batches of the next epoch. */
  next(): Batches;
  readonly steps: number | undefined;
}

/** Reads what users give for the inputs and outputs of a model. */
export class Feed {
  readonly #model: Trained;
  readonly #who: string;

  constructor(model: Trained, who: string) {
    this.#model = model;
    this.#who = who;
  }

  /** One batch. */
  batch([x, y, sampleWeight]: BatchLike): Batch {
    const { xs, ys, weights, count } = this.#samples(x, y, sampleWeight);
    return { xs, ys, weights, size: count };
  }

  /** All data, batch by batch, in their order. */
  once(
    x: DataLike | BatchSource,
    y: DataLike | undefined,
    batchSize: number,
    sampleWeight?: DataLike,
  ): Epochs {
    if (isSource(x, y)) return { next: () => this.#read(x), steps: Array.isArray(x) ? x.length : undefined };
    const samples = this.#samples(x as DataLike, y, sampleWeight);
    return { next: () => batchesOf(samples, batchSize), steps: Math.ceil(samples.count / batchSize) };
  }

  /** The epochs of a training, and what is kept or given for validation. */
  training(
    x: DataLike | BatchSource,
    y: DataLike | undefined,
    options: Fit,
  ): { epochs: Epochs; validation: BatchLike | undefined } {
    const { batchSize, shuffle, validationSplit, validationData } = options;
    if (isSource(x, y)) {
      if (validationSplit === 0) return { epochs: this.once(x, y, batchSize), validation: validationData };
      throw new ChainruleError("fit: validationSplit needs arrays; a source of batches has validationData");
    }
    if (y === undefined) throw new ChainruleError("fit: targets y are needed with arrays x");
    const all = this.#samples(x as DataLike, y, this.#weighted(y, options));
    const [train, kept] = validationSplit === 0 ? [all, undefined] : splitOff(all, validationSplit);
    return {
      epochs: {
        next: () => batchesOf(train, batchSize, shuffle ? stream("shuffle") : undefined),
        steps: Math.ceil(train.count / batchSize),
      },
      validation: validationData ?? (kept && asBatch(kept)),
    };
  }

  #samples(x: DataLike, y: DataLike | undefined, sampleWeight?: DataLike): Samples {
    const who = this.#who;
    const { inputNames, outputNames } = this.#model;
    const xs = readData(`${who}, x`, x, inputNames);
    const ys = y === undefined ? [] : readData(`${who}, y`, y, outputNames);
    const weights = sampleWeight === undefined ? [] : this.#sampleWeights(sampleWeight);
    return samplesOf(who, xs, ys, weights);
  }

  /** Sample weights for each output, or one array for all. */
  #sampleWeights(value: DataLike): readonly Tensor[] {
    const what = `${this.#who}, sampleWeight`;
    const { outputNames } = this.#model;
    const perOutput = Array.isArray(value) && value.length === outputNames.length;
    if (isPlainObject(value) || perOutput) return readData(what, value as DataLike, outputNames);
    const [all] = readData(what, value, ["all outputs"]);
    return outputNames.map(() => all!);
  }

  /** The sample weights of a training, times those of the classes. */
  #weighted(y: DataLike, { classWeight, sampleWeight }: Fit): DataLike | undefined {
    if (classWeight === undefined) return sampleWeight;
    const { outputNames } = this.#model;
    if (outputNames.length > 1) throw new ChainruleError("fit: classWeight needs a model with one output");
    const [labels] = readData("fit, y", y, outputNames);
    const oneHot = labels!.rank > 1 && labels!.shape.at(-1)! > 1;
    const classes = oneHot ? labels!.argmax({ axis: -1 }) : labels!;
    const weights = tensor(Array.from(classes.data as ArrayLike<number>, (label) => classWeight[label] ?? 1));
    return sampleWeight === undefined ? weights : weights.mul(this.#sampleWeights(sampleWeight)[0]!);
  }

  /** Batches from a source, read and checked one by one. */
  async *#read(source: BatchSource): AsyncGenerator<Batch> {
    for await (const item of source) yield this.batch(item);
  }
}

/** Samples as a user would give them. */
const asBatch = ({ xs, ys, weights }: Samples): BatchLike =>
  weights.length > 0 ? [xs, ys, weights as readonly Tensor[]] : [xs, ys];

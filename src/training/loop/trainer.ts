import { ChainruleError, checkOptions } from "../../errors.ts";
import type { Layer } from "../../layers/layer.ts";
import { stream } from "../../random.ts";
import { tensor } from "../../tensor/create.ts";
import type { Tensor, TensorLike, Variable } from "../../tensor/tensor.ts";
import {
  CallbackList,
  type History,
  type Logs,
  TerminateOnNaN,
  type TrainableModel,
} from "../callbacks/index.ts";
import { type Optimizer, optimizers } from "../optimizers/index.ts";
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
import { Means } from "./means.ts";
import { Objective } from "./objective.ts";
import {
  type CompileOptions,
  type EvaluateOptions,
  evaluateNames,
  type FitOptions,
  fitNames,
  positive,
  type Trained,
} from "./options.ts";
import { pause } from "./pause.ts";
import { Progress } from "./progress.ts";
import { type StepResult, testStep, trainStep } from "./step.ts";

const isSource = (x: unknown, y: unknown): x is BatchSource =>
  y === undefined &&
  typeof x === "object" &&
  x !== null &&
  (Symbol.asyncIterator in x || (Symbol.iterator in x && isBatches(x)));

/** An array of batches, or a generator; not an array of numbers, not a typed array. */
const isBatches = (x: object): boolean =>
  !ArrayBuffer.isView(x) && (!Array.isArray(x) || (Array.isArray(x[0]) && typeof x[0][0] === "object"));

/** Trains, evaluates and runs a compiled model. */
export class Trainer implements TrainableModel {
  readonly model: Trained;
  readonly optimizer: Optimizer;
  readonly objective: Objective;
  stopTraining = false;

  constructor(model: Trained, options: CompileOptions) {
    checkOptions("compile", options, ["optimizer", "loss", "lossWeights", "metrics", "weightedMetrics"]);
    this.model = model;
    this.optimizer = optimizers.get(options.optimizer ?? "rmsprop");
    this.objective = new Objective(options, model.outputNames);
  }

  get metrics(): { name: string; direction: "up" | "down" | null }[] {
    return this.objective.named.map(({ name, metric }) => ({ name, direction: metric.direction }));
  }

  get trainableWeights(): readonly Variable[] {
    return this.model.trainableWeights;
  }

  getWeights(): ReturnType<Layer["getWeights"]> {
    return this.model.getWeights();
  }

  setWeights(values: readonly TensorLike[]): void {
    this.model.setWeights(values);
  }

  /** The loss of a step by the names of logs. */
  #lossLogs({ loss, parts }: StepResult): Logs {
    const { targets } = this.objective;
    const named =
      targets.length > 1
        ? targets.flatMap(({ output }, i) =>
            parts[i] === undefined ? [] : [[`${output}_loss`, parts[i]!] as const],
          )
        : [];
    return { loss, ...Object.fromEntries(named) };
  }

  #metricLogs(): Logs {
    return Object.fromEntries(
      this.objective.named.map(({ name, metric }) => [name, metric.result().mean().item()]),
    );
  }

  #resetMetrics(): void {
    for (const { metric } of this.objective.named) metric.reset();
  }

  #samples(who: string, x: DataLike, y: DataLike | undefined, sampleWeight?: DataLike): Samples {
    const { inputNames, outputNames } = this.model;
    const xs = readData(`${who}, x`, x, inputNames);
    const ys = y === undefined ? [] : readData(`${who}, y`, y, outputNames);
    const weights = sampleWeight === undefined ? [] : this.#weights(who, sampleWeight);
    return samplesOf(who, xs, ys, weights);
  }

  /** Sample weights for each output, or the same for all. */
  #weights(who: string, value: DataLike): readonly Tensor[] {
    const { outputNames } = this.model;
    const several = Array.isArray(value) && value.length === outputNames.length && outputNames.length > 1;
    const list = several
      ? readData(`${who}, sampleWeight`, value, outputNames)
      : readData(`${who}, sampleWeight`, value, ["all"]);
    return outputNames.map((_, i) => list[several ? i : 0]!);
  }

  #batch([x, y, sampleWeight]: BatchLike, who: string): Batch {
    const { xs, ys, weights, count } = this.#samples(who, x, y, sampleWeight);
    return { xs, ys, weights, size: count };
  }

  /** Batches from a source, read and checked one by one. */
  async *#read(source: BatchSource, who: string): AsyncGenerator<Batch> {
    for await (const item of source) yield this.#batch(item, who);
  }

  /** The updates of a step, written back; a loss that is not finite writes nothing. */
  #train(batch: Batch): StepResult {
    const result = trainStep(this.model, this.objective, this.optimizer, batch);
    for (const [variable, value] of result.updates) variable.assign(value);
    return result;
  }

  trainOnBatch(x: DataLike, y: DataLike, sampleWeight?: DataLike): Logs {
    this.#resetMetrics();
    const result = this.#train(this.#batch([x, y, sampleWeight], "trainOnBatch"));
    this.#checkFinite(result.loss, "trainOnBatch");
    return { ...this.#lossLogs(result), ...this.#metricLogs() };
  }

  testOnBatch(x: DataLike, y: DataLike, sampleWeight?: DataLike): Logs {
    this.#resetMetrics();
    const result = testStep(this.model, this.objective, this.#batch([x, y, sampleWeight], "testOnBatch"));
    for (const [variable, value] of result.updates) variable.assign(value);
    return { ...this.#lossLogs(result), ...this.#metricLogs() };
  }

  #checkFinite(loss: number, where: string): void {
    if (Number.isFinite(loss)) return;
    throw new ChainruleError(
      `${where}: the loss became ${loss}. The weights are as they were before this batch. A smaller learning rate, ` +
        "clipping (clipnorm), or a look for NaN in the data may help.",
    );
  }

  async fit(x: DataLike | BatchSource, y?: DataLike, options: FitOptions = {}): Promise<History> {
    checkOptions("fit", options, fitNames);
    const { epochs = 1, initialEpoch = 0, verbose = 1, validationFreq = 1 } = options;
    positive("fit", "epochs", epochs);
    const { epoch, steps, validation } = this.#prepare(x, y, options);
    const callbacks = new CallbackList(options.callbacks, this, { epochs, steps, verbose });
    const tolerant = callbacks.callbacks.some((one) => one instanceof TerminateOnNaN);
    this.stopTraining = false;
    let logs: Logs = {};
    await callbacks.run("onTrainBegin", {});
    for (let at = initialEpoch; at < epochs && !this.stopTraining; at++) {
      if (verbose > 0) console.log(`Epoch ${at + 1}/${epochs}`);
      const progress = new Progress(verbose, steps);
      await callbacks.run("onEpochBegin", at, {});
      const trained = await this.#epoch(epoch(), {
        callbacks,
        progress,
        tolerant,
        at,
        limit: options.stepsPerEpoch,
        signal: options.signal,
      });
      logs = trained.logs;
      const validates =
        validation !== undefined && (at + 1) % validationFreq === 0 && !options.signal?.aborted;
      if (validates) logs = { ...logs, ...(await validation()) };
      progress.finish(trained.done, logs);
      await callbacks.run("onEpochEnd", at, logs);
      if (options.signal?.aborted) this.stopTraining = true;
    }
    this.optimizer.finalizeVariableValues(this.model.trainableWeights);
    await callbacks.run("onTrainEnd", logs);
    return callbacks.history;
  }

  /** What an epoch goes through, how many steps it has if that is known, and the validation after it. */
  #prepare(x: DataLike | BatchSource, y: DataLike | undefined, options: FitOptions) {
    const { batchSize = 32, shuffle = true, validationSplit = 0, validationData, stepsPerEpoch } = options;
    positive("fit", "batchSize", batchSize);
    const validateWith = (data: BatchLike) => async () => {
      const found = await this.evaluate(data[0], data[1], {
        batchSize: options.validationBatchSize ?? batchSize,
        verbose: 0,
        ...(data[2] !== undefined && { sampleWeight: data[2] }),
        ...(options.signal && { signal: options.signal }),
      });
      return Object.fromEntries(Object.entries(found).map(([name, value]) => [`val_${name}`, value]));
    };
    if (isSource(x, y)) {
      if (validationSplit > 0)
        throw new ChainruleError("fit: validationSplit needs arrays; a source of batches has validationData");
      const known = Array.isArray(x) ? x.length : undefined;
      const validation = validationData && validateWith(validationData);
      return { epoch: () => this.#read(x, "fit"), steps: stepsPerEpoch ?? known, validation };
    }
    if (y === undefined) throw new ChainruleError("fit: targets y are needed with arrays x");
    const weight = this.#sampleWeights(y, options);
    const all = this.#samples("fit", x as DataLike, y, weight);
    const [train, kept] = validationSplit > 0 ? splitOff(all, validationSplit) : [all, undefined];
    const keptData: BatchLike | undefined = kept && [
      kept.xs,
      kept.ys,
      kept.weights[0] && (kept.weights as readonly Tensor[]),
    ];
    const data = validationData ?? keptData;
    return {
      epoch: () => batchesOf(train, batchSize, shuffle ? stream("shuffle") : undefined),
      steps: Math.min(Math.ceil(train.count / batchSize), stepsPerEpoch ?? Number.POSITIVE_INFINITY),
      validation: data && validateWith(data),
    };
  }

  /** Sample weights, times those of the classes. */
  #sampleWeights(y: DataLike, { classWeight, sampleWeight }: FitOptions): DataLike | undefined {
    if (classWeight === undefined) return sampleWeight;
    if (this.model.outputNames.length > 1)
      throw new ChainruleError("fit: classWeight needs a model with one output");
    const [labels] = readData("fit, y", y, this.model.outputNames);
    const classes = labels!.rank > 1 && labels!.shape.at(-1)! > 1 ? labels!.argmax({ axis: -1 }) : labels!;
    const weights = tensor(Array.from(classes.data as ArrayLike<number>, (label) => classWeight[label] ?? 1));
    if (sampleWeight === undefined) return weights;
    return weights.mul(readData("fit, sampleWeight", sampleWeight, ["all"])[0]!);
  }

  async #epoch(
    batches: Iterable<Batch> | AsyncIterable<Batch>,
    run: {
      callbacks: CallbackList;
      progress: Progress;
      tolerant: boolean;
      at: number;
      limit: number | undefined;
      signal: AbortSignal | undefined;
    },
  ): Promise<{ logs: Logs; done: number }> {
    this.#resetMetrics();
    const means = new Means();
    let done = 0;
    let logs: Logs = {};
    for await (const batch of batches) {
      await run.callbacks.run("onTrainBatchBegin", done, {});
      const result = this.#train(batch);
      if (!run.tolerant) this.#checkFinite(result.loss, `fit, epoch ${run.at + 1}, batch ${done}`);
      means.add(this.#lossLogs(result), batch.size);
      logs = { ...means.logs, ...this.#metricLogs() };
      await run.callbacks.run("onTrainBatchEnd", done, logs);
      run.progress.update(++done, logs);
      await pause();
      if (this.stopTraining || run.signal?.aborted || done === run.limit) break;
    }
    if (done === 0)
      throw new ChainruleError("fit: the source gave no batches; a generator can be read only once");
    return { logs, done };
  }

  async evaluate(x: DataLike | BatchSource, y?: DataLike, options: EvaluateOptions = {}): Promise<Logs> {
    checkOptions("evaluate", options, evaluateNames);
    const { batchSize = 32, verbose = 1, steps, signal } = options;
    positive("evaluate", "batchSize", batchSize);
    const source = isSource(x, y);
    const samples = source ? undefined : this.#samples("evaluate", x as DataLike, y, options.sampleWeight);
    const batches = samples ? batchesOf(samples, batchSize) : this.#read(x as BatchSource, "evaluate");
    const progress = new Progress(verbose, steps ?? (samples && Math.ceil(samples.count / batchSize)));
    const callbacks = new CallbackList(options.callbacks, this);
    await callbacks.run("onTestBegin", {});
    this.#resetMetrics();
    const means = new Means();
    let done = 0;
    let logs: Logs = {};
    for await (const batch of batches) {
      await callbacks.run("onTestBatchBegin", done, {});
      const result = testStep(this.model, this.objective, batch);
      for (const [variable, value] of result.updates) variable.assign(value);
      means.add(this.#lossLogs(result), batch.size);
      logs = { ...means.logs, ...this.#metricLogs() };
      await callbacks.run("onTestBatchEnd", done, logs);
      progress.update(++done, logs);
      await pause();
      if (signal?.aborted || done === steps) break;
    }
    progress.finish(done, logs);
    await callbacks.run("onTestEnd", logs);
    return logs;
  }
}

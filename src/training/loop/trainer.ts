import { ChainruleError } from "../../errors.ts";
import type { Layer } from "../../layers/layer.ts";
import type { TensorLike, Variable } from "../../tensor/tensor.ts";
import {
  CallbackList,
  type History,
  type Logs,
  TerminateOnNaN,
  type TrainableModel,
} from "../callbacks/index.ts";
import { type Optimizer, optimizers } from "../optimizers/index.ts";
import type { Batch, BatchLike, BatchSource, DataLike } from "./data.ts";
import { type Batches, Feed, type Fit } from "./feed.ts";
import { Means } from "./means.ts";
import { Objective } from "./objective.ts";
import {
  type CompileOptions,
  compileDefaults,
  complete,
  type EvaluateOptions,
  ensureCount,
  evaluateDefaults,
  type FitOptions,
  fitDefaults,
  type Trained,
} from "./options.ts";
import { pause } from "./pause.ts";
import { Progress } from "./progress.ts";
import { Runner } from "./runner.ts";
import type { StepResult } from "./step.ts";

/** One pass over batches: what is done with each, who is told, and when it ends. */
interface Pass {
  step(batch: Batch, number: number): StepResult;
  begin(number: number): Promise<void>;
  /** Told of the logs of a batch, where somebody wants to know. */
  readonly end: ((number: number, logs: Logs) => Promise<void>) | undefined;
  /** Whether it ends after so many batches. */
  stops(done: number): boolean;
  readonly progress: Progress;
}

/** Trains and evaluates a compiled model. */
export class Trainer implements TrainableModel {
  readonly model: Trained;
  readonly optimizer: Optimizer;
  readonly objective: Objective;
  readonly runEagerly: boolean;
  readonly #runner: Runner;
  stopTraining = false;

  constructor(model: Trained, options: CompileOptions) {
    const all = complete("compile", options, compileDefaults);
    this.model = model;
    this.optimizer = optimizers.get(all.optimizer);
    this.objective = new Objective(all, model.outputNames);
    this.runEagerly = all.runEagerly;
    this.#runner = new Runner(model, this.objective, this.optimizer, this.runEagerly);
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

  trainOnBatch(x: DataLike, y: DataLike, sampleWeight?: DataLike): Logs {
    return this.#onBatch("trainOnBatch", [x, y, sampleWeight], (batch) => {
      const result = this.#runner.train(batch);
      checkFinite(result.loss, "trainOnBatch");
      return result;
    });
  }

  testOnBatch(x: DataLike, y: DataLike, sampleWeight?: DataLike): Logs {
    return this.#onBatch("testOnBatch", [x, y, sampleWeight], (batch) => this.#runner.test(batch));
  }

  #onBatch(who: string, data: BatchLike, step: (batch: Batch) => StepResult): Logs {
    const batch = new Feed(this.model, who).batch(data);
    this.objective.resetMetrics();
    return { ...this.objective.lossLogs(step(batch)), ...this.objective.metricLogs() };
  }

  async fit(x: DataLike | BatchSource, y?: DataLike, given: FitOptions = {}): Promise<History> {
    const options = complete("fit", given, fitDefaults);
    const { epochs, initialEpoch, verbose, signal } = options;
    ensureCount("fit", "epochs", epochs);
    ensureCount("fit", "batchSize", options.batchSize);
    const data = new Feed(this.model, "fit").training(x, y, options);
    const steps = options.stepsPerEpoch ?? data.epochs.steps;
    const callbacks = new CallbackList(options.callbacks, this, { epochs, steps, verbose });
    this.stopTraining = false;
    let logs: Logs = {};
    await callbacks.run("onTrainBegin", {});
    for (let epoch = initialEpoch; epoch < epochs && !this.stopTraining; epoch++) {
      if (verbose > 0) console.log(`Epoch ${epoch + 1}/${epochs}`);
      const progress = new Progress(verbose, steps);
      await callbacks.run("onEpochBegin", epoch, {});
      const trained = await this.#epoch(data.epochs.next(), { callbacks, progress, epoch, options });
      const validates = data.validation && (epoch + 1) % options.validationFreq === 0 && !signal?.aborted;
      logs = { ...trained.logs, ...(validates && (await this.#validate(data.validation!, options))) };
      progress.finish(trained.done, logs);
      await callbacks.run("onEpochEnd", epoch, logs);
      if (signal?.aborted) this.stopTraining = true;
    }
    this.optimizer.finalizeVariableValues(this.model.trainableWeights);
    await callbacks.run("onTrainEnd", logs);
    return callbacks.history;
  }

  async #epoch(
    batches: Batches,
    run: { callbacks: CallbackList; progress: Progress; epoch: number; options: Fit },
  ): Promise<{ logs: Logs; done: number }> {
    const { callbacks, progress, epoch, options } = run;
    const tolerant = callbacks.callbacks.some((one) => one instanceof TerminateOnNaN);
    const passed = await this.#pass(batches, {
      step: (batch, number) => {
        const result = this.#runner.train(batch);
        if (!tolerant) checkFinite(result.loss, `fit, epoch ${epoch + 1}, batch ${number}`);
        return result;
      },
      begin: (number) => callbacks.run("onTrainBatchBegin", number, {}),
      end: told(callbacks, "onTrainBatchEnd"),
      stops: (done) =>
        this.stopTraining || options.signal?.aborted === true || done === options.stepsPerEpoch,
      progress,
    });
    if (passed.done > 0) return passed;
    throw new ChainruleError("fit: the source gave no batches; a generator can be read only once");
  }

  async #validate([x, y, sampleWeight]: BatchLike, options: Fit): Promise<Logs> {
    const found = await this.evaluate(x, y, {
      batchSize: options.validationBatchSize ?? options.batchSize,
      verbose: 0,
      ...(sampleWeight !== undefined && { sampleWeight }),
      ...(options.signal && { signal: options.signal }),
    });
    return Object.fromEntries(Object.entries(found).map(([name, value]) => [`val_${name}`, value]));
  }

  async evaluate(x: DataLike | BatchSource, y?: DataLike, given: EvaluateOptions = {}): Promise<Logs> {
    const options = complete("evaluate", given, evaluateDefaults);
    ensureCount("evaluate", "batchSize", options.batchSize);
    const data = new Feed(this.model, "evaluate").once(x, y, options.batchSize, options.sampleWeight);
    const progress = new Progress(options.verbose, options.steps ?? data.steps);
    const callbacks = new CallbackList(options.callbacks, this);
    await callbacks.run("onTestBegin", {});
    const { logs, done: batches } = await this.#pass(data.next(), {
      step: (batch) => this.#runner.test(batch),
      begin: (number) => callbacks.run("onTestBatchBegin", number, {}),
      end: told(callbacks, "onTestBatchEnd"),
      stops: (done) => options.signal?.aborted === true || done === options.steps,
      progress,
    });
    progress.finish(batches, logs);
    await callbacks.run("onTestEnd", logs);
    return logs;
  }

  /** Goes through batches; the logs are means over samples, the metrics those of all batches so far. */
  async #pass(batches: Batches, pass: Pass): Promise<{ logs: Logs; done: number }> {
    this.objective.resetMetrics();
    const means = new Means();
    let done = 0;
    let logs: Logs | undefined = {};
    const read = (): Logs => {
      logs ??= { ...means.logs, ...this.objective.metricLogs() };
      return logs;
    };
    for await (const batch of batches) {
      await pass.begin(done);
      means.add(this.objective.lossLogs(pass.step(batch, done)), batch.size);
      logs = undefined;
      await pass.end?.(done, read());
      pass.progress.update(++done, read);
      await pause();
      if (pass.stops(done)) break;
    }
    return { logs: read(), done };
  }
}

/** Tells callbacks of a batch, unless none of them listens. */
const told = (callbacks: CallbackList, hook: "onTrainBatchEnd" | "onTestBatchEnd"): Pass["end"] =>
  callbacks.hears(hook) ? (number, logs) => callbacks.run(hook, number, logs) : undefined;

function checkFinite(loss: number, where: string): void {
  if (Number.isFinite(loss)) return;
  throw new ChainruleError(
    `${where}: the loss became ${loss}. The weights are as they were before this batch. A smaller learning rate, ` +
      "clipping (clipnorm), or a look for NaN in the data may help.",
  );
}

import { compiles, Programs, signatureOf, traceOn } from "../../compile/compile.ts";
import { Program } from "../../compile/program.ts";
import { checkOptions } from "../../errors.ts";
import { CallContext, inContext } from "../../layers/context.ts";
import type { Layer } from "../../layers/layer.ts";
import { concat } from "../../ops/join.ts";
import { noGrad } from "../../ops/recording.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { batchesOf, type DataLike, readData, samplesOf } from "./data.ts";
import { ensureCount, type Trained } from "./options.ts";
import { pause } from "./pause.ts";
import { Progress, type Verbose } from "./progress.ts";
import { structureOf } from "./structure.ts";

export interface PredictOptions {
  /** Default 32. */
  batchSize?: number;
  verbose?: Verbose;
}

/** The outputs of a model for many samples, batch by batch. */
export async function predict(
  model: Trained,
  x: DataLike,
  options: PredictOptions = {},
  runEagerly = false,
): Promise<readonly Tensor[]> {
  checkOptions("predict", options, ["batchSize", "verbose"]);
  const { batchSize = 32, verbose = 0 } = options;
  ensureCount("predict", "batchSize", batchSize);
  const samples = samplesOf("predict", readData("predict, x", x, model.inputNames), [], []);
  const progress = new Progress(verbose, Math.ceil(samples.count / batchSize));
  const parts: (readonly Tensor[])[] = [];
  for (const { xs } of batchesOf(samples, batchSize)) {
    parts.push(predictOnBatch(model, xs, runEagerly));
    progress.update(parts.length, () => ({}));
    await pause();
  }
  progress.finish(parts.length, {});
  return parts[0]!.map((_, i) => noGrad(() => concat(parts.map((part) => part[i]!))));
}

interface Predictor {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly program: Program;
}

const predictors = new WeakMap<Layer, Programs<Predictor>>();

/** The outputs for one batch. */
export function predictOnBatch(model: Layer, xs: readonly Tensor[], runEagerly = false): readonly Tensor[] {
  const eagerly = () => noGrad(() => outputsOf(model, xs));
  if (runEagerly || !compiles()) return eagerly();
  const programs = predictors.get(model) ?? new Programs<Predictor>(`predict: ${model.name}`);
  predictors.set(model, programs);
  return programs.run(
    `${signatureOf(xs)}; ${structureOf(model)}`,
    () => predictor(model, xs),
    ({ inputs, outputs, program }) => {
      for (const [i, input] of inputs.entries()) program.set(input, xs[i]!);
      program.run(0);
      return outputs.map((x) => program.value(x));
    },
    eagerly,
  );
}

function predictor(model: Layer, like: readonly Tensor[]): Predictor {
  // A context of our own: outside of one, a call on symbolic tensors would become part of a model.
  const context = new CallContext(false);
  const { inputs, result: outputs } = traceOn(like, (xs) => inContext(context, () => outputsOf(model, xs)));
  return { inputs, outputs, program: new Program({ inputs, stages: [outputs], updates: new Map() }) };
}

function outputsOf(model: Layer, xs: readonly Tensor[]): readonly Tensor[] {
  const result: Tensor | Tensor[] = model.apply(xs.length === 1 ? xs[0]! : xs, { training: false });
  return Array.isArray(result) ? (result as readonly Tensor[]) : [result];
}

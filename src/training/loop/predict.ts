import { checkOptions } from "../../errors.ts";
import type { Layer } from "../../layers/layer.ts";
import { concat } from "../../ops/join.ts";
import { noGrad } from "../../ops/recording.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { batchesOf, type DataLike, readData, samplesOf } from "./data.ts";
import { ensureCount, type Trained } from "./options.ts";
import { pause } from "./pause.ts";
import { Progress, type Verbose } from "./progress.ts";

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
): Promise<readonly Tensor[]> {
  checkOptions("predict", options, ["batchSize", "verbose"]);
  const { batchSize = 32, verbose = 0 } = options;
  ensureCount("predict", "batchSize", batchSize);
  const samples = samplesOf("predict", readData("predict, x", x, model.inputNames), [], []);
  const progress = new Progress(verbose, Math.ceil(samples.count / batchSize));
  const parts: (readonly Tensor[])[] = [];
  for (const { xs } of batchesOf(samples, batchSize)) {
    parts.push(predictOnBatch(model, xs));
    progress.update(parts.length, {});
    await pause();
  }
  progress.finish(parts.length, {});
  return parts[0]!.map((_, i) => noGrad(() => concat(parts.map((part) => part[i]!))));
}

/** The outputs for one batch. */
export function predictOnBatch(model: Layer, xs: readonly Tensor[]): readonly Tensor[] {
  const result: Tensor | Tensor[] = noGrad(() =>
    model.apply(xs.length === 1 ? xs[0]! : xs, { training: false }),
  );
  return Array.isArray(result) ? (result as readonly Tensor[]) : [result];
}

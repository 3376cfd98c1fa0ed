import { gradients } from "../../autodiff/grad.ts";
import { CallContext, inContext } from "../../layers/context.ts";
import type { Layer } from "../../layers/layer.ts";
import { noGrad, recorded } from "../../ops/recording.ts";
import type { Tensor, Variable } from "../../tensor/tensor.ts";
import type { Optimizer } from "../optimizers/index.ts";
import type { Batch } from "./data.ts";
import type { Objective } from "./objective.ts";

/** What a step found: the loss to minimize, its parts, and what it would write. */
export interface StepResult {
  /** With penalties on weights, and the losses that layers added. */
  readonly loss: number;
  /** The loss of each output, without its weight. */
  readonly parts: readonly (number | undefined)[];
  readonly updates: ReadonlyMap<Variable, Tensor>;
}

interface Forward {
  readonly outputs: readonly Tensor[];
  readonly parts: readonly (Tensor | undefined)[];
  readonly total: Tensor | undefined;
}

/** Runs the model and sums up the losses, those of regularizers and layers included. */
function forward(model: Layer, objective: Objective, batch: Batch, context: CallContext): Forward {
  const inputs = batch.xs.length === 1 ? batch.xs[0]! : batch.xs;
  const result: Tensor | Tensor[] = inContext(context, () =>
    model.apply(inputs, { training: context.training }),
  );
  const outputs = Array.isArray(result) ? (result as readonly Tensor[]) : [result];
  const parts = objective.lossesOf(outputs, batch);
  const weighted = parts.flatMap((part, i) => {
    const { weight } = objective.targets[i]!;
    return part === undefined ? [] : [weight === 1 ? part : part.mul(weight)];
  });
  const penalties = model.allWeights.flatMap(({ variable, regularizer }) =>
    regularizer === null ? [] : [regularizer.of(variable)],
  );
  const terms = [...weighted, ...penalties, ...context.losses];
  return { outputs, parts, total: terms.length > 0 ? terms.reduce((a, b) => a.add(b)) : undefined };
}

const result = ({ total, parts }: Forward, updates: ReadonlyMap<Variable, Tensor>): StepResult => ({
  loss: total?.item() ?? 0,
  parts: parts.map((part) => part?.item()),
  updates,
});

/**
 * One training step as a function of weights, optimizer state, statistics and a batch: it returns their new values and
 * assigns nothing, so that a step that fails, or whose loss is not finite, leaves everything as it was.
 */
export function trainStep(
  model: Layer,
  objective: Objective,
  optimizer: Optimizer,
  batch: Batch,
): StepResult {
  const context = new CallContext(true);
  const found = recorded(() => forward(model, objective, batch, context));
  const { outputs, total } = found;
  if (total === undefined || !Number.isFinite(total.item())) return result(found, new Map());
  const variables = model.trainableWeights;
  const steps = optimizer.step(variables, gradients(total, variables));
  for (const { variable, constraint } of model.allWeights) {
    const next = steps.get(variable);
    if (constraint !== null && next !== undefined)
      steps.set(
        variable,
        noGrad(() => constraint.of(next)),
      );
  }
  return result(found, new Map([...context.updates, ...steps, ...objective.metricUpdates(outputs, batch)]));
}

/** The same without training: only the metrics have new values. */
export function testStep(model: Layer, objective: Objective, batch: Batch): StepResult {
  // Recorded, so that the loss finds the logits of a softmax as it does in training.
  const found = recorded(() => forward(model, objective, batch, new CallContext(false)));
  return result(found, objective.metricUpdates(found.outputs, batch));
}

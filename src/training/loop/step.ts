import { gradients } from "../../autodiff/grad.ts";
import { CallContext, inContext } from "../../layers/context.ts";
import type { Layer } from "../../layers/layer.ts";
import { noGrad, recorded } from "../../ops/recording.ts";
import type { Tensor, Variable } from "../../tensor/tensor.ts";
import type { Optimizer } from "../optimizers/index.ts";
import type { Batch } from "./data.ts";
import type { Objective } from "./objective.ts";

/** What a step found: the loss to minimize, and that of each output. */
export interface StepResult {
  readonly loss: number;
  readonly parts: readonly (number | undefined)[];
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

/** The step as far as its loss; the new values follow if they are wanted. */
export interface Pass {
  /** The results of the model. */
  readonly outputs: readonly Tensor[];
  /** With penalties on weights, and the losses that layers added. */
  readonly total: Tensor | undefined;
  /** The loss of each output, without its weight. */
  readonly parts: readonly (Tensor | undefined)[];
  /** The new values of weights, optimizer state, statistics and metrics. */
  updates(): Map<Variable, Tensor>;
  /** Whether a loss that is not finite keeps the old values. */
  readonly guarded: boolean;
}

/**
 * One training step as a function of weights, optimizer state, statistics and a batch. It assigns nothing, so that a step
 * that fails, or whose loss is not finite, leaves everything as it was, and so that it can be traced. `key` stands for the
 * random numbers of the step.
 */
export function trainPass(
  model: Layer,
  objective: Objective,
  optimizer: Optimizer,
  batch: Batch,
  key?: Tensor,
): Pass {
  const context = new CallContext(true, undefined, key);
  const { outputs, parts, total } = recorded(() => forward(model, objective, batch, context));
  const updates = (): Map<Variable, Tensor> => {
    if (total === undefined) return new Map();
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
    return new Map([...context.updates, ...steps, ...objective.metricUpdates(outputs, batch)]);
  };
  return { outputs, total, parts, updates, guarded: true };
}

/** The same without training: only the metrics have new values. */
export function testPass(model: Layer, objective: Objective, batch: Batch): Pass {
  // Recorded, so that the loss finds the logits of a softmax as it does in training.
  const { outputs, parts, total } = recorded(() => forward(model, objective, batch, new CallContext(false)));
  return { outputs, total, parts, updates: () => objective.metricUpdates(outputs, batch), guarded: false };
}

/** Runs a step op by op and writes its new values back. */
export function runPass({ total, parts, updates, guarded }: Pass): StepResult {
  const result = { loss: total?.item() ?? 0, parts: parts.map((part) => part?.item()) };
  if (guarded && !Number.isFinite(result.loss)) return result;
  for (const [variable, value] of updates()) variable.assign(value);
  return result;
}

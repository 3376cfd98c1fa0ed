import type { StepRecord, TensorRecord } from "../trace/records.ts";
import type { Trace } from "../trace/trace.ts";

/** The op that a step is about: the one that is computed, or that the gradient comes from. */
export const throughOf = ({ from, node }: StepRecord): number => from ?? node;

/** The gradient of a node, once it has arrived. A step through the node comes after all of it. */
export const arrivedAt = (trace: Trace, index: number, node: number): TensorRecord | undefined =>
  trace.at(index).gradientOf(node).total;

/** The step that first brings the gradient of a node back through its op. */
export function returnOf({ steps }: Trace, node: number): number | undefined {
  const step = steps.findIndex(({ phase, from }) => phase === "contribution" && from === node);
  return step === -1 ? undefined : step;
}

/** What a node has sent to its input in a slot, and in which step. */
export function sentTo(
  { steps, tensors }: Trace,
  node: number,
  slot: number,
): { readonly step: number; readonly record: TensorRecord } | undefined {
  const step = steps.findIndex(
    (one) => one.phase === "contribution" && one.from === node && one.slot === slot,
  );
  return step === -1 ? undefined : { step, record: tensors[steps[step]!.value]! };
}

import { normalizeAxis } from "../../shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/**
 * What softmax or sigmoid made the predictions of, if that is where they come from. A cross-entropy computed from
 * these logits is exact where the probabilities have been rounded to 0 or 1, and its gradient is p − t.
 */
export function logitsOf(yPred: Tensor, opName: "softmax" | "sigmoid", axis = -1): Tensor | undefined {
  const { node } = yPred;
  if (node === undefined || node.op.opName !== opName) return undefined;
  const along = "axis" in node.attrs ? Number(node.attrs.axis) : axis;
  const same = normalizeAxis(along, yPred.rank) === normalizeAxis(axis, yPred.rank);
  return same ? node.inputs[0] : undefined;
}

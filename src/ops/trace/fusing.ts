import { canGenerate, stepOf } from "../../kernels/wasm/fused/call.ts";
import type { Fused, Ref } from "../../kernels/wasm/fused/fused.ts";
import { Filled } from "../../tensor/filled.ts";
import { type Tensor, Variable } from "../../tensor/tensor.ts";
import type { View } from "../../view.ts";
import type { Call, Tape } from "./tape.ts";

/** Whether a call maps cells one by one to a whole buffer, in a way that can be generated. */
export const isElementwise = (tape: Tape, { kernel, args, out }: Call): boolean =>
  canGenerate(kernel, args) && tape.isWhole(out) && tape.buffer(out).writers.length === 1;

/** A view without its axes of size 1. */
const squeezed = (view: View): View => {
  const kept = view.shape.flatMap((size, i) => (size === 1 ? [] : [i]));
  return { ...view, shape: kept.map((i) => view.shape[i]!), stride: kept.map((i) => view.stride[i]!) };
};

/** The number in all cells of a tensor, where that is known when it is traced. */
function numberIn(x: Tensor): number | undefined {
  if (x instanceof Filled && x.number !== undefined) return x.number;
  return x.size === 1 && !(x instanceof Variable) && !x.symbolic ? x.data[0] : undefined;
}

const sameView = (a: View, b: View): boolean =>
  a.data === b.data && a.offset === b.offset && String(a.stride) === String(b.stride);

/**
 * Elementwise calls as one kernel. `isNeeded` says which of their results others use, and `isCode` which numbers are part of
 * the code, where the others are operands.
 */
export function fused(
  tape: Tape,
  calls: readonly Call[],
  isNeeded: (call: Call) => boolean,
  isCode: (value: number) => boolean = () => true,
): Fused {
  const stepsOf = new Map(calls.map((call, step) => [call.out.data, step] as const));
  const inputs: View[] = [];
  const read = (view: View): Ref => {
    const step = stepsOf.get(view.data);
    if (step !== undefined) return { step };
    const { of, dtype } = tape.buffer(view);
    const constant = of && numberIn(of);
    if (constant !== undefined && isCode(constant)) return { constant, dtype };
    const wanted = squeezed(view);
    const known = inputs.findIndex((input) => sameView(input, wanted));
    return { input: known >= 0 ? known : inputs.push(wanted) - 1 };
  };
  return {
    steps: calls.map((call) => stepOf(call.kernel, call.args, read)!),
    inputs,
    shape: squeezed(calls[0]!.out).shape,
    outputs: calls
      .filter(isNeeded)
      .map((call) => ({ value: { step: stepsOf.get(call.out.data)! }, out: squeezed(call.out) })),
  };
}

import { type DType, dtypeOf } from "../dtype.ts";
import type { BinaryName, UnaryName } from "../kernels/kernels.ts";
import { canFuse, type Fused, type FusedStep, type Ref } from "../kernels/wasm/fused/fused.ts";
import { Variable } from "../tensor/tensor.ts";
import type { View } from "../view.ts";
import type { Call, Tape } from "./tape.ts";

type Read = (view: View) => Ref;

/** A call as a step of a generated kernel; `undefined` if it is none. */
function stepOf({ kernel, args, reads, out }: Call, ref: Read): FusedStep | undefined {
  const at = (i: number) => ref(reads[i]!);
  switch (kernel) {
    case "unary":
      return { kind: "unary", name: args[0] as UnaryName, x: at(0) };
    case "binary":
      return { kind: "binary", name: args[0] as BinaryName, a: at(0), b: at(1) };
    case "select":
      return { kind: "select", condition: at(0), a: at(1), b: at(2) };
    case "copy":
      return { kind: "copy", x: at(0), dtype: dtypeOf(out.data) };
    default:
      return undefined;
  }
}

/** Whether a call maps cells one by one to a whole buffer, in a way that can be generated. */
export function isElementwise(tape: Tape, call: Call): boolean {
  const step = stepOf(call, () => ({ constant: 0 }));
  if (step === undefined || !tape.isWhole(call.out) || tape.buffer(call.out).writers.length > 1) return false;
  const dtypes: DType[] = call.reads.map((view) => tape.buffer(view).dtype);
  const name = step.kind === "unary" || step.kind === "binary" ? step.name : step.kind;
  return canFuse(name, dtypes, tape.buffer(call.out).dtype);
}

/** A view without its axes of size 1. */
const squeezed = (view: View): View => {
  const kept = view.shape.flatMap((size, i) => (size === 1 ? [] : [i]));
  return { ...view, shape: kept.map((i) => view.shape[i]!), stride: kept.map((i) => view.stride[i]!) };
};

const sameView = (a: View, b: View): boolean =>
  a.data === b.data && a.offset === b.offset && String(a.stride) === String(b.stride);

/** Elementwise calls as one kernel. `isNeeded` says which of their results others use. */
export function fused(tape: Tape, calls: readonly Call[], isNeeded: (call: Call) => boolean): Fused {
  const stepsOf = new Map(calls.map((call, step) => [call.out.data, step] as const));
  const inputs: View[] = [];
  const read = (view: View): Ref => {
    const step = stepsOf.get(view.data);
    if (step !== undefined) return { step };
    const { of, size, dtype } = tape.buffer(view);
    if (of !== undefined && size === 1 && !(of instanceof Variable) && !of.symbolic) {
      return { constant: of.data[0]!, dtype };
    }
    const wanted = squeezed(view);
    const known = inputs.findIndex((input) => sameView(input, wanted));
    return { input: known >= 0 ? known : inputs.push(wanted) - 1 };
  };
  return {
    steps: calls.map((call) => stepOf(call, read)!),
    inputs,
    shape: squeezed(calls[0]!.out).shape,
    outputs: calls
      .filter(isNeeded)
      .map((call) => ({ value: { step: stepsOf.get(call.out.data)! }, out: squeezed(call.out) })),
  };
}

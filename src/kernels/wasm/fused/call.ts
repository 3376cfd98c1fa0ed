import { dtypeOf } from "../../../dtype.ts";
import type { View } from "../../../view.ts";
import type { BinaryName, Kernels, UnaryName } from "../../kernels.ts";
import { isView } from "../../work.ts";
import { canFuse, type FusedStep, type Ref } from "./fused.ts";

type Read = (view: View) => Ref;

/** A call of a kernel as a step of a generated one, whose operands `ref` finds; `undefined` if there is no such step. */
export function stepOf(kernel: keyof Kernels, args: readonly unknown[], ref: Read): FusedStep | undefined {
  const views = args.filter(isView);
  const at = (i: number) => ref(views[i]!);
  switch (kernel) {
    case "unary":
      return { kind: "unary", name: args[0] as UnaryName, x: at(0) };
    case "binary":
      return { kind: "binary", name: args[0] as BinaryName, a: at(0), b: at(1) };
    case "select":
      return { kind: "select", condition: at(0), a: at(1), b: at(2) };
    case "copy":
      return { kind: "copy", x: at(0), dtype: dtypeOf(views[1]!.data) };
    default:
      return undefined;
  }
}

/** Whether a call maps cells one by one in a way that can be generated. */
export function canGenerate(kernel: keyof Kernels, args: readonly unknown[]): boolean {
  const step = stepOf(kernel, args, () => ({ constant: 0 }));
  if (step === undefined) return false;
  const dtypes = args.filter(isView).map(({ data }) => dtypeOf(data));
  const name = step.kind === "unary" || step.kind === "binary" ? step.name : step.kind;
  return canFuse(name, dtypes.slice(0, -1), dtypes.at(-1)!);
}

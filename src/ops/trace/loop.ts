import { allocate, isFloat } from "../../dtype.ts";
import { getBackend } from "../../kernels/backend.ts";
import { computeFused } from "../../kernels/wasm/eager.ts";
import type { Fused } from "../../kernels/wasm/fused/fused.ts";
import { Leaf, Tensor } from "../../tensor/tensor.ts";
import { type View, viewOf } from "../../view.ts";
import { fused, isElementwise } from "./fusing.ts";
import { type Call, cellsOf, Tape } from "./tape.ts";

/** Fewer cells than this are computed op by op before their ops have been traced. */
const fewCells = 2 ** 14;

/**
 * Numbers that kernels are generated for, since powers and comparisons are faster with them; others are operands, or each new
 * number would be another kernel for ever.
 */
const isCode = (value: number): boolean => Number.isInteger(value) && Math.abs(value) <= 8;

type Maths = (xs: readonly Tensor[]) => Tensor;

/**
 * The value of `f`, written in ops that map cells one by one, computed in one loop over the cells: `f` is traced, so that its
 * ops become one generated kernel. `undefined` where that cannot be, or is not worth it: then `f` must be called.
 */
export function inOneLoop(f: Maths, xs: readonly Tensor[]): Tensor | undefined {
  if (!xs.some(({ size }) => size >= fewCells) || xs.some((x) => x.symbolic)) return undefined;
  if (getBackend() !== "wasm") return undefined;
  const standIns = xs.map(({ shape, dtype }) => new Leaf(shape, dtype));
  const given = (x: Tensor): Tensor => xs[standIns.indexOf(x)] ?? x;
  const traced = attempt(() => {
    const y = f(standIns);
    return { y, kernel: kernelOf(y, new Tape(standIns), given) };
  });
  if (traced?.kernel === undefined) return undefined;
  const { y, kernel } = traced;
  computeFused(kernel);
  return new Tensor(y.shape, y.dtype, kernel.outputs[0]!.out.data);
}

/** What looks at the values of tensors cannot be traced. If it fails for another reason it will do so again, op by op. */
function attempt<T>(f: () => T): T | undefined {
  try {
    return f();
  } catch {
    return undefined;
  }
}

/** The kernel that computes `y` into fresh cells, if there can be one; `given` is what a stand-in stands for. */
function kernelOf(y: Tensor, tape: Tape, given: (x: Tensor) => Tensor): Fused | undefined {
  const out = tape.view(y);
  const { calls } = tape;
  if (calls.length === 0 || !calls.every((call) => isInLoop(tape, call, out))) return undefined;
  const kernel = fused(tape, calls, (call) => call.out.data === out.data, isCode);
  const real = (view: View): View => ({ ...view, data: given(tape.buffer(view).of!).data });
  const result = viewOf(allocate(y.dtype, y.size), kernel.shape);
  return {
    ...kernel,
    inputs: kernel.inputs.map(real),
    outputs: kernel.outputs.map((output) => ({ ...output, out: result })),
  };
}

/** Whether a call can be computed in the loop over the cells of `out`. */
function isInLoop(tape: Tape, call: Call, out: View): boolean {
  const isOwn = (read: View) => tape.buffer(read).writers.length === 0 || tape.isCellByCell(read, call.out);
  return (
    isElementwise(tape, call) &&
    cellsOf(call.out) === cellsOf(out) &&
    call.reads.every(isOwn) &&
    !isChecked(tape, call)
  );
}

/** Whether cells may be refused: a number that is not finite has no whole number, and only real cells can be looked at. */
const isChecked = (tape: Tape, { kernel, reads, out }: Call): boolean =>
  kernel === "copy" && isFloat(tape.buffer(reads[0]!).dtype) && !isFloat(tape.buffer(out).dtype);

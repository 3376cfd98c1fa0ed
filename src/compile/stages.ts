import type { Place } from "../kernels/wasm/instruction.ts";
import type { Call, Tape } from "../ops/trace/tape.ts";
import { type Tensor, Variable } from "../tensor/tensor.ts";
import type { View } from "../view.ts";

/** The stage of what depends on nothing but constants and variables: it runs again only when those have changed. */
export const prepared = 0;

/** Whether a tensor has the same value in every run. */
const isSteady = (x: Tensor, written: ReadonlySet<Variable>): boolean =>
  x instanceof Variable ? !written.has(x) : !x.symbolic;

export interface Stages {
  /** The stage of each call that is needed: {@link prepared}, or the first (1, 2, …) one of whose results needs it. */
  readonly of: ReadonlyMap<Call, number>;
  /** Whether a value stays the same from run to run, unless a variable is assigned. */
  isFixed(place: Place): boolean;
}

/** Sorts calls into stages. `results` are those of each stage; `written` are the variables that a run changes. */
export function stagesOf(
  tape: Tape,
  results: readonly (readonly View[])[],
  written: ReadonlySet<Variable>,
): Stages {
  const stages = new Map<Call, number>();
  for (const [i, views] of results.entries()) {
    const pending = views.flatMap((view) => tape.buffer(view).writers);
    for (let call = pending.pop(); call !== undefined; call = pending.pop()) {
      if (stages.has(call)) continue;
      stages.set(call, i + 1);
      pending.push(...[...call.reads, call.out].flatMap((view) => tape.buffer(view).writers));
    }
  }
  const isFixed = (place: Place): boolean => {
    const buffer = tape.buffer(place);
    if (buffer.of !== undefined) return isSteady(buffer.of, written);
    return buffer.writers.every((writer) => stages.get(writer) === prepared);
  };
  for (const call of tape.calls) {
    const before = tape.buffer(call.out).writers.filter(({ index }) => index < call.index);
    const fixed = call.reads.every(isFixed) && before.every((writer) => stages.get(writer) === prepared);
    if (stages.has(call) && fixed) stages.set(call, prepared);
  }
  return { of: stages, isFixed };
}

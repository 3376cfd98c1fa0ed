import type { Cells } from "../dtype.ts";
import type { Tape } from "../ops/trace/tape.ts";
import type { Variable } from "../tensor/tensor.ts";
import type { View } from "../view.ts";
import type { Units } from "./units.ts";

/**
 * Which new values can be written over the old ones: those that an elementwise kernel computes cell by cell, after all
 * others have read the old value; the caller wants to read those that are `kept`. Adds to the grouping that it waits for them.
 */
export function writtenInPlace(
  tape: Tape,
  units: Units,
  updates: ReadonlyMap<Variable, View>,
  kept: ReadonlySet<Cells>,
  stage: number,
): Map<Cells, Variable> {
  const found = new Map<Cells, Variable>();
  for (const [variable, value] of updates) {
    const buffer = tape.buffer(value);
    const [writer] = buffer.writers;
    if (writer === undefined || found.has(value.data) || !tape.isWhole(value)) continue;
    const group = units.grouping.groupOf(writer);
    if (group.stage !== stage || !group.elementwise.includes(writer)) continue;
    const { data: old } = tape.view(variable);
    if (kept.has(old) || buffer.dtype !== variable.dtype) continue;
    const inOrder = group.elementwise.every(({ reads, out }) =>
      reads.every((view) => view.data !== old || tape.isCellByCell(view, out)),
    );
    if (!inOrder || group.head?.reads.some(({ data }) => data === old)) continue;
    const others = new Set([...units.grouping.readers(old)].filter((reader) => reader !== group));
    if (units.grouping.wait(group, others)) found.set(value.data, variable);
  }
  return found;
}

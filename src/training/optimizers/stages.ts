import { equal, where } from "../../ops/compare.ts";
import type { Tensor, Variable } from "../../tensor/tensor.ts";
import type { SlotTable } from "./slots.ts";
import type { Settings } from "./specs.ts";

// What may lie around an update: gradients are gathered before it, averages are kept after it.

export const average = "average";
export const accumulator = "gradient_accumulator";

/** The value of a variable that a step starts from: the variable itself, or what stands for it in a traced step. */
export type ReadVariable = (variable: Variable) => Tensor;

/** New values of variables. */
export type Values = Map<Variable, Tensor>;

/** What a stage of a step works on. */
export interface Stage {
  readonly variables: readonly Variable[];
  readonly read: ReadVariable;
  readonly table: SlotTable;
}

/** Whether something that happens once in `period` is due now, after `count` times; counts are float64 scalars. */
const isDue = (count: Tensor, period: number): Tensor => equal(count.add(1).mod(period), 0);

/**
 * Updates once in `period` steps, by the mean of the gradients since the last time. Which step it is, only the values
 * say, so the update is computed in each, and taken in some.
 */
export function accumulated(
  { variables, read, table }: Stage,
  gradients: readonly Tensor[],
  steps: Tensor,
  period: number,
  update: (gradients: readonly Tensor[]) => Values,
): Values {
  const due = isDue(steps, period);
  const sums = variables.map((x, i) => gradients[i]!.add(read(table.slot(x, accumulator))));
  const next = update(sums.map((sum) => sum.div(period)));
  for (const [x, value] of next) next.set(x, where(due, value, read(x)));
  for (const [i, x] of variables.entries()) next.set(table.slot(x, accumulator), where(due, 0, sums[i]!));
  return next;
}

/** Adds the moving averages of the new values to them, and where it is time puts the averages in their places. */
export function averaged(
  { variables, read, table }: Stage,
  next: Values,
  updates: Tensor,
  { emaMomentum, emaOverwriteFrequency }: Settings,
): Values {
  const isFirst = equal(updates, 0);
  for (const x of variables) {
    const value = next.get(x)!;
    const mean = read(table.slot(x, average))
      .mul(emaMomentum)
      .add(value.mul(1 - emaMomentum));
    const started = where(isFirst, value, mean);
    next.set(table.slot(x, average), started);
    if (emaOverwriteFrequency !== null) {
      next.set(x, where(isDue(updates, emaOverwriteFrequency), started, value));
    }
  }
  return next;
}

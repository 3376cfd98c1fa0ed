import { printed } from "../../autodiff/explanation.ts";
import type { Theme } from "../../plot/theme.ts";
import type { Block } from "../pictures/blocks.ts";
import type { Known } from "../pictures/known.ts";
import { explanationOf } from "../trace/explain.ts";
import type { NodeRecord, StepRecord } from "../trace/records.ts";
import type { Trace } from "../trace/trace.ts";

/** What the parts of the page are drawn from: a trace, a place in it, and how to go to another. */
export interface View {
  readonly trace: Trace;
  readonly blocks: readonly Block[];
  readonly index: number;
  readonly step: StepRecord;
  /** Whether the outcome of the step is still to be predicted. */
  readonly hidden: boolean;
  /** What is known by now, without what is hidden. */
  readonly known: Known;
  /** The picked cell of the outcome. */
  readonly cell: readonly number[] | undefined;
  readonly theme: Theme;
  readonly go: (index: number) => void;
}

/** The node that a step works through: what is computed, or what the gradient comes back from. */
export const throughOf = ({ node, from }: StepRecord): number => from ?? node;

export const isBackward = ({ phase }: StepRecord): boolean => phase !== "forward";

const passes = { forward: "forward", seed: "backward, seed" } as const;

/** `step 37 of 92, backward, conv2d`. */
export function stepWords({ trace, index, step }: Pick<View, "trace" | "index" | "step">): string {
  const { label, op } = trace.nodes[throughOf(step)]!;
  const pass = step.phase === "forward" || step.phase === "seed" ? passes[step.phase] : "backward";
  return `step ${index + 1} of ${trace.length}, ${pass}, ${op === undefined || label.startsWith(op) ? label : `${label} (${op})`}`;
}

/** The explanation of the step, at the picked cell. */
export const explained = ({ trace, index, cell }: Pick<View, "trace" | "index" | "cell">) =>
  explanationOf(trace, index, cell);

/** What a screen reader says of a step. */
export function spoken(view: View): string {
  const { words, rule, numbers, outcome, ledger } = explained(view);
  if (view.hidden)
    return `${stepWords(view)}. ${words}. ${printed(rule)}. The numbers are hidden: predict, then reveal.`;
  const result = [numbers, outcome].filter((part) => part !== undefined).join(" = ");
  const lines = [printed(rule), ...(result === "" ? [] : [printed(result)]), ...ledger];
  return `${stepWords(view)}. ${words}. ${lines.join(". ")}.`;
}

/** The first step that fits in the pass that the cursor is in, else in the other. */
export function stepWhere({ trace, step }: View, fits: (step: StepRecord) => boolean): number | undefined {
  const backward = isBackward(step);
  const same = trace.steps.findIndex((one) => isBackward(one) === backward && fits(one));
  const any = same === -1 ? trace.steps.findIndex(fits) : same;
  return any === -1 ? undefined : any;
}

/** Where to see what happens to a node: it is computed, or a gradient arrives at it. */
export function goToNode(view: View, node: number): void {
  const at = stepWhere(view, (step) => step.node === node);
  if (at !== undefined) view.go(at);
}

/** Where to see what happens in a block. */
export function goToBlock(view: View, { ops }: Block): void {
  const at = stepWhere(view, (step) => ops.includes(throughOf(step)));
  if (at !== undefined) view.go(at);
}

/** Whether a node's tensors have the axes of a weight, not those of a batch. */
export const isWeight = ({ kind }: NodeRecord): boolean => kind === "variable";

/** The part of a long list that is around a place: a page cannot hold everything that a file may have. */
export function around<T>(
  all: readonly T[],
  place: number,
  most: number,
): { first: number; shown: readonly T[] } {
  const first = Math.max(0, Math.min(Math.floor(place - most / 2), all.length - most));
  return { first, shown: all.slice(first, first + most) };
}

import { ChainruleError, show } from "../../errors.ts";
import { totalsOf } from "../trace/flow.ts";
import type { Tables, TensorRecord } from "../trace/records.ts";

/** What is known of a trace after one of its steps. */
export interface Known {
  readonly step: number;
  /** None: it is not computed yet. */
  valueOf(node: number): TensorRecord | undefined;
  /** None: nothing has arrived yet. */
  gradientOf(node: number): TensorRecord | undefined;
  /** Whether a gradient ever arrives at a node. */
  hasGradient(node: number): boolean;
  /** What a node has sent back to its input in a slot. */
  contributionOf(node: number, slot: number): TensorRecord | undefined;
}

/** @throws If there is no such step. */
export function checkStep(who: string, { steps }: Tables, step: unknown): number {
  if (step === undefined) return steps.length - 1;
  if (Number.isInteger(step) && steps[step as number] !== undefined) return step as number;
  throw new ChainruleError(
    `${who}: expected the number of a step from 0 to ${steps.length - 1}; received ${show(step)}`,
  );
}

export function knownAfter({ nodes, steps, tensors }: Tables, step: number): Known {
  const past = steps.slice(0, step + 1);
  const made = new Set(past.flatMap(({ phase, node }) => (phase === "forward" ? [node] : [])));
  const totals = totalsOf(past);
  const all = totalsOf(steps);
  const sent = new Map<string, number>();
  for (const { phase, from, slot, value } of past) {
    if (phase === "contribution" || phase === "sum") sent.set(`${from} ${slot}`, value);
  }
  const find = (tensor: number | undefined) => (tensor === undefined ? undefined : tensors[tensor]);
  return {
    step,
    valueOf: (node) => (nodes[node]!.kind !== "op" || made.has(node) ? find(nodes[node]!.tensor) : undefined),
    gradientOf: (node) => find(totals.get(node)),
    hasGradient: (node) => all.has(node),
    contributionOf: (node, slot) => find(sent.get(`${node} ${slot}`)),
  };
}

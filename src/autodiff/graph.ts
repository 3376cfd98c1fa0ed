import { isFloat } from "../dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** An edge of the graph that gradients flow along: from a result to one of its inputs. */
export interface Edge {
  readonly slot: number;
  readonly input: Tensor;
}

/** The edges out of a result: its inputs that have a gradient rule. A repeated input has an edge per slot. */
export function edgesOf(result: Tensor): Edge[] {
  const { node } = result;
  if (!node?.flows) return [];
  return node.inputs.flatMap((input, slot) =>
    input.tracked && isFloat(input.dtype) && node.op.gradient(slot) !== null ? [{ slot, input }] : [],
  );
}

/** `y` and all that gradients flow to from it, newest first: results come before their inputs. */
export function ancestors(y: Tensor): Tensor[] {
  const seen = new Set([y]);
  const pending = [y];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const { input } of edgesOf(next)) {
      if (seen.has(input)) continue;
      seen.add(input);
      pending.push(input);
    }
  }
  // A result is made after its inputs and has the larger id: no search for an order is needed.
  return [...seen].sort((a, b) => b.id - a.id);
}

/** What a backward pass visits. */
export interface Plan {
  /** The results to go through, newest first. */
  readonly results: readonly Tensor[];
  /** The edges out of each result that lead to what is wanted. */
  readonly edges: ReadonlyMap<Tensor, readonly Edge[]>;
  /** How many contributions each tensor will receive. */
  readonly expected: ReadonlyMap<Tensor, number>;
}

/** Leaves out of the walk what does not lead to a wanted tensor. */
export function planBackward(y: Tensor, wanted: (x: Tensor) => boolean): Plan {
  const order = ancestors(y);
  const needed = new Set<Tensor>();
  const edges = new Map<Tensor, Edge[]>();
  const expected = new Map<Tensor, number>();
  for (const x of [...order].reverse()) {
    const leading = edgesOf(x).filter(({ input }) => needed.has(input));
    if (leading.length > 0) edges.set(x, leading);
    if (leading.length > 0 || wanted(x)) needed.add(x);
  }
  for (const leading of edges.values()) {
    for (const { input } of leading) expected.set(input, (expected.get(input) ?? 0) + 1);
  }
  return { results: order.filter((x) => edges.has(x)), edges, expected };
}

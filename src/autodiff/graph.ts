import { isFloat } from "../dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** An edge of the graph that gradients flow along: from a result to one of its inputs. */
export interface Edge {
  readonly slot: number;
  readonly input: Tensor;
}

const none: readonly Edge[] = [];

/** The edges out of a result: its inputs that have a gradient rule. A repeated input has an edge per slot. */
export function edgesOf({ node }: Tensor): readonly Edge[] {
  if (!node?.flows) return none;
  const edges: Edge[] = [];
  for (const [slot, input] of node.inputs.entries()) {
    const leads = input.tracked && isFloat(input.dtype) && node.op.gradient(slot) !== null;
    if (leads) edges.push({ slot, input });
  }
  return edges;
}

/** `y` and all that gradients flow to from it, with the edges out of each. */
function reach(y: Tensor): Map<Tensor, readonly Edge[]> {
  const reached = new Map([[y, edgesOf(y)]]);
  const pending = [y];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const { input } of reached.get(next)!) {
      if (reached.has(input)) continue;
      reached.set(input, edgesOf(input));
      pending.push(input);
    }
  }
  return reached;
}

/** `y` and all that gradients flow to from it. */
export const ancestors = (y: Tensor): Tensor[] => [...reach(y).keys()];

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
  const reached = reach(y);
  // A result is made after its inputs and has the larger id: no search for an order is needed.
  const order = [...reached.keys()].sort((a, b) => a.id - b.id);
  const needed = new Set<Tensor>();
  const results: Tensor[] = [];
  const edges = new Map<Tensor, readonly Edge[]>();
  const expected = new Map<Tensor, number>();
  for (const x of order) {
    const leading = reached.get(x)!.filter(({ input }) => needed.has(input));
    if (leading.length > 0 || wanted(x)) needed.add(x);
    if (leading.length === 0) continue;
    edges.set(x, leading);
    results.push(x);
    for (const { input } of leading) expected.set(input, (expected.get(input) ?? 0) + 1);
  }
  return { results: results.reverse(), edges, expected };
}

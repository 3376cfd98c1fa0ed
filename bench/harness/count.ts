import { backwardSteps, type Tensor } from "chainrule";
import type { OpCount } from "./workload.ts";

/**
 * Counts the operations of one training step by walking a real graph:
 * - forward: the recorded ops that `loss` was computed with;
 * - backward: the contributions (one for each edge that a gradient flows along), the sums that undo
 *   broadcasting, and the accumulations where a tensor is used more than once; the seed is not counted;
 * - update: two per parameter, the product with the learning rate and the difference.
 */
export function countOps(loss: Tensor, params: number): OpCount {
  const seen = new Set<Tensor>();
  const pending = [loss];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.node === undefined || seen.has(next)) continue;
    seen.add(next);
    pending.push(...next.node.inputs);
  }
  const steps = [...backwardSteps(loss)];
  return {
    forward: seen.size,
    backward: steps.filter(({ kind }) => kind !== "seed").length,
    update: 2 * params,
  };
}

export const totalOps = ({ forward, backward, update }: OpCount): number => forward + backward + update;

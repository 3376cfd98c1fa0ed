import { gradients } from "../../autodiff/grad.ts";
import { type Cells, isFloat } from "../../dtype.ts";
import { ChainruleError } from "../../errors.ts";
import { mul } from "../../ops/arithmetic.ts";
import { noGrad, recorded } from "../../ops/recording.ts";
import { sum, sumTo } from "../../ops/reduce.ts";
import { formatShape, sameShape } from "../../shape.ts";
import { zeros } from "../../tensor/create.ts";
import { type GradientRule, Leaf, type Node, type Tensor } from "../../tensor/tensor.ts";
import {
  cellAt,
  type Index,
  type Ledger,
  type LedgerOptions,
  ledgerOf,
  positionOf,
  range,
} from "./ledger.ts";

/** An op's result and input may have this many cells: the slopes at all of them are computed for each cell asked for. */
export const mostCells = 2 ** 16;

/** An input of an op's result, and the rule that carries gradients to it. */
interface Edge {
  readonly node: Node;
  readonly rule: GradientRule;
  readonly input: Tensor;
  readonly inputName: string;
}

/** The edge into a slot; refuses what has no slopes, or too many. */
function edgeInto(result: Tensor, slot: number): Edge {
  const { node } = result;
  const refuse = (why: string) => new ChainruleError(`${node?.op.opName ?? "sum of paths"}: ${why}`);
  if (node === undefined) {
    throw refuse(
      "no op is recorded for this tensor: it is a leaf or a constant, or no gradient flows through it",
    );
  }
  const input = node.inputs[slot];
  if (input === undefined) {
    throw refuse(`expected a slot from 0 to ${node.inputs.length - 1}; received ${slot}`);
  }
  const inputName = node.op.inputName(slot);
  const rule = node.op.gradient(slot);
  if (rule === null || !isFloat(result.dtype) || !isFloat(input.dtype)) {
    throw refuse(`no gradient flows to ${inputName}, so it has no slopes`);
  }
  const largest = result.size > input.size ? result : input;
  if (largest.size > mostCells) {
    throw refuse(
      `the sum of paths is for tensors of at most ${mostCells} cells; ${formatShape(largest.shape)} has ${largest.size}. ` +
        "Take a smaller batch or image.",
    );
  }
  const changed = node.inputs.findIndex((x, i) => x.version !== node.versions[i]);
  if (changed !== -1) {
    throw refuse(
      `${node.op.inputName(changed)} was assigned after the op ran, so the slopes would be those of the new value. ` +
        "Compute the result again.",
    );
  }
  return { node, rule, input, inputName };
}

/** What the op's own rule gives the input for an upstream gradient, with broadcasting undone. */
function pull({ node, rule, input }: Edge, result: Tensor, slot: number, upstream: Tensor): Tensor {
  const contribution = rule.of(upstream, node, result, slot);
  return sameShape(contribution.shape, input.shape) ? contribution : sumTo(contribution, input.shape);
}

/** The slopes ∂y/∂x of all cells of the result in one cell of the input, found from the op's own rule. */
function slopesOf(edge: Edge, result: Tensor, slot: number, position: number, upstream: Tensor): Cells {
  const oneHot = zeros(edge.input.shape, edge.input.dtype);
  oneHot.data[position] = 1;
  // The rule is linear in the upstream u: what it gives the cell is Σ u · slope, and its gradient in u the slopes.
  const slopes = recorded(() => {
    const u = new Leaf(upstream.shape, upstream.dtype, upstream.data);
    return gradients(sum(mul(pull(edge, result, slot, u), oneHot)), [u])[0]!;
  }).toTypedArray();
  reconsider(slopes, (y) => {
    const one = zeros(result.shape, result.dtype);
    one.data[y] = 1;
    return noGrad(() => pull(edge, result, slot, one)).data[position]!;
  });
  return slopes;
}

/** So many slopes that are NaN are computed again, one by one. */
const mostDoubtful = 256;

/** Elsewhere an infinite slope times the 0 of the one-hot vector is NaN: such slopes are asked for directly. */
function reconsider(slopes: Cells, slopeAt: (y: number) => number): void {
  const doubtful = range(slopes.length).filter((y) => Number.isNaN(slopes[y]));
  for (const y of doubtful.slice(0, mostDoubtful)) slopes[y] = slopeAt(y);
}

/** Refuses custom rules that clip or otherwise bend the upstream: twice the upstream must give twice as much. */
function ensureLinear(edge: Edge, result: Tensor, slot: number, position: number, upstream: Tensor): void {
  const at = (u: Tensor) => noGrad(() => pull(edge, result, slot, u)).data[position]!;
  const [once, twice] = [at(upstream), at(noGrad(() => mul(upstream, 2)))];
  // Doubling is exact in floating point, but for the smallest numbers.
  if (Math.abs(twice - 2 * once) > 1e-3 * Math.abs(twice) + 1e-30) {
    throw new ChainruleError(
      `${edge.node.op.opName}: its rule for ${edge.inputName} is not linear in the upstream (twice the upstream gives ` +
        `${twice} in place of ${2 * once}), so what it gives is no sum of paths.`,
    );
  }
}

/**
 * What one cell of an op's input gets back, as a sum over the paths through the result's cells: upstream · ∂y/∂x, with
 * the cell of the result as `at.y`. Paths of slope 0 are left out. The slopes come from the op's own gradient rule, so
 * this holds for every op.
 *
 * @throws If no gradient flows to the slot, there is no such cell, an input was assigned since, the tensors have more
 * than {@link mostCells} cells, `upstream` is not floats of the result's shape, or the rule is a custom one that is not linear
 * in it.
 */
export function pathLedger(
  result: Tensor,
  slot: number,
  cell: Index,
  upstream: Tensor,
  options: LedgerOptions = {},
): Ledger {
  const edge = edgeInto(result, slot);
  if (!sameShape(upstream.shape, result.shape) || !isFloat(upstream.dtype)) {
    throw new ChainruleError(
      `${edge.node.op.opName}: the upstream must be floats of the result's shape ${formatShape(result.shape)}; ` +
        `received ${upstream.dtype} ${formatShape(upstream.shape)}`,
    );
  }
  const position = positionOf(edge.inputName, cell, edge.input.shape);
  ensureLinear(edge, result, slot, position, upstream);
  const slopes = slopesOf(edge, result, slot, position, upstream);
  const paths = range(slopes.length).filter((y) => slopes[y] !== 0);
  const products = paths.map((y) => ({
    factors: [upstream.data[y]!, slopes[y]!] as const,
    at: () => ({ x: cell, y: cellAt(y, result.shape) }),
  }));
  return ledgerOf(products, options);
}

import type { NodeRecord, Tables } from "../trace/records.ts";
import type { PathName } from "../windows/normalization.ts";

/** The layers whose ops are searched for a normalization. */
const kinds = ["BatchNormalization", "LayerNormalization", "GroupNormalization"];

/** A normalization's nodes in a trace: gamma · (x − center) / √(spread + epsilon). */
export interface NormalizationNodes {
  readonly x: number;
  /** The normalized x times gamma, before beta is added. */
  readonly scaled: number;
  readonly epsilon: number;
  /** Laid along x, as the trace has it. */
  readonly gamma: number | undefined;
  /** The axes of mean and variance. */
  readonly axis: readonly number[];
  /** By path, the node that carries x's gradient along it; none where a moving average stands in for the batch. */
  readonly carriers: Readonly<Record<PathName, number | undefined>>;
}

/** The call of a normalization layer that a node is made in. */
export function normalizationGroup({ nodes, groups }: Tables, node: number): number | undefined {
  const { group } = nodes[node]!;
  return group !== undefined && kinds.includes(groups[group]!.kind) ? group : undefined;
}

/**
 * Finds the parts of a normalization by the ops that its layer did: `sub(x, mean)` times `rsqrt(variance + epsilon)`, that
 * times gamma. None if the layer did something else.
 */
export function normalizationNodes(
  { nodes, tensors }: Tables,
  group: number,
): NormalizationNodes | undefined {
  const own = nodes.flatMap((node, id) => (node.group === group ? [{ node, id }] : []));
  const find = (fits: (node: NodeRecord) => boolean) => own.find(({ node }) => fits(node));
  /** The node behind reshapes. */
  const behind = (id: number): number =>
    nodes[id]!.op === "reshape" && nodes[id]!.group === group ? behind(nodes[id]!.inputs[0]!) : id;
  const centered = find(({ op }) => op === "sub");
  const inverse = find(({ op }) => op === "rsqrt");
  if (centered === undefined || inverse === undefined) return undefined;
  const [x, center] = centered.node.inputs as [number, number];
  const shifted = nodes[inverse.node.inputs[0]!]!;
  if (shifted.op !== "add") return undefined;
  const [spread, epsilon] = [behind(shifted.inputs[0]!), tensors[nodes[shifted.inputs[1]!]!.tensor]!];
  const product = find(({ op, inputs }) => op === "mul" && inputs[0] === inverse.id);
  const scaled = find(
    ({ op, inputs }) => op === "mul" && inputs[0] === centered.id && inputs[1] === (product ?? inverse).id,
  );
  if (scaled === undefined || epsilon.sample.cells.length !== 1) return undefined;
  const isOf = (id: number, op: string) => nodes[id]!.op === op && nodes[id]!.inputs[0] === x;
  const [mean, variance] = [behind(center), spread];
  return {
    x,
    scaled: scaled.id,
    epsilon: epsilon.sample.cells[0]!,
    gamma: product?.node.inputs[1],
    axis: axesOf(nodes[variance]!),
    carriers: {
      direct: centered.id,
      mean: isOf(mean, "mean") ? mean : undefined,
      variance: isOf(variance, "variance") ? variance : undefined,
    },
  };
}

const axesOf = ({ attributes: { axis } }: NodeRecord): number[] =>
  Array.isArray(axis) ? axis.filter((one) => typeof one === "number") : [];

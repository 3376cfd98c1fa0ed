import type { NodeRecord, Tables } from "../trace/records.ts";
import type { PathName } from "../windows/normalization.ts";

/** The layers whose ops are searched for a normalization. */
const kinds = ["BatchNormalization", "LayerNormalization", "GroupNormalization"];

/** A normalization's nodes in a trace: gamma · (x − mean) / √(variance + epsilon). */
export interface NormalizationNodes {
  readonly x: number;
  /** The normalized x times gamma, before beta is added. */
  readonly scaled: number;
  readonly hasGamma: boolean;
  /** Not known where moving averages were used: the trace has only what came out. */
  readonly epsilon: number | undefined;
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
  const find = (fits: (node: NodeRecord) => boolean): number | undefined => {
    const found = nodes.findIndex((node) => node.group === group && fits(node));
    return found === -1 ? undefined : found;
  };
  const inputsOf = (node: number): readonly number[] => nodes[node]!.inputs;
  const isOp = (node: number, op: string): boolean => nodes[node]!.op === op && nodes[node]!.group === group;
  /** What is behind reshapes. */
  const behind = (node: number): number => (isOp(node, "reshape") ? behind(inputsOf(node)[0]!) : node);
  const centered = find(({ op }) => op === "sub");
  const scaled = find(({ op, inputs }) => op === "mul" && inputs[0] === centered);
  if (centered === undefined || scaled === undefined) return undefined;
  const [x, center] = inputsOf(centered) as [number, number];
  const factor = inputsOf(scaled)[1]!;
  const hasGamma = isOp(factor, "mul");
  const inverse = hasGamma ? inputsOf(factor)[0]! : factor;
  const about = { x, scaled, hasGamma };
  // What no gradient flows through is a constant in a trace.
  if (nodes[inverse]!.kind === "constant") {
    return {
      ...about,
      epsilon: undefined,
      carriers: { direct: centered, mean: undefined, variance: undefined },
    };
  }
  const shifted = inputsOf(inverse)[0];
  if (!isOp(inverse, "rsqrt") || shifted === undefined || !isOp(shifted, "add")) return undefined;
  const [mean, variance] = [behind(center), behind(inputsOf(shifted)[0]!)];
  const fits = (node: number, op: string) => isOp(node, op) && inputsOf(node)[0] === x;
  if (!fits(mean, "mean") || !fits(variance, "variance")) return undefined;
  const epsilon = tensors[nodes[inputsOf(shifted)[1]!]!.tensor]!.sample.cells[0];
  return { ...about, epsilon, carriers: { direct: centered, mean, variance } };
}

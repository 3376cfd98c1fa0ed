import { ChainruleError } from "../errors.ts";
import { type CallNode, classNameOf, type Layer, originOf } from "../layers/layer.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { recordOperation } from "./operation.ts";

/** The calls of layers that lead from the inputs of a functional model to its outputs. */
export interface Graph {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** In the order in which they are computed. */
  readonly nodes: readonly CallNode[];
  /** By depth, those of equal depth as they were first seen: the order of Keras's summaries. */
  readonly layers: readonly Layer[];
  /** The layers by depth, deepest (nearest to the inputs) first. */
  readonly levels: readonly (readonly CallNode[])[];
}

/** The call that made a tensor; an op between layers becomes one. */
function nodeOf(x: Tensor): CallNode {
  if (originOf(x) === undefined) recordOperation(x);
  return originOf(x)!.node;
}

/** The nodes before each output, inputs first, and each layer's place in the order of discovery. */
function discover(model: string, inputs: readonly Tensor[], outputs: readonly Tensor[]) {
  const given = new Set(inputs);
  const finished = new Set<CallNode>();
  const found = new Map<Layer, number>();
  const visit = (x: Tensor): void => {
    const node = nodeOf(x);
    if (finished.has(node)) return;
    if (!found.has(node.layer)) found.set(node.layer, found.size);
    if (!given.has(x)) {
      if (node.inputs.length === 0) {
        throw new ChainruleError(
          `${model}: the graph is disconnected: ${node.layer.name} (${classNameOf(node.layer)}) leads to an output ` +
            "but is not among the inputs. Add it to the inputs of the model.",
        );
      }
      for (const input of node.inputs) visit(input);
    }
    finished.add(node);
  };
  for (const x of outputs) visit(x);
  return { nodes: [...finished], found };
}

/** How far each node is from the outputs: 0 for the last; a layer's calls are all at its deepest. */
function depthsOf(nodes: readonly CallNode[], inputs: readonly Tensor[]) {
  const given = new Set(inputs);
  const depths = new Map<CallNode, number>();
  const layerDepths = new Map<Layer, number>();
  for (const node of [...nodes].reverse()) {
    const depth = Math.max(depths.get(node) ?? 0, layerDepths.get(node.layer) ?? 0);
    depths.set(node, depth);
    layerDepths.set(node.layer, depth);
    if (node.outputs.some((x) => given.has(x))) continue;
    for (const input of node.inputs) {
      const before = originOf(input)!.node;
      depths.set(before, Math.max(depth + 1, depths.get(before) ?? 0));
    }
  }
  return { depths, layerDepths };
}

/** The groups of equal depth, deepest first. */
function byDepth<T>(items: readonly T[], depth: (item: T) => number): T[][] {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const at = depth(item);
    const group = groups.get(at);
    if (group) group.push(item);
    else groups.set(at, [item]);
  }
  return [...groups].sort(([a], [b]) => b - a).map(([, group]) => group);
}

function checkNames(model: string, layers: readonly Layer[]): void {
  const names = new Map<string, Layer>();
  for (const layer of layers) {
    if (names.has(layer.name)) {
      throw new ChainruleError(
        `${model}: two layers are named "${layer.name}" (${classNameOf(names.get(layer.name)!)} and ` +
          `${classNameOf(layer)}); give one of them another name`,
      );
    }
    names.set(layer.name, layer);
  }
}

/**
 * The graph between inputs and outputs.
 *
 * @throws If an output depends on an input that is not given, or two layers have one name.
 */
export function buildGraph(model: string, inputs: readonly Tensor[], outputs: readonly Tensor[]): Graph {
  const { nodes, found } = discover(model, inputs, outputs);
  const { depths, layerDepths } = depthsOf(nodes, inputs);
  // Inputs that no output depends on are listed all the same.
  const idle = inputs.map(nodeOf).filter((node) => !depths.has(node));
  for (const node of idle) {
    depths.set(node, 0);
    layerDepths.set(node.layer, 0);
    found.set(node.layer, -1);
  }
  const listed = [...found].sort(([, a], [, b]) => a - b).map(([layer]) => layer);
  const layers = byDepth(listed, (layer) => layerDepths.get(layer)!).flat();
  checkNames(model, layers);
  const all = [...nodes, ...idle];
  return { inputs, outputs, nodes: all, layers, levels: byDepth(all, (node) => depths.get(node)!) };
}

/** Computes the outputs from values (or other symbolic tensors) for the inputs. */
export function runGraph(graph: Graph, values: readonly Tensor[]): Tensor[] {
  const known = new Map(graph.inputs.map((x, i) => [x, values[i]!]));
  for (const { layer, inputs, outputs, options } of graph.nodes) {
    if (outputs.every((x) => known.has(x))) continue;
    const given = inputs.map((x) => known.get(x)!);
    const result: Tensor | Tensor[] = layer.apply(given.length === 1 ? given[0]! : given, options);
    const list: readonly Tensor[] = Array.isArray(result) ? result : [result];
    for (const [i, x] of outputs.entries()) known.set(x, list[i]!);
  }
  return graph.outputs.map((x) => known.get(x)!);
}

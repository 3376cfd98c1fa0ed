import { checkOptions, ensure, saying, show } from "../../errors.ts";
import type { Tables } from "../trace/records.ts";
import { type Block, blockOfStep, blocksOf, linksOf, membersOf, resultOf } from "./blocks.ts";
import { checkStep, type Known, knownAfter } from "./known.ts";
import { formulaOf, parametersText, shapeText, summed } from "./words.ts";

// The graph of a trace as text wants it: nodes with lines, edges with labels, layers around them. What Graphviz and Mermaid
// are told follows from it.

export interface OutlineOptions {
  /** The step after which it is drawn; what it works on is marked. Default: the last, and no mark. */
  readonly step?: number | undefined;
  /** A node for each op and all it is made of (default), or for each layer. */
  readonly by?: "op" | "layer" | undefined;
}

export interface OutlineNode {
  readonly id: string;
  readonly kind: "op" | "variable" | "input" | "constant" | "layer";
  readonly lines: readonly string[];
  readonly isHere: boolean;
}

export interface OutlineEdge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/** A layer with what is in it. */
export interface Cluster {
  readonly id: string;
  readonly label: string;
  readonly nodes: readonly OutlineNode[];
  readonly clusters: readonly Cluster[];
}

export interface Outline {
  /** What is in no layer. */
  readonly root: Pick<Cluster, "nodes" | "clusters">;
  readonly edges: readonly OutlineEdge[];
}

/** @throws If there is no such step, or an option is unknown. */
export const outlineOf = (who: string, tables: Tables, options: OutlineOptions): Outline =>
  saying(who, () => {
    checkOptions(who, options, ["step", "by"]);
    const { step, by = "op" } = options;
    ensure(by === "op" || by === "layer", () => `by must be "op" or "layer"; received ${show(by)}`);
    const known = knownAfter(tables, checkStep(who, tables, step));
    return by === "op" ? byOp(tables, known, step) : byLayer(tables, known, step);
  });

const stateOf = (known: Known, node: number): string[] => {
  const [value, gradient] = [known.valueOf(node), known.gradientOf(node)];
  return [
    `value ${value === undefined ? "not yet" : summed(value)}`,
    ...(known.hasGradient(node) ? [`grad ${gradient === undefined ? "not yet" : summed(gradient)}`] : []),
  ];
};

function byOp(tables: Tables, known: Known, step: number | undefined): Outline {
  const { nodes, tensors } = tables;
  const here = step === undefined ? undefined : (tables.steps[step]!.from ?? tables.steps[step]!.node);
  const homes = homesOf(tables);
  const made = nodes.map((record, node): OutlineNode => {
    const { kind, label } = record;
    const about = [formulaOf(record) ?? (kind === "op" ? "" : kind), shapeText(tensors[record.tensor]!)];
    const lines = [label, ...about.filter((line) => line !== ""), ...stateOf(known, node)];
    return { id: `n${node}`, kind, lines, isHere: node === here };
  });
  const edges = nodes.flatMap(({ inputs, slots }, to) =>
    inputs.map((from, slot): OutlineEdge => {
      const sent = known.contributionOf(to, slot);
      return {
        from: `n${from}`,
        to: `n${to}`,
        label: sent ? `${slots[slot]}: ${summed(sent)}` : slots[slot]!,
      };
    }),
  );
  return { root: nested(tables, made, homes), edges };
}

/** The layer that a node is drawn in: its own, or, of what goes into one layer only, that one. */
function homesOf({ nodes }: Tables): (number | undefined)[] {
  const users = new Map<number, Set<number | undefined>>();
  for (const { inputs, group } of nodes) {
    for (const input of inputs) users.set(input, (users.get(input) ?? new Set()).add(group));
  }
  return nodes.map(({ kind, group }, node) => {
    const groups = [...(users.get(node) ?? [])];
    return kind === "variable" || kind === "constant" ? (groups.length === 1 ? groups[0] : undefined) : group;
  });
}

/** Nodes in their layers, and layers in those that called them. */
function nested(
  { groups }: Tables,
  nodes: readonly OutlineNode[],
  homes: readonly (number | undefined)[],
): Outline["root"] {
  const inside = (parent: number | undefined): Outline["root"] => ({
    nodes: nodes.filter((_, node) => homes[node] === parent),
    clusters: groups.flatMap((group, i): Cluster[] => {
      if (group.parent !== parent) return [];
      const { name, kind, call } = group;
      const label = `${name}${call > 0 ? ` (call ${call + 1})` : ""}: ${kind}`;
      return [{ id: `g${i}`, label, ...inside(i) }];
    }),
  });
  return inside(undefined);
}

function byLayer(tables: Tables, known: Known, step: number | undefined): Outline {
  const { nodes } = tables;
  const blocks = blocksOf(tables);
  const here = step === undefined ? undefined : blockOfStep(tables, blocks, step);
  const layers = blocks.map((block, i): OutlineNode => {
    const result = resultOf(block);
    const about = [shapeText(tables.tensors[nodes[result]!.tensor]!), parametersText(block.parameters)];
    const lines = [
      `${block.name}: ${block.kind}`,
      ...about.filter((line) => line !== ""),
      ...stateOf(known, result),
    ];
    return { id: `b${i}`, kind: "layer", lines, isHere: i === here };
  });
  const members = membersOf(blocks);
  const inputs = nodes.flatMap(({ kind, label, tensor }, node): OutlineNode[] =>
    kind === "input"
      ? [
          {
            id: `n${node}`,
            kind,
            lines: [label, shapeText(tables.tensors[tensor]!)].filter(Boolean),
            isHere: false,
          },
        ]
      : [],
  );
  const fed = nodes.flatMap(({ inputs: sources }, node) =>
    sources
      .filter((source) => nodes[source]!.kind === "input")
      .map((source) => `n${source} b${members.get(node)}`),
  );
  const edges = [
    ...[...new Set(fed)].map((pair): OutlineEdge => {
      const [from, to] = pair.split(" ");
      return { from: from!, to: to!, label: "" };
    }),
    ...linksOf(tables, blocks).map(({ from, to }): OutlineEdge => {
      const sent = sentBetween(tables, known, blocks[from]!, blocks[to]!);
      return { from: `b${from}`, to: `b${to}`, label: sent };
    }),
  ];
  return { root: { nodes: [...inputs, ...layers], clusters: [] }, edges };
}

/** The contributions that one layer sends back to another. */
function sentBetween({ nodes }: Tables, known: Known, from: Block, to: Block): string {
  const sent = to.ops.flatMap((op) =>
    nodes[op]!.inputs.flatMap((input, slot) =>
      from.ops.includes(input) ? (known.contributionOf(op, slot) ?? []) : [],
    ),
  );
  return sent.map(summed).join(" and ");
}

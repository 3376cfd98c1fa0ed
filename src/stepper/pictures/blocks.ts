import { sizeOf } from "../../shape.ts";
import type { Tables } from "../trace/records.ts";

/** Ops that follow each other in one call of a layer, or outside of any. */
export interface Block {
  readonly group: number | undefined;
  readonly name: string;
  /** The class of the layer. */
  readonly kind: string;
  readonly ops: readonly number[];
  /** Variables that its ops use. */
  readonly variables: readonly number[];
  /** How many numbers they hold. */
  readonly parameters: number;
}

/** A value that one block takes from another. */
export interface Link {
  readonly from: number;
  readonly to: number;
}

/** The layers of a trace in the order in which they ran. */
export function blocksOf(tables: Tables): Block[] {
  const runs: number[][] = [];
  tables.nodes.forEach(({ kind, group }, node) => {
    if (kind !== "op") return;
    const run = runs.at(-1);
    if (run !== undefined && tables.nodes[run[0]!]!.group === group) run.push(node);
    else runs.push([node]);
  });
  return runs.map((ops) => blockOf(tables, ops));
}

function blockOf({ nodes, groups, tensors }: Tables, ops: readonly number[]): Block {
  const { group } = nodes[ops[0]!]!;
  const inputs = new Set(ops.flatMap((op) => nodes[op]!.inputs));
  const variables = [...inputs].filter((node) => nodes[node]!.kind === "variable").sort((a, b) => a - b);
  const parameters = variables.reduce((sum, node) => sum + sizeOf(tensors[nodes[node]!.tensor]!.shape), 0);
  const about = { group, ops, variables, parameters };
  if (group === undefined) {
    const ends = [...new Set([ops[0]!, ops.at(-1)!])].map((op) => nodes[op]!.label);
    return { ...about, name: ends.join(" … "), kind: ops.length === 1 ? "op" : "ops" };
  }
  const { name, kind, call } = groups[group]!;
  return { ...about, name: call > 0 ? `${name} (call ${call + 1})` : name, kind };
}

/** The block of each op. */
export const membersOf = (blocks: readonly Block[]): ReadonlyMap<number, number> =>
  new Map(blocks.flatMap(({ ops }, block) => ops.map((op) => [op, block])));

/** Which blocks take values from which, each pair once. */
export function linksOf({ nodes }: Tables, blocks: readonly Block[]): Link[] {
  const members = membersOf(blocks);
  return blocks.flatMap(({ ops }, to) => {
    const sources = new Set(ops.flatMap((op) => nodes[op]!.inputs.map((input) => members.get(input))));
    return [...sources]
      .filter((from) => from !== undefined && from !== to)
      .map((from): Link => ({ from: from!, to }));
  });
}

/** The value and the gradient that a block passes on are those of its last op. */
export const resultOf = ({ ops }: Block): number => ops.at(-1)!;

/** The block of what a step works through, if that is in one. */
export function blockOfStep({ steps }: Tables, blocks: readonly Block[], step: number): number | undefined {
  const { from, node } = steps[step]!;
  return membersOf(blocks).get(from ?? node);
}

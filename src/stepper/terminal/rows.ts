import { sizeOf } from "../../shape.ts";
import type { NodeRecord, Tables } from "../trace/records.ts";

/** A row of the tape: an op, or a layer's call that is closed. */
export interface Row {
  /** The layer's group, if it stands for one. */
  readonly group: number | undefined;
  readonly ops: readonly number[];
  /** The rows whose results it uses. */
  readonly uses: readonly number[];
  /** The layers that are open and begin here, outermost first. */
  readonly opens: readonly number[];
  /** How many open layers it is in. */
  readonly depth: number;
}

/** The layers that a node is in, outermost first. */
export function groupsOf({ groups }: Pick<Tables, "groups">, { group }: NodeRecord): number[] {
  const chain: number[] = [];
  for (let at = group; at !== undefined; at = groups[at]!.parent) chain.unshift(at);
  return chain;
}

/** How many numbers a row's own variables hold. */
export function parametersOf({ nodes, tensors }: Tables, { ops }: Pick<Row, "ops">): number {
  const inputs = new Set(ops.flatMap((op) => nodes[op]!.inputs));
  return [...inputs]
    .filter((node) => nodes[node]!.kind === "variable")
    .reduce((sum, node) => sum + sizeOf(tensors[nodes[node]!.tensor]!.shape), 0);
}

/** The rows of a trace, top to bottom in the order in which they ran; `isOpen` tells which layers show their ops. */
export function rowsOf(tables: Tables, isOpen: (group: number) => boolean): Row[] {
  const { nodes } = tables;
  const rows: { group: number | undefined; ops: number[]; opens: number[]; depth: number }[] = [];
  const rowOf = new Map<number, number>();
  const rowOfGroup = new Map<number, number>();
  const begun = new Set<number>();
  nodes.forEach((node, index) => {
    if (node.kind !== "op") return;
    const chain = groupsOf(tables, node);
    const closed = chain.findIndex((group) => !isOpen(group));
    const group = closed < 0 ? undefined : chain[closed];
    const known = group === undefined ? undefined : rowOfGroup.get(group);
    if (known !== undefined) {
      rows[known]!.ops.push(index);
      rowOf.set(index, known);
      return;
    }
    const open = closed < 0 ? chain : chain.slice(0, closed);
    const opens = open.filter((one) => !begun.has(one));
    for (const one of opens) begun.add(one);
    const row = rows.push({ group, ops: [index], opens, depth: open.length }) - 1;
    rowOf.set(index, row);
    if (group !== undefined) rowOfGroup.set(group, row);
  });
  return rows.map((row, at) => {
    const sources = row.ops.flatMap((op) => nodes[op]!.inputs.flatMap((input) => rowOf.get(input) ?? []));
    return { ...row, uses: [...new Set(sources)].filter((source) => source < at) };
  });
}

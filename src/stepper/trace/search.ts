import { checkOptions } from "../../errors.ts";
import type { NodeRecord, Phase, StepRecord, Tables } from "./records.ts";

/** What {@link Trace.find} looks for: steps for which all of this is so. */
export interface Query {
  phase?: Phase;
  /** The op that is computed, or that the gradient comes from. */
  op?: string;
  /** The name or the class of the layer. */
  layer?: string;
  /** The label of the node that is computed, or whose gradient is worked on. */
  node?: string;
  /** Whether a cell of the outcome is NaN or infinite. */
  nonFinite?: boolean;
  /** Whether all cells of the outcome are 0. */
  zero?: boolean;
}

/** Consecutive steps that belong together. */
export interface Stretch {
  readonly label: string;
  readonly first: number;
  readonly last: number;
}

/** The node that a step goes through: the one that is computed, or that the gradient comes from. */
const through = ({ nodes }: Tables, { from, node }: StepRecord): NodeRecord => nodes[from ?? node]!;

function isIn({ groups }: Tables, { group }: NodeRecord, layer: string): boolean {
  for (let at = group; at !== undefined; at = groups[at]!.parent) {
    if (groups[at]!.name === layer || groups[at]!.kind === layer) return true;
  }
  return false;
}

/** A test of steps for each part of a query. */
const tests: {
  readonly [K in keyof Query]-?: (t: Tables, s: StepRecord, wanted: NonNullable<Query[K]>) => boolean;
} = {
  phase: (_, { phase }, wanted) => phase === wanted,
  op: (tables, step, wanted) => step.phase !== "seed" && through(tables, step).op === wanted,
  layer: (tables, step, wanted) => isIn(tables, through(tables, step), wanted),
  node: ({ nodes }, { node }, wanted) => nodes[node]!.label === wanted,
  nonFinite: ({ tensors }, { value }, wanted) => tensors[value]!.statistics.nonFinite > 0 === wanted,
  zero: ({ tensors }, { value }, wanted) => (tensors[value]!.statistics.zeros === 1) === wanted,
};

/** The numbers of the steps that fit; all for an empty query. */
export function stepsLike(tables: Tables, query: Query): number[] {
  checkOptions("trace.find", query, Object.keys(tests));
  const wanted = Object.entries(query).filter(([, value]) => value !== undefined);
  const fits = (step: StepRecord): boolean =>
    wanted.every(([key, value]) => {
      const test = tests[key as keyof Query] as (t: Tables, s: StepRecord, wanted: unknown) => boolean;
      return test(tables, step, value);
    });
  return tables.steps.flatMap((step, index) => (fits(step) ? [index] : []));
}

/** The steps in stretches: those of one op, or those within one call of a layer; forward, seed and backward apart. */
export function stretchesOf(tables: Tables, by: "op" | "layer"): Stretch[] {
  const found: Stretch[] = [];
  let key: string | undefined;
  tables.steps.forEach((step, index) => {
    const { group, label } = through(tables, step);
    const layer = by === "layer" && group !== undefined ? tables.groups[group]!.name : undefined;
    const own = layer === undefined ? `node ${step.from ?? step.node}` : `group ${group}`;
    const isSeed = step.phase === "seed";
    const next = isSeed ? "seed" : `${own} ${step.phase === "forward"}`;
    if (next === key) found[found.length - 1] = { ...found.at(-1)!, last: index };
    else found.push({ label: isSeed ? "seed" : (layer ?? label), first: index, last: index });
    key = next;
  });
  return found;
}

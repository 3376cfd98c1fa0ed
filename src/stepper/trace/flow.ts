import type { FlowRow, StepRecord, Tables, TensorRecord } from "./records.ts";

type Recorded = Pick<Tables, "groups" | "nodes" | "steps" | "tensors">;

/** Slopes below this count as saturated. */
const flat = 0.01;

/** What the layers do to values and gradients, in the order in which they were called. */
export function flowOf(trace: Recorded): FlowRow[] {
  const { groups, nodes, steps } = trace;
  const members = new Map<number, number[]>();
  nodes.forEach(({ group }, node) => {
    if (group !== undefined) members.set(group, [...(members.get(group) ?? []), node]);
  });
  const totals = totalsOf(steps);
  return [...members].map(([group, own]) => {
    const { name, kind } = groups[group]!;
    return { group, layer: name, kind, ...rowOf(trace, own, totals) };
  });
}

/** The whole gradient of each node that one flows to, as a tensor's number. */
export function totalsOf(steps: readonly StepRecord[]): Map<number, number> {
  const totals = new Map<number, number>();
  for (const { node, total } of steps) if (total !== undefined) totals.set(node, total);
  return totals;
}

function rowOf(
  { nodes, steps, tensors }: Recorded,
  own: readonly number[],
  totals: ReadonlyMap<number, number>,
): Omit<FlowRow, "group" | "layer" | "kind"> {
  const inside = new Set(own);
  const value = (node: number) => tensors[nodes[node]!.tensor]!;
  const gradient = (node: number) => {
    const total = totals.get(node);
    return total === undefined ? undefined : tensors[total]!;
  };
  const rms = (x: TensorRecord | undefined) => x?.statistics.rms ?? 0;
  const outside = own.flatMap((node) => nodes[node]!.inputs).filter((input) => !inside.has(input));
  const weights = outside.filter((input) => nodes[input]!.kind === "variable" && totals.has(input));
  // What each of its own steps sends out of the layer adds up to the gradient that it passes on.
  const passed = steps.filter(
    ({ phase, node, from }) =>
      phase === "contribution" && inside.has(from!) && !inside.has(node) && nodes[node]!.kind !== "variable",
  );
  const last = own.at(-1)!;
  const arriving = rms(gradient(last));
  const leaving = Math.hypot(...passed.map((step) => rms(tensors[step.value])));
  const slopes = own.flatMap((node) => activationSlopes({ nodes, steps, tensors }, node));
  const all = [...own.map(value), ...[...own, ...weights].flatMap((node) => gradient(node) ?? [])];
  const lengthOf = (records: readonly TensorRecord[]) =>
    Math.hypot(...records.map(({ statistics, shape }) => statistics.rms * Math.sqrt(product(shape))));
  const weightLength = lengthOf(weights.map(value));
  return {
    activation: rms(value(last)),
    gradient: arriving,
    localGain: passed.length > 0 && arriving > 0 ? leaving / arriving : undefined,
    weightGradient:
      weightLength > 0 ? lengthOf(weights.map((node) => gradient(node)!)) / weightLength : undefined,
    saturated: mean(slopes.map(({ saturated }) => saturated)),
    dead: mean(slopes.map(({ dead }) => dead)),
    nonFinite: all.reduce((sum, { statistics }) => sum + statistics.nonFinite, 0),
  };
}

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0) / values.length;

/** How flat an activation is where its inputs are: the contribution over the upstream gradient, cell by cell. */
function activationSlopes({ nodes, steps, tensors }: Omit<Recorded, "groups">, node: number) {
  const { pointwise, inputs } = nodes[node]!;
  if (!pointwise || inputs.length !== 1) return [];
  const step = steps.find(({ phase, from }) => phase === "contribution" && from === node);
  if (step === undefined) return [];
  const [dx, dy] = [tensors[step.value]!, tensors[step.upstream!]!];
  if (dx.cells === undefined || dy.cells === undefined || dx.shape.length === 0) return [];
  const units = dx.shape.at(-1)!;
  const alive = new Uint8Array(units);
  let [known, low] = [0, 0];
  for (let i = 0; i < dx.cells.length; i++) {
    if (dx.cells[i] !== 0) alive[i % units] = 1;
    if (dy.cells[i] === 0) continue;
    known++;
    if (Math.abs(dx.cells[i]! / dy.cells[i]!) < flat) low++;
  }
  if (known === 0) return [];
  return [{ saturated: low / known, dead: 1 - alive.reduce((a, b) => a + b, 0) / Math.max(units, 1) }];
}

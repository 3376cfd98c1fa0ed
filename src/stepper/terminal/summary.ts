import { formatShape, sizeOf } from "../../shape.ts";
import type { Tables } from "../trace/records.ts";
import { brief, percent, sizeBars } from "./numbers.ts";
import { aligned } from "./text.ts";

/** Further layers are only counted. */
const mostRows = 40;

const number = (x: number | undefined): string => (x === undefined ? "" : brief(x));

/** A trace as the console shows it: how much there is, the loss, and how each layer passes gradients back. */
export function summaryOf({ nodes, steps, tensors, loss, flow }: Tables): string {
  const value = tensors[nodes[loss]!.tensor]!;
  const result =
    sizeOf(value.shape) === 1
      ? `loss ${brief(value.sample.cells[0]!)}`
      : `result ${formatShape(value.shape)}`;
  const head = `Trace: ${nodes.length} nodes, ${steps.length} steps, ${result}`;
  if (flow.length === 0) return head;
  const sizes = flow.map(({ gradient, nonFinite }) => (nonFinite > 0 ? Number.NaN : gradient));
  const bars = [...sizeBars(sizes)];
  const rows = flow
    .slice(0, mostRows)
    .map(({ layer, activation, gradient, localGain, saturated, dead }, i) => [
      layer,
      brief(activation),
      `${bars[i]} ${brief(gradient)}`,
      number(localGain),
      saturated === undefined ? "" : percent(saturated),
      dead === undefined ? "" : percent(dead),
    ]);
  const more = flow.length > mostRows ? [`… ${flow.length - mostRows} more layers`] : [];
  const titles = ["layer", "activation", "gradient", "gain", "saturated", "dead"];
  return [
    head,
    `gradient flow ${bars.join("")}`,
    ...aligned([titles, ...rows], [1, 2, 3, 4, 5]),
    ...more,
  ].join("\n");
}

import { printed } from "../../autodiff/explanation.ts";
import { ChainruleError, show } from "../../errors.ts";
import { formatShape } from "../../shape.ts";
import { formatCell } from "../../tensor/format.ts";
import { cellAt } from "../trace/explain.ts";
import type { FlowRow, NodeRecord, StepRecord, TensorRecord } from "../trace/records.ts";
import type { Trace } from "../trace/trace.ts";

/** A number as a text shows it. */
export function digits(x: number): string {
  const rounded = Number.isInteger(x) ? x : Number(x.toPrecision(3));
  return printed(Math.abs(rounded) < 10_000 ? String(rounded) : rounded.toLocaleString("en-US"));
}

/** A step of a trace, with what a question may want to say about it. */
export class Scene {
  readonly trace: Trace;
  readonly index: number;
  readonly step: StepRecord;
  /** The outcome of the step. */
  readonly value: TensorRecord;

  constructor(trace: Trace, index: number) {
    this.trace = trace;
    this.index = index;
    ({ step: this.step, value: this.value } = trace.at(index));
  }

  /** The node that is called so. */
  node(label: string): NodeRecord {
    return this.trace.nodes[this.#indexOf(label)]!;
  }

  #indexOf(label: string): number {
    const found = this.trace.nodes.findIndex((node) => node.label === label);
    if (found < 0) throw new ChainruleError(`lesson: the program has no ${show(label)}`);
    return found;
  }

  /** The value of a node. */
  valueOf(label: string): TensorRecord {
    return this.trace.tensors[this.node(label).tensor]!;
  }

  /** What has arrived of a node's gradient by this step. */
  arrivals(label: string) {
    return this.trace.at(this.index).gradientOf(this.#indexOf(label));
  }

  /** The whole gradient of a node. */
  gradientOf(label: string): TensorRecord {
    const { total } = this.trace.at(this.trace.length - 1).gradientOf(this.#indexOf(label));
    if (total === undefined) throw new ChainruleError(`lesson: no gradient flows to ${show(label)}`);
    return total;
  }

  /** How a layer passes values on and gradients back. */
  flowOf(layer: string): FlowRow {
    const row = this.trace.flow.find((one) => one.layer === layer);
    if (row === undefined) throw new ChainruleError(`lesson: the program has no layer ${show(layer)}`);
    return row;
  }
}

/** A cell as a number: the first by default. */
export function cell(x: TensorRecord, ...index: number[]): number {
  const at = index.length === 0 ? x.shape.map(() => 0) : index;
  const found = cellAt(x, at);
  if (found === undefined)
    throw new ChainruleError(`lesson: the trace does not have cell [${at}] of ${formatShape(x.shape)}`);
  return found;
}

/** A cell as text. */
export const shown = (x: TensorRecord, ...index: number[]): string =>
  printed(formatCell(Number(cell(x, ...index).toPrecision(4)), x.dtype));

/** Numbers in a list, as text. */
export const listedCells = (cells: ArrayLike<number>): string =>
  `[${Array.from(cells, (value) => digits(value)).join(", ")}]`;

/** The cells that the trace has, in a list, as text. */
export const listed = (x: TensorRecord): string => listedCells(x.sample.cells);

/** The cells of a channel, which the last axis counts. */
export function channel({ shape, sample: { cells } }: TensorRecord, index: number): number[] {
  const count = shape.at(-1)!;
  return Array.from(cells).filter((_, i) => i % count === index);
}

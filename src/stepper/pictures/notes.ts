import { printed } from "../../autodiff/explanation.ts";
import { wrap } from "../../plot/layout.ts";
import { element, type Markup } from "../../plot/svg.ts";
import { formatShape } from "../../shape.ts";
import { explanationOf } from "../trace/explain.ts";
import type { Tables, TensorRecord } from "../trace/records.ts";
import { activationOf, activationPanel } from "./activation-panel.ts";
import { histogramSvg } from "./bars.ts";
import { heatmap, limitOf } from "./heatmap.ts";
import { at, cut, type Drawn, text } from "./style.ts";
import { brief, isSingle } from "./words.ts";

/** Things below each other. */
class Column {
  readonly #parts: Markup[] = [];
  readonly #width: number;
  height = 0;

  constructor(width: number) {
    this.#width = width;
  }

  /** A paragraph, in several lines if one is too long. */
  write(className: string, content: string, size: number, row: number): void {
    for (const line of wrap(content, size * 1.16, this.#width)) {
      this.height += row;
      this.#parts.push(text(className, 0, this.height, cut(line, this.#width, size)));
    }
  }

  put({ markup, height }: Drawn, before: number): void {
    this.#parts.push(at(0, this.height + before, markup));
    this.height += before + height;
  }

  drawn(className: string): Drawn {
    return {
      markup: element("g", { class: className }, ...this.#parts),
      width: this.#width,
      height: this.height,
    };
  }
}

/** The explanation of a step: words, rule, numbers and ledger, and what came out. */
export function notesOf(tables: Tables, step: number, width: number): Drawn {
  const { steps, tensors, nodes } = tables;
  const { phase, value, from, node, name } = steps[step]!;
  const explanation = explanationOf(tables, step);
  const column = new Column(width);
  const pass = phase === "forward" ? "forward" : "backward";
  column.write("muted small", `step ${step + 1} of ${steps.length}, ${pass}`, 10.5, 14);
  column.write("ink strong", explanation.words, 12, 20);
  column.height += 4;
  const { rule, numbers, outcome, ledger } = explanation;
  column.write("ink formula rule", printed(rule), 14.5, 22);
  if (outcome !== undefined) {
    const line = numbers === undefined ? outcome : `${numbers} = ${outcome}`;
    column.write("ink formula numbers", printed(line), 14.5, 22);
  }
  for (const line of ledger) column.write("muted ledger", line, 12, 18);
  const x = tensors[value]!;
  if (!isSingle(x)) {
    const isWeight = phase !== "forward" && nodes[node]!.kind === "variable";
    picture(column, x, phase === "forward" ? nodes[node]!.label : `gradient in ${name}`, isWeight, width);
  }
  const through = nodes[from ?? node]!;
  const activation = phase === "sum" || phase === "accumulate" ? undefined : activationOf(through);
  if (activation !== undefined && through.inputs.length === 1) {
    const inputs = tensors[nodes[through.inputs[0]!]!.tensor]!;
    const point = isSingle(inputs) ? { point: inputs.sample.cells[0]! } : {};
    column.put(activationPanel({ activation, inputs, width, ...point }), 22);
  }
  return column.drawn("notes");
}

/** What is in a tensor: cells, numbers, distribution. */
function picture(column: Column, x: TensorRecord, name: string, isWeight: boolean, width: number): void {
  const plane = isWeight && x.shape.length > 1 ? { plane: [0, 1] as const } : {};
  column.height += 14;
  column.write("ink strong", `${name} ${formatShape(x.shape)}`, 12, 18);
  // Few cells need no large picture.
  const height = x.shape.length > 2 ? 150 : Math.min(30 * (x.shape.at(-2) ?? 1), 150);
  column.put(heatmap(x.sample, { width, height, planes: 24, ...plane }), 8);
  const { rms, min, max, zeros, nonFinite } = x.statistics;
  const limit = limitOf(x.sample.cells);
  column.write("muted small", `colors end at ±${brief(limit)}; beyond it: a corner`, 10.5, 16);
  column.write("muted small number", `rms ${brief(rms)}, from ${brief(min)} to ${brief(max)}`, 10.5, 15);
  const bad = nonFinite > 0 ? `, ${nonFinite} not finite` : "";
  column.write("muted small number", `${brief(zeros * 100)} % zeros${bad}`, 10.5, 15);
  column.put(histogramSvg(x.histogram, { width, height: 70 }), 8);
}

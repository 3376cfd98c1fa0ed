import { printed } from "../../autodiff/explanation.ts";
import { ChainruleError, show } from "../../errors.ts";
import { formatShape, sizeOf } from "../../shape.ts";
import { explanationOf } from "../trace/explain.ts";
import type { StepRecord } from "../trace/records.ts";
import type { Stretch } from "../trace/search.ts";
import type { Trace } from "../trace/trace.ts";
import { brief } from "./numbers.ts";
import { sourceLine } from "./source.ts";
import { throughOf } from "./state.ts";
import { summed } from "./tape.ts";
import { aligned, line, plain } from "./text.ts";

const grains = ["step", "op", "layer"] as const;

/** How much is told at a time. */
export type Grain = (typeof grains)[number];

export interface PlainOptions {
  /** Each step with its rule, numbers and ledger (default); a line for each step, by op; or a line for each layer. */
  readonly by?: Grain | undefined;
  /** The first and the last step that are told. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** The file that the program's text is from. */
  readonly file?: string | undefined;
}

const isGrain = (by: unknown): by is Grain => grains.some((grain) => grain === by);

function check(trace: Trace, { by = "step", from = 0, to = trace.length - 1 }: PlainOptions): void {
  if (!isGrain(by)) throw new ChainruleError(`step: expected by ${grains.join(", ")}; received ${show(by)}`);
  for (const [name, value] of Object.entries({ from, to })) {
    if (Number.isInteger(value) && value >= 0 && value < trace.length) continue;
    throw new ChainruleError(
      `step: expected ${name} to be a step from 0 to ${trace.length - 1}; received ${show(value)}`,
    );
  }
  if (from > to) throw new ChainruleError(`step: from is ${from}, which is after to, ${to}`);
}

/** The steps of a trace as plain text, without escape codes. */
export function plainText(trace: Trace, options: PlainOptions = {}): string {
  check(trace, options);
  const { by = "step", from = 0, to = trace.length - 1, file } = options;
  const blocks: string[][] = [];
  const within = ({ first, last }: Stretch) => last >= from && first <= to;
  if (by === "step") {
    for (let at = from; at <= to; at++) blocks.push(stepBlock(trace, at, file));
  } else if (by === "op") {
    for (const stretch of trace.stretches("op").filter(within))
      blocks.push(opBlock(trace, stretch, from, to, file));
  } else {
    const rows = trace.stretches("layer").filter(within);
    blocks.push(
      aligned(
        rows.map((stretch) => layerRow(trace, stretch)),
        [0],
      ),
    );
  }
  return blocks
    .flat()
    .map((text) => plain(line(text)))
    .join("\n");
}

function sourceText(trace: Trace, at: number, file: string | undefined): string[] {
  const found = sourceLine(trace, throughOf(trace.steps[at]!), file);
  return found === undefined ? [] : [`     line ${found[0]}: ${found[1]}`];
}

function stepBlock(trace: Trace, at: number, file: string | undefined): string[] {
  const value = trace.tensors[trace.steps[at]!.value]!;
  const size = sizeOf(value.shape) === 1 ? [] : [`     ${formatShape(value.shape)} ${summed(value)}`];
  return [...trace.explain(at).split("\n"), ...size, ...sourceText(trace, at, file)];
}

const wayOf = ({ phase }: StepRecord): string => (phase === "forward" ? "forward" : "backward");

function opBlock(
  trace: Trace,
  { label, first, last }: Stretch,
  from: number,
  to: number,
  file: string | undefined,
): string[] {
  const lines = [`${wayOf(trace.steps[first]!)}  ${label}`];
  for (let at = Math.max(first, from); at <= Math.min(last, to); at++) {
    const explanation = explanationOf(trace, at);
    const sides = [explanation.rule, explanation.numbers, explanation.outcome].filter(
      (side) => side !== undefined,
    );
    const { node, phase } = trace.steps[at]!;
    const about = phase === "forward" ? "" : `${trace.nodes[node]!.label}: `;
    lines.push(`${String(at).padStart(4)}  ${about}${sides.map(printed).join(" = ")}`);
  }
  return [...lines, ...sourceText(trace, first, file)];
}

/** What passes through a layer, in columns. */
function layerRow(trace: Trace, { label, first, last }: Stretch): string[] {
  const step = trace.steps[last]!;
  const through = throughOf(step);
  const { group, tensor } = trace.nodes[through]!;
  const place = [first === last ? `${first}` : `${first}–${last}`, wayOf(step), label];
  if (step.phase === "forward") {
    const value = trace.tensors[tensor]!;
    return [...place, `value ${formatShape(value.shape)} ${summed(value)}`, ""];
  }
  const { total } = trace.at(first).gradientOf(through);
  const gain = trace.flow.find((one) => one.group === group)?.localGain;
  return [
    ...place,
    total === undefined ? "" : `gradient ${formatShape(total.shape)} ${summed(total)}`,
    group === undefined || gain === undefined ? "" : `gain ${brief(gain)}`,
  ];
}

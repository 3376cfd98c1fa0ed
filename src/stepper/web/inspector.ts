import { html, nothing, type TemplateResult } from "lit";
import { unsafeHTML } from "lit/directives/unsafe-html.js";
import { unsafeSVG } from "lit/directives/unsafe-svg.js";
import { texToMathML } from "../../mathml.ts";
import { formatShape } from "../../shape.ts";
import { activationOf, activationPanel } from "../pictures/activation-panel.ts";
import type { Drawn } from "../pictures/style.ts";
import { isSingle, summed } from "../pictures/words.ts";
import type { NodeRecord, TensorRecord } from "../trace/records.ts";
import type { PickEvent } from "./tensor-view.ts";
import { explained, isWeight, throughOf, type View } from "./view.ts";

/** A formula; the MathML has everything escaped that the formula says. */
export const math = (tex: string): unknown => unsafeHTML(texToMathML(tex));

/** The step in words, as a formula and in numbers. */
export function explanation(view: View): TemplateResult {
  const { words, rule, numbers, outcome, ledger } = explained(view);
  const results = [numbers, outcome].flatMap((part) => (part === undefined ? [] : [math(`= ${part}`)]));
  return html`<p class="words">${words}</p>
    <p class="formula rule">${math(rule)}</p>
    ${view.hidden ? html`<p class="formula numbers hatched">?</p>` : nothing}
    ${view.hidden || results.length === 0 ? nothing : html`<p class="formula numbers">${results}</p>`}
    ${view.hidden ? nothing : ledger.map((line) => html`<p class="ledger">${line}</p>`)}`;
}

/** A contribution to a node: who sends it, and what it is once it has arrived. */
interface Contribution {
  readonly from: string;
  readonly at: number;
  readonly value: TensorRecord;
}

/** What goes to a node in the course of the backward pass, each by its last step. */
function contributionsTo({ trace }: View, node: number): Contribution[] {
  const byEdge = new Map<string, Contribution>();
  trace.steps.forEach(({ phase, node: to, from, slot, value }, at) => {
    if (to !== node || (phase !== "contribution" && phase !== "sum")) return;
    const { label, slots } = trace.nodes[from!]!;
    byEdge.set(`${from} ${slot}`, { from: `${label}, as ${slots[slot!]}`, at, value: trace.tensors[value]! });
  });
  return [...byEdge.values()];
}

/** How many contributions are listed. */
const mostListed = 8;

/** The gradient of the step's node: what has arrived, and what is still to come. */
export function arrivals(view: View): TemplateResult | typeof nothing {
  const { trace, step, known, index, go } = view;
  if (step.phase === "forward" || step.phase === "seed") return nothing;
  const all = contributionsTo(view, step.node);
  const has = ({ at }: Contribution) => (view.hidden ? at < index : at <= index);
  const arrived = all.filter(has).length;
  const total = known.gradientOf(step.node);
  const waits = step.total === undefined && !view.hidden && total !== undefined;
  const sum = `${waits ? "not yet added: " : ""}total${waits || arrived < all.length ? " so far" : ""}`;
  const title = `Gradient of ${trace.nodes[step.node]!.label}`;
  return html`<section aria-label=${title}>
    <h3>${title} <span class="count" role="img" aria-label="${arrived} of ${all.length} arrived">
      ${all.slice(0, 12).map((one) => (has(one) ? "●" : "○"))}</span></h3>
    <ul class="contributions">
      ${all.slice(0, mostListed).map(
        (one) => html`<li class=${one.at === index ? "current" : ""} @click=${() => go(one.at)}>
          <span>${one.from}</span>${has(one) ? html`<b>${summed(one.value)}</b>` : notYet()}</li>`,
      )}
      ${all.length > mostListed ? html`<li>+${all.length - mostListed} more</li>` : nothing}
      <li class="total"><span>${arrived} of ${all.length} arrived, ${sum}</span>${
        total === undefined ? notYet() : html`<b>${summed(total)}</b>`
      }</li>
    </ul>
  </section>`;
}

const notYet = (): TemplateResult => html`<span class="hatched not-yet">not yet</span>`;

/** The tensors of the step: what comes out, and what it starts from. */
export function tensors(view: View, pick: (event: PickEvent) => void): TemplateResult {
  const { trace, step, theme } = view;
  const node = trace.nodes[step.node]!;
  const value = trace.tensors[step.value]!;
  const forward = step.phase === "forward";
  const title = forward
    ? `Value of ${node.label}`
    : step.phase === "seed"
      ? "Seed"
      : outcomeTitle[step.phase];
  const show = (label: string, record: TensorRecord, weight: boolean, onPick?: (event: PickEvent) => void) =>
    html`<section aria-label=${label}><h3>${label} <span class="shape">${shapeOf(record)}</span></h3>
      <backprop-tensor .record=${record} .label=${label} .weight=${weight} .theme=${theme} @pick=${onPick ?? nothing}></backprop-tensor>
    </section>`;
  const upstream = step.upstream === undefined ? undefined : trace.tensors[step.upstream]!;
  return html`
    ${
      view.hidden
        ? html`<section aria-label=${title}><h3>${title}</h3><p class="hatched not-yet big">?</p></section>`
        : show(title, value, isWeight(node) && !forward, pick)
    }
    ${upstream === undefined ? nothing : show(upstreamTitle(view), upstream, isWeight(node) && step.phase === "accumulate")}`;
}

const outcomeTitle = {
  contribution: "Contribution",
  sum: "Summed contribution",
  accumulate: "Total",
} as const;

function upstreamTitle({ trace, step }: View): string {
  if (step.phase === "contribution") return `Upstream: gradient of ${trace.nodes[throughOf(step)]!.label}`;
  return step.phase === "sum" ? "Before the sum" : "Total so far";
}

const shapeOf = (record: TensorRecord): string =>
  record.shape.length === 0 ? "a number" : formatShape(record.shape);

/** An activation with its derivative over what it is applied to. */
export function activation(view: View): TemplateResult | typeof nothing {
  const { trace, step } = view;
  const node = trace.nodes[throughOf(step)]!;
  if (node.inputs.length !== 1 || step.phase === "seed") return nothing;
  const inputs = trace.tensors[trace.nodes[node.inputs[0]!]!.tensor]!;
  const drawn = panelOf(node, inputs);
  if (drawn === undefined) return nothing;
  const label = `${node.op} and its derivative`;
  return html`<section aria-label=${label}><h3>${label}</h3>
    <svg class="picture" role="img" aria-label=${`${label} over what it is applied to`}
      viewBox="-4 -4 ${drawn.width + 8} ${drawn.height + 8}" width=${drawn.width + 8}>${unsafeSVG(drawn.markup.xml)}</svg>
  </section>`;
}

const panels = new WeakMap<NodeRecord, Drawn | undefined>();

/** Drawn once for each node. */
function panelOf(node: NodeRecord, inputs: TensorRecord): Drawn | undefined {
  if (!panels.has(node)) panels.set(node, drawPanel(node, inputs));
  return panels.get(node);
}

/** None if no such function is known, or the page may not compute it. */
function drawPanel(node: NodeRecord, inputs: TensorRecord): Drawn | undefined {
  try {
    const activation = activationOf(node);
    if (activation === undefined) return undefined;
    const point = isSingle(inputs) ? { point: inputs.sample.cells[0]! } : {};
    return activationPanel({ activation, inputs, width: 320, ...point });
  } catch {
    return undefined;
  }
}

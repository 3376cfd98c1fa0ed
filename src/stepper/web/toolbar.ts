import { html, type TemplateResult } from "lit";
import type { Query } from "../trace/search.ts";
import { type Action, keys } from "./keys.ts";
import { throughOf, type View } from "./view.ts";

interface Button {
  readonly action: Action;
  readonly text: string;
}

const moves: readonly (readonly Button[])[] = [
  [
    { action: "first", text: "⇤" },
    { action: "previousLayer", text: "‹‹ layer" },
    { action: "previous", text: "‹ op" },
  ],
  [
    { action: "previousStep", text: "‹" },
    { action: "nextStep", text: "›" },
  ],
  [
    { action: "next", text: "op ›" },
    { action: "nextLayer", text: "layer ››" },
    { action: "last", text: "⇥" },
  ],
];

/** What there can be breakpoints at, beside the step itself. */
function places({ trace, step }: View): readonly (readonly [string, Query])[] {
  const { op, group } = trace.nodes[throughOf(step)]!;
  return [
    ...(op === undefined ? [] : [[`every ${op}`, { op }] as const]),
    ...(group === undefined
      ? []
      : [[`layer ${trace.groups[group]!.name}`, { layer: trace.groups[group]!.name }] as const]),
    ["NaN or infinite", { nonFinite: true }],
    ["all zeros", { zero: true }],
  ];
}

export interface ToolbarOptions {
  readonly view: View;
  readonly predicting: boolean;
  readonly outlined: boolean;
  readonly breakpoints: ReadonlySet<number>;
  readonly run: (action: Action) => void;
  readonly outline: (on: boolean) => void;
  readonly stop: (breakpoints: ReadonlySet<number>) => void;
}

/** The buttons; all they do can be done with keys too. */
export function toolbar(options: ToolbarOptions): TemplateResult {
  const { view, predicting, outlined, breakpoints, run, outline, stop } = options;
  const button = ({ action, text }: Button) => {
    const { about, shown } = keys.find((key) => key.action === action)!;
    return html`<button title="${about} (${shown})" aria-label=${about} @click=${() => run(action)}>${text}</button>`;
  };
  const choices = places(view);
  const choose = (event: Event) => {
    const select = event.target as HTMLSelectElement;
    const [, query] = choices[Number(select.value)] ?? [];
    if (query !== undefined) stop(new Set([...breakpoints, ...view.trace.find(query)]));
    else if (select.value === "none") stop(new Set());
    select.value = "";
  };
  return html`<div class="toolbar" role="toolbar" aria-label="Stepping">
    ${moves.map((group) => html`<span class="group">${group.map(button)}</span>`)}
    <span class="group">
      <button aria-pressed=${breakpoints.has(view.index)} title="breakpoint here (b)" aria-label="breakpoint here"
        @click=${() => run("toggleBreakpoint")}>◆</button>
      <select aria-label="Break at" @change=${choose}>
        <option value="" selected>break at …</option>
        ${choices.map(([label], i) => html`<option value=${i}>${label}</option>`)}
        <option value="none">no breakpoints</option>
      </select>
      ${button({ action: "continue", text: "continue" })}
    </span>
    <span class="group">
      ${button({ action: "toggleParts", text: "parts" })}
      <button aria-pressed=${predicting} title="predict before each step (p)" @click=${() => run("togglePredict")}>predict</button>
      <button aria-pressed=${outlined} @click=${() => outline(!outlined)}>outline</button>
      ${button({ action: "toggleHelp", text: "?" })}
    </span>
  </div>`;
}

/** All keys. */
export const help = (): TemplateResult => html`<section class="help" aria-label="Keys"><h2>Keys</h2><dl>
  ${keys.map(({ shown, about }) => html`<div><dt><kbd>${shown}</kbd></dt><dd>${about}</dd></div>`)}
</dl></section>`;

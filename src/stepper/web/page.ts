import { html, nothing, type TemplateResult } from "lit";
import type { Answer, Guess } from "../../autodiff/predict.ts";
import { code } from "./code.ts";
import { graph } from "./graph.ts";
import { activation, arrivals, explanation, tensors } from "./inspector.ts";
import type { Place } from "./place.ts";
import { ask, verdict } from "./question.ts";
import type { PickEvent } from "./tensor-view.ts";
import { timeline } from "./timeline.ts";
import { help, type ToolbarOptions, toolbar } from "./toolbar.ts";
import { spoken, stepWords, throughOf } from "./view.ts";
import { windows } from "./windows.ts";

export interface PageOptions extends ToolbarOptions {
  readonly place: Place;
  /** The place that was left for the parts of an op. */
  readonly outside: Place | undefined;
  readonly helping: boolean;
  readonly guess: Guess | undefined;
  readonly answer: Answer | undefined;
  readonly note: string | undefined;
  readonly choose: (guess: Guess) => void;
  readonly pick: (event: PickEvent) => void;
  /** Whether the windows of convolutions and the like are shown. */
  readonly magnified: boolean;
  readonly magnify: (on: boolean) => void;
}

/** All of the stepper: buttons, code, graph and inspector side by side, and the timeline. */
export function page(options: PageOptions): TemplateResult {
  const { view, place, outside, breakpoints, outlined, predicting, answer } = options;
  const program = code(view);
  const { index, hidden } = view;
  const words = stepWords(view);
  const shown = hidden ? index - 1 : predicting ? Math.max(place.seen, index) : view.trace.length;
  return html`
    ${toolbar(options)} ${options.helping ? help() : nothing}
    ${outside === undefined ? nothing : partsNote(outside, options)}
    ${options.note === undefined ? nothing : html`<p class="note" role="status">${options.note}</p>`}
    <div class="panes ${program === nothing ? "" : "with-code"}">
      ${
        program === nothing
          ? nothing
          : html`<div class="pane scrolls program" role="region" aria-label="Program" tabindex="0">${program}</div>`
      }
      <div class="pane middle ${outlined ? "outlined" : ""}">
        <div class="graph scrolls" role="region" aria-label="Graph, as a picture" tabindex="0">${graph(view)}</div>
        <backprop-outline class="outline" .view=${view}></backprop-outline>
      </div>
      ${inspector(options, words)}
    </div>
    <div class="timeline">
      ${timeline({ bars: place.bars, turn: view.trace.turn, index, shown, breakpoints, words, go: view.go })}
    </div>
    ${windows(view, options.magnified, options.magnify)}
    <div class="spoken" aria-live="polite">${spoken(view)} ${
      answer === undefined ? "" : answer.right ? "Your prediction is right." : "Your prediction is wrong."
    }</div>`;
}

function inspector(
  { view, place, guess, answer, choose, run, pick }: PageOptions,
  words: string,
): TemplateResult {
  const question = view.hidden ? place.question : undefined;
  return html`<div class="pane inspector" role="region" aria-label="Step" tabindex="0">
    <div class="explain">
      <h2>${words}</h2>
      ${explanation(view)}
      ${question === undefined ? verdict(answer) : ask({ question, guess, choose, reveal: () => run("reveal") })}
      ${arrivals(view)}
    </div>
    <div class="details">${activation(view)} ${tensors(view, pick)}</div>
  </div>`;
}

const partsNote = ({ trace, step }: Place, { run }: PageOptions): TemplateResult =>
  html`<p class="note">The parts of ${trace.nodes[throughOf(step)]!.label}.
    <button @click=${() => run("toggleParts")}>Back (o)</button></p>`;

/** What went wrong, as harmless text. */
export const problem = (message: string): TemplateResult =>
  html`<p class="note problem" role="alert">This trace cannot be shown: ${message}</p>`;

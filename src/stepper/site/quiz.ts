/// <reference lib="dom" />
import { html, nothing, type TemplateResult } from "lit";
import type { Asked, Verdict } from "../lessons/question.ts";
import { inline } from "./inline.ts";

export interface QuizOptions {
  /** Its number, from 0, and how many there are. */
  readonly number: number;
  readonly count: number;
  readonly asked: Asked | undefined;
  readonly answer: string;
  readonly verdict: Verdict | undefined;
  readonly choose: (answer: string) => void;
  readonly judge: () => void;
  /** To another question, counted from this one. */
  readonly move: (by: number) => void;
}

const hints: Partial<Record<Asked["about"], string>> = {
  shape: "a shape, such as [3, 2]",
  value: "a number",
};

const option = (
  text: string,
  { answer, verdict, choose }: QuizOptions,
): TemplateResult => html`<label class="option">
    <input type="radio" name="answer" .checked=${answer === text} ?disabled=${verdict !== undefined} @change=${() => choose(text)}>
    <span>${inline(text)}</span>
  </label>`;

const field = (
  { about }: Asked,
  { answer, verdict, choose }: QuizOptions,
): TemplateResult => html`<label class="field">
    <span>Your answer</span>
    <input type="text" name="answer" autocomplete="off" placeholder=${hints[about] ?? ""} .value=${answer} ?disabled=${verdict !== undefined}
      @input=${(event: InputEvent) => choose((event.target as HTMLInputElement).value)}>
  </label>`;

function outcome({ right, actual, told }: Verdict, answered: boolean): TemplateResult {
  const [sign, words] = right ? ["✓", "Right: "] : answered ? ["✗", "Not so: "] : ["→", "The answer: "];
  return html`<div class="outcome ${right ? "right" : answered ? "wrong" : ""}" tabindex="-1">
    <p><strong>${sign} ${words}${inline(actual)}</strong></p>
    <p>${inline(told)}</p>
  </div>`;
}

function body(options: QuizOptions, asked: Asked): TemplateResult {
  const { answer, verdict, judge } = options;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    judge();
  };
  return html`<form @submit=${submit}>
    <fieldset tabindex="-1">
      <legend>${inline(asked.asked)}</legend>
      ${asked.options.length > 0 ? asked.options.map((text) => option(text, options)) : field(asked, options)}
    </fieldset>
    ${
      verdict === undefined
        ? html`<button class="main" type="submit">${answer === "" ? "Show me" : "Answer"}</button>`
        : nothing
    }
  </form>
  <div aria-live="polite">${verdict === undefined ? nothing : outcome(verdict, answer !== "")}</div>`;
}

/** A question, and what becomes of its answer. */
export function quiz(options: QuizOptions): TemplateResult {
  const { number, count, asked, move } = options;
  const isLast = number === count - 1;
  return html`<section class="quiz" aria-label="Question">
    <div class="head">
      <h2>Predict ${number + 1} of ${count}</h2>
      <span class="moves">
        <button ?disabled=${number === 0} @click=${() => move(-1)} aria-label="Previous question">‹</button>
        <button class="next ${options.verdict === undefined || isLast ? "" : "main"}" ?disabled=${isLast} @click=${() => move(1)}>Next question ›</button>
      </span>
    </div>
    ${
      asked === undefined
        ? html`<p class="muted">This question is about a step that your program does not have.</p>`
        : body(options, asked)
    }
  </section>`;
}

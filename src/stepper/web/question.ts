import { html, nothing, type TemplateResult } from "lit";
import type { Answer, Guess } from "../../autodiff/predict.ts";
import type { Question } from "./questions.ts";

export interface AskOptions {
  readonly question: Question;
  readonly guess: Guess | undefined;
  readonly choose: (guess: Guess) => void;
  readonly reveal: () => void;
}

/** The question before a step, and the button that answers it. */
export const ask = ({ question, guess, choose, reveal }: AskOptions): TemplateResult => html`
  <section class="question" aria-label="Predict">
    <fieldset><legend>${question.text}</legend>
      ${question.choices.map(
        ({ label, guess: own }) => html`<label class="choice"><input type="radio" name="guess"
          .checked=${own === guess || JSON.stringify(own) === JSON.stringify(guess)} @change=${() => choose(own)}>${label}</label>`,
      )}
    </fieldset>
    <button class="reveal" @click=${reveal}>Reveal</button>
  </section>`;

/** The verdict after a step was revealed. */
export function verdict(answer: Answer | undefined): TemplateResult | typeof nothing {
  if (answer === undefined) return nothing;
  const { about, right, guessed, actual } = answer;
  const text = right
    ? `✓ Right: ${said(about, actual)}.`
    : `✗ Not so: ${said(about, actual)}; you said ${said(about, guessed)}.`;
  return html`<p class="verdict ${right ? "right" : "wrong"}">${text}</p>`;
}

const sentences: Readonly<Record<string, string>> = {
  "+": "it is positive",
  "-": "it is negative",
  "0": "it is zero",
  mixed: "it has both signs",
  true: "all cells are zero",
  false: "not all cells are zero",
};

const said = (about: Answer["about"], value: string): string =>
  about === "shape" ? `the shape is ${value}` : (sentences[value] ?? value);

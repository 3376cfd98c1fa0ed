/// <reference lib="dom" />
import { html, type TemplateResult } from "lit";
import { classMap } from "lit/directives/class-map.js";

export interface EditorOptions {
  readonly source: string;
  /** The line of the step, and one where something is wrong. */
  readonly lit: number | undefined;
  readonly wrong: number | undefined;
  /** Lines that the lesson does not have. */
  readonly changed: ReadonlySet<string>;
  readonly edit: (source: string) => void;
  readonly run: () => void;
}

/** The program, to be edited. Behind the text lie lines with numbers, one of them lit; they make the room for the text. */
export function editor({ source, lit, wrong, changed, edit, run }: EditorOptions): TemplateResult {
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
    // The text is left with Escape, as with Tab; a program that ran is stepped through next.
    if (event.key === "Escape") (event.target as HTMLElement).blur();
  };
  const lines = source.split("\n");
  return html`<div class="editor" role="group" aria-label="Program">
    <div class="paper">
      <div class="lines" aria-hidden="true">
        ${lines.map((text, i) => {
          const marks = { lit: i + 1 === lit, wrong: i + 1 === wrong, changed: changed.has(text) };
          return html`<div class="line ${classMap(marks)}">${text || " "}</div>`;
        })}
      </div>
      <textarea aria-label="Program; line ${lit ?? "none"} is lit" spellcheck="false" autocapitalize="off" autocomplete="off" wrap="off"
        aria-invalid=${wrong === undefined ? "false" : "true"}
        .value=${source} @input=${(event: InputEvent) => edit((event.target as HTMLTextAreaElement).value)} @keydown=${keys}></textarea>
    </div>
  </div>`;
}

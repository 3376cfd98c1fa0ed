import { html, type TemplateResult } from "lit";

/** A text of a lesson, in which backquotes mark code. */
export const inline = (text: string): TemplateResult =>
  html`${text.split("`").map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part))}`;

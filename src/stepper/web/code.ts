import { html, nothing, type TemplateResult } from "lit";
import { around, stepWhere, throughOf, type View } from "./view.ts";

const mostLines = 500;

/** The program, with the line of the step lit. A click on a line goes to what it does. */
export function code(view: View): TemplateResult | typeof nothing {
  const { trace, step } = view;
  if (trace.program === undefined) return nothing;
  const lineOf = (node: number) => trace.nodes[node]!.source?.line;
  const current = lineOf(throughOf(step));
  const used = new Set(trace.nodes.map(({ source }) => source?.line));
  const follow = (line: number) => () => {
    const at = stepWhere(view, (one) => lineOf(throughOf(one)) === line);
    if (at !== undefined) view.go(at);
  };
  const lines = trace.program.source.replace(/\n$/, "").split("\n");
  const { first, shown } = around(lines, current ?? 0, mostLines);
  return html`<ol class="code" aria-label="Program" style="counter-reset:line ${first}">
    ${shown.map((text, i) => {
      const line = first + i + 1;
      const lit = line === current;
      return html`<li class=${lit ? "lit" : ""} aria-current=${lit ? "step" : nothing}
        @click=${used.has(line) ? follow(line) : nothing}><code>${text || " "}</code></li>`;
    })}
  </ol>`;
}

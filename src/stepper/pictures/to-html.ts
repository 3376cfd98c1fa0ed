import { ensure } from "../../errors.ts";
import { escape } from "../../plot/svg.ts";
import type { Tables } from "../trace/records.ts";

/** What is written of a page: the trace as it is saved, and the lines around it. */
interface Written extends Tables {
  toJSON(): object;
}

export interface HtmlOptions {
  /** The text of `backprop-stepper.js`, which goes into the page. */
  element: string;
  /** Default: "Backward pass". */
  title?: string;
  /** The step that it opens at; by default the first of the backward pass. */
  step?: number;
}

/** JSON that cannot end the script that it stands in. */
const inScript = (value: object): string => JSON.stringify(value).replaceAll("<", String.raw`\u003c`);

/** A program's text that cannot end the script that it stands in. */
const program = (text: string): string => text.replace(/<\/(script)/gi, String.raw`<\/$1`);

/** Hands the trace to the element, as a file that needs no server. */
const start = `
const file = new Blob([document.getElementById("trace").textContent], { type: "application/json" });
document.querySelector("backprop-stepper").src = URL.createObjectURL(file);
`;

/** One page with the trace, the element and nothing to load. */
export function toHTML(trace: Written, { element, title = "Backward pass", step }: HtmlOptions): string {
  ensure(
    typeof element === "string" && element.includes("backprop-stepper"),
    () => "element must be the text of backprop-stepper.js, which npm run build makes",
  );
  const at = step ?? trace.steps.findIndex(({ phase }) => phase === "seed");
  ensure(trace.steps[at] !== undefined, () => `step must be below ${trace.steps.length}; received ${at}`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)}</title>
</head>
<body>
<h1>${escape(title)}</h1>
<script type="application/json" id="trace">${inScript(trace.toJSON())}</script>
<backprop-stepper step="${at}"></backprop-stepper>
<script type="module">${program(element)}</script>
<script type="module">${start}</script>
</body>
</html>
`;
}

import { write } from "../../autodiff/explanation.ts";
import { explanationOf } from "../trace/explain.ts";
import type { Tables } from "../trace/records.ts";
import { knownAfter } from "./known.ts";
import { toSVG } from "./to-svg.ts";
import { summed } from "./words.ts";

/** One thing in several forms, by MIME type: a notebook shows the best that it can. */
export interface DisplayBundle {
  readonly "text/plain": string;
  readonly "image/svg+xml": string;
  readonly "text/html": string;
}

/** What a trace is in words: its loss, the gradients of its variables, and its last step. */
function plainText(tables: Tables): string {
  const { nodes, steps, loss } = tables;
  const known = knownAfter(tables, steps.length - 1);
  const gradients = nodes.flatMap(({ kind, label }, node) => {
    const gradient = known.gradientOf(node);
    return kind === "variable" && gradient ? [`  gradient of ${label}: ${summed(gradient)}`] : [];
  });
  const head = `Trace of ${steps.length} steps: ${nodes[loss]!.label} = ${summed(known.valueOf(loss)!)}`;
  return [head, ...gradients].join("\n");
}

/**
 * A trace for a notebook: the picture first, which needs no script, then the explanation of the last step. Deno's kernel
 * asks a trace for it by itself; in tslab, `display.html(displayBundle(trace)["text/html"])` shows it.
 *
 * @example
 * ```ts
 * const w = variable(2, { name: "w" });
 * const bundle = displayBundle(record(() => w.square()));
 * deepEqual(bundle["text/plain"], "Trace of 3 steps: square = 4\n  gradient of w: 4");
 * ```
 */
export function displayBundle(tables: Tables): DisplayBundle {
  const svg = toSVG(tables);
  const explanation = write(explanationOf(tables, tables.steps.length - 1), "html");
  return {
    "text/plain": plainText(tables),
    "image/svg+xml": svg,
    "text/html": `<figure style="margin:0">\n${svg}<figcaption>${explanation}</figcaption>\n</figure>\n`,
  };
}

import { html, nothing, type TemplateResult } from "lit";
import { unsafeHTML } from "lit/directives/unsafe-html.js";
import { lineChart } from "../../plot/line-chart.ts";
import type { Theme } from "../../plot/theme.ts";
import type { FlowRow } from "../trace/records.ts";
import type { Trace } from "../trace/trace.ts";

/** With fewer layers there is no course of things to see. */
const fewest = 4;

const logarithm = (rms: number): number => (rms > 0 ? Math.log10(rms) : Number.NaN);

/** How two programs pass values on and gradients back, layer by layer, where they have the same layers. */
export function comparison(
  before: Trace | undefined,
  now: Trace,
  theme: Theme,
): TemplateResult | typeof nothing {
  if (before === undefined) return nothing;
  const inBoth = ({ layer }: FlowRow) =>
    [before, now].every(({ flow }) => flow.some((row) => row.layer === layer));
  const [old, fresh] = [before, now].map(({ flow }) => flow.filter(inBoth)) as [FlowRow[], FlowRow[]];
  if (fresh.length < fewest) return nothing;
  const panel = (what: "activation" | "gradient", yLabel: string) => ({
    yLabel,
    series: [["before", old] as const, ["now", fresh] as const].map(([label, rows]) => ({
      label,
      points: rows.map((row, i): [number, number] => [i + 1, logarithm(row[what])]),
    })),
  });
  const panels = [panel("activation", "log₁₀ rms of values"), panel("gradient", "log₁₀ rms of gradients")];
  if (panels.some(({ series }) => series.every(({ points }) => points.every(([, y]) => Number.isNaN(y)))))
    return nothing;
  // The picture is made of numbers and of the labels above.
  const svg = lineChart({
    panels,
    xLabel: "layer",
    title: "Before the change, and now",
    theme,
    width: 680,
    height: 460,
  });
  return html`<section class="comparison" aria-label="Comparison">${unsafeHTML(svg)}</section>`;
}

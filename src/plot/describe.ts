import { type Chart, captionOf, labelsOf, type Series } from "./chart.ts";
import { type Domain, formatNumber } from "./scale.ts";

const range = ([min, max]: Domain): string => `from ${formatNumber(min)} to ${formatNumber(max)}`;

/** What the picture shows, in words: for those who cannot see it. */
export function describe(chart: Chart): string {
  const head = `Line chart, ${chart.xLabel ?? "x"} ${range(chart.xDomain)}.`;
  const panels = chart.panels.map((panel) => {
    const caption = captionOf(panel);
    const facts = panel.series.map(
      (series) => `${series.label === caption ? "" : `${series.label} `}${factsOf(series)}`,
    );
    return `${caption === undefined ? "" : `${caption}: `}${facts.join("; ")}.`;
  });
  return [head, ...panels].join(" ");
}

function factsOf({ points }: Series): string {
  const finite = points.filter((point) => point.every(Number.isFinite));
  if (finite.length === 0) return "has no finite value";
  const lowest = finite.reduce((a, b) => (b[1] < a[1] ? b : a));
  const highest = finite.reduce((a, b) => (b[1] > a[1] ? b : a));
  const at = ([x, y]: readonly [number, number]) => `${formatNumber(y)} at ${formatNumber(x)}`;
  const breaks = points.filter(
    ([x, y], i) => Number.isFinite(x) && !Number.isFinite(y) && i > 0 && i < points.length - 1,
  );
  const where = breaks.slice(0, 6).map(([x]) => formatNumber(x));
  const broken = breaks.length > 0 && breaks.length <= 6 ? `, with breaks at ${where.join(" and ")}` : "";
  return `goes from ${at(finite[0]!)} to ${at(finite.at(-1)!)}, lowest ${at(lowest)}, highest ${at(highest)}${broken}`;
}

/** The title, or what could be one. */
export const titleOf = (chart: Chart): string => chart.title ?? labelsOf(chart).join(", ");

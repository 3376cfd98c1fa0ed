import { type Chart, captionOf, labelsOf, type Series } from "./chart.ts";
import type { Point } from "./path.ts";
import { formatNumber } from "./scale.ts";

/** What the picture shows, in words: for those who cannot see it. */
export function describe(chart: Chart): string {
  const [from, to] = chart.xDomain.map(formatNumber);
  const panels = chart.panels.map((panel) => {
    const caption = captionOf(panel);
    const facts = panel.series.map((series) =>
      series.label === caption ? factsOf(series) : `${series.label} ${factsOf(series)}`,
    );
    return `${caption === undefined ? "" : `${caption}: `}${facts.join("; ")}.`;
  });
  return [`Line chart, ${chart.xLabel ?? "x"} from ${from} to ${to}.`, ...panels].join(" ");
}

const isFinite = (point: Point | undefined): boolean => point?.every(Number.isFinite) ?? false;

const say = ([x, y]: Point): string => `${formatNumber(y)} at ${formatNumber(x)}`;

function factsOf({ points }: Series): string {
  const finite = points.filter(isFinite);
  const [first, last] = [finite[0], finite.at(-1)];
  if (first === undefined || last === undefined) return "has no finite value";
  const lowest = finite.reduce((a, b) => (b[1] < a[1] ? b : a));
  const highest = finite.reduce((a, b) => (b[1] > a[1] ? b : a));
  const breaks = points.filter(
    (point, i) => !isFinite(point) && isFinite(points[i - 1]) && point[0] < last[0],
  );
  // More of them are no fact to remember.
  const listed = breaks.length > 6 ? [] : breaks.map(([x]) => formatNumber(x));
  const broken = listed.length > 0 ? `, with breaks at ${listed.join(" and ")}` : "";
  return `goes from ${say(first)} to ${say(last)}, lowest ${say(lowest)}, highest ${say(highest)}${broken}`;
}

/** The title, or what could be one. */
export const titleOf = (chart: Chart): string => chart.title ?? labelsOf(chart).join(", ");

import { checkOptions, ensure, saying, show } from "../errors.ts";
import type { Mark, Panel, Series } from "./chart.ts";
import { draw } from "./draw.ts";
import { checkText, readDomain, readSize, readTheme } from "./options.ts";
import { type Domain, extent } from "./scale.ts";
import type { Theme } from "./theme.ts";

/** What all pictures of lines have in common. */
export interface PictureOptions {
  readonly title?: string | undefined;
  /** Stands below the x axis. */
  readonly xLabel?: string | undefined;
  /** In pixels, 200 to 4000. Default 720. The text grows where a page shows the picture much smaller. */
  readonly width?: number | undefined;
  /** In pixels, up to 4000. Default: by the number of panels. */
  readonly height?: number | undefined;
  /** `"auto"` (default): light or dark by the reader's system. */
  readonly theme?: Theme | undefined;
}

/** Series in one panel, or panels below each other on one x axis. */
export type LineChartOptions = PictureOptions & {
  /** Default: the extent of all points. */
  readonly xDomain?: Domain | undefined;
} & (Panel | { readonly panels: readonly Panel[] });

const panelKeys = ["series", "yLabel", "yDomain"];
const chartKeys = ["title", "xLabel", "width", "height", "theme", "xDomain"];

/**
 * A line chart of data as an SVG document. Lines differ in colour and in dashes; a point that is not finite breaks its
 * line. The same options give the same text.
 *
 * @throws If there are no series or points, two series of a panel have one label, or an option is unknown or out of range.
 * @example
 * ```ts
 * const svg = lineChart({
 *   title: "Loss",
 *   xLabel: "epoch",
 *   series: [
 *     { label: "training", points: [[1, 0.9], [2, 0.5], [3, 0.4]] },
 *     { label: "validation", points: [[1, 0.95], [2, 0.6], [3, 0.55]] },
 *   ],
 * });
 * deepEqual(svg.startsWith("<svg "), true);
 * ```
 */
export const lineChart = (options: LineChartOptions): string =>
  saying("lineChart", () => {
    checkOptions("lineChart", options, [...chartKeys, ...(isStacked(options) ? ["panels"] : panelKeys)]);
    return drawLines(options);
  });

/** What {@link lineChart} does, for others to do in their own name. */
export function drawLines(options: LineChartOptions): string {
  const { title, xLabel, width = 720, height, theme } = options;
  checkText("title", title);
  checkText("xLabel", xLabel);
  const panels = readPanels(options);
  const xs = panels.flatMap(({ series }) => series.flatMap(({ points }) => points.map(([x]) => x)));
  return draw({
    panels,
    title,
    xLabel,
    xDomain: options.xDomain === undefined ? extent(xs) : readDomain("xDomain", options.xDomain),
    width: readSize("width", width, [200, 4000]),
    height: height === undefined ? undefined : readSize("height", height, [100, 4000]),
    theme: readTheme(theme),
  });
}

type Stacked = LineChartOptions & { readonly panels: readonly Panel[] };

const isStacked = (options: LineChartOptions): options is Stacked =>
  typeof options === "object" && options !== null && "panels" in options;

function readPanels(options: LineChartOptions): Panel[] {
  if (!isStacked(options)) return [readPanel(options)];
  const { panels } = options;
  ensure(
    Array.isArray(panels) && panels.length > 0,
    () => `panels must be an array of at least one { ${panelKeys.join(", ")} }; received ${show(panels)}`,
  );
  return panels.map((panel) => {
    checkOptions("a panel", panel, panelKeys);
    return readPanel(panel);
  });
}

function readPanel({ series, yLabel, yDomain }: Panel): Panel {
  checkText("yLabel", yLabel);
  ensure(
    Array.isArray(series) && series.length > 0,
    () => `series must be an array of at least one { label, points }; received ${show(series)}`,
  );
  const checked = series.map(readSeries);
  const labels = checked.map(({ label }) => label);
  const twice = labels.find((label, i) => labels.indexOf(label) !== i);
  ensure(
    twice === undefined,
    () => `the series of a panel need different labels; ${show(twice)} is there twice. Rename one.`,
  );
  return {
    series: checked,
    yLabel,
    yDomain: yDomain === undefined ? undefined : readDomain("yDomain", yDomain),
  };
}

const isPoint = (point: unknown): boolean =>
  Array.isArray(point) && point.length === 2 && point.every((value) => typeof value === "number");

const isMark = (mark: Mark): boolean =>
  Number.isFinite(mark?.x) && Number.isFinite(mark.y) && typeof mark.filled === "boolean";

function readSeries(series: Series): Series {
  checkOptions("a series", series, ["label", "points", "marks"]);
  const { label, points, marks = [] } = series;
  ensure(typeof label === "string", () => `the label of a series must be a string; received ${show(label)}`);
  const of = `series ${show(label)}:`;
  ensure(
    Array.isArray(points) && points.length > 0,
    () => `${of} points must be an array of at least one [x, y]; received ${show(points)}`,
  );
  const strange = points.findIndex((point) => !isPoint(point));
  ensure(
    strange === -1,
    () => `${of} a point must be [x, y], two numbers; received ${show(points[strange])} at ${strange}`,
  );
  ensure(
    Array.isArray(marks) && marks.every(isMark),
    () => `${of} marks must be an array of { x, y, filled }, x and y finite; received ${show(marks)}`,
  );
  return { label, points, marks };
}

import { show } from "../errors.ts";
import type { Chart, Mark, Panel, Series } from "./chart.ts";
import { draw } from "./draw.ts";
import { OptionChecker } from "./options.ts";
import type { Point } from "./path.ts";
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
export function lineChart(options: LineChartOptions): string {
  return drawLines("lineChart", options);
}

/** {@link lineChart} on behalf of `who`, whose name errors begin with. */
export function drawLines(who: string, options: LineChartOptions): string {
  const check = new OptionChecker(who);
  check.known(options, [...chartKeys, ..."panels" in options ? ["panels"] : panelKeys]);
  const { title, xLabel, width = 720, height, theme } = options;
  check.text("title", title);
  check.text("xLabel", xLabel);
  const panels = readPanels(check, options);
  const xs = panels.flatMap(({ series }) => series.flatMap(({ points }) => points.map(([x]) => x)));
  const chart: Chart = {
    panels,
    title,
    xLabel,
    xDomain: options.xDomain === undefined ? extent(xs) : check.domain("xDomain", options.xDomain),
    width: check.size("width", width, [200, 4000]),
    height: height === undefined ? undefined : check.size("height", height, [120 + 100 * panels.length, 4000]),
    theme: check.theme(theme),
  };
  return draw(chart);
}

function readPanels(check: OptionChecker, options: LineChartOptions): Panel[] {
  if (!("panels" in options)) return [readPanel(check, options)];
  if (!Array.isArray(options.panels) || options.panels.length === 0) {
    check.fail(`panels must be an array of at least one panel, { ${panelKeys.join(", ")} }; received ${show(options.panels)}`);
  }
  return options.panels.map((panel) => {
    check.known(panel, panelKeys, "a panel");
    return readPanel(check, panel);
  });
}

function readPanel(check: OptionChecker, { series, yLabel, yDomain }: Panel): Panel {
  check.text("yLabel", yLabel);
  if (!Array.isArray(series) || series.length === 0) {
    check.fail(`series must be an array of at least one { label, points }; received ${show(series)}`);
  }
  const labels = series.map(({ label }) => label);
  const twice = labels.find((label, i) => labels.indexOf(label) !== i);
  if (twice !== undefined) {
    check.fail(`the series of a panel must have different labels; ${show(twice)} is there twice. Rename one.`);
  }
  return {
    series: series.map((one) => readSeries(check, one)),
    yLabel,
    yDomain: yDomain === undefined ? undefined : check.domain("yDomain", yDomain),
  };
}

const isPoint = (point: unknown): point is Point =>
  Array.isArray(point) && point.length === 2 && point.every((value) => typeof value === "number");

function readSeries(check: OptionChecker, series: Series): Series {
  check.known(series, ["label", "points", "marks"], "a series");
  const { label, points, marks = [] } = series;
  if (typeof label !== "string") check.fail(`the label of a series must be a string; received ${show(label)}`);
  if (!Array.isArray(points) || points.length === 0) {
    check.fail(`series ${show(label)}: points must be an array of at least one [x, y]; received ${show(points)}`);
  }
  const strange = points.find((point) => !isPoint(point));
  if (strange !== undefined) {
    check.fail(`series ${show(label)}: a point must be [x, y], two numbers; received ${show(strange)}`);
  }
  const isMark = ({ x, y }: Mark) => Number.isFinite(x) && Number.isFinite(y);
  if (!Array.isArray(marks) || !marks.every(isMark)) {
    check.fail(`series ${show(label)}: marks must be an array of { x, y, filled }; received ${show(marks)}`);
  }
  return { label, points, marks };
}

import { ensure } from "../errors.ts";
import { type Chart, captionOf, labelsOf, type Panel } from "./chart.ts";
import { type Domain, extent, padded, type Ticks, ticks } from "./scale.ts";

/** In pixels of the picture. Room is made for the sizes of a small screen, where text and lines are drawn larger. */
export const sizes = {
  text: 14,
  title: 18,
  narrowText: 20,
  narrowTitle: 24,
  padding: 16,
  line: 2.5,
  narrowLine: 3.5,
  titleRow: 30,
  legendRow: 28,
  captionRow: 34,
  tickRow: 34,
  labelRow: 28,
  gap: 20,
  legendLine: 34,
  leastPanel: 60,
} as const;

/** The width of the picture, as a share of its natural one, below which text and lines are drawn larger. */
export const narrow = 0.7;

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface PanelLayout {
  readonly panel: Panel;
  readonly box: Box;
  readonly yDomain: Domain;
  readonly yTicks: Ticks;
}

export interface LegendItem {
  readonly label: string;
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly titleLines: readonly string[];
  readonly legend: readonly LegendItem[];
  readonly panels: readonly PanelLayout[];
  readonly xTicks: Ticks;
}

/** What text is wide, about: no font is at hand to measure with, so rather too much. */
export const widthOf = (text: string, size: number): number => Array.from(text).length * size * 0.56;

/** Words in lines of at most `width`. A longer word keeps a line of its own. */
export function wrap(text: string, size: number, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && widthOf(longer, size) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** The labels beside samples of their lines, in as many rows as they need. */
function legendOf(labels: readonly string[], top: number, width: number): LegendItem[] {
  if (labels.length < 2) return [];
  let x: number = sizes.padding;
  let row = 0;
  return labels.map((label) => {
    const needed = sizes.legendLine + 8 + widthOf(label, sizes.narrowText);
    if (x > sizes.padding && x + needed > width - sizes.padding) {
      x = sizes.padding;
      row++;
    }
    const item = { label, x, y: top + (row + 0.5) * sizes.legendRow };
    x += needed + 12;
    return item;
  });
}

const yDomainOf = ({ yDomain, series }: Panel): Domain =>
  yDomain ??
  padded(
    extent(
      series.flatMap(({ points, marks = [] }) => [...points.map(([, y]) => y), ...marks.map(({ y }) => y)]),
    ),
  );

/** Epochs and other whole things get no ticks between them. */
const smallestStep = ({ panels }: Chart): number =>
  panels.every(({ series }) => series.every(({ points }) => points.every(([x]) => Number.isInteger(x))))
    ? 1
    : 0;

/** Where everything goes. */
export function layOut(chart: Chart): Layout {
  const { width, panels } = chart;
  const titleLines = wrap(chart.title ?? "", sizes.narrowTitle, width - 2 * sizes.padding);
  const titleHeight = titleLines.length * sizes.titleRow;
  const legend = legendOf(labelsOf(chart), sizes.padding + titleHeight, width);
  const legendHeight = legend.length === 0 ? 0 : legend.at(-1)!.y - legend[0]!.y + sizes.legendRow;
  const top = sizes.padding + titleHeight + legendHeight;
  const below = sizes.tickRow + (chart.xLabel === undefined ? 0 : sizes.labelRow) + sizes.padding / 2;
  const captions = panels.map((panel) => (captionOf(panel) === undefined ? sizes.gap / 2 : sizes.captionRow));

  const n = panels.length;
  const fixed = top + below + captions.reduce((a, b) => a + b, 0) + (n - 1) * sizes.gap;
  const inner =
    chart.height === undefined ? Math.round(width * (0.22 + 0.26 / n)) : (chart.height - fixed) / n;

  ensure(
    inner >= sizes.leastPanel,
    () =>
      `height must be at least ${Math.ceil(fixed + n * sizes.leastPanel)} for ${n} panel${n === 1 ? "" : "s"} with ` +
      `their title, legend and axes; received ${chart.height}`,
  );

  const domains = panels.map(yDomainOf);
  const yTicks = domains.map((domain) => ticks(domain, Math.max(2, inner / 42)));
  const labelWidth = Math.max(
    ...yTicks.flatMap(({ labels }) => labels.map((l) => widthOf(l, sizes.narrowText))),
  );
  const left = sizes.padding + Math.max(labelWidth, 16) + 8;
  const right = width - sizes.padding - 8;

  let y = top;
  const boxes = panels.map((panel, i): PanelLayout => {
    const boxTop = y + captions[i]!;
    y = boxTop + inner + sizes.gap;
    const box = { left, right, top: boxTop, bottom: boxTop + inner };
    return { panel, box, yDomain: domains[i]!, yTicks: yTicks[i]! };
  });
  const xTicks = ticks(chart.xDomain, Math.max(2, (right - left) / 56), smallestStep(chart));
  return { width, height: y - sizes.gap + below, titleLines, legend, panels: boxes, xTicks };
}

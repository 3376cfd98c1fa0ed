import type { Chart } from "./chart.ts";
import { describe, titleOf } from "./describe.ts";
import { drawLine, drawPanel } from "./draw-panel.ts";
import { type Layout, layOut, narrow, sizes } from "./layout.ts";
import { linearScale } from "./scale.ts";
import { coordinate, element, type Markup, svgDocument } from "./svg.ts";
import { fonts, styleSheet } from "./theme.ts";

/** The picture as an SVG document. */
export function draw(chart: Chart): string {
  const layout = layOut(chart);
  const { width, height } = layout;
  return svgDocument("plot", layout, (id) => ({
    title: titleOf(chart),
    description: describe(chart),
    parts: [
      element("style", {}, `${styleSheet(id, chart.theme)}\n${textStyle(id, width)}`),
      element("rect", { class: "paper", width, height, rx: 6 }),
      ...heading(layout),
      ...layout.panels.flatMap((panel, i) => drawPanel(`${id}-frame${i}`, chart, layout.xTicks, panel)),
      ...xAxis(chart, layout),
    ],
  }));
}

/** On a small screen the picture shrinks; text and lines are then enlarged, so that they stay readable. */
const textStyle = (id: string, width: number): string =>
  [
    `#${id} text{font:${sizes.text}px ${fonts}}`,
    `#${id} .title{font-size:${sizes.title}px;font-weight:600}`,
    `#${id} .number{font-variant-numeric:tabular-nums}`,
    `@media (max-width:${Math.round(width * narrow)}px){#${id} text{font-size:${sizes.narrowText}px}` +
      `#${id} .title{font-size:${sizes.narrowTitle}px}#${id} .line{stroke-width:${sizes.narrowLine}px}}`,
  ].join("\n");

function heading({ titleLines, legend }: Layout): Markup[] {
  const title = titleLines.map((line, i) =>
    element(
      "text",
      { class: "title ink", x: sizes.padding, y: sizes.padding + i * sizes.titleRow, dy: ".9em" },
      line,
    ),
  );
  const items = legend.flatMap(({ label, x, y }, i) => [
    drawLine(i, `M${coordinate(x)} ${coordinate(y)}h${sizes.legendLine}`),
    element("text", { class: "ink", x: x + sizes.legendLine + 8, y, dy: ".35em" }, label),
  ]);
  return [...title, ...items];
}

/** The numbers below the last panel, and the name of the axis. */
function xAxis({ xDomain, xLabel }: Chart, { panels, xTicks }: Layout): Markup[] {
  const { left, right, bottom } = panels.at(-1)!.box;
  const x = linearScale(xDomain, [left, right]);
  const centred = { dy: ".75em", "text-anchor": "middle" };
  const numbers = xTicks.values.map((value, i) =>
    element("text", { class: "number muted", x: x(value), y: bottom + 12, ...centred }, xTicks.labels[i]!),
  );
  if (xLabel === undefined) return numbers;
  const name = { class: "ink", x: (left + right) / 2, y: bottom + sizes.tickRow + 4, ...centred };
  return [...numbers, element("text", name, xLabel)];
}

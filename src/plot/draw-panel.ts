import { type Chart, captionOf, labelsOf, type Mark } from "./chart.ts";
import { type PanelLayout, sizes } from "./layout.ts";
import { linePath } from "./path.ts";
import { linearScale, type Scale, type Ticks } from "./scale.ts";
import { coordinate, element, type Markup } from "./svg.ts";
import { colourOf, dashOf } from "./theme.ts";

/** A line in the colour and the dashes of the series of that number. */
export const drawLine = (series: number, d: string, label?: string): Markup =>
  element(
    "path",
    {
      class: `line ${colourOf(series)}-line`,
      d,
      fill: "none",
      "stroke-width": sizes.line,
      "stroke-dasharray": dashOf(series),
      "stroke-linecap": "round",
      "stroke-linejoin": "round",
    },
    ...(label === undefined ? [] : [element("title", {}, label)]),
  );

/** Full in the colour of the line, or a ring of it that hides the end of the line. */
const drawMark = (series: number, { x, y, filled }: Mark, xScale: Scale, yScale: Scale): Markup =>
  element("circle", {
    class: `${filled ? colourOf(series) : "paper"} ${colourOf(series)}-line`,
    cx: xScale(x),
    cy: yScale(y),
    r: 3.5,
    "stroke-width": 2,
  });

/** Thin lines at the ticks, and stronger ones at zero over them. */
function drawGrid({ box, yTicks }: PanelLayout, xTicks: Ticks, x: Scale, y: Scale): Markup[] {
  const [left, top, right, bottom] = [box.left, box.top, box.right, box.bottom].map(coordinate);
  const lines = (wanted: (value: number) => boolean) =>
    [
      ...xTicks.values.filter(wanted).map((value) => `M${coordinate(x(value))} ${top}V${bottom}`),
      ...yTicks.values.filter(wanted).map((value) => `M${left} ${coordinate(y(value))}H${right}`),
    ].join("");
  return [
    element("path", { class: "grid", d: lines((value) => value !== 0) }),
    element("path", { class: "axis", d: lines((value) => value === 0), "stroke-width": 1.5 }),
  ];
}

/** The frame of a panel: caption, grid, numbers at the y axis, lines and marks. `clip` is the id of its clip path. */
export function drawPanel(clip: string, chart: Chart, xTicks: Ticks, layout: PanelLayout): Markup[] {
  const { panel, box, yDomain, yTicks } = layout;
  const { left, top, right, bottom } = box;
  const x = linearScale(chart.xDomain, [left, right]);
  const y = linearScale(yDomain, [bottom, top]);
  const caption = captionOf(panel);

  const labels = labelsOf(chart);
  const styled = panel.series.map((series) => ({ ...series, style: labels.indexOf(series.label) }));
  const isShown = (mark: Mark) =>
    left <= x(mark.x) && x(mark.x) <= right && top <= y(mark.y) && y(mark.y) <= bottom;
  // The frame is a little larger than the box, so that lines along its edge keep their full width.
  const frame = { x: left - 2, y: top - 2, width: right - left + 4, height: bottom - top + 4 };

  return [
    ...(caption === undefined
      ? []
      : [element("text", { class: "ink", x: sizes.padding, y: top - 12 }, caption)]),
    ...drawGrid(layout, xTicks, x, y),
    ...yTicks.values.map((value, i) =>
      element(
        "text",
        { class: "number muted", x: left - 10, y: y(value), dy: ".35em", "text-anchor": "end" },
        yTicks.labels[i]!,
      ),
    ),
    element("clipPath", { id: clip }, element("rect", frame)),
    element(
      "g",
      { "clip-path": `url(#${clip})` },
      ...styled.map(({ style, points, label }) => drawLine(style, linePath(points, x, y), label)),
    ),
    ...styled.flatMap(({ style, marks = [] }) =>
      marks.filter(isShown).map((mark) => drawMark(style, mark, x, y)),
    ),
  ];
}

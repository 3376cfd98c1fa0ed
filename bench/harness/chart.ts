import { element, type Markup } from "../../src/plot/svg.ts";
import { styleSheet } from "../../src/plot/theme.ts";
import { digits } from "./units.ts";

/** A panel of a chart: amounts as bars. */
export interface Bars {
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly { readonly label: string; readonly value: number }[];
}

const width = 720;
const labelWidth = 236;
const valueWidth = 80;
const padding = 16;
const row = 26;
const captionHeight = 62;

/** Beyond this ratio of the longest bar to the shortest a panel has a logarithmic scale. */
const widest = 20;

/** The length of each bar as a share of the longest. */
function lengths(values: readonly number[]): { logarithmic: boolean; shares: number[] } {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (most <= widest * least) return { logarithmic: false, shares: values.map((x) => x / most) };
  // Half a power of ten below the least, so that its bar can be seen.
  const origin = Math.log10(least) - 0.5;
  const span = Math.log10(most) - origin;
  return { logarithmic: true, shares: values.map((x) => (Math.log10(x) - origin) / span) };
}

function drawPanel({ title, unit, bars }: Bars, top: number): Markup[] {
  const { logarithmic, shares } = lengths(bars.map(({ value }) => value));
  const caption = `${unit}${logarithmic ? ", logarithmic scale" : ""}; less is better`;
  const room = width - labelWidth - valueWidth - 2 * padding;
  const left = padding + labelWidth;
  return [
    element("text", { class: "title ink", x: padding, y: top + 24 }, title),
    element("text", { class: "muted", x: padding, y: top + 44 }, caption),
    ...bars.flatMap(({ label, value }, i) => {
      const y = top + captionHeight + i * row;
      const middle = { y: y + row / 2, dy: ".35em" };
      const length = Math.max(2, room * shares[i]!);
      const style = label.startsWith("chainrule") ? "s0" : "muted";
      return [
        element("text", { class: "ink", x: left - 8, ...middle, "text-anchor": "end" }, label),
        element("rect", { class: style, x: left, y: y + 4, width: length, height: row - 8, rx: 2 }),
        element("text", { class: "number ink", x: left + length + 6, ...middle }, digits(value)),
      ];
    }),
  ];
}

/** The panels below each other as an SVG document, light or dark as its reader's system is. */
export function barChart(name: string, title: string, panels: readonly Bars[]): string {
  const id = `bench-${name}`;
  const heights = panels.map(({ bars }) => captionHeight + bars.length * row + padding);
  const tops = heights.map((_, i) => heights.slice(0, i).reduce((a, b) => a + b, padding / 2));
  const height = heights.reduce((a, b) => a + b, padding);
  const description = panels.map(
    ({ title, unit, bars }) =>
      `${title}, ${unit}: ${bars.map(({ label, value }) => `${label} ${digits(value)}`).join("; ")}.`,
  );
  const text = [
    `#${id} text{font:14px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}`,
    `#${id} .title{font-size:15px;font-weight:600}`,
    `#${id} .number{font-variant-numeric:tabular-nums}`,
  ];
  const svg = element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      id,
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-labelledby": `${id}-title ${id}-desc`,
    },
    element("title", { id: `${id}-title` }, title),
    element("desc", { id: `${id}-desc` }, description.join(" ")),
    element("style", {}, [styleSheet(id, "auto"), ...text].join("\n")),
    element("rect", { class: "paper", width, height, rx: 6 }),
    ...panels.flatMap((panel, i) => drawPanel(panel, tops[i]!)),
  );
  return `${svg.xml}\n`;
}

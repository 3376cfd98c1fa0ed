import { checkOptions } from "../../errors.ts";
import { readTheme } from "../../plot/options.ts";
import { type Attributes, coordinate, element, type Markup, svgDocument } from "../../plot/svg.ts";
import { type Colours, colours, fonts, type Rule, sheet, type Theme } from "../../plot/theme.ts";

/** A part of a picture: what is drawn, from (0, 0) on, and the room that it takes. */
export interface Drawn {
  readonly markup: Markup;
  readonly width: number;
  readonly height: number;
}

/** How many shades there are on each side of 0. */
export const shades = 5;

const numbers = Array.from({ length: shades }, (_, i) => i + 1);

/** `#rrggbb` at a share of the way from one colour to another. */
function mixed(from: string, to: string, share: number): string {
  const channel = (colour: string, i: number) => Number.parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16);
  const mix = (i: number) => Math.round(channel(from, i) * (1 - share) + channel(to, i) * share);
  return `#${[0, 1, 2].map((i) => mix(i).toString(16).padStart(2, "0")).join("")}`;
}

/** From 0 (`z`) to blue above it (`p1` …) and to orange below (`n1` …). */
const diverging = (zero: string, above: string, below: string): Readonly<Record<string, string>> => ({
  z: zero,
  ...Object.fromEntries(numbers.map((i) => [`p${i}`, mixed(zero, above, i / shades)])),
  ...Object.fromEntries(numbers.map((i) => [`n${i}`, mixed(zero, below, i / shades)])),
});

const own: Colours = {
  light: {
    ...colours.light,
    ...{ card: "#f6f8fa", open: "#ffffff", accent: "#8250df", bad: "#cf222e", dead: "#8c959f" },
    ...diverging("#e4e8ec", "#0072b2", "#d95f02"),
  },
  dark: {
    ...colours.dark,
    ...{ card: "#161b22", open: "#0d1117", accent: "#bc8cff", bad: "#ff7b72", dead: "#6e7681" },
    ...diverging("#30363d", "#58b4ea", "#f09a3e"),
  },
};

const filled = ["paper", "ink", "muted", "card", "open", "accent", "bad", "dead", "s0", "s1", "s2"];
const drawn = ["paper", "ink", "muted", "grid", "axis", "accent", "bad", "dead", "s0", "s1"];
const levels = ["z", ...numbers.flatMap((i) => [`p${i}`, `n${i}`])];

const rules: readonly Rule[] = [
  ...filled.map((name): Rule => [name, "fill", name]),
  ...drawn.map((name): Rule => [`${name}-line`, "stroke", name]),
  ...levels.map((name): Rule => [name, "stroke", name]),
];

/**
 * The style sheet for pictures in the element `#id`: colors of the theme, and text.
 *
 * @example
 * ```ts
 * deepEqual(pictureStyle("a", "auto").includes("prefers-color-scheme:dark"), true);
 * ```
 */
export const pictureStyle = (id: string, theme: Theme): string =>
  [
    sheet(id, theme, own, rules),
    `#${id} text{font:12px ${fonts}}`,
    `#${id} .strong{font-weight:600}`,
    `#${id} .small{font-size:10.5px}`,
    `#${id} .formula{font-size:14.5px}`,
    `#${id} .number{font-variant-numeric:tabular-nums}`,
    // Text that lines pass behind.
    `#${id} .halo{paint-order:stroke;stroke-width:3px;stroke-linejoin:round}`,
  ].join("\n");

export interface StandaloneOptions {
  readonly title: string;
  /** What is to be seen, for those who do not see it. Default: the title. */
  readonly description?: string | undefined;
  /** Default `"auto"`: as the reader's system is set. */
  readonly theme?: Theme | undefined;
}

/**
 * A drawing as an SVG document of its own.
 *
 * @throws If an option is unknown.
 * @example
 * ```ts
 * const { tensors } = record(() => variable([1, -2]).sum());
 * const svg = standalone(heatmap(tensors[0].sample, { width: 60 }), { title: "two cells" });
 * deepEqual(svg.includes("two cells</title>"), true);
 * ```
 */
export function standalone({ markup, width, height }: Drawn, options: StandaloneOptions): string {
  checkOptions("standalone", options, ["title", "description", "theme"]);
  const { title, description = title } = options;
  const theme = readTheme(options.theme);
  return svgDocument("trace", { width, height }, (id) => ({
    ...{ title, description },
    parts: [
      element("style", {}, pictureStyle(id, theme)),
      element("rect", { class: "paper", width, height, rx: 6 }),
      markup,
    ],
  }));
}

/** Drawings at places. */
export const at = (x: number, y: number, ...parts: readonly Markup[]): Markup =>
  element("g", { transform: `translate(${coordinate(x)} ${coordinate(y)})` }, ...parts);

export const text = (className: string, x: number, y: number, content: string, more?: Attributes): Markup =>
  element("text", { class: className, x, y, ...more }, content);

/** How wide a character is, as a share of the size of the text, in the broad fonts. */
const broad = 0.65;

/** What text is wide at most, about: no font is at hand to measure with. */
export const roomFor = (content: string, size = 12): number => Array.from(content).length * size * broad;

/** Text that fits, with dots for what was cut. */
export function cut(content: string, width: number, size = 12): string {
  const characters = Array.from(content);
  const most = Math.max(Math.floor(width / (size * broad)), 1);
  return characters.length <= most ? content : `${characters.slice(0, most - 1).join("")}…`;
}

/** Slanted lines over a rectangle: what is not known yet. */
export function hatched(width: number, height: number, title = "not yet"): Markup {
  const gap = 5;
  const lines: string[] = [];
  for (let start = gap; start < width + height; start += gap) {
    const [x1, y1] = [Math.max(0, start - height), Math.min(start, height)];
    const [x2, y2] = [Math.min(start, width), Math.max(0, start - width)];
    lines.push(`M${coordinate(x1)} ${coordinate(y1)}L${coordinate(x2)} ${coordinate(y2)}`);
  }
  return element(
    "g",
    { class: "not-yet" },
    element("title", {}, title),
    element("rect", { class: "axis-line", width, height, fill: "none", "stroke-dasharray": "2 2" }),
    element("path", { class: "axis-line", d: lines.join(""), "stroke-width": 0.8 }),
  );
}

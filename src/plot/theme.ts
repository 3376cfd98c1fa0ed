export const themes = ["auto", "light", "dark"] as const;

/** `auto` follows the reader's system, also inside an `<img>`. */
export type Theme = (typeof themes)[number];

/** The colours of a picture by what they are for. */
export interface Palette {
  readonly paper: string;
  readonly ink: string;
  /** Numbers at the axes. */
  readonly muted: string;
  readonly grid: string;
  /** The lines of zero. */
  readonly axis: string;
  /** Lines of data, in the order in which they are given out. */
  readonly series: readonly string[];
}

/**
 * The hues are Okabe and Ito's, which people with any kind of colour vision tell apart, darkened or lightened until
 * text in them is readable on the paper (a contrast of 4.5 and more).
 */
export const palettes: Readonly<Record<"light" | "dark", Palette>> = {
  light: {
    paper: "#ffffff",
    ink: "#1f2328",
    muted: "#59636e",
    grid: "#e1e5ea",
    axis: "#818b98",
    series: ["#0072b2", "#c04f00", "#006b4e", "#a8478a", "#3d444d", "#5c4300"],
  },
  dark: {
    paper: "#0d1117",
    ink: "#f0f6fc",
    muted: "#9198a1",
    grid: "#272d36",
    axis: "#6e7681",
    series: ["#56b4e9", "#f09a3e", "#2fcf9c", "#e08fc0", "#d1d7e0", "#f0e442"],
  },
};

/** Lengths of dashes and gaps, by series; with the colour, a second sign of which line is which. */
const dashes = ["", "8 6", "1 5.5", "13 5.5 1 5.5", "4 4.5", "15 6"];

export const styleCount = dashes.length;

/** The dash pattern of a series. After six series the colours come again, with patterns moved on by one. */
export const dashOf = (series: number): string | undefined =>
  dashes[(series + Math.floor(series / styleCount)) % styleCount] || undefined;

export const colourOf = (series: number): string => `s${series % styleCount}`;

/** Declares the colours as custom properties of the element `#id`. */
function declare(id: string, { series, ...named }: Palette): string {
  const colours = [...Object.entries(named), ...series.map((colour, i) => [`s${i}`, colour])];
  return `#${id}{${colours.map(([name, colour]) => `--${name}:${colour}`).join(";")}}`;
}

/**
 * The style sheet of a picture, for the element `#id` only, so that the pictures of a page do not mix. Its classes fill
 * (`paper`, `ink`, `muted`, `s0` …) or stroke (`grid`, `axis`, `s0-line` …) with the colour of that name.
 */
export function styleSheet(id: string, theme: Theme): string {
  const base = palettes[theme === "dark" ? "dark" : "light"];
  // Renderers that know no custom properties (librsvg) take the first declaration, all others the second.
  const rule = (name: string, property: string, colour: string, variable = name) =>
    `#${id} .${name}{${property}:${colour};${property}:var(--${variable})}`;
  const dark = `@media (prefers-color-scheme:dark){${declare(id, palettes.dark)}}`;
  return [
    declare(id, base),
    ...(theme === "auto" ? [dark] : []),
    ...(["paper", "ink", "muted"] as const).map((name) => rule(name, "fill", base[name])),
    ...(["grid", "axis"] as const).map((name) => rule(name, "stroke", base[name])),
    ...base.series.map((colour, i) => rule(`s${i}`, "fill", colour)),
    ...base.series.map((colour, i) => rule(`s${i}-line`, "stroke", colour, `s${i}`)),
  ].join("\n");
}

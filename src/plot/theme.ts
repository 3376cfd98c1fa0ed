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

/** Colours by name, for both kinds of paper. */
export type Colours = Readonly<Record<"light" | "dark", Readonly<Record<string, string>>>>;

/** A class, what it paints, and the name of the colour. */
export type Rule = readonly [className: string, property: "fill" | "stroke", colour: string];

/**
 * Rules with the colours of a theme, for the element `#id` only, so that the pictures of a page do not mix. The colours
 * are custom properties of that element.
 */
export function sheet(id: string, theme: Theme, colours: Colours, rules: readonly Rule[]): string {
  const base = colours[theme === "dark" ? "dark" : "light"];
  const declare = (named: Readonly<Record<string, string>>) =>
    `#${id}{${Object.entries(named)
      .map(([name, colour]) => `--${name}:${colour}`)
      .join(";")}}`;
  return [
    declare(base),
    ...(theme === "auto" ? [`@media (prefers-color-scheme:dark){${declare(colours.dark)}}`] : []),
    // Renderers that know no custom properties (librsvg) take the first declaration, all others the second.
    ...rules.map(
      ([className, property, colour]) =>
        `#${id} .${className}{${property}:${base[colour]};${property}:var(--${colour})}`,
    ),
  ].join("\n");
}

const named = ({ series, ...others }: Palette): Readonly<Record<string, string>> => ({
  ...others,
  ...Object.fromEntries(series.map((colour, i) => [`s${i}`, colour])),
});

/** The colours of {@link palettes} by name; the series are `s0`, `s1`, …. */
export const colours: Colours = { light: named(palettes.light), dark: named(palettes.dark) };

/** The style sheet of a plot: classes fill (`paper`, `ink`, `muted`, `s0` …) or stroke (`grid`, `axis`, `s0-line` …). */
export function styleSheet(id: string, theme: Theme): string {
  const series = palettes.light.series.map((_, i) => `s${i}`);
  return sheet(id, theme, colours, [
    ...["paper", "ink", "muted"].map((name): Rule => [name, "fill", name]),
    ...["grid", "axis"].map((name): Rule => [name, "stroke", name]),
    ...series.map((name): Rule => [name, "fill", name]),
    ...series.map((name): Rule => [`${name}-line`, "stroke", name]),
  ]);
}

export const fonts = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif';

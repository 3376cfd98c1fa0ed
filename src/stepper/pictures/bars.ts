import { checkOptions } from "../../errors.ts";
import { coordinate, element, type Markup } from "../../plot/svg.ts";
import type { Histogram, TensorRecord } from "../trace/records.ts";
import { at, type Drawn, hatched, text } from "./style.ts";
import { brief } from "./words.ts";

/** The powers of ten between which sizes are drawn. */
export interface Decades {
  readonly low: number;
  readonly high: number;
}

/** Powers of ten around all sizes above 0. */
export function decadesOf(sizes: readonly number[]): Decades {
  const logs = sizes.filter((size) => size > 0 && Number.isFinite(size)).map(Math.log10);
  if (logs.length === 0) return { low: -1, high: 0 };
  // One more below the least, so that its bar can be seen.
  return { low: Math.floor(Math.min(...logs)) - 1, high: Math.ceil(Math.max(...logs)) };
}

/** How far up the decades a size is, from 0 to 1. */
export const rise = (size: number, { low, high }: Decades): number =>
  size > 0 ? Math.min(Math.max((Math.log10(size) - low) / Math.max(high - low, 1), 0), 1) : 0;

/** How a tensor looks as a bar: `bad` has cells that are not finite, `dead` only zeros. */
export const lookOf = ({ statistics }: Pick<TensorRecord, "statistics">): "bad" | "dead" | "s0" =>
  statistics.nonFinite > 0 ? "bad" : statistics.zeros === 1 ? "dead" : "s0";

/** The size of a tensor's cells as a bar on a logarithmic scale, with the number. */
export function sizeBar(x: TensorRecord | undefined, decades: Decades, width: number): Markup {
  const height = 10;
  if (x === undefined) return at(0, -height / 2, hatched(width, height));
  const look = lookOf(x);
  const { rms } = x.statistics;
  const length = look === "bad" ? width : rise(rms, decades) * width;
  const words = { bad: `✕ ${x.statistics.nonFinite} not finite`, dead: "all 0", s0: brief(rms) }[look];
  return element(
    "g",
    { class: "bar", "data-look": look },
    element("rect", { class: "axis-line", y: -height / 2, width, height, fill: "none", "stroke-width": 0.6 }),
    element("rect", {
      class: look,
      y: -height / 2,
      width: Math.max(length, look === "dead" ? 0 : 1),
      height,
    }),
    text(`${look === "bad" ? "bad" : "muted"} small number`, 0, 17, words, { "data-part": "rms" }),
  );
}

export interface HistogramOptions {
  readonly width: number;
  readonly height: number;
  /** Whether the ends of the range are written below. Default true. */
  readonly labels?: boolean | undefined;
}

/**
 * How many cells lie where, as bars over their range, with a line at 0.
 *
 * @throws If an option is unknown.
 * @example
 * ```ts
 * const { markup } = histogramSvg({ low: -1, high: 1, counts: [2, 0, 1] }, { width: 90, height: 44 });
 * deepEqual(/ d="(M0 30v-30h30v30zM60 30v-15h30v15z)"/.test(markup.xml), true);
 * ```
 */
export function histogramSvg({ low, high, counts }: Histogram, options: HistogramOptions): Drawn {
  checkOptions("histogramSvg", options, ["width", "height", "labels"]);
  const { width, height, labels = true } = options;
  const inner = labels ? height - 14 : height;
  const most = Math.max(...counts, 1);
  const bar = width / counts.length;
  const bars = counts.flatMap((count, i) => {
    // What is not empty can be seen.
    const tall = count === 0 ? 0 : Math.max((count / most) * inner, 1);
    if (tall === 0) return [];
    return [
      `M${coordinate(i * bar)} ${coordinate(inner)}v${coordinate(-tall)}h${coordinate(bar)}v${coordinate(tall)}z`,
    ];
  });
  const zero = low < 0 && high > 0 ? (-low / (high - low)) * width : undefined;
  const parts = [
    element("path", { class: "s0", d: bars.join(""), "fill-opacity": 0.75 }),
    element("path", { class: "axis-line", d: `M0 ${coordinate(inner)}h${coordinate(width)}`, fill: "none" }),
    ...(zero === undefined
      ? []
      : [
          element("path", {
            ...{ class: "ink-line", d: `M${coordinate(zero)} 0v${coordinate(inner)}`, fill: "none" },
            "stroke-dasharray": "3 2",
          }),
        ]),
    ...(labels
      ? [
          text("muted small number", 0, height - 2, brief(low)),
          text("muted small number", width, height - 2, brief(high), { "text-anchor": "end" }),
          ...(zero !== undefined && zero > 50 && zero < width - 50
            ? [text("muted small number", zero, height - 2, "0", { "text-anchor": "middle" })]
            : []),
        ]
      : []),
  ];
  return { markup: element("g", { class: "histogram" }, ...parts), width, height };
}

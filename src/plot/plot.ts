import { grad } from "../autodiff/grad.ts";
import { isFloat } from "../dtype.ts";
import { show } from "../errors.ts";
import { sum } from "../ops/reduce.ts";
import { formatShape } from "../shape.ts";
import { tensor } from "../tensor/create.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Panel, Series } from "./chart.ts";
import { drawLines, type PictureOptions } from "./line-chart.ts";
import { OptionChecker } from "./options.ts";
import { curve, type Evaluate, findJumps, spaced, stepped } from "./sample.ts";
import type { Domain } from "./scale.ts";

/** A function of each number by itself: an activation, or any function made of pointwise ops. */
export interface PlotFunction {
  (x: Tensor): Tensor;
  /** Its name in the legend. Default: the name of the function. */
  readonly label?: string | undefined;
  /** Where its slope jumps, if it is known: a sample is taken exactly there. */
  readonly kinks?: readonly number[] | undefined;
}

/** The function itself, its first and its second derivative. */
type Order = 0 | 1 | 2;

export interface PlotOptions extends PictureOptions {
  /** At least one; a record gives them other names. */
  readonly functions: readonly PlotFunction[] | Readonly<Record<string, PlotFunction>>;
  /** The interval of x. Default [−6, 6]. */
  readonly domain?: Domain | undefined;
  /** How many points are drawn of each function, 2 to 100,000. Default: more than the picture has pixels. */
  readonly points?: number | undefined;
  /** Instead of `points`: their distance. */
  readonly step?: number | undefined;
  /** 0 (default) draws the functions, 1 their first derivatives too, 2 also the second; a list just what it names. */
  readonly derivatives?: Order | readonly Order[] | undefined;
  /** A frame for each order of derivative (`"panels"`, default), or one for all. */
  readonly layout?: "panels" | "overlay" | undefined;
  /** What of y is shown in the first frame; lines are cut at its ends. Default: all. */
  readonly yDomain?: Domain | undefined;
  /** Stands above the first frame. Default: `f(x)`, or the name of the only function. */
  readonly yLabel?: string | undefined;
}

const keys = [
  ...["functions", "domain", "points", "step", "derivatives", "layout", "yDomain", "yLabel"],
  ...["title", "xLabel", "width", "height", "theme"],
];
const mostPoints = 100_000;

/**
 * Functions and their derivatives as an SVG document. The derivatives are computed by the engine, in float64; where
 * one jumps, its line is broken, a full circle stands at its value there and an open one where it only tends to.
 *
 * @throws If there is no function, one changes the shape of x or looks at more than one cell of it, or an option is
 * unknown or out of range.
 * @example
 * ```ts
 * const cube = (x) => x.pow(3);
 * const svg = plot({ functions: { cube, "hard-swish": hardSwish }, domain: [-4, 4], derivatives: 1 });
 * deepEqual(svg.startsWith("<svg "), true);
 * ```
 */
export function plot(options: PlotOptions): string {
  const check = new OptionChecker("plot");
  check.known(options, keys);
  const { title, xLabel = "x", width, height, theme, yLabel, yDomain } = options;
  const functions = readFunctions(check, options.functions);
  const orders = readOrders(check, options.derivatives);
  const domain = options.domain === undefined ? ([-6, 6] as const) : check.domain("domain", options.domain);
  const samples = readSamples(check, options, domain);

  const sole = functions.length === 1 ? functions[0]!.label : undefined;
  const panels = orders.map((order): Panel => {
    const series = functions.map(({ label, f }) => ({ label, ...drawn(check, label, f, order, samples, domain) }));
    return { series, yLabel: sole === undefined ? `f${primes(order)}(x)` : `${sole}${primes(order)}(x)` };
  });
  const all = options.layout === "overlay" ? [overlay(panels, orders)] : panels;
  const first = { ...all[0]!, yDomain, ...(yLabel !== undefined && { yLabel }) };
  return drawLines("plot", {
    title: title ?? functions.map(({label}) => label).join(", "), xLabel, width, height, theme, xDomain: domain, panels: [first, ...all.slice(1)],
  });
}

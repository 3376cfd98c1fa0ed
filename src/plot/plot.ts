import { checkOptions, ensure, saying, show } from "../errors.ts";
import type { Panel, Series } from "./chart.ts";
import { checkPointwise, evaluatorOf, type Named, type PlotFunction, readFunctions } from "./functions.ts";
import { drawLines, type PictureOptions } from "./line-chart.ts";
import { readDomain } from "./options.ts";
import { curve, findJumps, spaced, stepped } from "./sample.ts";
import type { Domain } from "./scale.ts";

/** 0 is the function itself, 1 and 2 are its derivatives. */
type Order = 0 | 1 | 2;

export interface PlotOptions extends PictureOptions {
  /** At least one; a record gives them other names. */
  readonly functions: readonly PlotFunction[] | Readonly<Record<string, PlotFunction>>;
  /** The interval of x. Default [−6, 6]. */
  readonly domain?: Domain | undefined;
  /** How many points are computed of each function, 2 to 100,000. Default 1601. */
  readonly points?: number | undefined;
  /** Instead of `points`: how far they are apart. */
  readonly step?: number | undefined;
  /** 0 (default) draws the functions, 1 their derivatives too, 2 also the second; a list, just those it names. */
  readonly derivatives?: Order | readonly Order[] | undefined;
  /** A panel for each order of derivative (`"panels"`, default), or all in one (`"overlay"`). */
  readonly layout?: "panels" | "overlay" | undefined;
  /** What of y is shown in the first panel; lines are cut at its ends. Default: all. */
  readonly yDomain?: Domain | undefined;
  /** Stands above the first panel. Default: f(x), or the name of the only function. */
  readonly yLabel?: string | undefined;
}

const keys = [
  ...["functions", "domain", "points", "step", "derivatives", "layout", "yDomain", "yLabel"],
  ...["title", "xLabel", "width", "height", "theme"],
];
const mostPoints = 100_000;

/**
 * Functions and their derivatives as an SVG document. The derivatives are computed by the engine, in float64; where
 * one jumps its line is broken, with a full circle at its value there and an open one where it only tends to.
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
export const plot = (options: PlotOptions): string => saying("plot", () => drawPlot(options));

function drawPlot(options: PlotOptions): string {
  checkOptions("plot", options, keys);
  const { title, xLabel = "x", width, height, theme, yLabel, yDomain, layout = "panels" } = options;
  const functions = readFunctions(options.functions);
  const orders = readOrders(options.derivatives);
  const domain = readDomain("domain", options.domain ?? [-6, 6]);
  const samples = readSamples(options, domain);
  ensure(
    layout === "panels" || layout === "overlay",
    () => `layout must be "panels" or "overlay"; received ${show(layout)}`,
  );

  for (const named of functions) checkPointwise(named, samples);
  const lines = orders.map((order) => functions.map((named) => lineOf(named, order, samples, domain)));
  const panels = layout === "panels" ? separate(functions, orders, lines) : [overlay(orders, lines)];
  const [first, ...others] = panels;
  return drawLines({
    panels: [{ ...first!, yDomain, ...(yLabel !== undefined && { yLabel }) }, ...others],
    ...{ title, xLabel, width, height, theme, xDomain: domain },
  });
}

function lineOf({ label, f }: Named, order: Order, samples: readonly number[], domain: Domain): Series {
  const evaluate = evaluatorOf(f, order);
  const kinks = (f.kinks ?? []).filter((x) => domain[0] < x && x < domain[1]);
  const xs = [...new Set([...samples, ...kinks])].sort((a, b) => a - b);
  return { label, ...curve(evaluate, xs, findJumps(evaluate, domain, kinks), domain) };
}

const primes = (order: Order): string => "′".repeat(order);

/** A panel for each order, in which a function always looks the same. */
const separate = (
  functions: readonly Named[],
  orders: readonly Order[],
  lines: readonly Series[][],
): Panel[] =>
  orders.map((order, i) => ({
    series: lines[i]!,
    yLabel: `${functions.length === 1 ? functions[0]!.label : "f"}${primes(order)}(x)`,
  }));

/** All orders in one panel, each line with a look of its own. */
const overlay = (orders: readonly Order[], lines: readonly Series[][]): Panel => ({
  series: orders.flatMap((order, i) =>
    lines[i]!.map((line) => ({ ...line, label: `${line.label}${primes(order)}` })),
  ),
});

function readOrders(derivatives: PlotOptions["derivatives"] = 0): Order[] {
  const all: readonly Order[] = [0, 1, 2];
  const wanted: readonly unknown[] = Array.isArray(derivatives)
    ? derivatives
    : all.slice(0, all.indexOf(derivatives as Order) + 1);
  const orders = all.filter((order) => wanted.includes(order));
  ensure(
    orders.length > 0 && orders.length === wanted.length,
    () => `derivatives must be 0, 1, 2 or a list of them, each once; received ${show(derivatives)}`,
  );
  return orders;
}

function readSamples({ points, step }: PlotOptions, domain: Domain): number[] {
  ensure(
    points === undefined || step === undefined,
    () => "expected points or step, not both; leave one out",
  );
  if (step !== undefined) {
    const least = (domain[1] - domain[0]) / mostPoints;
    ensure(
      step >= least && step <= domain[1] - domain[0],
      () =>
        `step must be from ${least} (${mostPoints} points) to the width of the domain; received ${show(step)}`,
    );
    return stepped(domain, step);
  }
  const count = points ?? 1601;
  ensure(
    Number.isInteger(count) && count >= 2 && count <= mostPoints,
    () => `points must be a whole number from 2 to ${mostPoints}; received ${show(points)}`,
  );
  return spaced(domain, count);
}

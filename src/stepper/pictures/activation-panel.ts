import {
  type Activation,
  activationNames,
  getActivation,
  isActivation,
  withParameters,
} from "../../activations/index.ts";
import { checkOptions, ensure, saying, show } from "../../errors.ts";
import { evaluatorOf } from "../../plot/functions.ts";
import { linePath } from "../../plot/path.ts";
import { curve, type Evaluate, findJumps, spaced } from "../../plot/sample.ts";
import { type Domain, extent, formatNumber, linearScale, padded, ticks } from "../../plot/scale.ts";
import { coordinate, element, type Markup } from "../../plot/svg.ts";
import { dashOf } from "../../plot/theme.ts";
import { sizeOf } from "../../shape.ts";
import type { NodeRecord, TensorRecord } from "../trace/records.ts";
import { histogramSvg } from "./bars.ts";
import { at, type Drawn, text } from "./style.ts";

export interface ActivationPanelOptions {
  /** The activation, or its name. */
  readonly activation: string | Activation;
  /** What it was applied to. */
  readonly inputs: TensorRecord;
  readonly width: number;
  readonly height?: number | undefined;
  /** A number to mark on the curves. */
  readonly point?: number | undefined;
}

/** The activation that an op of a trace is, with its parameters. */
export function activationOf({ op, attributes }: NodeRecord): Activation | undefined {
  if (op === undefined || !activationNames().includes(op)) return undefined;
  const found = getActivation(op);
  if (!isActivation(found) || !found.pointwise) return undefined;
  // The op of ReLU calls its slope alpha.
  const given: Readonly<Record<string, unknown>> = { negativeSlope: attributes.alpha, ...attributes };
  const params = Object.keys(found.defaults).flatMap((key) => {
    const value = given[key];
    const usable = value === null || typeof value === "number" || typeof value === "boolean";
    return usable ? [[key, value] as const] : [];
  });
  return params.length === 0 ? found : withParameters(found, Object.fromEntries(params));
}

/** Slopes below this count as saturated. */
const flat = 0.01;

/** Which share of the numbers an activation is flat at: its slope is below 0.01, or exactly 0. */
export function flatness(slope: Evaluate, inputs: readonly number[]): { saturated: number; dead: number } {
  const slopes = Array.from(slope(inputs));
  const share = (wanted: (x: number) => boolean) => slopes.filter(wanted).length / Math.max(slopes.length, 1);
  return { saturated: share((x) => Math.abs(x) < flat), dead: share((x) => x === 0) };
}

/**
 * An activation f with its derivative f′ over the distribution of what it was applied to, on one x axis; its kinks are
 * marked, and how many of its inputs lie where it is saturated (|f′| < 0.01) or dead (f′ = 0) stands below.
 *
 * @throws If there is no pointwise activation of that name, or an option is unknown.
 * @example
 * ```ts
 * const { tensors } = record(() => hardSwish(variable([-4, 0, 5])).sum());
 * const { markup } = activationPanel({ activation: "hard_swish", inputs: tensors[0], width: 300 });
 * deepEqual(markup.xml.includes("saturated 33.33 %, dead 33.33 %"), true);
 * ```
 */
export const activationPanel = (options: ActivationPanelOptions): Drawn =>
  saying("activationPanel", () => drawActivation(options));

function drawActivation(options: ActivationPanelOptions): Drawn {
  checkOptions("activationPanel", options, ["activation", "inputs", "width", "height", "point"]);
  const { activation, inputs, width, height = 190, point } = options;
  const f = typeof activation === "string" ? getActivation(activation) : activation;
  ensure(
    isActivation(f) && f.pointwise,
    () => `expected a pointwise activation; received ${show(activation)}`,
  );
  const domain = domainOf(f, inputs);
  const [left, bottom] = [34, height - 52];
  const x = linearScale(domain, [left, width]);
  const [value, slope] = [evaluatorOf(f, 0), evaluatorOf(f, 1)];
  const samples = spaced(domain, 241);
  const lines = [value, slope].map((g) => curve(g, samples, findJumps(g, domain, f.kinks), domain).points);
  const yDomain = padded(extent(lines.flatMap((points) => points.map(([, y]) => y))), 0.08);
  const y = linearScale(yDomain, [bottom, 18]);
  const inside = f.kinks.filter((kink) => domain[0] < kink && kink < domain[1]);
  const shares = flatness(slope, Array.from(inputs.sample.cells).filter(Number.isFinite));
  const percent = (share: number) => `${formatNumber(share * 100)} %`;
  const whole = sizeOf(inputs.shape) === inputs.sample.cells.length;
  const below = [
    `saturated ${percent(shares.saturated)}, dead ${percent(shares.dead)} of the ${whole ? "" : "sampled "}inputs (bars)`,
    ...(inside.length === 0 ? [] : [`kinks at ${inside.map(formatNumber).join(", ")}`]),
  ];
  const parts = [
    ...distribution(inputs, x, bottom),
    ...axes(domain, yDomain, { x, y, left, bottom, width }),
    ...inside.map((kink) =>
      element("path", {
        ...{
          class: "muted-line kink",
          d: `M${coordinate(x(kink))} 18V${coordinate(bottom)}`,
          "data-kink": String(kink),
        },
        "stroke-dasharray": "2 3",
      }),
    ),
    ...lines.map((points, i) =>
      element("path", {
        ...{ class: `s${i}-line`, d: linePath(points, x, y), fill: "none", "stroke-width": 2 },
        "stroke-dasharray": dashOf(i),
      }),
    ),
    ...(point === undefined ? [] : marks([value, slope], point, x, y)),
    text("s0 strong", left, 11, `f = ${f.activationName}`),
    text("s1 strong", width, 11, "f′ (dashed)", { "text-anchor": "end" }),
    ...below.map((line, i) => text("muted small", left, height - 20 + 14 * i, line)),
  ];
  return { markup: element("g", { class: "activation" }, ...parts), width, height };
}

/** All that the inputs are, the kinks, and what is usually looked at. */
function domainOf({ kinks }: Activation, { histogram }: TensorRecord): Domain {
  const ends = [histogram.low, histogram.high, -4, 4, ...kinks.flatMap((kink) => [kink - 1, kink + 1])];
  return extent(ends);
}

function distribution({ histogram }: TensorRecord, x: (value: number) => number, bottom: number): Markup[] {
  const [from, to] = [x(histogram.low), x(histogram.high)];
  const height = (bottom - 18) * 0.6;
  const size = { width: Math.max(to - from, 2), height, labels: false };
  const { markup } = histogramSvg({ ...histogram, low: 0, high: 1 }, size);
  return [element("g", { "fill-opacity": 0.45, opacity: 0.45 }, at(from, bottom - height, markup))];
}

function axes(
  domain: Domain,
  yDomain: Domain,
  {
    x,
    y,
    left,
    bottom,
    width,
  }: Record<"x" | "y", (value: number) => number> & Record<"left" | "bottom" | "width", number>,
): Markup[] {
  const [xTicks, yTicks] = [ticks(domain, 6), ticks(yDomain, 4)];
  const grid = [
    ...xTicks.values.map((value) => `M${coordinate(x(value))} 18V${coordinate(bottom)}`),
    ...yTicks.values.map((value) => `M${left} ${coordinate(y(value))}H${coordinate(width)}`),
  ];
  const zero = (value: number, d: string) => (value === 0 ? [d] : []);
  const zeros = [
    ...xTicks.values.flatMap((value) => zero(value, `M${coordinate(x(value))} 18V${coordinate(bottom)}`)),
    ...yTicks.values.flatMap((value) => zero(value, `M${left} ${coordinate(y(value))}H${coordinate(width)}`)),
  ];
  return [
    element("path", { class: "grid-line", d: grid.join("") }),
    element("path", { class: "axis-line", d: zeros.join("") }),
    ...xTicks.values.map((value, i) =>
      text("muted small number", x(value), bottom + 13, xTicks.labels[i]!, { "text-anchor": "middle" }),
    ),
    ...yTicks.values.map((value, i) =>
      text("muted small number", left - 5, y(value), yTicks.labels[i]!, {
        "text-anchor": "end",
        dy: ".35em",
      }),
    ),
  ];
}

const marks = (
  lines: readonly Evaluate[],
  point: number,
  x: (value: number) => number,
  y: (value: number) => number,
): Markup[] =>
  lines.map((f, i) =>
    element(
      "circle",
      {
        class: `s${i} paper-line`,
        cx: x(point),
        cy: y(f([point])[0]!),
        r: 4.5,
        "stroke-width": 1.5,
        "data-point": String(point),
      },
      element(
        "title",
        {},
        `${i === 0 ? "f" : "f′"}(${formatNumber(point)}) = ${formatNumber(f([point])[0]!)}`,
      ),
    ),
  );

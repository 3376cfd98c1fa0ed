import { checkOptions } from "../../errors.ts";
import { coordinate, element, type Markup } from "../../plot/svg.ts";
import { placeOf } from "../trace/explain.ts";
import type { Tables } from "../trace/records.ts";
import { type Decades, decadesOf, lookOf, rise } from "./bars.ts";
import { blocksOf, resultOf } from "./blocks.ts";
import { checkStep, knownAfter } from "./known.ts";
import { at, type Drawn, text } from "./style.ts";
import { summed } from "./words.ts";

export interface FlowStripOptions {
  readonly width: number;
  readonly height?: number | undefined;
  /** What there is a bar for: each step (default), or the gradient of each layer. */
  readonly by?: "step" | "layer" | undefined;
  /** The step that is marked. */
  readonly step?: number | undefined;
}

/** A bar: what it stands for, in words, and how large its numbers are. */
interface Bar {
  readonly title: string;
  readonly size: number;
  readonly look: ReturnType<typeof lookOf>;
  readonly isHere: boolean;
  /** Whether it is of the backward pass. */
  readonly backward: boolean;
}

/** Bars narrower than this cannot be told apart: several steps then share one. */
const narrowest = 2;
const widest = 28;

/**
 * How large values and gradients are, step by step: bars of the root mean square on a logarithmic scale. Those with cells
 * that are not finite are red with a cross, those of zeros alone gray with a circle. Where there are more steps than
 * pixels, a bar shows the largest of some.
 *
 * @throws If there is no such step, or an option is unknown.
 * @example
 * ```ts
 * const trace = record(() => variable(3).square().sqrt());
 * const { markup } = flowStrip(trace, { width: 300, step: 2 });
 * deepEqual(markup.xml.match(/<title>/g).length, trace.length);
 * ```
 */
export function flowStrip(tables: Tables, options: FlowStripOptions): Drawn {
  checkOptions("flowStrip", options, ["width", "height", "by", "step"]);
  const { width, height = 64, by = "step", step } = options;
  const here = step === undefined ? undefined : checkStep("flowStrip", tables, step);
  const bars = by === "layer" ? layerBars(tables, here) : stepBars(tables, here);
  const decades = decadesOf(bars.map(({ size }) => size));
  const margin = 42;
  const room = width - margin;
  const base = height - 18;
  const shown = inShares(bars, Math.max(Math.floor(room / narrowest), 1));
  const pitch = Math.min(room / shown.length, widest);
  const drawn = shown.flatMap((bar, i) => barOf(bar, i * pitch, pitch, base, decades));
  const parts = [
    ...axis(decades, margin, base, width),
    at(margin, 12, ...drawn),
    ...turnOf(shown, margin, pitch, base),
  ];
  return { markup: element("g", { class: "flow" }, ...parts), width, height };
}

function stepBars(tables: Tables, here: number | undefined): Bar[] {
  const { steps, tensors, nodes } = tables;
  return steps.map(({ value, phase, node, from }, i) => {
    const x = tensors[value]!;
    const title = `step ${i}, ${phase}: ${placeOf(tables, nodes[from ?? node]!)}, ${summed(x)}`;
    return {
      title,
      size: x.statistics.rms,
      look: lookOf(x),
      isHere: i === here,
      backward: phase !== "forward",
    };
  });
}

function layerBars(tables: Tables, here: number | undefined): Bar[] {
  const known = knownAfter(tables, tables.steps.length - 1);
  const { from, node } = here === undefined ? { from: undefined, node: undefined } : tables.steps[here]!;
  return blocksOf(tables).map((block) => {
    const gradient = known.gradientOf(resultOf(block));
    const isHere = node !== undefined && block.ops.includes(from ?? node);
    const backward = true;
    if (gradient === undefined)
      return { title: `${block.name}: no gradient`, size: 0, look: "dead", isHere, backward };
    const title = `${block.name}: gradient ${summed(gradient)}`;
    return { title, size: gradient.statistics.rms, look: lookOf(gradient), isHere, backward };
  });
}

/** At most so many bars: neighbors share one that is the largest of them, and bad if one of them is. */
function inShares(bars: readonly Bar[], most: number): Bar[] {
  const each = Math.ceil(bars.length / most);
  if (each <= 1) return [...bars];
  return Array.from({ length: Math.ceil(bars.length / each) }, (_, i) => {
    const some = bars.slice(i * each, (i + 1) * each);
    const largest = some.reduce((a, b) => (b.size > a.size ? b : a));
    const bad = some.find(({ look }) => look === "bad");
    return { ...(bad ?? largest), isHere: some.some(({ isHere }) => isHere) };
  });
}

function barOf(
  { title, size, look, isHere }: Bar,
  x: number,
  pitch: number,
  height: number,
  decades: Decades,
): Markup[] {
  const width = Math.max(pitch * 0.8, 1);
  const tall = look === "bad" ? height : Math.max(rise(size, decades) * height, 1);
  const middle = x + width / 2;
  const bar = element(
    "rect",
    { class: look, x, y: height - tall, width, height: tall },
    element("title", {}, title),
  );
  const spot = `M${coordinate(middle - 2.5)} ${coordinate(height - 6)}`;
  return [
    bar,
    ...(look === "bad"
      ? [
          element("path", {
            class: "paper-line",
            d: `${spot}l5 5m0-5l-5 5`,
            fill: "none",
            "stroke-width": 1.4,
          }),
        ]
      : []),
    ...(look === "dead"
      ? [
          element("circle", {
            class: "dead-line",
            cx: middle,
            cy: height - 5,
            r: Math.min(width / 2, 2.5),
            fill: "none",
          }),
        ]
      : []),
    ...(isHere ? [element("path", { class: "accent here", d: `M${coordinate(middle)} -2l-5-8h10z` })] : []),
  ];
}

/** The powers of ten at the left. */
function axis({ low, high }: Decades, margin: number, height: number, width: number): Markup[] {
  const name = (power: number) => `1e${String(power).replace("-", "−")}`;
  return [
    element("path", {
      class: "axis-line",
      d: `M${margin} ${coordinate(12 + height)}H${coordinate(width)}`,
      fill: "none",
    }),
    text("muted small", margin - 5, 12, name(high), { dy: ".6em", "text-anchor": "end" }),
    text("muted small", margin - 5, 12 + height, name(low), { dy: "-.1em", "text-anchor": "end" }),
  ];
}

/** Where the backward pass begins. */
function turnOf(bars: readonly Bar[], margin: number, pitch: number, base: number): Markup[] {
  const turn = bars.findIndex(({ backward }) => backward);
  if (turn <= 0) return [];
  const x = margin + turn * pitch - 0.5;
  return [
    element("path", {
      class: "muted-line",
      d: `M${coordinate(x)} 4V${coordinate(12 + base)}`,
      "stroke-dasharray": "3 3",
    }),
    text("muted small", x - 5, 9, "forward", { "text-anchor": "end" }),
    text("muted small", x + 5, 9, "backward"),
  ];
}

import { write } from "../../autodiff/explanation.ts";
import { checkOptions, saying } from "../../errors.ts";
import { readTheme } from "../../plot/options.ts";
import { element, type Markup, svgDocument } from "../../plot/svg.ts";
import type { Theme } from "../../plot/theme.ts";
import { explanationOf } from "../trace/explain.ts";
import type { Tables } from "../trace/records.ts";
import { blockOfStep, blocksOf } from "./blocks.ts";
import { flowStrip } from "./flow-strip.ts";
import { graphOf } from "./graph.ts";
import { heatmap } from "./heatmap.ts";
import { checkStep, knownAfter } from "./known.ts";
import { notesOf } from "./notes.ts";
import { mostVisible, spineOf } from "./spine.ts";
import { at, hatched, pictureStyle, roomFor, text } from "./style.ts";
import { summed } from "./words.ts";

export interface TraceSvgOptions {
  /** The step after which it is drawn. Default: the last, when all gradients are known. */
  readonly step?: number | undefined;
  /** Default `"auto"`: as the reader's system is set. */
  readonly theme?: Theme | undefined;
}

const margin = 20;
const notesWidth = 320;

/**
 * A moment of a trace as an SVG document: the layers as cards with their values and gradients, the one of the step open
 * with its ops; or, without layers, the whole graph. The explanation of the step stands beside it, and how large all
 * gradients are below. What is not known yet at the step is hatched.
 *
 * @throws If there is no such step, or an option is unknown.
 */
export const toSVG = (tables: Tables, options: TraceSvgOptions = {}): string =>
  saying("toSVG", () => {
    checkOptions("toSVG", options, ["step", "theme"]);
    return drawTrace(tables, checkStep("toSVG", tables, options.step), readTheme(options.theme));
  });

function drawTrace(tables: Tables, step: number, theme: Theme): string {
  const { nodes, groups, steps, tensors, loss } = tables;
  const known = knownAfter(tables, step);
  const here = steps[step]!.from ?? steps[step]!.node;
  const blocks = blocksOf(tables);
  const isSmall = groups.length === 0 && nodes.length <= mostVisible;
  const main = isSmall
    ? { ...graphOf(tables, known, [...nodes.keys()], here), openAt: 0 }
    : spineOf(tables, blocks, known, { block: blockOfStep(tables, blocks, step), node: here });
  const notes = notesOf(tables, step, notesWidth);
  const width = margin + Math.max(main.width, 360) + 28 + notesWidth + margin;
  const head = 46;
  const body = Math.max(main.height, notes.height);
  const notesTop = head + Math.max(Math.min(main.openAt, body - notes.height), 0);
  const strip = flowStrip(tables, { width: width - 2 * margin, step });
  const stripTop = head + body + 26;
  const legendTop = stripTop + strip.height + 22;
  const height = legendTop + 18 + margin;
  const title = `The backward pass from ${nodes[loss]!.label}, step ${step + 1} of ${steps.length}`;
  return svgDocument("trace", { width, height }, (id) => ({
    title,
    description: write(explanationOf(tables, step), "text"),
    parts: [
      element("style", {}, pictureStyle(id, theme)),
      element("rect", { class: "paper", width, height, rx: 6 }),
      text(
        "ink strong",
        margin,
        margin + 6,
        `${nodes[loss]!.label} = ${summed(tensors[nodes[loss]!.tensor]!)}`,
        { "data-part": "loss" },
      ),
      at(margin, head, main.markup),
      at(width - margin - notesWidth, notesTop, notes.markup),
      text("muted small", margin, stripTop - 8, "size of what each step gives (rms, log)"),
      at(margin, stripTop, strip.markup),
      at(margin, legendTop, ...legend()),
    ],
  }));
}

/** What the colors and marks mean. */
function legend(): Markup[] {
  const scale = heatmap(
    { axes: [{ first: 0, step: 1, count: 5 }], cells: [-1, -0.4, 0, 0.4, 1] },
    { width: 70, height: 14, limit: 1 },
  );
  const crossed = heatmap({ axes: [{ first: 0, step: 1, count: 1 }], cells: [Number.NaN] }, { width: 14 });
  const items: readonly (readonly [Markup, number, string])[] = [
    [scale.markup, scale.width, "below 0, 0, above 0 (a dot: below 0)"],
    [hatched(14, 14), 14, "not yet known"],
    [crossed.markup, 14, "not finite"],
  ];
  let x = 0;
  return items.map(([markup, width, words]) => {
    const item = at(x, 0, markup, text("muted small", width + 7, 7, words, { dy: ".35em" }));
    x += width + 7 + roomFor(words, 10.5) + 18;
    return item;
  });
}

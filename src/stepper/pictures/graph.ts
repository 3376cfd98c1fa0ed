import { type Attributes, coordinate, element, type Markup } from "../../plot/svg.ts";
import type { NodeRecord, Tables, TensorRecord } from "../trace/records.ts";
import { heatmap } from "./heatmap.ts";
import type { Known } from "./known.ts";
import { type Line, layered, type Port, smooth } from "./layered.ts";
import { at, cut, type Drawn, hatched, roomFor, text } from "./style.ts";
import { formulaOf, shapeText, short } from "./words.ts";

/** A box for a node, and the room between boxes, where edges have their labels. */
const box = { width: 178, height: 70, gapX: 26, gapY: 44 };
const chip = 18;

/** A node and the slot of another that it enters. */
interface Ends {
  readonly source: number;
  readonly target: number;
  readonly slot: number;
}

/** What is in a line of a box: a small picture, and the number or how large the numbers are. */
function contents(
  y: number,
  name: string,
  x: TensorRecord | undefined,
  never: boolean,
  isWeight: boolean,
): Markup {
  const label = text("muted small", 36, 0, name, { dy: ".35em" });
  if (x === undefined) {
    const none = never ? [] : [at(10, -chip / 2, hatched(chip, chip, `${name}: not yet`))];
    return at(0, y, ...none, label, text("muted", 70, 0, never ? "none" : "not yet", { dy: ".35em" }));
  }
  const picture = heatmap(x.sample, {
    ...{ width: chip, height: chip, planes: 1, cells: 6 },
    ...(isWeight && { plane: [0, 1] as const }),
  });
  const left = 10 + (chip - picture.width) / 2;
  return at(
    ...([0, y] as const),
    at(left, -picture.height / 2, picture.markup),
    label,
    text("ink number", 70, 0, cut(short(x), box.width - 72, 11), { dy: ".35em", "data-part": name }),
  );
}

const corners: Readonly<Record<NodeRecord["kind"], number>> = { op: 5, variable: 0, input: 16, constant: 16 };

function nodeBox(tables: Tables, known: Known, node: number, isHere: boolean): Markup {
  const record = tables.nodes[node]!;
  const { kind, label, op } = record;
  const value = known.valueOf(node);
  const formula = formulaOf(record);
  const shape = shapeText(tables.tensors[record.tensor]!);
  const second = formula ?? (op === undefined ? kind : "");
  const rest = box.width - 30 - roomFor(cut(label, box.width - 20));
  const isWeight = kind === "variable";
  const frame = {
    class: `${kind === "op" ? "card" : "open"} ${isHere ? "accent-line" : isWeight ? "s0-line" : "axis-line"}`,
    ...{ width: box.width, height: box.height, rx: corners[kind] },
    "stroke-width": isHere ? 2.5 : 1,
    "stroke-dasharray": kind === "constant" ? "4 3" : undefined,
  };
  return element(
    "g",
    { class: "node", "data-node": node },
    element("title", {}, `${label}${formula ? ` = ${formula}` : ` (${kind})`}${shape && `, ${shape}`}`),
    element("rect", frame),
    text("ink strong", 10, 16, cut(label, box.width - 20)),
    ...(rest >= (formula ? 40 : roomFor(second))
      ? [text("muted", box.width - 10, 16, cut(second, rest), { "text-anchor": "end" })]
      : []),
    contents(35, "value", value, false, isWeight),
    contents(57, "grad", known.gradientOf(node), !known.hasGradient(node), isWeight),
  );
}

/** Of several edges at a box, those on its left are labeled on their left. */
const side = ({ index, count }: Port): Attributes =>
  count > 1 && index < count / 2 - 0.25 ? { dx: -5, "text-anchor": "end" } : { dx: 5 };

/** The line of an edge, with its slot where it enters, and what was sent back where it leaves. */
function edgeLine(tables: Tables, known: Known, { source, target, slot }: Ends, line: Line): Markup {
  const { points, out, into } = line;
  const [[x1, y1], [x2, y2]] = [points[0]!, points.at(-1)!];
  const [from, to] = [tables.nodes[source]!, tables.nodes[target]!];
  const name = to.slots[slot]!;
  const contribution = known.contributionOf(target, slot);
  const sent = contribution && short(contribution).replace("rms ", "");
  const title = `${from.label} enters ${to.label} as ${name}${sent ? `; it gets back ${sent}` : ""}`;
  const arrow = `M${coordinate(x2 - 3.5)} ${coordinate(y2 - 7)}l3.5 7l3.5-7`;
  const label = "small halo paper-line";
  return element(
    "g",
    { class: "edge", "data-edge": `${source} ${target} ${slot}` },
    element("title", {}, title),
    element("path", { class: "axis-line", d: smooth(points), fill: "none", "stroke-width": 1.3 }),
    element("path", { class: "axis-line", d: arrow, fill: "none", "stroke-width": 1.3 }),
    text(`muted ${label}`, x2, y2 - 10, cut(name, 50), side(into)),
    ...(sent !== undefined && out.count < 4
      ? [text(`s2 number ${label}`, x1, y1 + 13, `↑ ${sent}`, { ...side(out), "data-part": "sent" })]
      : []),
  );
}

/** The graph of some nodes, with what is in them and what went along their edges. The node `here` has a strong frame. */
export function graphOf(tables: Tables, known: Known, shown: readonly number[], here?: number): Drawn {
  const order = [...shown].sort((a, b) => a - b);
  const index = new Map(order.map((node, i) => [node, i]));
  const ends = order.flatMap((target) =>
    tables.nodes[target]!.inputs.flatMap((source, slot): Ends[] =>
      index.has(source) ? [{ source, target, slot }] : [],
    ),
  );
  const edges = ends.map(({ source, target }) => ({ from: index.get(source)!, to: index.get(target)! }));
  const { places, lines, width, height } = layered(order.length, edges, box);
  const parts = [
    ...ends.map((one, i) => edgeLine(tables, known, one, lines[i]!)),
    ...order.map((node, i) => at(...places[i]!, nodeBox(tables, known, node, node === here))),
  ];
  return { markup: element("g", { class: "graph" }, ...parts), width, height };
}

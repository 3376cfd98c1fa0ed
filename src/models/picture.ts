import { type CallNode, classNameOf, originOf } from "../layers/layer.ts";
import { coordinate, element, type Markup } from "../plot/svg.ts";
import { formatShape } from "../shape.ts";
import type { Graph } from "./graph.ts";
import { Operation } from "./operation.ts";

const card = { width: 236, height: 58, gapX: 28, gapY: 26 };
const margin = 24;

const style = `
.model { --paper: #fff; --card: #f5f7fa; --line: #8895a7; --text: #1f2328; --soft: #59636e; --accent: #0072b2; }
@media (prefers-color-scheme: dark) {
  .model { --paper: #16191d; --card: #22272e; --line: #7d8590; --text: #e6edf3; --soft: #9aa4af; --accent: #56b4e9; }
}
.model .paper { fill: #fff; fill: var(--paper); }
.model .card { fill: #f5f7fa; fill: var(--card); stroke: #8895a7; stroke: var(--line); }
.model .kernel { stroke: #0072b2; stroke: var(--accent); stroke-width: 2; }
.model path { fill: none; stroke: #8895a7; stroke: var(--line); stroke-width: 1.5; }
.model text { font: 12px system-ui, sans-serif; fill: #59636e; fill: var(--soft); }
.model .name { font-size: 13px; font-weight: 600; fill: #1f2328; fill: var(--text); }
`;

interface Place {
  readonly x: number;
  readonly y: number;
  readonly level: number;
}

/** A card per call: centred in its level, the levels from top to bottom. */
function places(graph: Graph): { at: Map<CallNode, Place>; width: number; height: number } {
  const widest = Math.max(...graph.levels.map((level) => level.length));
  const inner = widest * card.width + (widest - 1) * card.gapX;
  const at = new Map<CallNode, Place>();
  graph.levels.forEach((nodes, level) => {
    const row = nodes.length * card.width + (nodes.length - 1) * card.gapX;
    nodes.forEach((node, i) => {
      const x = margin + (inner - row) / 2 + i * (card.width + card.gapX);
      at.set(node, { x, y: margin + level * (card.height + card.gapY), level });
    });
  });
  const height = 2 * margin + graph.levels.length * (card.height + card.gapY) - card.gapY;
  // Arcs that pass by other levels need room at the right.
  return { at, width: inner + 2 * margin + 40, height };
}

/** A line down to the next level, or an arc beside the levels that it passes. */
function edge(from: Place, to: Place): Markup {
  const [x1, y1] = [from.x + card.width / 2, from.y + card.height];
  const [x2, y2] = [to.x + card.width / 2, to.y];
  if (to.level - from.level === 1) {
    const middle = (y1 + y2) / 2;
    const path = [
      `M${coordinate(x1)} ${coordinate(y1)}`,
      `C${coordinate(x1)} ${coordinate(middle)}`,
      `${coordinate(x2)} ${coordinate(middle)}`,
      `${coordinate(x2)} ${coordinate(y2)}`,
    ];
    return element("path", { d: path.join(" "), "marker-end": "url(#arrow)" });
  }
  const right = Math.max(from.x, to.x) + card.width;
  const [a, b] = [from.y + card.height / 2, to.y + card.height / 2];
  const start = from.x + card.width;
  const end = to.x + card.width;
  const out = right + 34;
  return element("path", {
    d: `M${coordinate(start)} ${coordinate(a)} C${coordinate(out)} ${coordinate(a)} ${coordinate(out)} ${coordinate(b)} ${coordinate(end)} ${coordinate(b)}`,
    "marker-end": "url(#arrow)",
  });
}

const longest = 34;
const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

function drawCard({ layer, outputs }: CallNode, { x, y }: Place): Markup {
  const params = layer.countParams();
  const type = layer instanceof Operation ? layer.typeName : classNameOf(layer);
  const shapes = outputs.map(({ shape }) => formatShape(shape)).join(", ");
  return element(
    "g",
    { transform: `translate(${coordinate(x)} ${coordinate(y)})` },
    element("title", {}, `${layer.name} (${type}) ${shapes}, ${params} parameters`),
    element("rect", {
      class: params > 0 ? "card kernel" : "card",
      width: card.width,
      height: card.height,
      rx: 8,
    }),
    element("text", { class: "name", x: 12, y: 23 }, cut(layer.name)),
    element(
      "text",
      { x: card.width - 12, y: 23, "text-anchor": "end" },
      layer.name.length + type.length > longest ? "" : type,
    ),
    element("text", { x: 12, y: 44 }, cut(shapes)),
    element(
      "text",
      { x: card.width - 12, y: 44, "text-anchor": "end" },
      params > 0 ? params.toLocaleString("en-US") : "",
    ),
  );
}

/** The graph of a model as an SVG document: a card per call with name, class, shape and number of parameters. */
export function drawModel(name: string, graph: Graph): string {
  const { at, width, height } = places(graph);
  const edges = graph.nodes.flatMap((node) =>
    node.inputs.map((x) => edge(at.get(originOf(x)!.node)!, at.get(node)!)),
  );
  const arrow = element(
    "marker",
    {
      id: "arrow",
      viewBox: "0 0 8 8",
      refX: 7,
      refY: 4,
      markerWidth: 7,
      markerHeight: 7,
      orient: "auto-start-reverse",
    },
    element("path", { d: "M1 1 L7 4 L1 7" }),
  );
  const svg = element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      class: "model",
      width,
      height,
      viewBox: `0 0 ${coordinate(width)} ${coordinate(height)}`,
      role: "img",
    },
    element("title", {}, `The model ${name}: ${graph.layers.length} layers`),
    element("style", {}, style),
    element("defs", {}, arrow),
    element("rect", { class: "paper", width, height, rx: 6 }),
    ...edges,
    ...graph.nodes.map((node) => drawCard(node, at.get(node)!)),
  );
  return `${svg.xml}\n`;
}

import { coordinate, element, type Markup } from "../../plot/svg.ts";
import type { Tables, TensorRecord } from "../trace/records.ts";
import { type Decades, decadesOf, sizeBar } from "./bars.ts";
import { type Block, linksOf, resultOf } from "./blocks.ts";
import { graphOf } from "./graph.ts";
import { heatmap } from "./heatmap.ts";
import type { Known } from "./known.ts";
import { at, cut, type Drawn, hatched, text } from "./style.ts";
import { brief, isSingle, parametersText, shapeText } from "./words.ts";

/** How many cards and nodes there are to see at most. */
export const mostVisible = 40;

const card = { width: 490, height: 50, gap: 10, fold: 26 };
const columns = { name: 12, value: 248, gradient: 298, bar: 352 };
const thumb = 38;
const lane = 10;

/** A card, open or closed, or some that are folded into one line. */
type Row =
  | { readonly kind: "card"; readonly block: number; readonly open: Drawn | undefined }
  | { readonly kind: "fold"; readonly blocks: readonly number[] };

/** The layers as cards below each other, the one of the step open with its ops. */
export function spineOf(
  tables: Tables,
  blocks: readonly Block[],
  known: Known,
  here: { readonly block: number | undefined; readonly node: number },
): Drawn & { readonly openAt: number } {
  const open =
    here.block === undefined ? undefined : openBlock(tables, blocks[here.block]!, known, here.node);
  const visible = visibleBlocks(blocks.length, here.block, mostVisible - (open?.count ?? 0));
  const rows = rowsOf(blocks.length, visible, here.block, open?.drawn);
  const decades = decadesOf(blocks.map((block) => known.gradientOf(resultOf(block))?.statistics.rms ?? 0));
  const width = Math.max(card.width, (open?.drawn.width ?? 0) + 2 * columns.name);
  const tops: number[] = [];
  let y = 20;
  for (const row of rows) {
    tops.push(y);
    y += heightOf(row) + card.gap;
  }
  const arcs = arcsOf(tables, blocks, rows, tops);
  const left = arcs.lanes * lane + (arcs.lanes > 0 ? 8 : 0);
  const parts = [
    at(left, 0, ...headings()),
    ...arcs.draw(left),
    ...rows.map((row, i) =>
      at(
        ...([left, tops[i]!] as const),
        row.kind === "card"
          ? drawCard(tables, blocks[row.block]!, known, decades, width, row.open)
          : drawFold(
              row.blocks.map((block) => blocks[block]!),
              known,
              width,
            ),
      ),
    ),
  ];
  const openRow = rows.findIndex((row) => row.kind === "card" && row.block === here.block);
  return {
    markup: element("g", { class: "spine" }, ...parts),
    ...{ width: left + width, height: y - card.gap, openAt: tops[openRow] ?? 0 },
  };
}

const heightOf = (row: Row): number =>
  row.kind === "fold" ? card.fold : card.height + (row.open === undefined ? 0 : row.open.height + 24);

/** The ops of a block with what they are made of; of very many those around `here`. */
function openBlock(
  tables: Tables,
  { ops }: Block,
  known: Known,
  here: number,
): { drawn: Drawn; count: number } {
  const most = mostVisible - 12;
  const middle = Math.max(ops.indexOf(here), 0);
  const near = [...ops].sort((a, b) => Math.abs(ops.indexOf(a) - middle) - Math.abs(ops.indexOf(b) - middle));
  const shown = new Set<number>();
  let hidden = 0;
  for (const op of near) {
    const more = [op, ...tables.nodes[op]!.inputs].filter((node) => !shown.has(node));
    if (hidden === 0 && shown.size + more.length <= most) for (const node of more) shown.add(node);
    else hidden++;
  }
  const graph = graphOf(tables, known, [...shown], here);
  if (hidden === 0) return { drawn: graph, count: shown.size };
  const note = text("muted", 0, graph.height + 20, `+${hidden} more ops`);
  const markup = element("g", {}, graph.markup, note);
  return { drawn: { ...graph, markup, height: graph.height + 26 }, count: shown.size };
}

/** The first and the last cards, and those around the open one. */
function visibleBlocks(count: number, open: number | undefined, most: number): ReadonlySet<number> {
  const middle = open ?? count - 1;
  const distance = (i: number) => (i < 2 || i >= count - 2 ? 0 : Math.abs(i - middle));
  const near = Array.from({ length: count }, (_, i) => i).sort((a, b) => distance(a) - distance(b));
  return new Set(near.slice(0, Math.max(most, 8)));
}

function rowsOf(
  count: number,
  visible: ReadonlySet<number>,
  openAt: number | undefined,
  open: Drawn | undefined,
): Row[] {
  const rows: Row[] = [];
  for (let block = 0; block < count; block++) {
    const last = rows.at(-1);
    if (visible.has(block)) rows.push({ kind: "card", block, open: block === openAt ? open : undefined });
    else if (last?.kind === "fold") rows[rows.length - 1] = { kind: "fold", blocks: [...last.blocks, block] };
    else rows.push({ kind: "fold", blocks: [block] });
  }
  return rows;
}

const headings = (): Markup[] => [
  text("muted small", columns.name, 10, "layer"),
  text("muted small", columns.value, 10, "value"),
  text("muted small", columns.gradient, 10, "gradient"),
  text("muted small", columns.bar, 10, "size of the gradient (log)"),
];

function thumbnail(x: TensorRecord | undefined, none: boolean): Markup {
  if (x === undefined) {
    return none ? text("muted small", 0, thumb / 2, "none", { dy: ".35em" }) : hatched(thumb, thumb);
  }
  // A single cell as large as that would look like the most important of all.
  const picture = heatmap(x.sample, { width: isSingle(x) ? thumb / 2 : thumb, planes: 1, cells: 12 });
  return at((thumb - picture.width) / 2, (thumb - picture.height) / 2, picture.markup);
}

function drawCard(
  tables: Tables,
  block: Block,
  known: Known,
  decades: Decades,
  width: number,
  open: Drawn | undefined,
): Markup {
  const node = resultOf(block);
  const x = tables.tensors[tables.nodes[node]!.tensor]!;
  const gradient = known.gradientOf(node);
  const none = !known.hasGradient(node);
  const { name, kind, parameters } = block;
  const about = [shapeText(x) || "a number", parametersText(parameters)].filter((part) => part !== "");
  const room = columns.value - columns.name - 8;
  const top = (card.height - thumb) / 2;
  return element(
    "g",
    { class: open ? "layer open-layer" : "layer", "data-layer": name },
    element("title", {}, `${name}: ${[kind, ...about].join(", ")}`),
    element("rect", {
      class: `${open ? "open accent-line" : "card axis-line"}`,
      ...{ width, height: heightOf({ kind: "card", block: 0, open }), rx: 8, "stroke-width": open ? 2 : 0.8 },
    }),
    text("ink strong", columns.name, 20, cut(name, room)),
    ...(name.toLowerCase().replace(/_\d+$/, "") === kind.toLowerCase() ? [] : []),
    text("muted small", columns.name, 38, cut(about.join(" · "), room, 10.5)),
    at(columns.value, top, thumbnail(known.valueOf(node), false)),
    at(columns.gradient, top, thumbnail(gradient, none)),
    ...(none ? [] : [at(columns.bar, 19, sizeBar(gradient, decades, width - columns.bar - 12))]),
    ...(open === undefined ? [] : [at((width - open.width) / 2, card.height + 10, open.markup)]),
  );
}

function drawFold(blocks: readonly Block[], known: Known, width: number): Markup {
  const sizes = blocks.flatMap((block) => known.gradientOf(resultOf(block))?.statistics.rms ?? []);
  const range =
    sizes.length === 0
      ? "no gradient yet"
      : `gradients ${brief(Math.min(...sizes))} to ${brief(Math.max(...sizes))}`;
  const names = `${blocks[0]!.name} … ${blocks.at(-1)!.name}`;
  return element(
    "g",
    { class: "fold" },
    element("title", {}, blocks.map(({ name }) => name).join(", ")),
    element("rect", {
      class: "open axis-line",
      ...{ width, height: card.fold, rx: 8, "stroke-width": 0.8, "stroke-dasharray": "4 3" },
    }),
    text(
      "muted",
      columns.name,
      card.fold / 2,
      cut(`+${blocks.length} more: ${names}; ${range}`, width - 24),
      { dy: ".35em" },
    ),
  );
}

/** Lines to the next card, and arcs beside those that are passed by, in as few lanes as possible. */
function arcsOf(tables: Tables, blocks: readonly Block[], rows: readonly Row[], tops: readonly number[]) {
  const rowOf = new Map(
    rows.flatMap((row, i) =>
      row.kind === "card" ? [[row.block, i] as const] : row.blocks.map((b) => [b, i] as const),
    ),
  );
  const spans = new Map<string, readonly [number, number]>();
  for (const { from, to } of linksOf(tables, blocks)) {
    const span = [rowOf.get(from)!, rowOf.get(to)!] as const;
    if (span[0] !== span[1]) spans.set(span.join(" "), span);
  }
  const far = [...spans.values()].filter(([a, b]) => b - a !== 1).sort((a, b) => a[1] - a[0] - (b[1] - b[0]));
  const lanes: (readonly [number, number])[][] = [];
  const placed = far.map((span) => {
    const free = lanes.findIndex((taken) =>
      taken.every(([a, b]) => Math.max(...span) <= Math.min(a, b) || Math.max(a, b) <= Math.min(...span)),
    );
    const own = free === -1 ? lanes.push([]) - 1 : free;
    lanes[own]!.push(span);
    return { span, own };
  });
  const near = [...spans.values()].filter(([a, b]) => b - a === 1);
  const draw = (left: number): Markup[] => [
    ...near.map(([a, b]) => {
      const [from, to] = [tops[a]! + heightOf(rows[a]!), tops[b]!];
      return link("link", `M${left + 30} ${coordinate(from)}V${coordinate(to)}m-3-5l3 5l3-5`);
    }),
    ...placed.map(({ span: [a, b], own }) => {
      const [from, to] = [tops[a]! + Math.min(heightOf(rows[a]!), card.height) - 10, tops[b]! + 10];
      const x = left - 8 - own * lane;
      const bend = Math.sign(to - from) * 6;
      const d = `M${left} ${coordinate(from)}H${x + 6}q-6 0-6 ${bend}V${coordinate(to - bend)}q0 ${bend} 6 ${bend}H${left}m-5-3l5 3l-5 3`;
      return link("arc", d);
    }),
  ];
  return { lanes: lanes.length, draw };
}

const link = (kind: string, d: string): Markup =>
  element("path", { class: `${kind} axis-line`, d, fill: "none", "stroke-width": 1.4 });

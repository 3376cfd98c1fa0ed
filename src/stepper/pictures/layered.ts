import type { Point } from "../../plot/path.ts";

// A layered drawing of a small graph, after Sugiyama: ranks by the longest path, an order that crosses few edges, and
// places close to what a node is joined with.

/** An edge; a graph may have several between the same nodes. */
export interface Edge {
  readonly from: number;
  readonly to: number;
}

export interface Spacing {
  readonly width: number;
  readonly height: number;
  readonly gapX: number;
  readonly gapY: number;
}

/** Where one of the edges at a side of a node is: it is number `index` of `count`, from the left. */
export interface Port {
  readonly index: number;
  readonly count: number;
}

/** The way of an edge. */
export interface Line {
  readonly points: readonly Point[];
  readonly out: Port;
  readonly into: Port;
}

export interface Layered {
  /** The upper left corner of each node. */
  readonly places: readonly Point[];
  /** The way of each edge. */
  readonly lines: readonly Line[];
  readonly width: number;
  readonly height: number;
}

/** What stands in a rank: a node, or a place where an edge passes. */
interface Item {
  readonly rank: number;
  readonly width: number;
  readonly above: Joint[];
  readonly below: Joint[];
  x: number;
}

/** An item joined with another, which is best placed `shift` widths to the right of it. */
interface Joint {
  readonly item: Item;
  readonly shift: number;
}

/** Each node below all it is made of; sources stand right above what first needs them. */
function ranksOf(count: number, edges: readonly Edge[]): number[] {
  const ranks = new Array<number>(count).fill(0);
  // Edges go from lower to higher numbers.
  const sorted = [...edges].sort((a, b) => a.to - b.to || a.from - b.from);
  for (const { from, to } of sorted) ranks[to] = Math.max(ranks[to]!, ranks[from]! + 1);
  const isSource = (node: number) => !edges.some(({ to }) => to === node);
  return ranks.map((rank, node) => {
    const needed = edges.filter(({ from }) => from === node).map(({ to }) => ranks[to]! - 1);
    return isSource(node) && needed.length > 0 ? Math.min(...needed) : rank;
  });
}

/** Puts neighbors together: a few rounds of sorting each rank by the mean place of what its items are joined with. */
function order(rows: Item[][]): void {
  const spread = () => {
    for (const row of rows) {
      row.forEach((item, i) => {
        item.x = i - (row.length - 1) / 2;
      });
    }
  };
  spread();
  for (let round = 0; round < 8; round++) {
    const downward = round % 2 === 0;
    for (const row of downward ? rows : [...rows].reverse()) {
      const key = new Map(row.map((item) => [item, meanOf(downward ? item.above : item.below) ?? item.x]));
      row.sort((a, b) => key.get(a)! - key.get(b)!);
      row.forEach((item, i) => {
        item.x = i - (row.length - 1) / 2;
      });
    }
  }
}

const meanOf = (joints: readonly Joint[], width = 1): number | undefined =>
  joints.length === 0
    ? undefined
    : joints.reduce((sum, { item, shift }) => sum + item.x + shift * width, 0) / joints.length;

/** The places closest to the wanted ones (least squares) that keep the order and the distances. */
function settle(row: readonly Item[], wanted: readonly number[], gap: number): void {
  const offsets: number[] = [];
  row.forEach((item, i) => {
    offsets.push(i === 0 ? 0 : offsets[i - 1]! + (row[i - 1]!.width + item.width) / 2 + gap);
  });
  // Without the distances, the order says that places rise: neighbors that do not are pooled.
  const pools: { sum: number; count: number }[] = [];
  wanted.forEach((x, i) => {
    pools.push({ sum: x - offsets[i]!, count: 1 });
    for (;;) {
      const [a, b] = [pools.at(-2), pools.at(-1)!];
      if (a === undefined || a.sum / a.count < b.sum / b.count) break;
      pools.splice(-2, 2, { sum: a.sum + b.sum, count: a.count + b.count });
    }
  });
  const means = pools.flatMap(({ sum, count }) => new Array<number>(count).fill(sum / count));
  row.forEach((item, i) => {
    item.x = means[i]! + offsets[i]!;
  });
}

/** Lays out a graph whose edges go from lower to higher numbers, from top to bottom. */
export function layered(count: number, edges: readonly Edge[], spacing: Spacing): Layered {
  const { width, height, gapX, gapY } = spacing;
  const ranks = ranksOf(count, edges);
  const make = (rank: number, size: number): Item => ({ rank, width: size, above: [], below: [], x: 0 });
  const items = ranks.map((rank) => make(rank, width));
  const rows: Item[][] = Array.from({ length: Math.max(0, ...ranks) + 1 }, () => []);
  for (const item of items) rows[item.rank]!.push(item);
  const join = (above: Item, below: Item, shift: number) => {
    above.below.push({ item: below, shift });
    below.above.push({ item: above, shift: -shift });
  };
  const chains = edges.map((edge) => {
    const { from, to } = edge;
    const passed = Array.from({ length: ranks[to]! - ranks[from]! - 1 }, (_, i) =>
      make(ranks[from]! + 1 + i, 12),
    );
    for (const item of passed) rows[item.rank]!.push(item);
    const chain = [items[from]!, ...passed, items[to]!];
    // What enters at the left is best placed at the left.
    const shift = spot(enteringOf(edges, edge), 1) - 0.5;
    chain.slice(1).forEach((item, i) => {
      join(chain[i]!, item, i === chain.length - 2 ? shift : 0);
    });
    return passed;
  });
  order(rows);
  for (const row of rows)
    settle(
      row,
      row.map(({ x }) => x * (width + gapX)),
      gapX,
    );
  for (let round = 0; round < 10; round++) {
    for (const row of round % 2 === 0 ? rows : [...rows].reverse()) {
      const pull = (item: Item) => meanOf([...item.above, ...item.below], width) ?? item.x;
      settle(row, row.map(pull), gapX);
    }
  }
  const left = Math.min(...rows.flat().map((item) => item.x - item.width / 2));
  const right = Math.max(...rows.flat().map((item) => item.x + item.width / 2));
  const top = (rank: number) => rank * (height + gapY);
  const places = items.map((item): Point => [item.x - width / 2 - left, top(item.rank)]);
  const lines = edges.map((edge, i): Line => {
    const { from, to } = edge;
    const passed = chains[i]!.flatMap(({ x, rank }): Point[] => [
      [x - left, top(rank)],
      [x - left, top(rank) + height],
    ]);
    const { out, into } = portsOf(places, edges, edge);
    const start: Point = [places[from]![0] + spot(out, width), places[from]![1] + height];
    const end: Point = [places[to]![0] + spot(into, width), places[to]![1]];
    return { points: [start, ...passed, end], out, into };
  });
  return { places, lines, width: right - left, height: top(rows.length) - gapY };
}

const spot = ({ index, count }: Port, width: number): number => (width * (index + 1)) / (count + 1);

/** Edges enter in the order in which they are given, by slot; they leave from left to right by where they go. */
function portsOf(places: readonly Point[], edges: readonly Edge[], edge: Edge): Pick<Line, "out" | "into"> {
  const leaving = edges
    .filter(({ from }) => from === edge.from)
    .sort((a, b) => places[a.to]![0] - places[b.to]![0]);
  return {
    out: { index: leaving.indexOf(edge), count: leaving.length },
    into: enteringOf(edges, edge),
  };
}

function enteringOf(edges: readonly Edge[], edge: Edge): Port {
  const entering = edges.filter(({ to }) => to === edge.to);
  return { index: entering.indexOf(edge), count: entering.length };
}

/** A line as the path of an SVG: curves that leave and arrive upright. */
export function smooth(points: readonly Point[]): string {
  const round = (value: number) => Math.round(value * 10) / 10;
  return points
    .map(([x, y], i) => {
      if (i === 0) return `M${round(x)} ${round(y)}`;
      const [px, py] = points[i - 1]!;
      if (px === x) return `V${round(y)}`;
      const middle = round((py + y) / 2);
      return `C${round(px)} ${middle} ${round(x)} ${middle} ${round(x)} ${round(y)}`;
    })
    .join("");
}

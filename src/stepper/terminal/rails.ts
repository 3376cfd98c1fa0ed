// Lines between rows, as `git log --graph` draws them: a row goes on straight down to the next if that uses its result;
// results that are used further down run beside it.

/** What stands before a row: rails to the left of its mark and to the right of it, and the rails that go on below. */
export interface Rail {
  readonly before: string;
  readonly after: string;
  readonly below: string;
}

/** More rails than this beside each other are not drawn: nobody could follow them. */
const most = 8;

interface Lane {
  /** The row whose result runs here. */
  readonly from: number;
  /** The last row that uses it. */
  readonly to: number;
}

type Lanes = (Lane | undefined)[];

/** What a lane looks like beside a row: whether it comes from above, goes on below, and turns to the row. */
interface Crossing {
  readonly up: boolean;
  readonly down: boolean;
  readonly left: boolean;
  readonly right: boolean;
}

const corners: Readonly<Record<string, string>> = {
  "": " ",
  ud: "│",
  lr: "─",
  udlr: "┼",
  udl: "┤",
  udr: "├",
  ul: "╯",
  ur: "╰",
  dl: "╮",
  dr: "╭",
  ulr: "┴",
  dlr: "┬",
};

const corner = ({ up, down, left, right }: Crossing): string =>
  corners[`${up ? "u" : ""}${down ? "d" : ""}${left ? "l" : ""}${right ? "r" : ""}`] ?? "│";

function freeLane(lanes: Lanes, besides: number): number | undefined {
  for (let lane = 0; lane < most; lane++) if (lane !== besides && lanes[lane] === undefined) return lane;
  return undefined;
}

/** Where a row stands: below the one before it if it goes on with its result, else where a result ends that it uses. */
function placeOf(row: number, lanes: Lanes, uses: ReadonlySet<number>, straight: number | undefined): number {
  if (straight !== undefined) return straight;
  const ending = lanes.findIndex((lane) => lane?.to === row && uses.has(lane.from));
  return ending >= 0 ? ending : (freeLane(lanes, -1) ?? most - 1);
}

function drawn(own: number, above: Lanes, below: Lanes, turns: ReadonlySet<number>): Rail {
  const low = Math.min(own, ...turns);
  const high = Math.max(own, ...turns);
  const width = Math.max(own + 1, above.length, below.length);
  let [before, after] = ["", ""];
  for (let lane = 0; lane < width; lane++) {
    const turning = turns.has(lane);
    const within = lane > low && lane < high;
    const glyph = corner({
      up: above[lane] !== undefined,
      down: below[lane] !== undefined,
      left: within || (turning && lane > own),
      right: within || (turning && lane < own),
    });
    const link = lane >= low && lane < high ? "─" : " ";
    if (lane < own) before += glyph + link;
    else if (lane === own) after += link;
    else after += glyph + link;
  }
  const trail = below.map((lane) => (lane === undefined ? "  " : "│ ")).join("");
  return { before, after: after.trimEnd(), below: trail.trimEnd() };
}

/** The rails of rows that use the results of earlier ones: `uses[i]` are the rows whose results row `i` uses. */
export function railsOf(uses: readonly (readonly number[])[]): Rail[] {
  const last = new Map<number, number>();
  uses.forEach((sources, row) => {
    for (const source of sources) last.set(source, row);
  });
  let lanes: Lanes = [];
  /** The lane of the row before, if this one goes on with its result. */
  let straight: number | undefined;
  return uses.map((sources, row) => {
    const beside = (source: number) => source < row && !(straight !== undefined && source === row - 1);
    const wanted = new Set(sources.filter(beside));
    const above = [...lanes];
    const own = placeOf(row, lanes, wanted, straight);
    const turns = new Set<number>();
    lanes.forEach((lane, at) => {
      if (lane === undefined) return;
      if (wanted.has(lane.from) && at !== own) turns.add(at);
      if (lane.to <= row) lanes[at] = undefined;
    });
    lanes[own] = undefined;
    straight = leave(row, own, last.get(row), uses[row + 1]?.includes(row) ?? false, lanes, turns);
    const below = [...lanes];
    const rail = drawn(own, above, below, turns);
    lanes = below;
    return rail;
  });
}

/** Notes where the result of a row goes; gives its lane if the next row goes on with it. */
function leave(
  row: number,
  own: number,
  to: number | undefined,
  goesOn: boolean,
  lanes: Lanes,
  turns: Set<number>,
): number | undefined {
  if (to === undefined || to <= row) return undefined;
  lanes[own] = { from: row, to: goesOn ? row + 1 : to };
  if (!goesOn || to === row + 1) return goesOn ? own : undefined;
  const side = freeLane(lanes, own);
  if (side !== undefined) {
    lanes[side] = { from: row, to };
    turns.add(side);
  }
  return own;
}

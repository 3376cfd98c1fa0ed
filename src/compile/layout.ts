import { bytesOf, type Cells } from "../dtype.ts";
import type { Call, Tape } from "../ops/trace/tape.ts";
import type { View } from "../view.ts";
import { type Life, layOut } from "./memory.ts";
import { prepared, type Stages } from "./stages.ts";
import { cellsIn, type Unit, type Units } from "./units.ts";

/** Which buffers lie where: those that last in one block, those of a run in another, which runs may share. */
export interface Places {
  /** Offsets of inputs, constants, and what was prepared. */
  readonly lasting: ReturnType<typeof layOut>;
  /** Offsets of what is computed and forgotten in each run. */
  readonly passing: ReturnType<typeof layOut>;
  /** Buffers that lie where another lies. */
  readonly shared: ReadonlyMap<Cells, Cells>;
}

/** The buffers that the units touch, with their lives in units; those that are kept live on after the last. */
function livesOf(tape: Tape, units: readonly Unit[], kept: ReadonlySet<Cells>): Map<Cells, Life> {
  const lives = new Map<Cells, Life>();
  const touch = (cells: Cells, bytes: number, at: number): void => {
    const life = lives.get(cells);
    if (life === undefined) lives.set(cells, { bytes, from: at, to: at });
    else life.to = at;
  };
  const touchAll = (buffers: Iterable<Cells>, at: number): void => {
    for (const cells of buffers) {
      const { size, dtype } = tape.buffers.get(cells)!;
      touch(cells, size * bytesOf(dtype), at);
    }
  };
  for (const [at, { touches, scratch }] of units.entries()) {
    touchAll(touches, at);
    for (const [cells, bytes] of scratch) touch(cells, bytes, at);
  }
  touchAll(kept, units.length);
  return lives;
}

/**
 * Buffers that an elementwise result may overwrite, since each cell is read before it is written and nobody reads it
 * again: result → operand.
 */
function overwritten(
  tape: Tape,
  units: Units,
  order: readonly Unit[],
  lives: ReadonlyMap<Cells, Life>,
  isFree: (cells: Cells) => boolean,
): Map<Cells, Cells> {
  const shared = new Map<Cells, Cells>();
  const rootOf = (cells: Cells): Cells => shared.get(cells) ?? cells;
  for (const [at, { group }] of order.entries()) {
    if (group.elementwise.length === 0) continue;
    const results = group.elementwise.filter((call) => isFree(call.out.data) && units.isNeeded(call, group));
    for (const view of operandsOf(tape, group.elementwise, group.head)) {
      const life = lives.get(view.data)!;
      const inner = group.head?.out.data === view.data;
      if (!isFree(view.data) || life.to !== at || (inner && units.isNeeded(group.head!, group))) continue;
      const heir = results.find(
        ({ out }) => !shared.has(out.data) && lives.get(out.data)!.bytes === life.bytes,
      );
      if (heir !== undefined) shared.set(heir.out.data, rootOf(view.data));
    }
  }
  return shared;
}

/** What elementwise calls read from outside, cell by cell and never otherwise. */
function operandsOf(tape: Tape, calls: readonly Call[], head: Call | undefined): View[] {
  const own = new Set(calls.map(({ out }) => out.data));
  const reads = calls.flatMap((call) =>
    call.reads.map((view) => ({ view, whole: tape.isCellByCell(view, call.out) })),
  );
  const odd = new Set(reads.filter(({ whole }) => !whole).map(({ view }) => view.data));
  const ofHead = new Set(head?.reads.map(({ data }) => data));
  const outside = reads
    .map(({ view }) => view)
    .filter(({ data }) => !own.has(data) && !odd.has(data) && !ofHead.has(data));
  return [...new Map(outside.map((view) => [view.data, view])).values()];
}

/** Gives every buffer a place but for `homes`, which have one: variables, and what becomes their new values. */
export function placesOf(
  tape: Tape,
  units: Units,
  order: readonly Unit[],
  { of: stages }: Stages,
  kept: ReadonlySet<Cells>,
  homes: ReadonlySet<Cells>,
): Places {
  const lives = livesOf(tape, order, kept);
  const preparing = new Set(
    order.filter(({ stage }) => stage === prepared).flatMap(({ steps }) => steps.flatMap(cellsIn)),
  );
  const lasts = (cells: Cells): boolean => {
    const buffer = tape.buffers.get(cells);
    if (buffer === undefined) return preparing.has(cells);
    return buffer.of !== undefined || buffer.writers.some((writer) => stages.get(writer) === prepared);
  };
  const isFree = (cells: Cells) => !lasts(cells) && !homes.has(cells) && !kept.has(cells);
  const shared = overwritten(tape, units, order, lives, isFree);
  for (const [cells, root] of shared) {
    const [own, whole] = [lives.get(cells)!, lives.get(root)!];
    whole.from = Math.min(whole.from, own.from);
    whole.to = Math.max(whole.to, own.to);
  }
  const placed = [...lives].filter(([cells]) => !shared.has(cells) && !homes.has(cells));
  return {
    lasting: layOut(
      new Map(placed.filter(([cells]) => lasts(cells)).map(([cells, life]) => [cells, always(life)])),
    ),
    passing: layOut(new Map(placed.filter(([cells]) => !lasts(cells)))),
    shared,
  };
}

const always = ({ bytes }: Life): Life => ({ bytes, from: 0, to: Number.POSITIVE_INFINITY });

import type { Cells } from "../dtype.ts";

/** A buffer's life: from the step that first writes it to the last that uses it. */
export interface Life {
  readonly bytes: number;
  from: number;
  to: number;
}

const alignment = 128;
const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

/** Where each buffer lies in a block of memory, and how large the block is. */
export interface Layout {
  readonly offsets: ReadonlyMap<Cells, number>;
  readonly bytes: number;
}

interface Placed extends Life {
  readonly offset: number;
}

/** The lowest offset at which so many bytes touch none of the buffers that live at the same time, in order of their offsets. */
function lowestGap(bytes: number, neighbours: readonly Placed[]): number {
  let offset = 0;
  for (const other of neighbours) {
    if (offset + bytes <= other.offset) return offset;
    offset = Math.max(offset, other.offset + aligned(other.bytes));
  }
  return offset;
}

/**
 * Lays buffers out in one block so that those whose lives overlap do not: the largest first, each as low as it can be.
 */
export function layOut(lives: ReadonlyMap<Cells, Life>): Layout {
  const placed: Placed[] = [];
  const offsets = new Map<Cells, number>();
  for (const [cells, life] of [...lives].sort(([, a], [, b]) => b.bytes - a.bytes)) {
    const neighbours = placed.filter((other) => other.from <= life.to && life.from <= other.to);
    const offset = lowestGap(life.bytes, neighbours);
    const behind = placed.findIndex((other) => other.offset > offset);
    placed.splice(behind < 0 ? placed.length : behind, 0, { ...life, offset });
    offsets.set(cells, offset);
  }
  return { offsets, bytes: Math.max(0, ...placed.map(({ offset, bytes }) => offset + aligned(bytes))) };
}

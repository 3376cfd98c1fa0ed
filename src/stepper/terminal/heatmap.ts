import type { TensorRecord } from "../trace/records.ts";
import { alarm, black, type Colors, diverging, white } from "./colors.ts";
import { brief } from "./numbers.ts";
import { type Plane, planesOf, thinned } from "./planes.ts";
import { beside, type Line, line, type Span } from "./text.ts";

/** The room that a picture has. */
export interface Room {
  readonly width: number;
  readonly height: number;
}

/** How a plane is drawn: how many columns a cell takes, how many cells a line holds above each other. */
interface Manner {
  readonly across: 1 | 2;
  readonly stacked: 1 | 2;
  draw(plane: Plane, row: number, column: number, limit: number): Span;
}

const luminous = ([r, g, b]: readonly [number, number, number]): boolean => 0.3 * r + 0.6 * g + 0.1 * b > 110;

/** Sign and size in two characters: tenths of the largest. */
function signed(x: number, limit: number): string {
  if (!Number.isFinite(x)) return " X";
  if (x === 0) return " 0";
  const tenths = Math.min(9, Math.floor((Math.abs(x) / limit) * 10));
  return `${x < 0 ? "−" : "+"}${tenths === 0 ? "·" : tenths}`;
}

/** The sign alone, raised where little is left of it. */
function sign(x: number, limit: number): string {
  if (!Number.isFinite(x)) return "X";
  if (x === 0) return "0";
  return Math.abs(x) * 4 < limit ? (x < 0 ? "⁻" : "⁺") : x < 0 ? "−" : "+";
}

const colorOf = (x: number, limit: number) =>
  Number.isFinite(x) ? diverging(limit > 0 ? x / limit : 0) : alarm;

const glyphs: Manner = {
  across: 2,
  stacked: 1,
  draw: (plane, row, column, limit) => ({ text: signed(plane.at(row, column), limit) }),
};

const coloredGlyphs: Manner = {
  ...glyphs,
  draw: (plane, row, column, limit) => {
    const back = colorOf(plane.at(row, column), limit);
    return { text: signed(plane.at(row, column), limit), fore: luminous(back) ? black : white, back };
  },
};

const signs: Manner = {
  across: 1,
  stacked: 1,
  draw: (plane, row, column, limit) => ({ text: sign(plane.at(row, column), limit) }),
};

const halfBlocks: Manner = {
  across: 1,
  stacked: 2,
  draw: (plane, row, column, limit) => {
    const upper = plane.at(row, column);
    const lower = row + 1 < plane.rows ? plane.at(row + 1, column) : undefined;
    if (![upper, lower ?? 0].every(Number.isFinite)) return { text: "X", fore: white, back: alarm };
    const fore = colorOf(upper, limit);
    return lower === undefined ? { text: "▀", fore } : { text: "▀", fore, back: colorOf(lower, limit) };
  },
};

const fits = ({ rows, columns }: Plane, { width, height }: Room): boolean =>
  columns * 2 <= width && rows <= height;

function drawn(
  plane: Plane,
  { across, stacked, draw }: Manner,
  limit: number,
): { lines: Line[]; width: number } {
  const lines = Array.from({ length: Math.ceil(plane.rows / stacked) }, (_, i) =>
    Array.from({ length: plane.columns }, (_, column) => draw(plane, i * stacked, column, limit)),
  );
  return { lines, width: plane.columns * across + 1 };
}

/** A picture, and what it leaves out. */
export interface Picture {
  readonly lines: readonly Line[];
  readonly caption: string;
}

const largest = ({ statistics: { min, max } }: TensorRecord): number =>
  Math.max(Math.abs(min), Math.abs(max));

function captionOf(limit: number, planes: readonly Plane[], small: Plane, shown: number): string {
  const full = planes[0]!;
  const thin = small.rows < full.rows || small.columns < full.columns;
  return [
    `largest ${brief(limit)}`,
    ...(shown < planes.length ? [`${shown} of ${planes.length} planes`] : []),
    ...(thin ? [`${small.rows}×${small.columns} of ${full.rows}×${full.columns} cells`] : []),
  ].join("; ");
}

/**
 * The cells of a tensor as a picture: blue below 0, orange above, with signs where there is room for them, and signs alone
 * without colors. Of what is too large, every so many cells and as many planes as fit are shown.
 */
export function heatmap(x: TensorRecord, isWeight: boolean, room: Room, colors: Colors): Picture {
  const planes = planesOf(x.sample, isWeight);
  if (room.width < 2 || room.height < 1) return { lines: [], caption: "" };
  if (planes.length === 0) return { lines: [], caption: "no cells" };
  const limit = largest(x);
  const spacious = fits(planes[0]!, room);
  const manner = spacious
    ? colors === "none"
      ? glyphs
      : coloredGlyphs
    : colors === "none"
      ? signs
      : halfBlocks;
  const columns = Math.floor(room.width / manner.across);
  const small = planes.map((plane) => thinned(plane, room.height * manner.stacked, columns));
  const across = Math.max(1, Math.floor((room.width + 1) / (small[0]!.columns * manner.across + 1)));
  const lines = Math.ceil(small[0]!.rows / manner.stacked);
  const down = Math.max(1, Math.floor((room.height + 1) / (lines + 1)));
  const shown = small.slice(0, across * down);
  return {
    lines: tiled(shown, across, manner, limit),
    caption: captionOf(limit, planes, small[0]!, shown.length),
  };
}

/** So many planes beside each other, further ones below, with a gap between. */
function tiled(planes: readonly Plane[], across: number, manner: Manner, limit: number): Line[] {
  const rows: Line[][] = [];
  for (let i = 0; i < planes.length; i += across) {
    if (i > 0) rows.push([[]]);
    rows.push(beside(planes.slice(i, i + across).map((plane) => drawn(plane, manner, limit))));
  }
  return rows.flat();
}

/** Where there will be a picture: a gradient that has not arrived is not 0. */
export const hatched: Line = line("╱╱╱╱╱╱", "dim");

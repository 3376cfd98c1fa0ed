import { checkOptions, ensure, saying, show } from "../../errors.ts";
import { coordinate, element, type Markup } from "../../plot/svg.ts";
import { stridesOf } from "../../shape.ts";
import type { Sample } from "../trace/records.ts";
import { type Drawn, shades } from "./style.ts";

export interface HeatmapOptions {
  /** The most room that it takes. */
  readonly width: number;
  /** Default: as high as wide. */
  readonly height?: number | undefined;
  /** What has the strongest color; what is beyond it is marked. Default: see `limitOf`. */
  readonly limit?: number | undefined;
  /** Whether signs are written into the cells: + and −, or a dot for a negative one where cells are small. Default true. */
  readonly signed?: boolean | undefined;
  /** The axes that go down and across in each plane. Default: the images of [batch, height, width, channels], else the first two. */
  readonly plane?: readonly [number, number] | undefined;
  /** How many planes are shown at most. Default 16. */
  readonly planes?: number | undefined;
  /** How many cells of a plane are shown in each direction at most; of more, evenly spaced ones. Default 64. */
  readonly cells?: number | undefined;
}

/** Where one plane is: an offset and steps into the cells of a sample. */
interface Axis {
  readonly count: number;
  readonly stride: number;
}

/** At most so many indices of an axis, evenly spaced. */
const thinned = ({ count, stride }: Axis, most: number): Axis => {
  const step = Math.max(Math.ceil(count / most), 1);
  return { count: Math.ceil(count / step), stride: stride * step };
};

const single: Axis = { count: 1, stride: 0 };

/**
 * What has the strongest color in pictures of these cells: the largest distance from 0, or three times the root mean
 * square if that is less, so that single outliers do not hide the rest.
 */
export function limitOf(cells: ArrayLike<number>): number {
  let [largest, squares, finite] = [0, 0, 0];
  for (let i = 0; i < cells.length; i++) {
    const size = Math.abs(cells[i]!);
    if (!Number.isFinite(size)) continue;
    finite++;
    squares += size * size;
    largest = Math.max(largest, size);
  }
  const rms = Math.sqrt(squares / Math.max(finite, 1));
  return Math.min(largest, Number.isFinite(rms) ? 3 * rms : largest);
}

/** The shade of a value: −5 to 5, and 0 for 0 alone. */
function shadeOf(value: number, limit: number): number {
  const share = limit > 0 ? Math.min(Math.abs(value) / limit, 1) : 1;
  return Math.sign(value) * Math.max(Math.ceil(share * shades - 1e-9), value === 0 ? 0 : 1);
}

/** The axes of the planes, and those that count planes down and across. */
function axesOf(sample: Sample, plane: readonly [number, number], most: number) {
  const counts = sample.axes.map(({ count }) => count);
  const strides = stridesOf(counts);
  const axis = (i: number | undefined): Axis =>
    i === undefined ? single : { count: counts[i]!, stride: strides[i]! };
  const rank = counts.length;
  const [down, across] = rank === 1 ? [undefined, 0] : rank === 0 ? [undefined, undefined] : plane;
  const others = counts.flatMap((_, i) => (i === down || i === across ? [] : [i]));
  // The last of the other axes goes across, the one before goes down; of any further ones the first index is shown.
  const columns = axis(others.at(-1));
  const rows = axis(others.at(-2));
  const shownColumns = Math.min(columns.count, most);
  const shownRows = Math.min(rows.count, Math.max(Math.floor(most / Math.max(shownColumns, 1)), 1));
  return {
    down: axis(down),
    across: axis(across),
    planesDown: { ...rows, count: shownRows },
    planesAcross: { ...columns, count: shownColumns },
  };
}

/** A long row of planes in several, where nothing goes down. */
function folded(rows: Axis, columns: Axis, square: number): { rows: Axis; columns: Axis } {
  if (rows.count > 1 || columns.count < 4) return { rows, columns };
  const across = Math.ceil(Math.sqrt(columns.count * square));
  const count = Math.max(Math.min(across, columns.count), 1);
  const down = Math.ceil(columns.count / count);
  return { rows: { count: down, stride: columns.stride * count }, columns: { ...columns, count } };
}

/**
 * The cells of a tensor as colors: blue above 0 and orange below, on a scale that is the same on both sides. Signs show
 * without color too. Of more than two axes there is a plane beside each other. NaN and infinity are crossed out, what is
 * beyond the scale has a corner. The classes of the cells (`z` for 0, `p1` to `p5`, `n1` to `n5`) get their color from
 * {@link pictureStyle}.
 *
 * @throws If an option is unknown or of the wrong kind.
 * @example
 * ```ts
 * const { tensors } = record(() => variable([[1, -2], [0, 3]]).sum());
 * const { width, height } = heatmap(tensors[0].sample, { width: 60 });
 * deepEqual([width, height], [60, 60]);
 * ```
 */
export const heatmap = (sample: Sample, options: HeatmapOptions): Drawn =>
  saying("heatmap", () => drawCells(sample, options));

const keys = ["width", "height", "limit", "signed", "plane", "planes", "cells"];

function drawCells(sample: Sample, options: HeatmapOptions): Drawn {
  checkOptions("heatmap", options, keys);
  const rank = sample.axes.length;
  const { width, height = width, signed = true, planes = 16, cells = 64 } = options;
  const { limit = limitOf(sample.cells), plane = rank > 3 ? [1, 2] : [0, 1] } = options;
  ensure(width > 0 && height > 0, () => `width and height must be above 0; received ${width}, ${height}`);
  ensure(
    rank < 2 || (plane.every((axis) => sample.axes[axis] !== undefined) && plane[0] !== plane[1]),
    () => `plane must be two different axes of ${rank}; received ${show(plane)}`,
  );
  const axes = axesOf(sample, plane, planes);
  const down = thinned(axes.down, cells);
  const across = thinned(axes.across, cells);
  const square = ((width / height) * down.count) / Math.max(across.count, 1);
  const { rows, columns } = folded(axes.planesDown, axes.planesAcross, square);
  const gap = rows.count * columns.count > 1 ? 1 : 0;
  const unitsAcross = Math.max(columns.count * (across.count + gap) - gap, 1);
  const unitsDown = Math.max(rows.count * (down.count + gap) - gap, 1);
  const exact = Math.min(width / unitsAcross, height / unitsDown);
  const size = exact >= 2 ? Math.floor(exact) : exact;
  const pen = new Pen(limit, signed, size);
  for (let row = 0; row < rows.count; row++) {
    for (let column = 0; column < columns.count; column++) {
      if (row * columns.count + column >= axes.planesDown.count * axes.planesAcross.count) continue;
      const start = row * rows.stride + column * columns.stride;
      const [x, y] = [column * (across.count + gap), row * (down.count + gap)];
      for (let i = 0; i < down.count; i++) {
        for (let j = 0; j < across.count; j++) {
          pen.cell(x + j, y + i, sample.cells[start + i * down.stride + j * across.stride]!);
        }
      }
    }
  }
  return { markup: pen.markup(), width: unitsAcross * size, height: unitsDown * size };
}

/** Smaller cells get a dot instead of a sign. */
const signSize = 9;

/** Gathers cells of the same look into one path, in units of a cell; x is a cell's left end and y its middle. */
class Pen {
  readonly #limit: number;
  readonly #signed: boolean;
  readonly #size: number;
  readonly #paths = new Map<string, string[]>();

  constructor(limit: number, signed: boolean, size: number) {
    this.#limit = limit;
    this.#signed = signed;
    this.#size = size;
  }

  #add(className: string, d: string): void {
    const known = this.#paths.get(className);
    if (known) known.push(d);
    else this.#paths.set(className, [d]);
  }

  cell(x: number, y: number, value: number): void {
    const shade = Number.isNaN(value) ? 0 : shadeOf(value, this.#limit);
    const look = shade === 0 ? "z" : `${shade > 0 ? "p" : "n"}${Math.abs(shade)}`;
    this.#add(look, `M${x} ${y}h1`);
    const ink = Math.abs(shade) > 3 ? "paper-line" : "ink-line";
    if (!Number.isFinite(value)) this.#add("bad-line", `M${x + 0.2} ${y - 0.3}l.6 .6m0-.6l-.6 .6`);
    else if (this.#signed) this.#sign(ink, x, y, shade);
    if (Math.abs(value) > this.#limit * (1 + 1e-9)) this.#add("ink", `M${x + 0.6} ${y - 0.5}h.4v.4z`);
  }

  #sign(ink: string, x: number, y: number, shade: number): void {
    if (this.#size >= signSize && shade !== 0) {
      this.#add(ink, `M${x + 0.3} ${y}h.4${shade > 0 ? "m-.2-.2v.4" : ""}`);
    } else if (shade < 0) {
      this.#add(`${ink} dot`, `M${x + 0.5} ${y}h0`);
    }
  }

  markup(): Markup {
    const size = this.#size;
    const thin = { "stroke-width": Math.max(0.08, 1.2 / size) };
    const mark = (name: string) =>
      name === "ink"
        ? {}
        : name.endsWith("dot")
          ? { "stroke-width": 0.42, "stroke-linecap": "round" }
          : name.endsWith("-line")
            ? thin
            : { "stroke-width": 1, "shape-rendering": "crispEdges" };
    const paths = [...this.#paths]
      .sort(([a], [b]) => Number(a.length > 2) - Number(b.length > 2) || (a < b ? -1 : 1))
      .map(([name, parts]) =>
        element("path", {
          class: name,
          fill: name === "ink" ? undefined : "none",
          ...mark(name),
          d: joined(parts),
        }),
      );
    const transform = `translate(0 ${coordinate(size / 2)}) scale(${Math.round(size * 1000) / 1000})`;
    return element("g", { class: "cells", transform }, ...paths);
  }
}

/** Cells that lie side by side in one stroke. */
function joined(parts: readonly string[]): string {
  const strokes: string[] = [];
  let [end, row, length] = [Number.NaN, "", 0];
  for (const part of parts) {
    const found = /^M(\d+) (\d+)h1$/.exec(part);
    if (found === null) {
      strokes.push(part);
      continue;
    }
    const x = Number(found[1]);
    if (x === end && row === found[2]) {
      strokes[strokes.length - 1] = `M${x - length} ${row}h${++length}`;
      end++;
    } else {
      strokes.push(part);
      [end, row, length] = [x + 1, found[2]!, 1];
    }
  }
  return strokes.join("");
}

import type { Place } from "../windows/taps.ts";
import type { Picture, Square } from "./scene.ts";
import { cellText, numberText } from "./text.ts";

/** How many shades there are on each side of 0; the style sheet has a class for each. */
const shades = 5;

/** The shade of a number: −5 to 5, and 0 for 0 alone. */
function shadeOf(value: number, limit: number): number {
  if (Number.isNaN(value) || value === 0) return 0;
  const share = limit > 0 ? Math.min(Math.abs(value) / limit, 1) : 1;
  return Math.sign(value) * Math.max(Math.ceil(share * shades - 1e-9), 1);
}

/** The class of a number's color: `z`, `p1` to `p5`, `n1` to `n5`. */
export function colorOf(value: number, limit: number): string {
  const shade = shadeOf(value, limit);
  return shade === 0 ? "z" : `${shade > 0 ? "p" : "n"}${Math.abs(shade)}`;
}

/** Pictures with many columns have smaller squares. */
export function sizeOf({ rows }: Picture): "large" | "medium" | "small" {
  const columns = rows[0]?.length ?? 0;
  return columns <= 11 ? "large" : columns <= 18 ? "medium" : "small";
}

/** The classes of a square. */
export function classesOf({ kind, value, lit, picked }: Square, limit: number): string {
  const own = kind === "cell" ? colorOf(value, limit) : kind;
  const beyond = kind === "cell" && Math.abs(value) > limit * (1 + 1e-9) ? " beyond" : "";
  return `square ${own}${beyond}${lit ? " lit" : ""}${picked ? " picked" : ""}`;
}

/** A number in few characters; what is too small for them keeps its sign. */
function brief(value: number): string {
  const size = Math.abs(value);
  if (value === 0 || !Number.isFinite(value)) return numberText(value);
  if (size < 0.005) return value < 0 ? "−0" : "+0";
  if (size >= 9995) return value.toExponential(0).replace("e+", "e").replace("-", "−");
  return numberText(size < 0.995 ? Math.round(value * 100) / 100 : Number(value.toPrecision(3)));
}

/** What is written in a square: its number if there is room, else its sign. */
export function writtenIn(picture: Picture, { kind, value }: Square): string {
  const size = sizeOf(picture);
  if (kind === "missing") return size === "small" ? "" : "?";
  if (kind !== "cell") return size === "large" ? "0" : "";
  if (Number.isNaN(value)) return size === "large" ? "NaN" : "×";
  if (size === "large") return brief(value / 10 ** picture.exponent);
  if (value < 0) return "−";
  return value > 0 && size === "medium" ? "+" : "";
}

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** The unit of the numbers in a picture's squares, if it is not 1: `×10⁻³`. */
export function unitOf(picture: Picture): string | undefined {
  const { exponent } = picture;
  if (exponent === 0 || sizeOf(picture) !== "large") return undefined;
  const digits = Array.from(String(Math.abs(exponent)), (digit) => superscripts[Number(digit)]);
  return `×10${exponent < 0 ? "⁻" : ""}${digits.join("")}`;
}

const kindWords = {
  padding: "padding",
  inserted: "an inserted zero",
  missing: "not in this file",
} as const;

const markWords = { winner: "won its window", tied: "as large as a winner, but later" } as const;

/** A square for who does not see it: what is written in it, and what that means. */
export function labelOf(picture: Picture, square: Square): string {
  const { kind, value, at, lit, mark } = square;
  const written = sizeOf(picture) === "large" ? writtenIn(picture, square) : numberText(value);
  const unit = kind === "cell" && value !== 0 ? unitOf(picture) : undefined;
  const what = [written, ...(unit ? [unit] : []), ...(kind === "cell" ? [] : [kindWords[kind]])].join(" ");
  const name = at === undefined ? what : `${cellText(picture.title, at)}: ${what}`;
  return [name, ...(mark ? [markWords[mark]] : []), ...(lit ? ["takes part"] : [])].join(", ");
}

/** The kinds of squares that a legend has to explain. */
export function kindsIn(pictures: readonly Picture[]): readonly (keyof typeof kindWords)[] {
  const seen = new Set(pictures.flatMap(({ rows }) => rows.flatMap((row) => row.map(({ kind }) => kind))));
  return (["padding", "inserted", "missing"] as const).filter((kind) => seen.has(kind));
}

const legends = {
  padding: "padding: zeros around the cells",
  inserted: "inserted: zeros between the cells, by stride or dilation",
  missing: "not in this file",
} as const;

export const legendOf = (kind: keyof typeof legends): string => legends[kind];

/** The way of an arrow key, in rows and columns. */
export const arrows: Readonly<Record<string, Place>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The nearest place that can be picked in a direction from a square on; none at the end. */
function nextIn({ rows }: Picture, row: number, column: number, [down, across]: Place): Place | undefined {
  let [r, c] = [row + down, column + across];
  while (rows[r]?.[c] !== undefined && rows[r]![c]!.place === undefined) {
    r += down;
    c += across;
  }
  return rows[r]?.[c]?.place;
}

/** Where a key leads to from a square: arrows to the neighbors, Home and End to the ends of the row. */
export function placeAfter(picture: Picture, row: number, column: number, key: string): Place | undefined {
  const { rows, size } = picture;
  if (key === "Home") return nextIn(picture, row, -1, [0, 1]);
  if (key === "End") return nextIn(picture, row, rows[0]!.length, [0, -1]);
  const arrow = arrows[key];
  const here = rows[row]?.[column]?.place;
  if (arrow === undefined || here === undefined) return undefined;
  const next = nextIn(picture, row, column, arrow);
  // At the edge of a picture that was cut there are places that are not drawn yet.
  const isCut = rows.length < size[0] || rows[0]!.length < size[1];
  return next ?? (isCut ? [here[0] + arrow[0], here[1] + arrow[1]] : undefined);
}

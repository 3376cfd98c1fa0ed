import type { Color, Ink, Line, Span } from "./text.ts";

/** What a terminal can show. */
export type Colors = "none" | "256" | "truecolor";

const inks: Readonly<Record<Ink, string>> = {
  strong: "1",
  dim: "2",
  reversed: "7",
  good: "32",
  bad: "1;31",
  name: "36",
};

/** The nearest of the 216 colors in the cube of a 256 color terminal. */
function cubeIndex(color: Color): number {
  const [r, g, b] = color.map((part) => Math.round((part / 255) * 5)) as [number, number, number];
  return 16 + 36 * r + 6 * g + b;
}

const code = (color: Color, ground: 38 | 48, colors: Colors): string =>
  colors === "truecolor" ? `${ground};2;${color.join(";")}` : `${ground};5;${cubeIndex(color)}`;

function writeSpan({ text, ink, fore, back }: Span, colors: Colors): string {
  const codes = [
    ...(ink ? [inks[ink]] : []),
    ...(fore ? [code(fore, 38, colors)] : []),
    ...(back ? [code(back, 48, colors)] : []),
  ];
  return codes.length === 0 || text === "" ? text : `\u001b[${codes.join(";")}m${text}\u001b[0m`;
}

/** A line as a terminal reads it; without colors, it has no escape codes. */
export const write = (content: Line, colors: Colors): string =>
  content.map((piece) => (colors === "none" ? piece.text : writeSpan(piece, colors))).join("");

type Stop = readonly [at: number, color: Color];

// Blue below zero, orange above, and lighter all the way: the sign can be told without hues, too.
const scale: readonly Stop[] = [
  [-1, [16, 52, 166]],
  [0, [122, 122, 122]],
  [1, [255, 186, 90]],
];

/** The color of a number between −1 and 1. */
export function diverging(x: number): Color {
  const at = Math.max(-1, Math.min(1, x));
  const [low, high] = at < 0 ? [scale[0]!, scale[1]!] : [scale[1]!, scale[2]!];
  const share = (at - low[0]) / (high[0] - low[0]);
  const mix = (i: 0 | 1 | 2): number => Math.round(low[1][i] + share * (high[1][i] - low[1][i]));
  return [mix(0), mix(1), mix(2)];
}

/** What cannot be read as a number. */
export const alarm: Color = [200, 0, 60];
export const black: Color = [0, 0, 0];
export const white: Color = [255, 255, 255];

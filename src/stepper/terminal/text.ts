// Lines of a terminal as data: what is written where, and how it looks. Escape codes come last, in colors.ts.

/** Red, green and blue, 0 to 255. */
export type Color = readonly [number, number, number];

/** How text stands out: by weight and by hue, never by hue alone. */
export type Ink = "strong" | "dim" | "reversed" | "good" | "bad" | "name";

/** Text in one look. */
export interface Span {
  readonly text: string;
  readonly ink?: Ink;
  readonly fore?: Color;
  readonly back?: Color;
}

export type Line = readonly Span[];

/** What would move the cursor, hide text or turn its direction. Names and programs may come from a stranger's file. */
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Variation_Selector}]/gu;

const clean = (text: string): string => text.replaceAll("\t", "  ").replace(unsafe, "�");

/** A piece of a line, with nothing in it that a terminal would obey. */
export const span = (text: string, ink?: Ink): Span =>
  ink === undefined ? { text: clean(text) } : { text: clean(text), ink };

/** A line of one piece. */
export const line = (text: string, ink?: Ink): Line => [span(text, ink)];

const narrow = /^[ -~]*$/;
const mark = /\p{M}/u;
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;

const widthOfCharacter = (character: string): number =>
  mark.test(character) ? 0 : wide.test(character) ? 2 : 1;

/** How many columns a text takes: none for marks above letters, two for Chinese characters and the like. */
export function widthOf(text: string): number {
  if (narrow.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += widthOfCharacter(character);
  return width;
}

/** How many columns a line takes. */
export const lineWidth = (content: Line): number => content.reduce((sum, { text }) => sum + widthOf(text), 0);

/** As much of the text as fits. */
function head(text: string, width: number): string {
  let [taken, used] = ["", 0];
  for (const character of text) {
    used += widthOfCharacter(character);
    if (used > width) break;
    taken += character;
  }
  return taken;
}

/** A line of at most so many columns; an ellipsis stands for what was cut. */
export function cut(content: Line, width: number): Line {
  if (lineWidth(content) <= width) return content;
  if (width <= 0) return [];
  const kept: Span[] = [];
  let room = width - 1;
  for (const piece of content) {
    const text = head(piece.text, room);
    kept.push({ ...piece, text });
    room -= widthOf(text);
    if (text !== piece.text) break;
  }
  return [...kept, { text: "…" }];
}

/** A line of exactly so many columns. */
export function fitted(content: Line, width: number): Line {
  const short = cut(content, width);
  const rest = width - lineWidth(short);
  return rest > 0 ? [...short, { text: " ".repeat(rest) }] : short;
}

/** Text in lines of at most so many columns, broken between words; further lines are indented. */
export function wrapped(text: string, width: number, indent = ""): string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of text.split(" ")) {
    const next = current === "" ? word : `${current} ${word}`;
    if (current !== "" && widthOf(next) > width) {
      lines.push(current);
      current = indent + word;
    } else {
      current = next;
    }
  }
  return [...lines, current];
}

/** Blocks beside each other, each padded to its width. */
export function beside(
  blocks: readonly { readonly lines: readonly Line[]; readonly width: number }[],
): Line[] {
  const height = Math.max(0, ...blocks.map(({ lines }) => lines.length));
  return Array.from({ length: height }, (_, i) =>
    blocks.flatMap(({ lines, width }) => fitted(lines[i] ?? [], width)),
  );
}

/** Text without its looks. */
export const plain = (content: Line): string => content.map(({ text }) => text).join("");

/** Rows of text in columns: to the left, those at these places to the right. */
export function aligned(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => widthOf(row[i]!))));
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const space = " ".repeat(widths[i]! - widthOf(cell));
        return right.includes(i) ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd(),
  );
}

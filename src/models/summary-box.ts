/** Rounds halves to even, as Python does. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The widths of the columns, padding included: what the positions ask for, less the excess over the line. */
function columnWidths(parts: readonly number[], length: number): number[] {
  let used = 0;
  const wanted = parts.map((part) => {
    const width = Math.trunc(part * length) - used;
    used += width;
    return width + 2;
  });
  let excess = wanted.reduce((sum, width) => sum + width, 0) - (length - (parts.length + 1));
  return wanted.map((width, i) => {
    const less = excess > 0 ? roundHalfEven(excess / (wanted.length - i)) : 0;
    excess -= less;
    return width - less;
  });
}

/** A cell in lines of at most `width` characters, broken at spaces; a longer word is cut, with an ellipsis. */
function wrap(cell: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of cell.split(" ")) {
    const joined = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && joined.length <= width) lines[lines.length - 1] = joined;
    else lines.push(word.length > width ? `${word.slice(0, width - 1)}…` : word);
  }
  return lines;
}

const centred = (text: string, width: number): string =>
  text.padStart(text.length + Math.floor((width - text.length) / 2)).padEnd(width);

/** Numbers stand at the right, and whether a layer is trained in the middle. */
function aligned(text: string, width: number, column: string): string {
  if (column === "Param #") return text.padStart(width);
  return column === "Trainable" ? centred(text, width) : text.padEnd(width);
}

/** A table in box-drawing characters, as Keras 3 prints it. */
export function boxTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  parts: readonly number[],
  length: number,
): string[] {
  const widths = columnWidths(parts, length);
  const rule = (left: string, line: string, middle: string, right: string) =>
    `${left}${widths.map((width) => line.repeat(width)).join(middle)}${right}`;
  const draw = (cells: readonly string[], bar: string): string[] => {
    const wrapped = cells.map((cell, i) => wrap(cell, widths[i]! - 2));
    const height = Math.max(...wrapped.map(({ length: lines }) => lines));
    return Array.from({ length: height }, (_, at) => {
      const line = wrapped.map((cell, i) => ` ${aligned(cell[at] ?? "", widths[i]! - 2, header[i]!)} `);
      return `${bar}${line.join(bar)}${bar}`;
    });
  };
  return [
    rule("┏", "━", "┳", "┓"),
    ...draw(header, "┃"),
    rule("┡", "━", "╇", "┩"),
    ...rows.flatMap((row, i) => [...(i > 0 ? [rule("├", "─", "┼", "┤")] : []), ...draw(row, "│")]),
    rule("└", "─", "┴", "┘"),
  ];
}

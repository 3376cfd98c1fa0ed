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

/** A cell in lines of at most `width` characters, broken at spaces where there are any. */
function wrap(cell: string, width: number): string[] {
  const lines = [""];
  for (const word of cell.split(" ")) {
    const line = lines.at(-1)!;
    const joined = line === "" ? word : `${line} ${word}`;
    if (joined.length <= width) lines[lines.length - 1] = joined;
    else {
      const pieces = word.match(new RegExp(`.{1,${width}}`, "g")) ?? [""];
      if (line === "") lines.pop();
      lines.push(...pieces);
    }
  }
  return lines;
}

const rightAligned = 2;

/** A table in box-drawing characters, as Keras 3 prints it; the third column is aligned at the right. */
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
      const line = wrapped.map((cell, i) => {
        const text = cell[at] ?? "";
        const width = widths[i]! - 2;
        return ` ${i === rightAligned ? text.padStart(width) : text.padEnd(width)} `;
      });
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

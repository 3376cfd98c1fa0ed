import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** Where the files go; set by the command line. */
export const output = { folder: "out/article" };

/** Writes a file into the folder of the run, and says so. */
export function save(name: string, content: string): void {
  const path = join(output.folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  console.log(`  → ${relative("", path)}`);
}

export const heading = (text: string): void => console.log(`\n${text}\n`);

/** Rows of texts under headings, right-aligned; what follows the last heading is a note and stays at the left. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, i) => Math.max(heading.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, i) => cell.padStart(widths[i] ?? 0)).join("  ")}`.trimEnd();
  return [line(headings), `  ${widths.map((width) => "─".repeat(width)).join("  ")}`, ...rows.map(line)].join(
    "\n",
  );
}

/** With that many decimals, a minus sign, and no sign at zero. */
export const decimal = (value: number, digits: number): string =>
  value
    .toFixed(digits)
    .replace(/^-(?=[0.]*$)/, "")
    .replace("-", "−");

const failures: string[] = [];

/** Notes a failure unless `actual` is within `tolerance` of `expected`. */
export function verify(what: string, actual: number, expected: number, tolerance: number): void {
  if (Math.abs(actual - expected) <= tolerance) return;
  failures.push(`${what}: expected ${expected} within ${tolerance}, got ${actual}`);
}

/** Says what failed; the process then ends with an error. */
export function conclude(): void {
  if (failures.length === 0) return;
  for (const failure of failures) console.error(`✗ ${failure}`);
  process.exitCode = 1;
}

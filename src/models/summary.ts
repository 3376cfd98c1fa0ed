import type { Variable } from "../tensor/tensor.ts";
import { boxTable } from "./summary-box.ts";
import { type Summarized, type SummaryOptions, tableOf, thousands } from "./summary-rows.ts";

const total = (weights: readonly Variable[]): number => weights.reduce((sum, { size }) => sum + size, 0);

/** One line of the classic table: cells cut and padded to their columns, the last character of each a space. */
function classicLine(cells: readonly string[], positions: readonly number[]): string {
  let line = "";
  cells.forEach((cell, i) => {
    if (i > 0) line = `${line.slice(0, -1)} `;
    line = (line + cell).slice(0, positions[i]!).padEnd(positions[i]!);
  });
  return line;
}

function classicTable(model: Summarized, options: SummaryOptions): string[] {
  const { connected, header, rows } = tableOf(model, options);
  const length = options.lineLength ?? (connected ? 98 : 65);
  const parts = options.positions ?? (connected ? [0.33, 0.55, 0.67, 1] : [0.45, 0.85, 1]);
  let positions = parts.at(-1)! <= 1 ? parts.map((part) => Math.trunc(part * length)) : [...parts];
  const width = options.showTrainable ? length + 11 : length;
  if (options.showTrainable) positions = [...positions, positions.at(-1)! + 11];
  const lines = [
    `Model: "${model.name}"`,
    "_".repeat(width),
    classicLine(header, positions),
    "=".repeat(width),
  ];
  rows.forEach(({ cells, connections, depth }, i) => {
    const [name, ...rest] = cells;
    lines.push(classicLine([`${"|".repeat(depth)}${depth > 0 ? " " : ""}${name}`, ...rest], positions));
    for (const one of connections) lines.push(classicLine(["", "", "", one], positions));
    lines.push((i === rows.length - 1 ? "=" : "_").repeat(width));
  });
  return [
    ...lines,
    `Total params: ${thousands(total(model.weights))}`,
    `Trainable params: ${thousands(total(model.trainableWeights))}`,
    `Non-trainable params: ${thousands(total(model.nonTrainableWeights))}`,
    "_".repeat(width),
  ];
}

/** The bytes of some weights as Keras 3 writes them: `5.41 MB`. */
function memory(weights: readonly Variable[]): string {
  const bytes = weights.reduce((sum, { data }) => sum + data.byteLength, 0);
  const units = ["B", "KB", "MB", "GB", "TB"];
  const step = bytes === 0 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  return `${(bytes / 1024 ** step).toFixed(2)} ${units[step]}`;
}

function keras3Table(model: Summarized, options: SummaryOptions): string[] {
  const { connected, header, rows } = tableOf(model, options);
  const length = options.lineLength ?? (connected ? 108 : 88) + (options.showTrainable ? 12 : 0);
  const base = options.positions ?? (connected ? [0.3, 0.56, 0.74, 1] : [0.45, 0.8, 1]);
  const parts = options.showTrainable ? [...base.map((part) => part * 0.9), 1] : base;
  const cells = rows.map(({ cells: [name, ...rest], depth }) => [
    `${depth > 0 ? `${"   ".repeat(depth)}└ ` : ""}${name}`,
    ...rest,
  ]);
  const say = (what: string, weights: readonly Variable[]) =>
    ` ${what}: ${thousands(total(weights))} (${memory(weights)})`;
  return [
    `Model: "${model.name}"`,
    ...boxTable(header, cells, parts, length),
    say("Total params", model.weights),
    say("Trainable params", model.trainableWeights),
    say("Non-trainable params", model.nonTrainableWeights),
  ];
}

/** The summary of a model as text; each line also goes to `printFn`. */
export function summarize(model: Summarized, options: SummaryOptions): string {
  const keras3 = options.style === "keras3";
  const lines = keras3 ? keras3Table(model, options) : classicTable(model, options);
  const text = lines.join("\n");
  if (options.printFn === undefined) console.log(text);
  else if (keras3) options.printFn(text);
  else for (const line of lines) options.printFn(line);
  return text;
}

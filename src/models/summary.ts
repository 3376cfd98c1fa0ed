import { ChainruleError } from "../errors.ts";
import { classNameOf, type Layer, originOf } from "../layers/layer.ts";
import type { Shape } from "../shape.ts";
import type { Variable } from "../tensor/tensor.ts";
import type { Graph } from "./graph.ts";
import { Operation } from "./operation.ts";
import { boxTable } from "./summary-box.ts";

export interface SummaryOptions {
  /** Characters in a line. Default: 65, or 98 where layers are connected other than in a chain; 80 and 108 for "keras3". */
  lineLength?: number;
  /** Where the columns end, as characters or as parts of the line. */
  positions?: readonly number[];
  /** Called with each line ("classic") or with the whole text ("keras3"). Default: `console.log` of the text. */
  printFn?: (text: string) => void;
  /** Shows the layers of nested models below them. */
  expandNested?: boolean;
  /** A column that says which layers are trained. */
  showTrainable?: boolean;
  /** Two names or patterns: the first and the last layer to show. */
  layerRange?: readonly [string, string];
  /** `"classic"`, the table of tf.keras (as in the article), or `"keras3"`. */
  style?: "classic" | "keras3";
}

/** What a summary shows of a model. */
export interface Summarized {
  readonly name: string;
  readonly graph: Graph;
  readonly layers: readonly Layer[];
  readonly weights: readonly Variable[];
  readonly trainableWeights: readonly Variable[];
  readonly nonTrainableWeights: readonly Variable[];
  /** Whether the input layer is left out, as for Sequential. */
  readonly hidesInput: boolean;
}

/** One layer of the table: its first line and the further ones with connections. */
export interface Row {
  readonly cells: readonly string[];
  readonly connections: readonly string[];
  readonly depth: number;
}

const thousands = (n: number): string => String(n).replaceAll(/\B(?=(\d{3})+$)/g, ",");

/** A shape as Python writes a tuple: `(None, 256)`, `(None,)`. */
const tuple = (shape: Shape): string => {
  const sizes = shape.map((size) => (Number.isNaN(size) ? "None" : String(size)));
  return sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(", ")})`;
};

/** The shape of a layer's outputs in this graph; `multiple` where its calls disagree. */
function shapeText(layer: Layer, graph: Graph, listInputs: boolean): string {
  const nodes = graph.nodes.filter((node) => node.layer === layer);
  const shapes = nodes.map(({ outputs }) => outputs.map(({ shape }) => tuple(shape)));
  const isInput = nodes[0]?.inputs.length === 0;
  const texts = new Set(
    shapes.map((list) => (list.length > 1 || (isInput && listInputs) ? `[${list.join(", ")}]` : list[0]!)),
  );
  return texts.size === 1 ? [...texts][0]! : "multiple";
}

/** `conv2d[0][0]` for each tensor that comes in; the number of a call counts those of this graph alone. */
function connectionsOf(layer: Layer, graph: Graph): string[] {
  const place = (of: Layer) =>
    graph.nodes.filter((node) => node.layer === of).sort((a, b) => a.index - b.index);
  return place(layer).flatMap(({ inputs }) =>
    inputs.map((x) => {
      const { node, index } = originOf(x)!;
      return `${node.layer.name}[${place(node.layer).indexOf(node)}][${index}]`;
    }),
  );
}

/** A chain of layers, each called once on one tensor, needs no column of connections. */
function isChain(graph: Graph): boolean {
  const calls = new Set(graph.nodes.map(({ layer }) => layer));
  return (
    calls.size === graph.nodes.length &&
    graph.levels.every((level) => level.length === 1) &&
    graph.nodes.every(({ inputs }) => inputs.length <= 1)
  );
}

const total = (weights: readonly Variable[]): number => weights.reduce((sum, { size }) => sum + size, 0);

const typeOf = (layer: Layer): string => (layer instanceof Operation ? layer.typeName : classNameOf(layer));

function inRange(layers: readonly Layer[], range: SummaryOptions["layerRange"]): readonly Layer[] {
  if (range === undefined) return layers;
  const places = range.map((pattern) => {
    const expression = new RegExp(`^(?:${pattern})`);
    return layers.flatMap((layer, i) => (layer.name === pattern || expression.test(layer.name) ? [i] : []));
  });
  if (places.some((found) => found.length === 0)) {
    throw new ChainruleError(
      `summary: layerRange ${JSON.stringify(range)} names no layers of the model; it has ` +
        layers.map(({ name }) => name).join(", "),
    );
  }
  const all = places.flat();
  return layers.slice(Math.min(...all), Math.max(...all) + 1);
}

/** The rows of a model, those of nested models after theirs. */
function rowsOf(model: Summarized, options: SummaryOptions, connected: boolean, depth = 0): Row[] {
  const keras3 = options.style === "keras3";
  const listed = model.layers.filter(
    (layer) => !(model.hidesInput && layer === model.layers[0] && isInputOf(layer, model.graph)),
  );
  return inRange(listed, depth === 0 ? options.layerRange : undefined).flatMap((layer) => {
    const params = layer.countParams();
    const trainable = layer.weights.length === 0 && keras3 ? "-" : layer.trainable ? "Y" : "N";
    const [first, ...more] = connected ? connectionsOf(layer, model.graph) : [];
    const row: Row = {
      cells: [
        `${layer.name} (${typeOf(layer)})`,
        shapeText(layer, model.graph, !keras3),
        keras3 ? thousands(params) : String(params),
        ...(connected ? [keras3 ? [first, ...more].filter(Boolean).join(", ") || "-" : (first ?? "")] : []),
        ...(options.showTrainable ? [trainable] : []),
      ],
      connections: keras3 ? [] : more,
      depth,
    };
    const nested = options.expandNested ? nestedIn(layer) : undefined;
    return nested ? [row, ...rowsOf(nested, options, connected, depth + 1)] : [row];
  });
}

const isInputOf = (layer: Layer, graph: Graph): boolean =>
  graph.nodes.some((node) => node.layer === layer && node.inputs.length === 0);

/** A layer that is a model itself. */
function nestedIn(layer: Layer): Summarized | undefined {
  return "graph" in layer && "hidesInput" in layer ? (layer as Layer & Summarized) : undefined;
}

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
  const connected = !(model.hidesInput || isChain(model.graph));
  const length = options.lineLength ?? (connected ? 98 : 65);
  const parts = options.positions ?? (connected ? [0.33, 0.55, 0.67, 1] : [0.45, 0.85, 1]);
  let positions = parts.at(-1)! <= 1 ? parts.map((part) => Math.trunc(part * length)) : [...parts];
  const width = options.showTrainable ? length + 11 : length;
  if (options.showTrainable) positions = [...positions, positions.at(-1)! + 11];
  const header = [
    "Layer (type)",
    "Output Shape",
    "Param #",
    ...(connected ? ["Connected to"] : []),
    ...(options.showTrainable ? ["Trainable"] : []),
  ];
  const rows = rowsOf(model, options, connected);
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
  const connected = !(model.hidesInput || isChain(model.graph));
  const length = options.lineLength ?? (connected ? 108 : 88) + (options.showTrainable ? 12 : 0);
  const base = options.positions ?? (connected ? [0.3, 0.56, 0.74, 1] : [0.45, 0.8, 1]);
  const parts = options.showTrainable ? [...base.map((part) => part * 0.9), 1] : base;
  const header = [
    "Layer (type)",
    "Output Shape",
    "Param #",
    ...(connected ? ["Connected to"] : []),
    ...(options.showTrainable ? ["Trainable"] : []),
  ];
  const rows = rowsOf(model, options, connected).map(({ cells: [name, ...rest], depth }) => [
    `${depth > 0 ? `${"   ".repeat(depth)}└ ` : ""}${name}`,
    ...rest,
  ]);
  const say = (what: string, weights: readonly Variable[]) =>
    ` ${what}: ${thousands(total(weights))} (${memory(weights)})`;
  return [
    `Model: "${model.name}"`,
    ...boxTable(header, rows, parts, length),
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

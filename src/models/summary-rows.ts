import { ChainruleError } from "../errors.ts";
import { classNameOf, type Layer, originOf } from "../layers/layer.ts";
import type { Shape } from "../shape.ts";
import type { Variable } from "../tensor/tensor.ts";
import type { Graph } from "./graph.ts";
import { Operation } from "./operation.ts";

export interface SummaryOptions {
  /** Characters in a line. Default: 65, or 98 where layers are connected other than in a chain; 88 and 108 for "keras3". */
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
  readonly graph: Graph | undefined;
  /** The graph, or an error if there is none yet. */
  known(): Graph;
  readonly layers: readonly Layer[];
  readonly weights: readonly Variable[];
  readonly trainableWeights: readonly Variable[];
  readonly nonTrainableWeights: readonly Variable[];
  /** Whether the input layer is left out, as for Sequential. */
  readonly hidesInput: boolean;
}

/** One layer of the table: its first line and the further ones with connections. */
interface Row {
  readonly cells: readonly string[];
  readonly connections: readonly string[];
  readonly depth: number;
}

interface Table {
  readonly header: readonly string[];
  readonly rows: readonly Row[];
  /** Whether there is a column of connections. */
  readonly connected: boolean;
}

/** 1418826 as `1,418,826`. */
export const thousands = (n: number): string => String(n).replaceAll(/\B(?=(\d{3})+$)/g, ",");

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

/** `conv2d[0][0]` for each tensor that comes in: the layer, which call of it, which output of the call. */
const connectionsOf = (layer: Layer, graph: Graph): string[] =>
  layer.nodes
    .filter((node) => graph.nodes.includes(node))
    .flatMap(({ inputs }) => inputs.map((x) => originOf(x)!))
    .map(({ node, index }) => `${node.layer.name}[${node.index}][${index}]`);

/** A chain of layers, each called once on one tensor, needs no column of connections. */
function isChain(graph: Graph): boolean {
  const calls = new Set(graph.nodes.map(({ layer }) => layer));
  return (
    calls.size === graph.nodes.length &&
    graph.levels.every((level) => level.length === 1) &&
    graph.nodes.every(({ inputs }) => inputs.length <= 1)
  );
}

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
  const graph = model.known();
  const listed = model.layers.filter(
    (layer) => !(model.hidesInput && layer === model.layers[0] && isInputOf(layer, graph)),
  );
  return inRange(listed, depth === 0 ? options.layerRange : undefined).flatMap((layer) => {
    const params = layer.countParams();
    const trainable = layer.weights.length === 0 && keras3 ? "-" : layer.trainable ? "Y" : "N";
    const [first, ...more] = connected ? connectionsOf(layer, graph) : [];
    const row: Row = {
      cells: [
        `${layer.name} (${typeOf(layer)})`,
        shapeText(layer, graph, !keras3),
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
  return "graph" in layer && "known" in layer ? (layer as Layer & Summarized) : undefined;
}

/** The summary as a table: its header and its rows, with a column of connections where the layers form no chain. */
export function tableOf(model: Summarized, options: SummaryOptions): Table {
  const connected = !(model.hidesInput || isChain(model.known()));
  const header = [
    "Layer (type)",
    "Output Shape",
    "Param #",
    ...(connected ? ["Connected to"] : []),
    ...(options.showTrainable ? ["Trainable"] : []),
  ];
  return { header, rows: rowsOf(model, options, connected), connected };
}

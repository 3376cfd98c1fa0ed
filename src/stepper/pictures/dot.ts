import type { Tables } from "../trace/records.ts";
import { type Cluster, type OutlineNode, type OutlineOptions, outlineOf } from "./outline.ts";

/** Lines as a quoted string of Graphviz. In it only the quote and the backslash mean anything, and & begins an entity. */
const quoted = (...lines: readonly string[]): string => {
  const written = lines.map((line) =>
    line
      .replace(/[\p{Cc}\p{Cs}]/gu, " ")
      .replace(/["\\]/g, "\\$&")
      .replaceAll("&", "&amp;"),
  );
  return `"${written.join("\\n")}"`;
};

const shapes: Readonly<Record<OutlineNode["kind"], string>> = {
  op: 'shape=box style="rounded,filled" fillcolor="#f6f8fa"',
  layer: 'shape=box style="rounded,filled" fillcolor="#f6f8fa"',
  variable: 'shape=box color="#0072b2"',
  input: "shape=ellipse",
  constant: "shape=ellipse style=dashed",
};

const nodeLine = ({ id, kind, lines, isHere }: OutlineNode): string =>
  `${id} [label=${quoted(...lines)} ${shapes[kind]}${isHere ? ' color="#8250df" penwidth=3' : ""}]`;

const clusterLines = ({ id, label, nodes, clusters }: Cluster): string[] => [
  `subgraph cluster_${id} {`,
  ...[`label=${quoted(label)}`, ...nodes.map(nodeLine), ...clusters.flatMap(clusterLines)].map(
    (line) => `  ${line}`,
  ),
  "}",
];

/**
 * The graph of a trace in the language of Graphviz: a box for each op with its formula, value and gradient, layers around
 * them, and at each edge its slot with what was sent back through it.
 *
 * @throws If there is no such step, or an option is unknown.
 */
export function toDot(tables: Tables, options: OutlineOptions = {}): string {
  const { root, edges } = outlineOf("toDot", tables, options);
  const lines = [
    'graph [fontname="sans-serif" color="#818b98" style=rounded]',
    'node [fontname="sans-serif" fontsize=11 color="#818b98"]',
    'edge [fontname="sans-serif" fontsize=9 color="#818b98"]',
    ...root.nodes.map(nodeLine),
    ...root.clusters.flatMap(clusterLines),
    ...edges.map(
      ({ from, to, label }) => `${from} -> ${to}${label === "" ? "" : ` [label=${quoted(label)}]`}`,
    ),
  ];
  return `digraph trace {\n${lines.map((line) => `  ${line}\n`).join("")}}\n`;
}

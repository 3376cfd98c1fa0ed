import type { Tables } from "../trace/records.ts";
import { type Cluster, type OutlineNode, type OutlineOptions, outlineOf } from "./outline.ts";

/**
 * Lines as a quoted label of Mermaid. All that could be its syntax, HTML or Markdown is written as the code of the
 * character, as in `#34;`.
 */
const quoted = (...lines: readonly string[]): string => {
  const written = lines.map((line) =>
    line
      .replace(/[\p{Cc}\p{Cs}]/gu, " ")
      .replace(/\.(?!\d)|[^\p{L}\p{M}\p{N} .,·−×⋅√∞…′ᵀ]/gu, (c) => `#${c.codePointAt(0)};`),
  );
  return `"${written.join("<br/>")}"`;
};

const brackets: Readonly<Record<OutlineNode["kind"], readonly [string, string]>> = {
  op: ["[", "]"],
  layer: ["[", "]"],
  variable: ["[[", "]]"],
  input: ["([", "])"],
  constant: ["(", ")"],
};

const nodeLine = ({ id, kind, lines }: OutlineNode): string => {
  const [open, close] = brackets[kind];
  return `${id}${open}${quoted(...lines)}${close}`;
};

const clusterLines = ({ id, label, nodes, clusters }: Cluster): string[] => [
  `subgraph ${id}[${quoted(label)}]`,
  ...[...nodes.map(nodeLine), ...clusters.flatMap(clusterLines)].map((line) => `  ${line}`),
  "end",
];

const allNodes = ({ nodes, clusters }: Pick<Cluster, "nodes" | "clusters">): OutlineNode[] => [
  ...nodes,
  ...clusters.flatMap(allNodes),
];

/**
 * The graph of a trace in the language of Mermaid, which GitHub and notebooks draw: as {@link toDot}.
 *
 * @throws If there is no such step, or an option is unknown.
 */
export function toMermaid(tables: Tables, options: OutlineOptions = {}): string {
  const { root, edges } = outlineOf("toMermaid", tables, options);
  const here = allNodes(root).filter(({ isHere }) => isHere);
  const lines = [
    ...root.nodes.map(nodeLine),
    ...root.clusters.flatMap(clusterLines),
    ...edges.map(({ from, to, label }) => `${from} -->${label === "" ? "" : `|${quoted(label)}|`} ${to}`),
    ...(here.length === 0
      ? []
      : ["classDef here stroke:#8250df,stroke-width:3px", ...here.map(({ id }) => `class ${id} here`)]),
  ];
  return `flowchart TD\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

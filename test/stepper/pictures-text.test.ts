import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { variable } from "../../src/index.ts";
import { record, type Tables } from "../../src/stepper/index.ts";
import { blocksOf } from "../../src/stepper/pictures/blocks.ts";
import { toDot } from "../../src/stepper/pictures/dot.ts";
import { toMermaid } from "../../src/stepper/pictures/mermaid.ts";
import { deep, labels, named, neuron } from "./pictures-support.ts";

/** The text of Graphviz with each quoted string taken out, as Graphviz reads them. */
function readDot(dot: string) {
  const strings: string[] = [];
  const skeleton = dot.replace(/"((?:[^"\\]|\\[\s\S])*)"/g, (_, body: string) => {
    strings.push(body);
    return `<${strings.length - 1}>`;
  });
  // Inside, \n ends a line, any other escaped character is itself, and & begins an entity.
  const lines = (i: string) =>
    strings[Number(i)]!.split(/(?<=(?<!\\)(?:\\\\)*)\\n/).map((line) =>
      line.replace(/\\([\s\S])/g, "$1").replaceAll("&amp;", "&"),
    );
  const found = (pattern: RegExp) => [...skeleton.matchAll(pattern)];
  return {
    skeleton,
    nodes: found(/^ *([nb]\d+) \[label=<(\d+)>(.*)\]$/gm).map(([, id, i, rest]) => ({
      id: id!,
      lines: lines(i!),
      rest: rest!,
    })),
    edges: found(/^ *([nb]\d+) -> ([nb]\d+)(?: \[label=<(\d+)>\])?$/gm).map(([, from, to, i]) => ({
      ...{ from: from!, to: to! },
      label: i === undefined ? "" : lines(i).join("\n"),
    })),
    clusters: found(/subgraph cluster_(g\d+) \{\n *label=<(\d+)>/g).map(([, id, i]) => ({
      id: id!,
      label: lines(i!)[0]!,
    })),
  };
}

/** The same for Mermaid, whose strings have codes for characters. */
function readMermaid(text: string) {
  const strings: string[] = [];
  const skeleton = text.replace(/"([^"]*)"/g, (_, body: string) => {
    strings.push(body);
    return `<${strings.length - 1}>`;
  });
  const lines = (i: string) =>
    strings[Number(i)]!.split("<br/>").map((line) =>
      line.replace(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))),
    );
  const found = (pattern: RegExp) => [...skeleton.matchAll(pattern)];
  return {
    ...{ skeleton, strings },
    nodes: found(/^ *([nb]\d+)(?:\[|\[\[|\(\[|\()<(\d+)>(?:\]|\]\]|\]\)|\))$/gm).map(([, id, i]) => ({
      id: id!,
      lines: lines(i!),
    })),
    edges: found(/^ *([nb]\d+) -->(?:\|<(\d+)>\|)? ([nb]\d+)$/gm).map(([, from, i, to]) => ({
      ...{ from: from!, to: to! },
      label: i === undefined ? "" : lines(i).join("\n"),
    })),
    clusters: found(/subgraph (g\d+)\[<(\d+)>\]/g).map(([, id, i]) => ({ id: id!, label: lines(i!)[0]! })),
  };
}

const languages = {
  dot: { write: (trace: Tables, options = {}) => toDot(trace, options), read: readDot },
  mermaid: { write: (trace: Tables, options = {}) => toMermaid(trace, options), read: readMermaid },
} as const;

describe.each(Object.entries(languages))("%s", (_, { write, read }) => {
  test("has every node and every edge once, with slots", () => {
    for (const trace of [neuron(), deep(3)]) {
      const { nodes, edges } = read(write(trace));
      expect(nodes.map(({ id }) => id).sort()).toEqual(trace.nodes.map((_, i) => `n${i}`).sort());
      for (const { id, lines } of nodes) expect(lines[0]).toBe(trace.nodes[Number(id.slice(1))]!.label);
      const expected = trace.nodes.flatMap(({ inputs, slots }, to) =>
        inputs.map((from, slot) => `n${from} n${to} ${slots[slot]}`),
      );
      expect(edges.map(({ from, to, label }) => `${from} ${to} ${label.split(":")[0]}`).sort()).toEqual(
        expected.sort(),
      );
    }
  });

  test("has two edges for x · x, each with what comes back through it", () => {
    const trace = record(() => {
      const x = variable(3, { name: "x" });
      return x.mul(x);
    });
    expect(read(write(trace)).edges).toEqual([
      { from: "n0", to: "n1", label: "a: 3" },
      { from: "n0", to: "n1", label: "b: 3" },
    ]);
  });

  test("tells apart what the slots of an op get, and sums what broadcasting stretched", () => {
    const trace = record(() => {
      const [w, v] = [variable([[2, 3]], { name: "w" }), variable(5, { name: "v" })];
      return w.mul(v).sum();
    });
    expect(read(write(trace)).edges.map(({ label }) => label)).toEqual(["a: rms 5", "b: 5", "x: rms 1"]);
  });

  test("says formula, value and gradient, as far as they are known at a step", () => {
    const trace = neuron();
    const linesOf = (step: number, label: string) =>
      read(write(trace, { step })).nodes.find(({ lines }) => lines[0] === label)!.lines;
    expect(linesOf(1, "mul")).toEqual(["mul", "a · b", "value 1.5", "grad not yet"]);
    expect(linesOf(1, "silu")).toEqual(["silu", "silu(x)", "value not yet", "grad not yet"]);
    expect(linesOf(11, "mul")).toEqual(["mul", "a · b", "value 1.5", "grad −1.019"]);
    expect(linesOf(11, "x")).toEqual(["x", "input", "value 3"]);
    const sent = read(write(trace, { step: 8 })).edges.filter(({ label }) => label.includes(":"));
    expect(sent.map(({ label }) => label)).toEqual(["x: −1.019", "a: −1.378", "x: −1.378"]);
  });

  test("nests what a layer is made of in it", () => {
    const trace = deep(3);
    const { clusters } = read(write(trace));
    expect(clusters.map(({ id }) => id).sort()).toEqual(trace.groups.map((_, i) => `g${i}`).sort());
    for (const { id, label } of clusters) {
      const { name, kind } = trace.groups[Number(id.slice(1))]!;
      expect(label).toBe(`${name}: ${kind}`);
    }
    const first = trace.groups.findIndex(({ name }) => name === "first");
    const [, inside] = new RegExp(`g${first}\\b[^\\n]*\\n([\\s\\S]*?)\\n *(?:\\}|end)\\n`).exec(
      write(trace),
    )!;
    const own = trace.nodes.flatMap(({ group, label }, i) =>
      group === first || label.startsWith("first/") ? [`n${i}`] : [],
    );
    expect(inside!.match(/^ *n\d+/gm)!.map((id) => id.trim())).toEqual(own);
  });

  test("has a node for each layer, if so wished, and says what goes between them", () => {
    const trace = deep(3);
    const blocks = blocksOf(trace);
    const { nodes, edges } = read(write(trace, { by: "layer" }));
    expect(nodes.map(({ id }) => id)).toEqual([
      `n${trace.nodes.findIndex(({ kind }) => kind === "input")}`,
      ...blocks.map((_, i) => `b${i}`),
    ]);
    expect(nodes[1]!.lines.slice(0, 3)).toEqual(["first: Dense", "4×6", "42 parameters"]);
    // The residual: what it adds comes from two layers before.
    const pairs = edges.map(({ from, to }) => `${from} ${to}`);
    expect(new Set(pairs).size).toBe(pairs.length);
    expect(edges.filter(({ from, to }) => from === to)).toEqual([]);
    expect(pairs).toContain("b1 b3");
    expect(pairs).toContain("b2 b3");
  });

  test("is the same text every time", () => {
    expect(write(neuron(), { step: 8 })).toBe(write(neuron(), { step: 8 }));
  });

  test("takes no name for syntax, whatever it is", () => {
    const plain = read(write(named("w"), { step: 3 })).skeleton;
    fc.assert(
      fc.property(labels, (name) => {
        const trace = named(name);
        const { skeleton, nodes, edges, clusters } = read(write(trace, { step: 3 }));
        expect(skeleton).toBe(plain);
        // Control characters and halves of surrogate pairs become spaces.
        const visible = name.replace(/[\p{Cc}\p{Cs}]/gu, " ");
        expect(nodes.filter(({ id }) => id === "n0" || id === "n4").map(({ lines }) => lines[0])).toEqual([
          visible,
          visible,
        ]);
        expect(edges.map(({ label }) => label)).toContain(visible || "a");
        expect(clusters.map(({ label }) => label)).toEqual([`${visible}: ${visible}`]);
      }),
      { numRuns: 200 },
    );
  });

  test("refuses steps and options that there are not", () => {
    expect(() => write(neuron(), { step: -1 })).toThrow(
      "expected the number of a step from 0 to 11; received -1",
    );
    expect(() => write(neuron(), { by: "step" })).toThrow('by must be "op" or "layer"; received "step"');
    expect(() => write(neuron(), { theme: "dark" })).toThrow("unknown option");
  });

  test("stays small for a hundred layers", () => {
    const trace = deep(100);
    expect(write(trace, { by: "layer" }).length).toBeLessThan(60_000);
    expect(write(trace).length / trace.nodes.length).toBeLessThan(400);
  });
});

test("Graphviz and Mermaid mark the node of the step, and none without a step", () => {
  const trace = neuron();
  const { from } = trace.steps[8]!;
  expect(
    readDot(trace.toDot({ step: 8 }))
      .nodes.filter(({ rest }) => rest.includes("penwidth=3"))
      .map(({ id }) => id),
  ).toEqual([`n${from}`]);
  expect(trace.toDot()).not.toContain("penwidth=3");
  expect(trace.toMermaid({ step: 8 }).match(/class n\d+ here/g)).toEqual([`class n${from} here`]);
  expect(trace.toMermaid()).not.toContain("here");
});

test("a string of Mermaid has no character that means anything to it", () => {
  fc.assert(
    fc.property(labels, (name) => {
      for (const string of readMermaid(toMermaid(named(name))).strings) {
        const text = string.replaceAll("<br/>", "").replace(/#\d+;/g, "");
        expect(text).not.toMatch(/["'`<>{}[\]()|&#;:%$*_~\\/=@!?^+-]|\.(?!\d)|\p{Cc}/u);
      }
    }),
  );
});

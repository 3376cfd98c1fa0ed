import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printed } from "../../src/autodiff/explanation.ts";
import { Dense, Input, Model, type Tensor, variable } from "../../src/index.ts";
import { loadTrace, type NodeRecord, record, type Tables } from "../../src/stepper/index.ts";
import { blocksOf } from "../../src/stepper/pictures/blocks.ts";
import { toSVG } from "../../src/stepper/pictures/to-svg.ts";
import { explanationOf } from "../../src/stepper/trace/explain.ts";
import { all, parseXml, textOf, type Xml } from "../plot/xml.ts";
import { deep, labels, named, neuron, numberIn, partsOf, placed, withClass } from "./pictures-support.ts";

const boxes = (xml: Xml) => withClass(xml, "g", "node");
const edges = (xml: Xml) => withClass(xml, "g", "edge");

/** Every node and every edge of the graph, as the picture has them. */
function expectGraph(trace: Tables, xml: Xml): void {
  const drawn = boxes(xml).map(({ attributes }) => Number(attributes["data-node"]));
  expect(drawn.sort((a, b) => a - b)).toEqual([...trace.nodes.keys()]);
  const expected = trace.nodes.flatMap(({ inputs }, to) =>
    inputs.map((from, slot) => `${from} ${to} ${slot}`),
  );
  expect(
    edges(xml)
      .map(({ attributes }) => attributes["data-edge"])
      .sort(),
  ).toEqual(expected.sort());
}

describe("a graph without layers", () => {
  test("has every node and every edge once", () => {
    const trace = neuron();
    expectGraph(trace, parseXml(trace.toSVG()));
  });

  test("has two edges where a node enters an op twice, each with what comes back through it", () => {
    const trace = record(() => {
      const x = variable(3, { name: "x" });
      return x.mul(x).add(x);
    });
    const xml = parseXml(trace.toSVG());
    expectGraph(trace, xml);
    const sent = new Map(edges(xml).map((edge) => [edge.attributes["data-edge"], partsOf(edge, "sent")[0]]));
    expect(sent.get("0 1 0")).toBe("↑ 3");
    expect(sent.get("0 1 1")).toBe("↑ 3");
    expect(sent.get("0 2 1")).toBe("↑ 1");
  });

  test("tells apart what the slots of an op get", () => {
    const [w, v] = [variable(2, { name: "w" }), variable(5, { name: "v" })];
    const xml = parseXml(record(() => w.mul(v)).toSVG());
    expect(edges(xml).map((edge) => partsOf(edge, "sent"))).toEqual([["↑ 5"], ["↑ 2"]]);
  });

  test("shows, after every step, the values and gradients of the trace and no others", () => {
    const trace = neuron();
    for (let step = 0; step < trace.length; step++) {
      const moment = trace.at(step);
      for (const box of boxes(parseXml(trace.toSVG({ step })))) {
        const node = Number(box.attributes["data-node"]);
        const { kind, tensor } = trace.nodes[node]!;
        const known = kind !== "op" || moment.isKnown(node);
        const { total, expected } = moment.gradientOf(node);
        const near = (x: number) => Number(x.toPrecision(4));
        expect(partsOf(box, "value").map(numberIn)).toEqual(
          known ? [near(trace.tensors[tensor]!.sample.cells[0]!)] : [],
        );
        expect(partsOf(box, "grad").map(numberIn)).toEqual(total ? [near(total.sample.cells[0]!)] : []);
        const open = Number(!known) + Number(!total && expected > 0);
        expect(withClass(box, "g", "not-yet")).toHaveLength(open);
        expect(
          all(box, "text")
            .map(textOf)
            .filter((text) => text === "not yet"),
        ).toHaveLength(open);
      }
    }
  });

  test("tells a gradient of 0 from one that is not there yet", () => {
    const w = variable(2, { name: "w" });
    const trace = record(() => w.mul(0).square());
    const [done, before] = [trace.length - 1, trace.turn].map(
      (step) =>
        boxes(parseXml(trace.toSVG({ step })))[0] &&
        boxes(parseXml(trace.toSVG({ step }))).find(({ attributes }) => attributes["data-node"] === "0")!,
    );
    expect(partsOf(done!, "grad")).toEqual(["0"]);
    expect(withClass(done!, "g", "not-yet")).toHaveLength(0);
    expect(partsOf(before!, "grad")).toEqual([]);
    expect(withClass(before!, "g", "not-yet")).toHaveLength(1);
  });

  test("marks what the step works on, and says what it does", () => {
    const trace = neuron();
    for (const step of [0, trace.turn, trace.length - 1]) {
      const xml = parseXml(trace.toSVG({ step }));
      const here = boxes(xml).filter((box) => withClass(box, "rect", "accent-line").length > 0);
      const { from, node } = trace.steps[step]!;
      expect(here.map(({ attributes }) => attributes["data-node"])).toEqual([String(from ?? node)]);
      const bars = withClass(xml, "g", "flow").flatMap((flow) => withClass(flow, "rect", "s0"));
      const [mark] = withClass(xml, "path", "here");
      const [center] = /[\d.]+/.exec(mark!.attributes.d!)!;
      expect(Number(center)).toBeGreaterThan(Number(bars[step]!.attributes.x));
      expect(Number(center)).toBeLessThan(
        Number(bars[step]!.attributes.x) + Number(bars[step]!.attributes.width),
      );
      const { rule, numbers, outcome, ledger } = explanationOf(trace, step);
      const lines = withClass(xml, "g", "notes").flatMap((notes) => all(notes, "text").map(textOf));
      expect(lines).toContain(printed(rule));
      if (outcome) expect(lines).toContain(printed(numbers ? `${numbers} = ${outcome}` : outcome));
      for (const line of ledger) expect(lines.join(" ")).toContain(line);
      expect(textOf(all(xml, "desc")[0]!)).toBe(trace.explain(step));
    }
  });

  test("shows the activation of a step with its input on it", () => {
    const trace = neuron();
    const [step] = trace.find({ op: "silu", phase: "contribution" });
    const panel = withClass(parseXml(trace.toSVG({ step })), "g", "activation");
    expect(panel).toHaveLength(1);
    expect(all(panel[0]!, "circle").map(({ attributes }) => attributes["data-point"])).toEqual([
      "0.5",
      "0.5",
    ]);
  });
});

/** The cards of layers, and the lines of folded ones. */
const cards = (xml: Xml) => withClass(xml, "g", "layer");
const foldedIn = (xml: Xml) =>
  withClass(xml, "g", "fold").reduce((sum, fold) => sum + Number(/\+(\d+) more/.exec(textOf(fold))![1]), 0);

describe("a model", () => {
  const trace = deep(5);

  test("has a card for each layer, in order, and only the one of the step is open", () => {
    const names = blocksOf(trace).map(({ name }) => name);
    for (const layer of ["first", "last"]) {
      const [step] = trace.find({ layer, phase: "contribution" });
      const xml = parseXml(trace.toSVG({ step }));
      expect(cards(xml).map(({ attributes }) => attributes["data-layer"])).toEqual(names);
      const open = withClass(xml, "g", "open-layer");
      expect(open.map(({ attributes }) => attributes["data-layer"])).toEqual([layer]);
      expect(boxes(open[0]!)).toHaveLength(boxes(xml).length);
      const own = blocksOf(trace).find(({ name }) => name === layer)!.ops;
      const drawn = boxes(xml).map(({ attributes }) => Number(attributes["data-node"]));
      expect(drawn).toEqual(expect.arrayContaining([...own]));
    }
  });

  test("has the parameters of each layer, and the size of its gradient as soon as it is known", () => {
    const step = trace.find({ layer: "last", phase: "contribution" })[0]!;
    const moment = trace.at(step);
    const blocks = blocksOf(trace);
    cards(parseXml(trace.toSVG({ step }))).forEach((card, i) => {
      const { ops, parameters } = blocks[i]!;
      const { total } = moment.gradientOf(ops.at(-1)!);
      const [rms] = partsOf(card, "rms");
      expect(rms === undefined).toBe(total === undefined);
      if (total) expect(numberIn(rms!)).toBeCloseTo(total.statistics.rms, 4);
      expect(withClass(card, "g", "bar")).toHaveLength(total ? 1 : 0);
      const about = textOf(all(card, "title")[0]!);
      expect(Number((/([\d,]+) parameter/.exec(about)?.[1] ?? "0").replace(",", ""))).toBe(parameters);
    });
    expect(blocks.map(({ parameters }) => parameters).reduce((a, b) => a + b)).toBe(5 * 42 + 7);
  });

  test("joins neighbors with lines, and has an arc for each residual", () => {
    const xml = parseXml(trace.toSVG());
    expect(withClass(xml, "path", "arc")).toHaveLength(2);
    expect(withClass(xml, "path", "link")).toHaveLength(cards(xml).length - 1);
  });

  test("of a hundred layers shows at most 40 cards and nodes, counts the others, and stays small", () => {
    const large = deep(100);
    const blocks = blocksOf(large);
    expect(blocks.length).toBeGreaterThan(140);
    for (const step of [0, large.turn + 200, large.length - 1]) {
      const svg = large.toSVG({ step });
      const xml = parseXml(svg);
      expect(cards(xml).length + boxes(xml).length).toBeLessThanOrEqual(40);
      expect(cards(xml).length + foldedIn(xml)).toBe(blocks.length);
      expect(withClass(xml, "g", "open-layer")).toHaveLength(1);
      expect(svg.length).toBeLessThan(250_000);
    }
  });

  test("of very many ops in one place shows those around the step, and counts the others", () => {
    const w = variable(1.1, { name: "w" });
    const long = record(() => {
      let x = w.mul(1);
      for (let i = 0; i < 60; i++) x = x.sin();
      return x;
    });
    const xml = parseXml(long.toSVG({ step: 30 }));
    const drawn = boxes(xml).map(({ attributes }) => Number(attributes["data-node"]));
    expect(drawn).toContain(long.steps[30]!.node);
    expect(drawn.length).toBeLessThanOrEqual(40);
    const ops = drawn.filter((node) => long.nodes[node]!.kind === "op").length;
    const shown = Number(/\+(\d+) more ops/.exec(textOf(xml))![1]) + ops;
    // The one that the first op shown is made of may stand above it.
    expect(shown - 61).toBeGreaterThanOrEqual(0);
    expect(shown - 61).toBeLessThanOrEqual(1);
  });

  test("names the calls of a shared layer apart", () => {
    const input = Input({ shape: [3] });
    const shared = Dense(3, { name: "twice" });
    const model = Model(input, shared(shared(input)));
    const calls = record(({ x }) => (model(x) as Tensor).sum(), { x: [[1, 2, 3]] });
    const names = cards(parseXml(calls.toSVG())).map(({ attributes }) => attributes["data-layer"]);
    expect(names.slice(0, 2)).toEqual(["twice", "twice (call 2)"]);
  });
});

describe("every picture", () => {
  const traces = { neuron: neuron(), deep: deep(4) };

  test.each(Object.entries(traces))("keeps its boxes apart and inside (%s)", (_, trace) => {
    for (const step of [0, trace.turn, trace.length - 1]) {
      const xml = parseXml(trace.toSVG({ step }));
      const [width, height] = [Number(xml.attributes.width), Number(xml.attributes.height)];
      const framed = placed(xml, "rect").filter(({ xml: rect }) =>
        /\b(card|open)\b/.test(rect.attributes.class ?? ""),
      );
      const spans = framed.map(({ xml: rect, x, y }) => ({
        ...{
          left: x,
          top: y,
          right: x + Number(rect.attributes.width),
          bottom: y + Number(rect.attributes.height),
        },
        open: rect.attributes.rx === "8",
      }));
      for (const [i, a] of spans.entries()) {
        expect(a.left).toBeGreaterThanOrEqual(0);
        expect(a.right).toBeLessThanOrEqual(width);
        expect(a.bottom).toBeLessThanOrEqual(height);
        for (const b of spans.slice(0, i)) {
          const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
          const inside =
            b.open && !a.open && a.left > b.left && a.right < b.right && a.top > b.top && a.bottom < b.bottom;
          expect(apart || inside).toBe(true);
        }
      }
    }
  });

  test.each(Object.entries(traces))("cuts no text at its edges (%s)", (_, trace) => {
    const xml = parseXml(trace.toSVG({ step: trace.turn + 3 }));
    for (const { xml: text, x } of placed(xml, "text")) {
      const small = /small/.test(text.attributes.class!);
      const room = textOf(text).length * (small ? 10.5 : 12) * 0.6;
      const anchor = text.attributes["text-anchor"];
      const [left, right] =
        anchor === "end" ? [x - room, x] : anchor === "middle" ? [x - room / 2, x + room / 2] : [x, x + room];
      expect(left, textOf(text)).toBeGreaterThanOrEqual(0);
      expect(right, textOf(text)).toBeLessThanOrEqual(Number(xml.attributes.width));
    }
  });

  test("is the same text every time, and a loaded trace gives the same as the live one", () => {
    const trace = neuron();
    expect(trace.toSVG({ step: 8 })).toBe(trace.toSVG({ step: 8 }));
    expect(trace.toSVG({ step: 8 })).toBe(neuron().toSVG({ step: 8 }));
    expect(loadTrace(JSON.stringify(trace)).toSVG({ step: 8 })).toBe(trace.toSVG({ step: 8 }));
  });

  test("has its own id, which its styles keep to", () => {
    const ids = [0, 1].map((step) => parseXml(neuron().toSVG({ step })).attributes.id!);
    expect(ids[0]).not.toBe(ids[1]);
    const svg = neuron().toSVG({ step: 0 });
    const style = /<style>([\s\S]*?)<\/style>/.exec(svg)![1]!;
    const rules = style.split("\n").filter((line) => line !== "" && !line.startsWith("@media"));
    expect(rules.every((rule) => rule.startsWith(`#${ids[0]}`))).toBe(true);
  });

  test("follows the theme", () => {
    const trace = neuron();
    expect(trace.toSVG()).toContain("@media (prefers-color-scheme:dark)");
    expect(trace.toSVG({ theme: "light" })).not.toContain("@media");
    expect(trace.toSVG({ theme: "dark" })).toContain("fill:#0d1117");
    expect(trace.toSVG({ theme: "light" })).not.toContain("#0d1117");
  });

  test("has a name and a description for those who do not see it", () => {
    const xml = parseXml(neuron().toSVG({ step: 8 }));
    expect(xml.attributes).toMatchObject({ role: "img" });
    expect(textOf(all(xml, "title")[0]!)).toBe("The backward pass from square, step 9 of 12");
  });

  test("is harmless, whatever the names are", () => {
    const ungrouped = (node: NodeRecord): NodeRecord => ({ ...node, group: undefined });
    const known = new Set(["svg", "title", "desc", "style", "rect", "g", "path", "text", "circle"]);
    const elements = (xml: Xml): Xml[] => [
      xml,
      ...xml.children.flatMap((child) => (typeof child === "string" ? [] : elements(child))),
    ];
    fc.assert(
      fc.property(labels, (name) => {
        const tables = named(name);
        for (const picture of [
          toSVG(tables),
          toSVG({ ...tables, groups: [], nodes: tables.nodes.map(ungrouped) }),
        ]) {
          const xml = parseXml(picture);
          const strange = ({ name: tag, attributes }: Xml) =>
            !known.has(tag) || Object.keys(attributes).some((key) => /^on|href/i.test(key));
          expect(elements(xml).filter(strange)).toEqual([]);
          expectGraph(tables, xml);
        }
      }),
    );
  });

  test("refuses steps and options that there are not", () => {
    const trace = neuron();
    expect(() => trace.toSVG({ step: 12 })).toThrow(
      "expected the number of a step from 0 to 11; received 12",
    );
    expect(() => trace.toSVG({ step: 0.5 })).toThrow("received 0.5");
    expect(() => trace.toSVG({ theme: "blue" as "dark" })).toThrow(
      'theme must be one of "auto", "light", "dark"',
    );
    expect(() => trace.toSVG({ size: 3 } as never)).toThrow("unknown option");
  });
});

describe("a notebook", () => {
  test("gets a trace as text, as a picture, and as a page without scripts", () => {
    const trace = neuron();
    const method: unknown = Reflect.get(trace, Symbol.for("Jupyter.display"));
    const bundle = (method as () => Record<string, string>).call(trace);
    expect(Object.keys(bundle)).toEqual(["text/plain", "image/svg+xml", "text/html"]);
    expect(bundle["text/plain"]).toBe(
      "Trace of 12 steps: square = 0.4744\n  gradient of w: −3.058\n  gradient of b: −1.019",
    );
    expect(bundle["image/svg+xml"]).toBe(trace.toSVG());
    expect(bundle["text/html"]).toContain(trace.toSVG());
    expect(bundle["text/html"]).toContain("<math");
    expect(bundle["text/html"]).not.toContain("<script");
  });

  test("is not part of the saved trace", () => {
    expect(JSON.parse(JSON.stringify(neuron()))).not.toHaveProperty("text/plain");
  });
});

import fc from "fast-check";
import {
  Dense,
  Input,
  Model,
  randomNormal,
  setSeed,
  swish,
  type Tensor,
  tensor,
  variable,
} from "../../src/index.ts";
import { type Drawn, record, standalone, type Tables, type Trace } from "../../src/stepper/index.ts";
import { all, parseXml, textOf, type Xml } from "../plot/xml.ts";

/** (swish(w · x + b) − y)². */
export const neuron = (name = "w"): Trace => {
  const w = variable(0.5, { name });
  const b = variable(-1, { name: "b" });
  return record(({ x, y }) => swish(w.mul(x).add(b)).sub(y).square(), { x: 3, y: 1 });
};

const small = neuron();

/** The tables of the neuron with other names for a variable, an op, a slot, and a layer that all are in. */
export const named = (name: string): Tables => ({
  ...{ program: undefined, tensors: small.tensors, loss: small.loss, flow: [] },
  groups: [{ name, kind: name, parent: undefined, call: 0 }],
  nodes: small.nodes.map((node, i) => ({
    ...node,
    ...(node.kind === "op" && { group: 0 }),
    ...((i === 0 || i === 4) && { label: name }),
    ...(i === 5 && { slots: [name || "a", "b"] }),
  })),
  steps: small.steps.map((step) => ({ ...step, name: step.node === 0 ? name : step.name })),
});

/** Dense layers, every second with a residual around it. */
export function deep(layers: number, units = 6): Trace {
  setSeed(7);
  const input = Input({ shape: [units] });
  let x = Dense(units, { name: "first" })(input);
  for (let i = 1; i < layers; i++) {
    const y = Dense(units, { activation: "tanh" })(x);
    x = i % 2 === 0 ? (y.add(x) as typeof y) : y;
  }
  const model = Model(input, Dense(1, { name: "last" })(x));
  return record(({ x }) => (model(x) as Tensor).square().mean(), { x: randomNormal([4, units]) });
}

/** Cells that show everything: both signs, zero, NaN, infinity, and one that is far out. */
export const odd = (): Trace => {
  const w = variable([[1, -2, 0, 0.5, 0, -0.1, 0.2, 0.1, 40, -0.1, 0.3, -0.2, 0.1, Number.NaN]], {
    name: "w",
  });
  return record(() => w.mul(tensor([[1, 1, 1, 1, Number.POSITIVE_INFINITY, ...new Array(9).fill(1)]])).sum());
};

const hostile = [
  "</script><script>alert(1)</script>",
  '"]; click n0 "javascript:alert(1)"',
  '" onload="alert(1)',
  "line\nbreak\r\ttab",
  "back\\slash\\",
  '\\"',
  "\\N\\G\\l",
  "&lt; &amp; &#x3c; #quot; #60;",
  "%%{init: {}}%%",
  "end",
  "1. list",
  "*a* _b_ `c` $x$ ~d~",
  "subgraph x",
  "]]> --> <!-- <b>",
  "\u0000\ud800\ufffe\u202e",
  "{} () [] || -->|x| :::here ;",
];

/** Names that would do harm if they were taken for syntax, and any others. */
export const labels = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: "binary", maxLength: 40 }));

export const parsed = (drawn: Drawn): Xml => parseXml(standalone(drawn, { title: "test" }));

export const withClass = (xml: Xml, name: string, className: string): Xml[] =>
  all(xml, name).filter(({ attributes }) => (attributes.class ?? "").split(" ").includes(className));

/** The text of elements that are marked as a part of that name. */
export const partsOf = (xml: Xml, part: string): string[] =>
  all(xml, "text")
    .filter(({ attributes }) => attributes["data-part"] === part)
    .map(textOf);

/** The number in a text as it is drawn: with a real minus sign, in four digits. */
export const numberIn = (text: string): number =>
  Number(/−?[\d.]+(?:e−?\d+)?/.exec(text)![0].replaceAll("−", "-"));

export interface Place {
  readonly xml: Xml;
  readonly x: number;
  readonly y: number;
}

/** All elements of a name with where they are, the shifts around them included. */
export function placed(xml: Xml, name: string, x = 0, y = 0): Place[] {
  const shift = /translate\(([-\d.]+) ([-\d.]+)\)/.exec(xml.attributes.transform ?? "");
  const [dx, dy] = [x + Number(shift?.[1] ?? 0), y + Number(shift?.[2] ?? 0)];
  const number = (key: string) => Number(xml.attributes[key] ?? 0);
  const own = xml.name === name ? [{ xml, x: dx + number("x"), y: dy + number("y") }] : [];
  return [
    ...own,
    ...xml.children.flatMap((child) => (typeof child === "string" ? [] : placed(child, name, dx, dy))),
  ];
}

/** The shades of a map's cells by their place, and the places of its marks. */
export function cellsOf(xml: Xml) {
  const [group] = withClass(xml, "g", "cells");
  const shades = new Map<string, string>();
  const marks = {
    minus: [] as string[],
    plus: [] as string[],
    dot: [] as string[],
    cross: [] as string[],
    corner: [] as string[],
  };
  const place = (x: string, y: string) => `${Math.floor(Number(x))} ${Math.round(Number(y) + 0.01)}`;
  for (const path of all(group!, "path")) {
    const name = path.attributes.class!;
    for (const [, x, y, rest] of path.attributes.d!.matchAll(/M([\d.-]+) ([\d.-]+)([^M]*)/g)) {
      if (/^(z|[pn]\d)$/.test(name)) {
        const length = Number(/^h(\d+)$/.exec(rest!)![1]);
        for (let i = 0; i < length; i++) shades.set(`${Number(x) + i} ${y}`, name);
      } else if (name === "bad-line") marks.cross.push(place(x!, String(Number(y) + 0.3)));
      else if (name === "ink") marks.corner.push(place(x!, String(Number(y) + 0.5)));
      else if (name.endsWith("dot")) marks.dot.push(place(x!, y!));
      else (rest!.includes("v") ? marks.plus : marks.minus).push(place(x!, y!));
    }
  }
  return { shades, marks };
}

import { describe, expect, test } from "vitest";
import {
  ChainruleError,
  elu,
  gelu,
  hardSwish,
  mish,
  relu,
  softmax,
  swish,
  type Tensor,
} from "../../src/index.ts";
import { type PlotOptions, plot } from "../../src/plot/index.ts";
import { all, dataLines, parseXml, textOf } from "./xml.ts";

/** From pixels back to numbers, by the ticks of the axes. */
function axesOf(source: string) {
  const svg = parseXml(source);
  const ticks = (anchor: string, axis: string) =>
    all(svg, "text")
      .filter((text) => text.attributes["text-anchor"] === anchor && /^−?[\d.]+$/.test(textOf(text)))
      .map((text) => ({
        pixel: Number(text.attributes[axis]),
        value: Number(textOf(text).replace("−", "-")),
      }));
  const inverse = (anchor: string, axis: string) => {
    const [a, b] = [ticks(anchor, axis)[0]!, ticks(anchor, axis).at(-1)!];
    return (pixel: number) => a.value + ((pixel - a.pixel) / (b.pixel - a.pixel)) * (b.value - a.value);
  };
  return { svg, x: inverse("middle", "x"), y: inverse("end", "y") };
}

/** Where each subpath of the only line begins and ends, in numbers. */
function ends(options: PlotOptions) {
  const { svg, x, y } = axesOf(plot(options));
  return dataLines(svg)[0]!.subpaths.map((points) =>
    [points[0]!, points.at(-1)!].map(([u, v]) => [Number(x(u).toFixed(1)) + 0, Number(y(v).toFixed(1)) + 0]),
  );
}

describe("plot", () => {
  test("breaks the derivative of hard-swish at ±3, with the limits at the ends", () => {
    const parts = [
      [
        [-6, 0],
        [-3, 0],
      ],
      [
        [-3, -0.5],
        [3, 1.5],
      ],
      [
        [3, 1],
        [6, 1],
      ],
    ];
    expect(ends({ functions: [hardSwish], derivatives: [1] })).toEqual(parts);
    // Without the hint of the activation's kinks, and with steps that meet neither kink.
    const byHand = (x: Tensor) => x.mul(x.add(3).relu({ maxValue: 6 }).div(6));
    expect(ends({ functions: [byHand], derivatives: [1] })).toEqual(parts);
    expect(
      ends({ functions: [byHand], derivatives: [1], step: 0.7, domain: [-5.6, 5.6] }).map(
        (part) => part.length,
      ),
    ).toEqual([2, 2, 2]);
  });

  test("shows to which side the value at a jump belongs", () => {
    const { svg, x, y } = axesOf(plot({ functions: [hardSwish], derivatives: [1] }));
    const circles = all(svg, "circle").map(({ attributes }) => [
      Number(x(Number(attributes.cx)).toFixed(2)),
      Number(y(Number(attributes.cy)).toFixed(2)) + 0,
      attributes.class === "s0 s0-line",
    ]);
    expect(circles).toEqual([
      [-3, 0, true],
      [-3, -0.5, false],
      [3, 1.5, false],
      [3, 1, true],
    ]);
  });

  test("draws what has no jump in one line", () => {
    for (const f of [relu, elu, gelu, mish, swish, hardSwish]) {
      expect(dataLines(parseXml(plot({ functions: [f] })))[0]!.subpaths, f.activationName).toHaveLength(1);
    }
    for (const f of [gelu, mish, swish]) {
      for (const { subpaths } of dataLines(parseXml(plot({ functions: [f], derivatives: 2 })))) {
        expect(subpaths).toHaveLength(1);
      }
    }
  });

  test("the derivatives are right", () => {
    const cube = (x: Tensor) => x.pow(3);
    const end = (order: 0 | 1 | 2) =>
      ends({ functions: { cube }, domain: [-2, 1], derivatives: [order] })[0]![1];
    expect([end(0), end(1), end(2)]).toEqual([
      [1, 1],
      [1, 3],
      [1, 6],
    ]);
  });

  test("a known kink is a corner of the line, however coarse the step", () => {
    const { svg, x, y } = axesOf(plot({ functions: [relu], domain: [-3, 3], step: 2 }));
    const corner = dataLines(svg)[0]!.subpaths[0]![1]!;
    expect([x(corner[0]), y(corner[1])].map((value) => Number(value.toFixed(2)))).toEqual([0, 0]);
  });

  test("values that are not finite break the line, steep ones are clipped", () => {
    const inverse = (x: Tensor) => x.pow(-1);
    expect(dataLines(parseXml(plot({ functions: [inverse], yDomain: [-4, 4] })))[0]!.subpaths).toHaveLength(
      2,
    );
    const log = (x: Tensor) => x.log();
    const [line] = dataLines(parseXml(plot({ functions: [log], domain: [-1, 1] })));
    expect(line!.subpaths).toHaveLength(1);
  });

  test("names functions by label, by name, by key or by number", () => {
    const labelled = Object.assign((x: Tensor) => x, { label: "my line" });
    const labels = (functions: PlotOptions["functions"]) =>
      dataLines(parseXml(plot({ functions }))).map(({ label }) => label);
    expect(labels([labelled, relu, hardSwish, (x) => x.neg()])).toEqual([
      "my line",
      "relu",
      "hard_silu",
      "f3",
    ]);
    expect(labels({ "hard-swish": hardSwish, swish })).toEqual(["hard-swish", "swish"]);
  });

  test("orders go into panels, in which a function keeps its look, or into one", () => {
    const functions = { relu, elu };
    const svg = parseXml(plot({ functions, derivatives: 2 }));
    const captions = all(svg, "text")
      .map(textOf)
      .filter((text) => text.startsWith("f"));
    expect(captions).toEqual(["f(x)", "f′(x)", "f″(x)".replace("″", "′′")]);
    expect(dataLines(svg).map(({ colour }) => colour)).toEqual([
      "line s0-line",
      "line s1-line",
      "line s0-line",
      "line s1-line",
      "line s0-line",
      "line s1-line",
    ]);
    const one = parseXml(plot({ functions: { relu }, derivatives: 1, layout: "overlay" }));
    expect(all(one, "clipPath")).toHaveLength(1);
    expect(dataLines(one).map(({ label, dash }) => [label, dash])).toEqual([
      ["relu", undefined],
      ["relu′", "8 6"],
    ]);
  });

  test("the grid of the article: the facts that are known of it are in the description", () => {
    const svg = parseXml(plot({ functions: { hard_swish: hardSwish, swish }, domain: [-10, 10], step: 0.2 }));
    const words = textOf(all(svg, "desc")[0]!);
    expect(words).toContain("hard_swish goes from 0 at −10 to 10 at 10, lowest −0.3733 at −1.6");
    expect(words).toContain("lowest −0.2778 at −1.2");
  });

  test("the description says where lines break", () => {
    const svg = parseXml(plot({ functions: [hardSwish], derivatives: [1] }));
    expect(textOf(all(svg, "desc")[0]!)).toContain("with breaks at −3 and 3");
  });

  test("is the same text every time, with both themes in it", () => {
    const options: PlotOptions = { functions: [mish, gelu], derivatives: 2 };
    expect(plot(options)).toBe(plot(options));
    expect(plot(options)).toContain("prefers-color-scheme:dark");
    expect(plot({ ...options, theme: "dark" })).not.toContain("prefers-color-scheme");
  });

  test("has no coordinate of more than two decimals", () => {
    const svg = plot({ functions: [mish, gelu], derivatives: 2 });
    expect(svg.replace(/<style>.*?<\/style>|<desc.*?<\/desc>/gs, "").match(/\d\.\d{3,}/)).toBeNull();
  });
});

describe("plot refuses", () => {
  const functions = [relu];
  const wrong: [string, unknown, RegExp][] = [
    [
      "no function",
      { functions: [] },
      /^plot: functions must be an array or a record of at least one, .*; received \[\]/,
    ],
    ["an empty record", { functions: {} }, /functions must be an array or a record of at least one/],
    [
      "a name for a function",
      { functions: ["relu"] },
      /functions must hold functions of a tensor; received "relu" at "0"/,
    ],
    [
      "a reversed domain",
      { functions, domain: [4, -4] },
      /^plot: domain must be \[min, max\].*received \[4, -4\]. Swap them/,
    ],
    [
      "an infinite domain",
      { functions, domain: [0, Number.POSITIVE_INFINITY] },
      /two finite numbers .*received \[0, Infinity\]/,
    ],
    [
      "an unknown theme",
      { functions, theme: "sepia" },
      /^plot: theme must be one of "auto", "light", "dark"; received "sepia"/,
    ],
    [
      "an unknown layout",
      { functions, layout: "grid" },
      /layout must be "panels" or "overlay"; received "grid"/,
    ],
    ["an unknown option", { functions, derivative: 1 }, /unknown option "derivative"; known: derivatives/],
    [
      "a third derivative",
      { functions, derivatives: 3 },
      /derivatives must be 0, 1, 2 or a list of them, each once; received 3/,
    ],
    ["an order twice", { functions, derivatives: [1, 1] }, /each once; received \[1, 1\]/],
    ["points and step", { functions, points: 3, step: 1 }, /points or step, not both/],
    ["one point", { functions, points: 1 }, /points must be a whole number from 2 to 100000; received 1/],
    ["a step of 0", { functions, step: 0 }, /step must be from .* to the width of the domain; received 0/],
    [
      "a sum",
      { functions: { total: (x: Tensor) => x.sum() } },
      /total must return a float tensor of the shape of x, \[1601\]; it returned float64 \[\]/,
    ],
    ["a number", { functions: { three: () => 3 } }, /three must return a float tensor .*; it returned 3/],
    [
      "a comparison",
      { functions: { up: (x: Tensor) => x.greater(0) } },
      /up must return a float tensor .*; it returned bool \[1601\]/,
    ],
    ["softmax", { functions: [softmax] }, /softmax must compute each cell by itself/],
    ["two functions of one name", { functions: [relu, relu] }, /"relu" is there twice/],
    ["nothing", undefined, /expected options/],
  ];
  test.each(wrong)("%s", (_, bad, message) => {
    const call = () => plot(bad as PlotOptions);
    expect(call).toThrow(ChainruleError);
    expect(call).toThrow(message);
  });
});

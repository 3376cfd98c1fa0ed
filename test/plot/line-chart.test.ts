import { describe, expect, test } from "vitest";
import { ChainruleError } from "../../src/errors.ts";
import { type LineChartOptions, lineChart } from "../../src/plot/index.ts";
import { all, dataLines, parseXml, textOf } from "./xml.ts";

const training = {
  label: "training",
  points: [
    [1, 0.9],
    [2, 0.5],
    [3, 0.4],
  ],
} as const;
const validation = {
  label: "validation",
  points: [
    [1, 1],
    [2, 0.7],
    [3, 0.6],
  ],
} as const;
const options: LineChartOptions = { title: "Loss", xLabel: "epoch", series: [training, validation] };

describe("lineChart", () => {
  test("is an image with a title and the facts in words", () => {
    const svg = parseXml(lineChart(options));
    expect([svg.name, svg.attributes.role, svg.attributes.xmlns]).toEqual([
      "svg",
      "img",
      "http://www.w3.org/2000/svg",
    ]);
    const named = svg.attributes["aria-labelledby"]!.split(" ");
    const ids = [all(svg, "title")[0]!, all(svg, "desc")[0]!].map((about) => about.attributes.id);
    expect(named).toEqual(ids);
    expect(textOf(all(svg, "title")[0]!)).toBe("Loss");
    expect(textOf(all(svg, "desc")[0]!)).toBe(
      "Line chart, epoch from 1 to 3. training goes from 0.9 at 1 to 0.4 at 3, lowest 0.4 at 3, highest 0.9 at 1; " +
        "validation goes from 1 at 1 to 0.6 at 3, lowest 0.6 at 3, highest 1 at 1.",
    );
  });

  test("has no script, no link and no font from elsewhere", () => {
    const svg = lineChart(options);
    expect(svg).not.toMatch(/<script|<foreignObject|<image|href|@import|@font-face|\son\w+=/i);
    expect(svg.match(/url\([^)]*\)/g)).toSatisfy((urls: string[]) =>
      urls.every((url) => url.startsWith("url(#")),
    );
  });

  test("keeps hostile texts as texts", () => {
    const evil = `</svg><script>alert("&amp;")</script> ]]> --> \u0000 "'`;
    const panel = { yLabel: evil, series: [{ ...training, label: evil }, validation] };
    const source = lineChart({ title: evil, xLabel: evil, ...panel });
    const svg = parseXml(source);
    expect(all(svg, "script")).toEqual([]);
    const texts = all(svg, "text").map(textOf);
    expect(texts.filter((text) => text.includes("<script>"))).toHaveLength(4);
    expect(textOf(all(svg, "title")[0]!)).toBe(evil.replace("\u0000", "\ufffd"));
  });

  test("the same options give the same bytes; other options other ids", () => {
    expect(lineChart(structuredClone(options))).toBe(lineChart(options));
    const id = (svg: string) => parseXml(svg).attributes.id;
    expect(id(lineChart({ ...options, series: [training] }))).not.toBe(id(lineChart(options)));
  });

  test("joins the points, in the colours and dashes of the legend", () => {
    const svg = parseXml(lineChart(options));
    const lines = dataLines(svg);
    expect(lines.map(({ label, subpaths }) => [label, subpaths.length, subpaths[0]!.length])).toEqual([
      ["training", 1, 3],
      ["validation", 1, 3],
    ]);
    const looks = all(svg, "path")
      .filter(({ attributes }) => attributes.d!.endsWith("h34"))
      .map(({ attributes }) => [attributes.class, attributes["stroke-dasharray"]]);
    expect(lines.map(({ colour, dash }) => [colour, dash])).toEqual(looks);
    expect(looks).toEqual([
      ["line s0-line", undefined],
      ["line s1-line", "8 6"],
    ]);
  });

  test("panels share the x axis and the looks of equal labels; epochs have whole numbers", () => {
    const accuracy = [
      {
        ...validation,
        points: [
          [1, 0.5],
          [3, 0.7],
        ] as const,
      },
    ];
    const svg = parseXml(
      lineChart({
        panels: [
          { yLabel: "loss", series: [training, validation] },
          { yLabel: "accuracy", series: accuracy },
        ],
      }),
    );
    const [, first, second] = dataLines(svg);
    expect([second!.colour, second!.dash]).toEqual([first!.colour, first!.dash]);
    expect(second!.subpaths[0]!.map(([x]) => x)).toEqual([
      first!.subpaths[0]![0]![0],
      first!.subpaths[0]!.at(-1)![0],
    ]);
    const numbers = all(svg, "text").filter(({ attributes }) => attributes["text-anchor"] === "middle");
    expect(numbers.map(textOf)).toEqual(["1", "2", "3"]);
    expect(all(svg, "clipPath")).toHaveLength(2);
  });

  test("lines are clipped at a narrower domain, marks outside are left out", () => {
    const marks = [
      { x: 1, y: 0.9, filled: true },
      { x: 3, y: 0.4, filled: false },
    ];
    const svg = parseXml(lineChart({ series: [{ ...training, marks }], yDomain: [0.3, 0.5] }));
    const frame = all(all(svg, "clipPath")[0]!, "rect")[0]!.attributes;
    const top = Number(frame.y);
    expect(dataLines(svg)[0]!.subpaths[0]![0]![1]).toBeLessThan(top);
    expect(all(svg, "circle")).toHaveLength(1);
  });

  test("one point is a dot, one series needs no legend", () => {
    const svg = parseXml(lineChart({ series: [{ label: "loss", points: [[1, 2]] }] }));
    expect(all(all(svg, "g")[0]!, "path")[0]!.attributes.d).toMatch(/^M[\d.]+ [\d.]+h0$/);
    expect(all(svg, "text").filter((text) => textOf(text) === "loss")).toHaveLength(1);
  });

  test("rows of the legend and lines of the title make the picture higher", () => {
    const many = Array.from({ length: 12 }, (_, i) => ({ ...training, label: `a run with a name ${i}` }));
    const height = (svg: string) => Number(parseXml(svg).attributes.height);
    expect(height(lineChart({ series: many }))).toBeGreaterThan(
      height(lineChart({ series: many.slice(0, 2) })),
    );
    const title = "A title that says more than there is room for in one line, and then goes on";
    const lines = all(parseXml(lineChart({ ...options, title })), "text").filter(
      (t) => t.attributes.class === "title ink",
    );
    expect(lines.map(textOf).join(" ")).toBe(title);
    expect(lines.length).toBeGreaterThan(1);
  });

  test("text grows where the picture is shown small", () => {
    expect(lineChart(options)).toContain("@media (max-width:504px)");
    expect(lineChart({ ...options, width: 360 })).toContain("@media (max-width:252px)");
  });

  test("the height is what was asked for", () => {
    expect(parseXml(lineChart({ ...options, width: 640, height: 400 })).attributes.viewBox).toBe(
      "0 0 640 400",
    );
  });
});

describe("lineChart refuses", () => {
  const wrong: [string, unknown, RegExp][] = [
    ["no series", { series: [] }, /^lineChart: series must be an array of at least one .*; received \[\]/],
    ["no panels", { panels: [] }, /panels must be an array of at least one/],
    [
      "no points",
      { series: [{ label: "a", points: [] }] },
      /series "a": points must be an array of at least one/,
    ],
    [
      "a point of one number",
      { series: [{ label: "a", points: [[1, 2], [3]] }] },
      /two numbers; received \[3\] at 1/,
    ],
    [
      "a point of text",
      { series: [{ label: "a", points: [["1", 2]] }] },
      /two numbers; received \["1", 2\] at 0/,
    ],
    [
      "a label that is none",
      { series: [{ label: 3, points: [[1, 2]] }] },
      /label of a series must be a string; received 3/,
    ],
    ["a label twice", { series: [training, training] }, /"training" is there twice. Rename one/],
    ["a mark without a place", { series: [{ ...training, marks: [{ x: 1 }] }] }, /marks must be an array of/],
    [
      "an unknown theme",
      { ...options, theme: "blue" },
      /theme must be one of "auto", "light", "dark"; received "blue"/,
    ],
    ["an unknown option", { ...options, tittle: "a" }, /unknown option "tittle"; known: title/],
    [
      "an unknown option of a series",
      { series: [{ ...training, label2: "a" }] },
      /^lineChart: a series: unknown option "label2"; known: label/,
    ],
    [
      "a reversed domain",
      { ...options, yDomain: [1, 0] },
      /yDomain must be \[min, max\].*received \[1, 0\]. Swap them/,
    ],
    ["a domain too narrow", { ...options, xDomain: [1, 1 + 1e-12] }, /more than a billionth/],
    [
      "a tiny width",
      { ...options, width: 20 },
      /width must be a number of pixels from 200 to 4000; received 20/,
    ],
    [
      "too little height",
      { ...options, height: 150 },
      /height must be at least \d+ for 1 panel .*; received 150/,
    ],
    ["a title that is none", { ...options, title: 3 }, /title must be a string; received 3/],
  ];
  test.each(wrong)("%s", (_, bad, message) => {
    const call = () => lineChart(bad as LineChartOptions);
    expect(call).toThrow(ChainruleError);
    expect(call).toThrow(message);
  });
});

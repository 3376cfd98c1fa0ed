import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hardSwish, relu, swish, type Tensor, tanh, variable } from "../../src/index.ts";
import {
  activationPanel,
  flowStrip,
  heatmap,
  histogramSvg,
  record,
  type Sample,
} from "../../src/stepper/index.ts";
import { activationOf, flatness } from "../../src/stepper/pictures/activation-panel.ts";
import { limitOf } from "../../src/stepper/pictures/heatmap.ts";
import { layered } from "../../src/stepper/pictures/layered.ts";
import { all, textOf } from "../plot/xml.ts";
import { cellsOf, deep, neuron, numberIn, odd, parsed, withClass } from "./pictures-support.ts";

const sampleOf = (cells: readonly number[], ...shape: readonly number[]): Sample => ({
  axes: shape.map((count) => ({ first: 0, step: 1, count })),
  cells,
});

const numbers = fc.oneof(
  fc.double({ noNaN: true, min: -100, max: 100 }),
  fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
);

const matrices = fc
  .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }))
  .chain(([rows, columns]) =>
    fc.record({
      rows: fc.constant(rows),
      columns: fc.constant(columns),
      cells: fc.array(numbers, { minLength: rows * columns, maxLength: rows * columns }),
    }),
  );

describe("heatmap", () => {
  test("draws each cell once, in the shade of its value", () => {
    fc.assert(
      fc.property(matrices, ({ rows, columns, cells }) => {
        const limit = 60;
        const { shades, marks } = cellsOf(
          parsed(heatmap(sampleOf(cells, rows, columns), { width: 200, limit })),
        );
        expect(shades.size).toBe(cells.length);
        cells.forEach((cell, i) => {
          const place = `${i % columns} ${Math.floor(i / columns)}`;
          const shade = Math.min(Math.max(Math.ceil((Math.abs(cell) / limit) * 5), 1), 5);
          const expected = !(Math.abs(cell) > 0) ? "z" : `${cell > 0 ? "p" : "n"}${shade}`;
          expect(shades.get(place), `${cell}`).toBe(expected);
          expect(marks.cross.includes(place), `${cell}`).toBe(!Number.isFinite(cell));
          expect(marks.corner.includes(place), `${cell}`).toBe(Math.abs(cell) > limit);
          expect(marks.plus.includes(place), `${cell}`).toBe(cell > 0 && Number.isFinite(cell));
          expect(marks.minus.includes(place), `${cell}`).toBe(cell < 0 && Number.isFinite(cell));
        });
      }),
    );
  });

  test("shows signs without color where cells are small too, and not at all if so wished", () => {
    const sample = sampleOf([1, -1, 0, -0.5], 2, 2);
    const small = cellsOf(parsed(heatmap(sample, { width: 8 }))).marks;
    expect(small.dot.sort()).toEqual(["1 0", "1 1"]);
    expect([...small.plus, ...small.minus]).toEqual([]);
    const { marks } = cellsOf(parsed(heatmap(sample, { width: 80, signed: false })));
    expect([...marks.plus, ...marks.minus, ...marks.dot]).toEqual([]);
  });

  test("ends its scale at three times the root mean square, so that one outlier does not hide the rest", () => {
    const cells = [...new Array(99).fill(1), 1000];
    const { shades, marks } = cellsOf(parsed(heatmap(sampleOf(cells, 10, 10), { width: 200 })));
    expect(marks.corner).toEqual(["9 9"]);
    expect(limitOf(cells)).toBeCloseTo(3 * Math.sqrt((99 + 1e6) / 100), 9);
    expect(limitOf([1, 2, -2, Number.NaN])).toBe(2);
    expect(shades.get("9 9")).toBe("p5");
    // Without outliers, the largest has the strongest color and no corner.
    const even = cellsOf(parsed(heatmap(sampleOf([1, 2, -2, 1], 2, 2), { width: 40 })));
    expect(even.marks.corner).toEqual([]);
    expect([even.shades.get("1 0"), even.shades.get("0 1")]).toEqual(["p5", "n5"]);
  });

  test("puts the planes of an image tensor side by side", () => {
    // The cell says its channel and its row.
    const cells = Array.from({ length: 2 * 3 * 4 * 2 }, (_, i) => {
      const [channel, column, row, sample] = [i % 2, (i >> 1) % 4, Math.floor(i / 8) % 3, Math.floor(i / 24)];
      return channel === 1 && column === 3 && row === 2 && sample === 1 ? -1 : 0;
    });
    const { shades } = cellsOf(parsed(heatmap(sampleOf(cells, 2, 3, 4, 2), { width: 300 })));
    expect(shades.size).toBe(cells.length);
    // Samples go down, channels across, with a gap of one cell.
    expect([...shades].filter(([, shade]) => shade === "n5")).toEqual([[`${4 + 1 + 3} ${3 + 1 + 2}`, "n5"]]);
  });

  test("takes other planes, such as those of a filter", () => {
    const cells = Array.from({ length: 3 * 3 * 2 * 2 }, (_, i) => (i === 35 ? 1 : 0));
    const drawn = heatmap(sampleOf(cells, 3, 3, 2, 2), { width: 300, plane: [0, 1] });
    expect(cellsOf(parsed(drawn)).shades.get("6 6")).toBe("p5");
  });

  test("never takes more room than it may, whatever the shape", () => {
    const shapes = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 5 });
    fc.assert(
      fc.property(
        shapes,
        fc.integer({ min: 10, max: 200 }),
        fc.integer({ min: 10, max: 200 }),
        (shape, width, height) => {
          const size = shape.reduce((a, b) => a * b, 1);
          const drawn = heatmap(sampleOf(new Array(size).fill(1), ...shape), { width, height });
          expect(drawn.width).toBeLessThanOrEqual(width + 1e-9);
          expect(drawn.height).toBeLessThanOrEqual(height + 1e-9);
          const { shades } = cellsOf(parsed(size === 0 ? heatmap(sampleOf([1]), { width }) : drawn));
          const scale = size === 0 ? 1 : Number(/scale\(([\d.]+)\)/.exec(drawn.markup.xml)![1]);
          for (const place of size === 0 ? [] : shades.keys()) {
            const [x, y] = place.split(" ").map(Number);
            expect((x! + 1) * scale).toBeLessThanOrEqual(width + 0.5);
            expect((y! + 1) * scale).toBeLessThanOrEqual(height + 0.5);
          }
        },
      ),
    );
  });

  test("refuses what it does not know", () => {
    const sample = sampleOf([1, 2], 1, 2);
    expect(() => heatmap(sample, { width: 10, colour: 1 } as never)).toThrow("heatmap: unknown option");
    expect(() => heatmap(sample, { width: 10, plane: [1, 1] })).toThrow(
      "plane must be two different axes of 2",
    );
    expect(() => heatmap(sample, { width: 0 })).toThrow("width and height must be above 0");
  });
});

test("a histogram's bars are as high as there are cells, and what is not empty can be seen", () => {
  const counts = [1000, 0, 500, 1];
  const [path] = all(parsed(histogramSvg({ low: -1, high: 3, counts }, { width: 80, height: 114 })), "path");
  const bars = [...path!.attributes.d!.matchAll(/M([\d.]+) 100v-([\d.]+)/g)].map((m) => [
    Number(m[1]),
    Number(m[2]),
  ]);
  expect(bars).toEqual([
    [0, 100],
    [40, 50],
    [60, 1],
  ]);
});

describe("flow strip", () => {
  test("has a bar for each step, as high as the logarithm of its size", () => {
    const trace = neuron();
    const bars = all(parsed(flowStrip(trace, { width: 600 })), "rect").filter(
      ({ attributes }) => attributes.class === "s0",
    );
    expect(bars).toHaveLength(trace.length);
    const sizes = trace.steps.map(({ value }) => trace.tensors[value]!.statistics.rms);
    bars.forEach((bar, i) => {
      expect(numberIn(textOf(bar).split(", ").at(-1)!)).toBeCloseTo(
        trace.tensors[trace.steps[i]!.value]!.sample.cells[0]!,
        3,
      );
      // From 0.01 to 10, which are 3 decades on 46 pixels.
      expect(Number(bar.attributes.height)).toBeCloseTo(((Math.log10(sizes[i]!) + 2) / 3) * 46, 1);
    });
  });

  test("marks what is not finite, what is dead, and where the step is", () => {
    const w = variable([0.5, -1], { name: "w" });
    const trace = record(() => w.mul(0).log().sum());
    const xml = parsed(flowStrip(trace, { width: 600, step: 1 }));
    const [bad] = trace.find({ phase: "forward", op: "log" });
    expect(trace.find({ nonFinite: true })).toContain(bad);
    expect(withClass(xml, "rect", "bad")).toHaveLength(trace.find({ nonFinite: true }).length);
    expect(withClass(xml, "path", "paper-line")).toHaveLength(trace.find({ nonFinite: true }).length);
    expect(withClass(xml, "circle", "dead-line")).toHaveLength(withClass(xml, "rect", "dead").length);
    expect(withClass(xml, "rect", "dead").map(textOf)).toEqual(
      trace.find({ zero: true }).map((i) => expect.stringContaining(`step ${i},`)),
    );
    expect(withClass(xml, "path", "here")).toHaveLength(1);
  });

  test("lets steps share bars where there are more than fit, and loses nothing that is not finite", () => {
    const w = variable(2, { name: "w" });
    const trace = record(() => {
      let x = w.mul(Number.NaN);
      for (let i = 0; i < 200; i++) x = x.add(1);
      return x.mul(0).add(w);
    });
    const xml = parsed(flowStrip(trace, { width: 100 }));
    const bars = all(xml, "rect").slice(1);
    expect(bars.length).toBeLessThanOrEqual(29);
    expect(withClass(xml, "rect", "bad").length).toBeGreaterThan(10);
    // One alone, of which no cell is finite, so that it has no size.
    const once = record(() => {
      let x = w.div(0).minimum(5).add(w);
      for (let i = 0; i < 30; i++) x = x.add(1);
      return x;
    });
    expect(once.find({ phase: "forward", nonFinite: true })).toEqual([0]);
    const shared = parsed(flowStrip(once, { width: 50 }));
    expect(textOf(withClass(shared, "rect", "bad")[0]!)).toContain("step 0,");
  });

  test("has a bar for the gradient of each layer, too", () => {
    const trace = deep(3);
    const bars = all(parsed(flowStrip(trace, { width: 300, by: "layer" })), "rect").slice(1);
    const names = bars.map((bar) => textOf(bar).trim().split(":")[0]);
    expect(names.slice(0, 3)).toEqual([
      "first",
      expect.stringMatching(/^dense/),
      expect.stringMatching(/^dense/),
    ]);
  });
});

describe("activation panel", () => {
  const inputs = record(() => hardSwish(variable([-5, -3.5, -1, 0.5, 2, 2.5, 4, 7], { name: "x" })).sum())
    .tensors[0]!;

  test("marks the kinks where they are, on the axis of the inputs", () => {
    const xml = parsed(activationPanel({ activation: "hard_swish", inputs, width: 334 }));
    // The axis goes from −5 to 7 on 300 pixels from 34 on.
    const kinks = withClass(xml, "path", "kink").map(({ attributes }) => [
      Number(attributes["data-kink"]),
      Number(/M([\d.]+)/.exec(attributes.d!)![1]),
    ]);
    expect(kinks).toEqual([
      [-3, 34 + (2 / 12) * 300],
      [3, 34 + (8 / 12) * 300],
    ]);
  });

  test("counts the inputs at which the slope is flat", () => {
    const xml = parsed(activationPanel({ activation: "hard_swish", inputs, width: 300 }));
    const text = all(xml, "text").map(textOf);
    expect(text).toContain("saturated 25 %, dead 25 % of the inputs (bars)");
    expect(text).toContain("kinks at −3, 3");
    expect(flatness((xs) => xs.map((x) => 1 - Math.tanh(x) ** 2), [0, 1, 5, 400])).toEqual({
      saturated: 0.5,
      dead: 0.25,
    });
  });

  test("says so where it has looked at a sample of the inputs only", () => {
    const large = record(() => hardSwish(variable(new Float32Array(5000).fill(-4))).sum()).tensors[0]!;
    const text = all(
      parsed(activationPanel({ activation: "hard_swish", inputs: large, width: 300 })),
      "text",
    ).map(textOf);
    expect(text).toContain("saturated 100 %, dead 100 % of the sampled inputs (bars)");
  });

  test("takes a steep fall for no flat place", () => {
    expect(flatness((xs) => xs.map((x) => -x), [0, 0.005, 1, 2])).toEqual({ saturated: 0.5, dead: 0.25 });
  });

  test("puts the point on both curves", () => {
    const scalar = record(() => swish(variable(0.5))).tensors[0]!;
    const marks = all(
      parsed(activationPanel({ activation: "swish", inputs: scalar, width: 300, point: 0.5 })),
      "circle",
    );
    expect(marks.map((mark) => numberIn(textOf(mark).split("= ")[1]!))).toEqual([0.3112, 0.74]);
    expect(new Set(marks.map(({ attributes }) => attributes.cx)).size).toBe(1);
  });

  test("finds the activation of an op, with its parameters", () => {
    const opOf = (f: (x: Tensor) => Tensor) => record(() => f(variable([1, -2])).sum()).nodes[1]!;
    expect(activationOf(opOf((x) => tanh(x)))?.activationName).toBe("tanh");
    expect(activationOf(opOf((x) => x.mul(2)))).toBeUndefined();
    const leaky = activationOf(opOf((x) => relu(x, { negativeSlope: 0.1, maxValue: 6 })))!;
    expect(leaky(-1).item()).toBeCloseTo(-0.1, 6);
    expect(leaky(9).item()).toBe(6);
    expect([...leaky.kinks]).toEqual([0, 6]);
  });

  test("refuses what is no pointwise activation", () => {
    expect(() => activationPanel({ activation: "softmax", inputs, width: 300 })).toThrow(
      "expected a pointwise activation",
    );
    expect(() => activationPanel({ activation: "nosuch", inputs, width: 300 })).toThrow("unknown activation");
  });
});

describe("layered layout", () => {
  const spacing = { width: 100, height: 40, gapX: 20, gapY: 30 };
  const graphs = fc.integer({ min: 1, max: 16 }).chain((count) =>
    fc.record({
      count: fc.constant(count),
      edges: fc.array(
        fc
          .tuple(fc.nat(count - 1), fc.nat(count - 1))
          .filter(([a, b]) => a < b)
          .map(([from, to]) => ({ from, to })),
        { maxLength: count === 1 ? 0 : 24 },
      ),
    }),
  );

  test("lets no boxes overlap, and no edge go up or leave the picture", () => {
    fc.assert(
      fc.property(graphs, ({ count, edges }) => {
        const { places, lines, width, height } = layered(count, edges, spacing);
        for (let a = 0; a < count; a++) {
          const [x, y] = places[a]!;
          expect(x).toBeGreaterThanOrEqual(-1e-6);
          expect(x + spacing.width).toBeLessThanOrEqual(width + 1e-6);
          expect(y + spacing.height).toBeLessThanOrEqual(height + 1e-6);
          for (let b = 0; b < a; b++) {
            const apart = Math.abs(places[b]![0] - x) >= spacing.width + spacing.gapX - 1e-6;
            expect(apart || Math.abs(places[b]![1] - y) >= spacing.height + spacing.gapY).toBe(true);
          }
        }
        lines.forEach(({ points }, i) => {
          const { from, to } = edges[i]!;
          expect(points[0]![1]).toBe(places[from]![1] + spacing.height);
          expect(points.at(-1)![1]).toBe(places[to]![1]);
          points.slice(1).forEach(([px, py], j) => {
            expect(py).toBeGreaterThan(points[j]![1]);
            expect(px).toBeGreaterThanOrEqual(-1e-6);
          });
          // Between its ends an edge goes through no box.
          for (const [px, py] of points.slice(1, -1)) {
            expect(
              places.some(
                ([x, y]) => px > x && px < x + spacing.width && py >= y && py <= y + spacing.height,
              ),
            ).toBe(false);
          }
        });
      }),
    );
  });

  test("two edges between the same nodes have ways of their own", () => {
    const twice = [
      { from: 0, to: 1 },
      { from: 0, to: 1 },
    ];
    const { lines } = layered(2, twice, spacing);
    expect(lines.map(({ points }) => points.map(([x]) => Math.round(x)))).toEqual([
      [33, 33],
      [67, 67],
    ]);
  });

  test("does not cross the edges of a chain of two-sided ops", () => {
    // 3 = f(0, 1), 4 = g(3, 2): what enters at the left stands at the left.
    const edges = [
      { from: 0, to: 3 },
      { from: 1, to: 3 },
      { from: 3, to: 4 },
      { from: 2, to: 4 },
    ];
    const { places } = layered(5, edges, spacing);
    expect(places[0]![0]).toBeLessThan(places[1]![0]);
    expect(places[3]![0]).toBeLessThan(places[2]![0]);
    expect(places[3]![1]).toBe(places[2]![1]);
  });
});

test("one cell far out and one that is not finite leave the others their shades", () => {
  const trace = odd();
  const { marks, shades } = cellsOf(parsed(heatmap(trace.tensors[0]!.sample, { width: 300 })));
  expect([shades.get("1 0"), shades.get("2 0"), shades.get("8 0")]).toEqual(["n1", "z", "p5"]);
  expect(marks.cross).toEqual(["13 0"]);
  expect(marks.corner).toEqual(["8 0"]);
});

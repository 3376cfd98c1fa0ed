// What the element is made of and needs no browser.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as c from "../../src/index.ts";
import { Cursor, type Stride } from "../../src/stepper/cursor.ts";
import { record } from "../../src/stepper/index.ts";
import { cellAt } from "../../src/stepper/trace/explain.ts";
import { sampleOf } from "../../src/stepper/trace/sample.ts";
import { histogramOf, statisticsOf } from "../../src/stepper/trace/statistics.ts";
import { Place } from "../../src/stepper/web/place.ts";
import { choosable, planeAt } from "../../src/stepper/web/plane.ts";
import { judged, questionFor } from "../../src/stepper/web/questions.ts";
import { matrix, residual, square } from "./stepper-traces.ts";

const shapes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 });

describe("a plane of a tensor", () => {
  test("shows each cell where it says", () =>
    fc.assert(
      fc.property(shapes, fc.boolean(), fc.infiniteStream(fc.nat(8)), (shape, isWeight, random) => {
        const size = shape.reduce((a, b) => a * b, 1);
        const cells = Float64Array.from({ length: size }, (_, i) => i);
        const sample = sampleOf(cells, shape, !isWeight, 200);
        const places = choosable(sample, isWeight).map(({ indices }) => random.next().value % indices.length);
        const plane = planeAt(sample, isWeight, places);
        const about = { statistics: statisticsOf(cells), dtype: "float64" } as const;
        const record = { ...about, shape, cells, sample, histogram: histogramOf(cells, about.statistics) };
        for (let row = 0; row < plane.rows; row++) {
          for (let column = 0; column < plane.columns; column++) {
            const shown = plane.sample.cells[row * plane.columns + column];
            expect(cellAt(record, plane.indexOf(row, column))).toBe(shown);
          }
        }
      }),
    ));

  test("has every kept cell in one of the places of its other axes", () => {
    const sample = sampleOf(
      Float64Array.from({ length: 120 }, (_, i) => i),
      [2, 3, 4, 5],
      true,
      4096,
    );
    const seen = new Set<number>();
    for (let n = 0; n < 2; n++)
      for (let k = 0; k < 5; k++)
        for (const x of Array.from(planeAt(sample, false, [n, k]).sample.cells)) seen.add(x);
    expect(seen.size).toBe(120);
  });

  test("breaks long lists into lines, and is never too large to draw", () => {
    const plane = (count: number) =>
      planeAt(sampleOf(new Float64Array(count), [count], false, 4096), true, []);
    expect([plane(64).rows, plane(64).columns]).toEqual([2, 32]);
    expect([plane(7).rows, plane(7).columns]).toEqual([1, 7]);
    expect(Math.max(plane(4093).rows, plane(4093).columns)).toBeLessThanOrEqual(64);
  });
});

describe("moves", () => {
  const trace = residual();
  const cursor = new Cursor(trace);

  test.each(["step", "op", "layer"] as const)(
    "by %s lead through all of the trace and back",
    (stride: Stride) => {
      const forth: number[] = [0];
      for (let at = 0; at < trace.length - 1; ) {
        const next = cursor.next(at, stride);
        expect(next).toBeGreaterThan(at);
        forth.push((at = next));
      }
      const back: number[] = [trace.length - 1];
      for (let at = trace.length - 1; at > 0; ) back.push((at = cursor.previous(at, stride)));
      const ends = stride === "step" ? [] : trace.stretches(stride).map(({ last }) => last);
      if (stride !== "step") expect(forth.filter((at) => at > 0 || ends.includes(at))).toEqual(ends);
      expect(back.reverse().filter((at) => at > 0)).toEqual(forth.filter((at) => at > 0));
    },
  );

  test("stop at the next breakpoint, or at the end", () => {
    expect(cursor.nextOf(new Set([9, 3, 5]), 3)).toBe(5);
    expect(cursor.nextOf(new Set([3]), 3)).toBe(trace.length - 1);
  });
});

describe("questions", () => {
  const all = [matrix(), square(), residual()];

  test("have exactly one right answer", () => {
    for (const trace of all) {
      for (const step of trace.steps) {
        const question = questionFor(trace, step);
        if (question === undefined) continue;
        const right = question.choices.filter(({ guess }) => judged(guess, trace.tensors[step.value]!).right);
        expect(right.length).toBe(1);
        expect(question.choices.every(({ guess }) => Object.keys(guess)[0] === question.about)).toBe(true);
      }
    }
  });

  test("are asked about every step of the backward pass but the seed", () => {
    for (const trace of all) {
      const asked = trace.steps.flatMap((step, i) => (questionFor(trace, step) ? [i] : []));
      expect(asked).toEqual(trace.steps.flatMap((_, i) => (i > trace.turn ? [i] : [])));
    }
  });

  test("are about shapes where shapes change, about zeros where gradients can die, else about signs", () => {
    const x = c.variable([-1, -2, -3], { name: "x" });
    const trace = record(() =>
      x
        .relu()
        .mul([[1], [2]])
        .sum(),
    );
    const about = trace.steps.slice(trace.turn + 1).map((step) => {
      const { op } = trace.nodes[step.from!]!;
      return [op, step.phase, questionFor(trace, step)!.about];
    });
    expect(about).toEqual([
      ["sum", "contribution", "shape"],
      ["mul", "contribution", "sign"],
      ["mul", "sum", "shape"],
      ["relu", "contribution", "zero"],
    ]);
  });
});

test("a step is asked about until it has been seen", () => {
  const place = new Place(square(), 2);
  expect(place.question).toBeDefined();
  place.see();
  expect(place.question).toBeUndefined();
  expect(place.go(4)).toBe(true);
  expect(place.question).toBeDefined();
  expect(place.go(3)).toBe(true);
  expect(place.question).toBeUndefined();
  expect(place.go(99)).toBe(true);
  expect(place.go(4)).toBe(false);
});

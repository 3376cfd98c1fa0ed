import fc from "fast-check";
import { expect, test } from "vitest";
import { linePath, type Point, simplify } from "../../src/plot/path.ts";

const same = (value: number) => value;

test("a point that is not finite breaks the line, a lone one is a dot", () => {
  const points: Point[] = [
    [0, 0],
    [1, 3],
    [2, Number.NaN],
    [3, 1],
    [4, Number.NEGATIVE_INFINITY],
    [5, 0],
    [6, 1.005],
  ];
  expect(linePath(points, same, same)).toBe("M0 0L1 3M3 1h0M5 0L6 1");
  expect(linePath([[0, Number.NaN]], same, same)).toBe("");
});

test("points on a straight line are left out, corners stay", () => {
  const relu = Array.from({ length: 101 }, (_, i): Point => [i, Math.max(0, i - 50)]);
  expect(simplify(relu)).toEqual([
    [0, 0],
    [50, 0],
    [100, 50],
  ]);
});

test("simplifying moves no point farther than a tenth of a pixel off the line, and keeps the ends", () => {
  const coordinates = fc.double({ min: -500, max: 500, noNaN: true });
  fc.assert(
    fc.property(fc.array(coordinates, { minLength: 2, maxLength: 60 }), (ys) => {
      const points = ys.map((y, i): Point => [i * 3, y]);
      const kept = simplify(points);
      expect([kept[0], kept.at(-1)]).toEqual([points[0], points.at(-1)]);
      for (const [x, y] of points) {
        const right = Math.max(
          kept.findIndex(([u]) => u >= x),
          1,
        );
        const [[x1, y1], [x2, y2]] = [kept[right - 1]!, kept[right]!];
        const steep = Math.hypot(x2 - x1, y2 - y1) / (x2 - x1);
        const onLine = y1 + ((x - x1) / (x2 - x1)) * (y2 - y1);
        expect(Math.abs(onLine - y) / steep).toBeLessThan(0.1);
      }
    }),
  );
});

test("what is far outside the frame stays within what renderers can compute", () => {
  expect(
    linePath(
      [
        [0, 0],
        [1, 1e300],
        [2, -1e300],
      ],
      same,
      same,
    ),
  ).toBe("M0 0L1 100000L2 -100000");
});

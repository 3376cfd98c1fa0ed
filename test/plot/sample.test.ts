import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { curve, findJumps, spaced, stepped } from "../../src/plot/sample.ts";

const each = (f: (x: number) => number) => (xs: readonly number[]) => xs.map(f);

describe("jumps", () => {
  test("of a step at any number are found there, with both limits", () => {
    const tenths = fc.integer({ min: -59, max: 59 }).map((i) => i / 10);
    const height = fc.double({ min: 0.05, max: 100, noNaN: true });
    fc.assert(
      fc.property(tenths, height, fc.double({ min: -1, max: 1, noNaN: true }), (at, jump, slope) => {
        const f = each((x) => slope * x + (x >= at ? jump : 0));
        const found = findJumps(f, [-6, 6]);
        if (jump < 12 * Math.abs(slope) * (1 / 100)) return;
        expect(found).toHaveLength(1);
        expect(found[0]!.x).toBeCloseTo(at, 6);
        expect(found[0]!.limits![2] - found[0]!.limits![0]).toBeCloseTo(jump, 5);
        expect(found[0]!.limits![1]).toBeCloseTo(found[0]!.limits![2], 6);
      }),
    );
  });

  test("are not seen in steep slopes, corners, noise and waves", () => {
    const smooth = [
      (x: number) => 1 / (1 + Math.exp(-500 * x)),
      (x: number) => Math.max(0, x),
      (x: number) => Math.cbrt(x),
      (x: number) => Math.sin(300 * x),
      (x: number) => 1 + (Math.sin(1e9 * x) > 0 ? 1e-16 : 0),
      (x: number) => Math.exp(x),
      () => 5,
    ];
    for (const f of smooth) expect(findJumps(each(f), [-6, 6]), String(f)).toEqual([]);
  });

  test("at a pole have no limits", () => {
    expect(
      findJumps(
        each((x) => 1 / x),
        [-6, 5],
      ),
    ).toEqual([{ x: 0, limits: undefined }]);
    expect(findJumps(each(Math.tan), [-2, 2])).toHaveLength(2);
    // Here the search meets the pole itself.
    expect(
      findJumps(
        each((x) => 1 / x),
        [-6, 6],
      ),
    ).toEqual([{ x: 0, limits: undefined }]);
    expect(
      findJumps(
        each((x) => Math.sin(x) / x),
        [-6, 6],
      ),
    ).toEqual([{ x: 0, limits: undefined }]);
    expect(findJumps(each(Math.log), [-6, 6])).toEqual([]);
  });

  test("are found where a value stands alone, once", () => {
    expect(findJumps(each(Math.sign), [-6, 6])).toEqual([{ x: 0, limits: [-1, 0, 1] }]);
    expect(findJumps(each(Math.sign), [-6, 5.3])).toEqual([{ x: 0, limits: [-1, 0, 1] }]);
  });

  test("at the ends of the domain count too", () => {
    const box = each((x) => (Math.abs(x) < 3 ? 1 : 0));
    expect(findJumps(box, [-3, 3]).map(({ x }) => x)).toEqual([-3, 3]);
  });
});

describe("a curve", () => {
  test("ends at the limits of a jump, with a full circle where the value is", () => {
    const f = each((x) => (x < 1 ? 0 : 2));
    const { points, marks } = curve(f, [0, 1, 2], findJumps(f, [0, 2]), [0, 2]);
    expect(points).toEqual([
      [0, 0],
      [1, 0],
      [1, Number.NaN],
      [1, 2],
      [2, 2],
    ]);
    expect(marks).toEqual([
      { x: 1, y: 0, filled: false },
      { x: 1, y: 2, filled: true },
    ]);
  });

  test("has a third circle where the value is at neither end", () => {
    const f = each(Math.sign);
    const { marks } = curve(f, [-1, 1], findJumps(f, [-1, 1]), [-1, 1]);
    expect(marks.map(({ y, filled }) => [y, filled])).toEqual([
      [-1, false],
      [1, false],
      [0, true],
    ]);
  });

  test("is only broken at a pole", () => {
    const f = each((x) => 1 / x);
    const { points, marks } = curve(f, [-1, 1], findJumps(f, [-1, 2]), [-1, 2]);
    expect(points).toEqual([
      [-1, -1],
      [0, Number.NaN],
      [1, 1],
    ]);
    expect(marks).toEqual([]);
  });
});

test("samples: the grid of the article has 101 points and ends at 10", () => {
  const grid = stepped([-10, 10], 0.2);
  expect([grid.length, grid[0], grid[35], grid.at(-1)]).toEqual([101, -10, -3, 10]);
  expect(stepped([0, 1], 0.4)).toEqual([0, 0.4, 0.8]);
  expect(spaced([0, 1], 3)).toEqual([0, 0.5, 1]);
});

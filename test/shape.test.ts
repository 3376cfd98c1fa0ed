import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Mismatch } from "../src/errors.ts";
import {
  broadcastShapes,
  checkShape,
  ensureFits,
  formatShape,
  maxCells,
  maxRank,
  normalizeAxes,
  normalizeAxis,
  reducedShape,
  resolveReshape,
  type Shape,
  sameShape,
  sizeOf,
  stretchedAxes,
  stridesOf,
  unknown,
} from "../src/shape.ts";
import { shapes } from "./support/cells.ts";

/** What the function returns, or `undefined` where it finds a mismatch. */
function attempt<T>(f: () => T): T | undefined {
  try {
    return f();
  } catch (error) {
    expect(error).toBeInstanceOf(Mismatch);
    return undefined;
  }
}

/** numpy's rule in its own words: prepend ones, then sizes must agree where neither is 1. */
function naiveBroadcast(a: Shape, b: Shape): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const fill = (s: Shape) => [...new Array<number>(rank - s.length).fill(1), ...s];
  const [m, n] = [fill(a), fill(b)];
  if (m.some((size, i) => size !== n[i] && size !== 1 && n[i] !== 1)) return undefined;
  return m.map((size, i) => (size === 1 ? n[i]! : size));
}

describe("broadcasting", () => {
  const some = shapes({ maxRank: 4 });

  it("is numpy's, in either order", () => {
    fc.assert(
      fc.property(some, some, (a, b) => {
        const expected = naiveBroadcast(a, b);
        expect(attempt(() => broadcastShapes(a, b))).toEqual(expected);
        expect(attempt(() => broadcastShapes(b, a))).toEqual(expected);
      }),
    );
  });

  it("names the axes that were stretched: summing over them gives the size back", () => {
    fc.assert(
      fc.property(some, some, (a, b) => {
        const to = naiveBroadcast(a, b);
        fc.pre(to !== undefined);
        const stretched = stretchedAxes(a, to);
        const lead = to.length - a.length;
        expect(stretched.filter((i) => i >= lead && to[i] === a[i - lead])).toEqual([]);
        const kept = reducedShape(to, stretched, true);
        expect(kept.slice(lead)).toEqual(a);
        expect(kept.slice(0, lead).every((size) => size === 1)).toBe(true);
      }),
    );
  });

  it("holds for whatever an unknown size turns out to be", () => {
    const open = fc.array(fc.constantFrom(unknown, 1, 2, 3), { maxLength: 3 });
    fc.assert(
      fc.property(open, open, fc.constantFrom(1, 2, 3), (a, b, size) => {
        const known = (s: Shape) => s.map((n) => (Number.isNaN(n) ? size : n));
        const real = naiveBroadcast(known(a), known(b));
        fc.pre(real !== undefined);
        expect(sameShape(broadcastShapes(a, b), real)).toBe(true);
      }),
    );
  });

  it("stays unknown beside 1, and is known beside anything else", () => {
    expect(broadcastShapes([unknown, 3], [1, 3])).toEqual([unknown, 3]);
    expect(broadcastShapes([unknown, 3], [5, 1])).toEqual([5, 3]);
    expect(broadcastShapes([], [unknown])).toEqual([unknown]);
  });
});

describe("reshape", () => {
  it("gives -1, or the only unknown, what is left", () => {
    fc.assert(
      fc.property(
        shapes({ minSize: 1, minRank: 1 }),
        fc.nat(),
        fc.constantFrom(-1, unknown),
        (to, at, open) => {
          const free = at % to.length;
          const asked = to.map((size, i) => (i === free ? open : size));
          expect(resolveReshape([sizeOf(to)], asked)).toEqual(to);
        },
      ),
    );
  });

  it.each<[Shape, Shape, Shape | RegExp]>([
    [
      [0, 3],
      [-1, 3],
      [0, 3],
    ],
    [[0], [0, 5], [0, 5]],
    [[], [1, 1], [1, 1]],
    [
      [unknown, 6],
      [-1, 2, 3],
      [unknown, 2, 3],
    ],
    [
      [unknown, 6],
      [unknown, 6],
      [unknown, 6],
    ],
    [
      [4, 6],
      [unknown, 3],
      [8, 3],
    ],
    [[0], [-1, 0], /the -1 in \[-1, 0\] is ambiguous beside a size of 0/],
    [[2], [-1, 0], /ambiguous/],
    [[6], [4, -1], /6 cells do not divide into \[4, -1\]/],
    [[6], [4], /\[6\] has 6 cells, which \[4\] cannot hold \(4\)/],
    [[4], [-1, -1], /at most one -1/],
    [[4], [-2, -2], /must hold whole sizes/],
    [[4], [0.5, 8], /must hold whole sizes/],
  ])("%j to %j", (from, to, expected) => {
    const run = () => resolveReshape(from, to);
    if (expected instanceof RegExp) expect(run).toThrow(expected);
    else expect(run()).toEqual(expected);
  });
});

describe("axes", () => {
  it("count from the end when negative", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: -8, max: 8 }), (rank, axis) => {
        const list = Array.from({ length: rank }, (_, i) => i);
        expect(attempt(() => normalizeAxis(axis, rank))).toBe(list.at(axis));
      }),
    );
  });

  it("come sorted; null means all; a fraction, a repetition and any axis of a scalar are refused", () => {
    expect(normalizeAxes([-1, 0], 3)).toEqual([0, 2]);
    expect(normalizeAxes(null, 3)).toEqual([0, 1, 2]);
    expect(normalizeAxes(null, 0)).toEqual([]);
    expect(() => normalizeAxis(0.5, 3)).toThrow(/must be a whole number from -3 to 2/);
    expect(() => normalizeAxes([0, -3], 3)).toThrow(/axes \[0,-3\] name an axis twice/);
    expect(() => normalizeAxis(0, 0)).toThrow(/a scalar has no axes/);
  });
});

it("strides step over the cells of the axes behind", () => {
  fc.assert(
    fc.property(shapes({ minSize: 1 }), (shape) => {
      const last = shape.map((size) => size - 1);
      const at = stridesOf(shape).reduce((sum, stride, i) => sum + stride * last[i]!, 0);
      expect(at).toBe(sizeOf(shape) - 1);
    }),
  );
});

describe("shapes from users", () => {
  it("have null or NaN for an unknown size", () => {
    expect(checkShape([null, Number.NaN, 3])).toEqual([unknown, unknown, 3]);
    expect(formatShape([unknown, 3])).toBe("[None, 3]");
    expect(() => checkShape([null], false)).toThrow(/expected a shape.*received \[null\]/);
  });

  it.each([[3], [-1], [[0.5]], ["[2]"], [["2"]], [null], [{ length: 1 }]])("%j is none", (value) => {
    expect(() => checkShape(value as never)).toThrow(
      /expected a shape, an array of whole sizes ≥ 0; received /,
    );
  });

  it("have a limit; a size of 0 hides no other", () => {
    const fits = (shape: Shape) => attempt(() => ensureFits(shape) ?? "fits");
    expect(fits([maxCells])).toBe("fits");
    expect(fits([maxCells, 2])).toBeUndefined();
    expect(fits([0, maxCells + 1])).toBeUndefined();
    expect(fits([unknown, maxCells])).toBe("fits");
    expect(fits(new Array(maxRank).fill(1))).toBe("fits");
    expect(fits(new Array(maxRank + 1).fill(1))).toBeUndefined();
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReduceName, ScanName } from "../../src/kernels/kernels.ts";
import { reducers, scans } from "../../src/kernels/reference/lanes.ts";

const nan = Number.NaN;

const reduce = (name: ReduceName, ...cells: number[]): number => reducers[name](Float64Array.from(cells));

function scan(name: ScanName, ...cells: number[]): number[] {
  const out = new Float64Array(cells.length);
  scans[name](Float64Array.from(cells), out);
  return [...out];
}

const cell = fc.double({ min: -50, max: 50, noNaN: true });
const lane = fc.array(cell, { minLength: 1, maxLength: 6 });

const expectNear = (actual: readonly number[], expected: readonly number[], tolerance = 1e-12) => {
  const far = actual.findIndex((x, i) => !(Math.abs(x - expected[i]!) <= tolerance));
  expect(far, `[${actual}] against [${expected}]`).toBe(-1);
  expect(actual.length).toBe(expected.length);
};

describe("reductions", () => {
  it("of no cells: the neutral element", () => {
    expect([reduce("sum"), reduce("prod"), reduce("logSumExp")]).toEqual([0, 1, -Infinity]);
  });

  it("extremes: the first of ties", () => {
    expect(reduce("argmax", 1, 5, 5, 2)).toBe(1);
    expect(reduce("argmin", 2, 1, 1, 1)).toBe(1);
    expect(reduce("argmax", 0, -0)).toBe(0);
    expect(reduce("argmax", -Infinity, -Infinity)).toBe(0);
  });

  it("extremes: the first NaN before all numbers, as in numpy", () => {
    expect(reduce("argmax", 1, nan, Infinity, nan)).toBe(1);
    expect(reduce("argmin", 1, nan, -Infinity, nan)).toBe(1);
    expect(reduce("argmax", nan, 1)).toBe(0);
    expect([reduce("max", 1, nan, 5), reduce("min", nan, 1)]).toEqual([nan, nan]);
  });

  it("extremes bound the lane and are in it", () => {
    fc.assert(
      fc.property(lane, (cells) => {
        expect([reduce("max", ...cells), reduce("min", ...cells)]).toEqual([
          Math.max(...cells),
          Math.min(...cells),
        ]);
        expect(cells[reduce("argmax", ...cells)]).toBe(Math.max(...cells));
      }),
    );
  });

  it("variance: shifting the lane far away changes nothing", () => {
    expect(reduce("variance", 1e9 + 1, 1e9 + 2, 1e9 + 3)).toBeCloseTo(2 / 3, 12);
    expect(reduce("variance", 7, 7, 7)).toBe(0);
    expect(reduce("variance", nan, 1)).toBeNaN();
  });

  it("logSumExp: of large, small and infinite cells", () => {
    expect(reduce("logSumExp", 1000, 1000)).toBe(1000 + Math.LN2);
    expect(reduce("logSumExp", -1000, -1000)).toBe(-1000 + Math.LN2);
    expect(reduce("logSumExp", 3)).toBe(3);
    expect(reduce("logSumExp", -Infinity, -Infinity)).toBe(-Infinity);
    expect(reduce("logSumExp", -Infinity, 2)).toBe(2);
    expect(reduce("logSumExp", Infinity, 2)).toBe(Infinity);
    expect(reduce("logSumExp", nan, Infinity)).toBeNaN();
  });
});

describe("scans", () => {
  it("cumsum, from either end", () => {
    expect(scan("cumsum", 1, 2, 3)).toEqual([1, 3, 6]);
    expect(scan("reverseCumsum", 1, 2, 3)).toEqual([6, 5, 3]);
    expect(scan("cumsum", 1, nan, 3)).toEqual([1, nan, nan]);
  });

  it("softmax: positive, sums to 1, the same for a shifted lane", () => {
    fc.assert(
      fc.property(lane, cell, (cells, shift) => {
        const p = scan("softmax", ...cells);
        expectNear([p.reduce((a, b) => a + b)], [1]);
        expect(p.every((x) => x >= 0)).toBe(true);
        expectNear(scan("softmax", ...cells.map((x) => x + shift)), p);
        expectNear(scan("logSoftmax", ...cells).map(Math.exp), p);
      }),
    );
  });

  it("softmax and logSoftmax: of large cells, masked cells and NaN", () => {
    expect(scan("softmax", 1000, 1000)).toEqual([0.5, 0.5]);
    expect(scan("softmax", -Infinity, 0)).toEqual([0, 1]);
    expect(scan("softmax", 0, nan)).toEqual([nan, nan]);
    expect(scan("logSoftmax", 1e4, -1e4)).toEqual([0, -2e4]);
    expect(scan("logSoftmax", -Infinity, 0)).toEqual([-Infinity, 0]);
    // The logarithm of the sum is not lost beside a large number.
    expect(scan("logSoftmax", 1e15, 1e15)).toEqual([-Math.LN2, -Math.LN2]);
  });

  it("sparsemax: the nearest point of the simplex", () => {
    // Nearest means: where it is positive all distances are equal, elsewhere the cells lie at least that far below.
    fc.assert(
      fc.property(lane, (cells) => {
        const p = scan("sparsemax", ...cells);
        expectNear([p.reduce((a, b) => a + b)], [1]);
        const distances = cells.flatMap((x, i) => (p[i]! > 0 ? [x - p[i]!] : []));
        expectNear(
          distances,
          distances.map(() => distances[0]!),
        );
        cells.forEach((x, i) => {
          if (p[i] === 0) expect(x).toBeLessThanOrEqual(distances[0]! + 1e-12);
        });
      }),
    );
  });

  it("sparsemax: of large and infinite cells and NaN", () => {
    expectNear(scan("sparsemax", 0.5, 0.3, -2), [0.6, 0.4, 0]);
    expect(scan("sparsemax", 1e17, 1e17, 0)).toEqual([0.5, 0.5, 0]);
    expect(scan("sparsemax", -Infinity, 0)).toEqual([0, 1]);
    expect(scan("sparsemax", 1, nan)).toEqual([nan, nan]);
  });
});

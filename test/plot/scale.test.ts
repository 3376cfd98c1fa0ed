import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Domain, extent, formatNumber, linearScale, ticks } from "../../src/plot/scale.ts";

const domains = fc
  .tuple(
    fc.double({ min: -1e3, max: 1e3, noNaN: true }),
    fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
    fc.integer({ min: -12, max: 12 }),
  )
  .map(([middle, width, power]): Domain => [(middle - width) * 10 ** power, (middle + width) * 10 ** power]);
const counts = fc.integer({ min: 2, max: 20 });

describe("ticks", () => {
  test("are multiples of 1, 2 or 5 · 10ᵏ", () => {
    fc.assert(
      fc.property(domains, counts, (domain, count) => {
        const { values } = ticks(domain, count);
        if (values.length < 2) return;
        const distance = (values.at(-1)! - values[0]!) / (values.length - 1);
        const power = 10 ** Math.floor(Math.log10(distance) + 1e-6);
        const step = [1, 2, 5]
          .map((mantissa) => mantissa * power)
          .find((nice) => Math.abs(distance / nice - 1) < 1e-3);
        expect(step).toBeDefined();
        for (const value of values) {
          const parts = value / step!;
          expect(Math.abs(parts - Math.round(parts))).toBeLessThan(1e-9 * Math.max(1, Math.abs(parts)));
        }
      }),
    );
  });

  test("lie inside the domain, leave no room for another, and are about as many as asked for", () => {
    fc.assert(
      fc.property(domains, counts, (domain, count) => {
        const { values } = ticks(domain, count);
        const [min, max] = domain;
        const slack = (max - min) * 1e-6;
        expect(values.length).toBeGreaterThanOrEqual(Math.floor(count / 2.5));
        expect(values.length).toBeLessThanOrEqual(count + 1);
        if (values.length < 2) return;
        const step = values[1]! - values[0]!;
        expect(values[0]).toBeGreaterThanOrEqual(min - slack);
        expect(values.at(-1)).toBeLessThanOrEqual(max + slack);
        expect(values[0]! - step).toBeLessThan(min + slack);
        expect(values.at(-1)! + step).toBeGreaterThan(max - slack);
      }),
    );
  });

  test("zero is a tick of every domain around it, exactly", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 1e6, noNaN: true }), counts, (end, count) => {
        expect(ticks([-end, end], count).values).toContain(0);
      }),
    );
  });

  test("labels differ and say the value", () => {
    fc.assert(
      fc.property(domains, counts, (domain, count) => {
        const { values, labels } = ticks(domain, count);
        expect(new Set(labels).size).toBe(labels.length);
        labels.forEach((label, i) => {
          const error = Math.abs(Number(label.replaceAll("−", "-")) - values[i]!);
          expect(error).toBeLessThan((domain[1] - domain[0]) / 100);
        });
      }),
    );
  });

  test("decimals are exact, signs are minus signs", () => {
    expect(ticks([-0.3, 0.35], 7).values).toEqual([-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]);
    expect(ticks([-1, 1], 4).labels).toEqual(["−1.0", "−0.5", "0", "0.5", "1.0"]);
    expect(ticks([-10, 10], 10).labels).toEqual([
      "−10",
      "−8",
      "−6",
      "−4",
      "−2",
      "0",
      "2",
      "4",
      "6",
      "8",
      "10",
    ]);
    expect(ticks([0, 4e6], 4).labels).toEqual(["0", "1e6", "2e6", "3e6", "4e6"]);
    expect(ticks([0, 2e-5], 2).labels).toEqual(["0", "1e-5", "2e-5"].map((label) => label.replace("-", "−")));
  });

  test("whole things get no ticks between them", () => {
    expect(ticks([1, 3], 10, 1).values).toEqual([1, 2, 3]);
  });
});

test("a scale maps the ends of its domain to the ends of its range", () => {
  const scale = linearScale([-2, 2], [100, 0]);
  expect([-2, 0, 2].map(scale)).toEqual([100, 50, 0]);
});

test("an extent has a width, also of one value or of none", () => {
  expect(extent([3, Number.NaN, -1, Number.POSITIVE_INFINITY])).toEqual([-1, 3]);
  expect(extent([4, 4])).toEqual([2, 6]);
  expect(extent([0])).toEqual([-1, 1]);
  expect(extent([Number.NaN])).toEqual([0, 1]);
});

test("numbers in prose have four digits", () => {
  expect([-0.37333333, 1e21, 0, -0, 12345].map(formatNumber)).toEqual(["−0.3733", "1e21", "0", "0", "12350"]);
});

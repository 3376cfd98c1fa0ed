import { describe, expect, it } from "vitest";
import * as c from "../src/index.ts";
import { stream } from "../src/random.ts";

const moments = (x: c.Tensor) => {
  const mean = x.mean().item();
  return { mean, std: x.std().item(), min: x.min().item(), max: x.max().item() };
};

describe("setSeed", () => {
  it("gives the same bits for the same seed, others for another", () => {
    const draw = (seed: number | string) => {
      c.setSeed(seed);
      return [
        c.randomNormal([50]),
        c.randomUniform([50]),
        c.truncatedNormal([50]),
        c.randomInt([50], 0, 9),
      ].map((x) => x.data);
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw("seven")).toEqual(draw("seven"));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it("keeps streams apart: one more draw here does not shift the numbers there", () => {
    c.setSeed(1);
    const alone = stream("b").uniform();
    c.setSeed(1);
    stream("a").uniform();
    expect(stream("b").uniform()).toBe(alone);
    expect(stream("a").uniform()).not.toBe(alone);
  });

  it("refuses what is no seed", () => {
    expect(() => c.setSeed(Number.NaN)).toThrow(
      /setSeed: expected a finite number or a string; received NaN/,
    );
  });
});

describe("distributions (20,000 cells, one seed)", () => {
  const n = [20_000];
  it("uniform", () => {
    c.setSeed(3);
    const { mean, std, min, max } = moments(c.randomUniform(n, { min: -1, max: 3, dtype: "float64" }));
    expect(Math.abs(mean - 1)).toBeLessThan((4 * std) / Math.sqrt(n[0]!));
    expect(std).toBeCloseTo(4 / Math.sqrt(12), 1);
    expect([min >= -1, max < 3, min < -0.99, max > 2.99]).toEqual([true, true, true, true]);
  });

  it("normal", () => {
    c.setSeed(3);
    const { mean, std } = moments(c.randomNormal(n, { mean: 2, std: 0.5, dtype: "float64" }));
    expect(Math.abs(mean - 2)).toBeLessThan((4 * 0.5) / Math.sqrt(n[0]!));
    expect(std).toBeCloseTo(0.5, 1);
  });

  it("truncated normal: nothing beyond two standard deviations", () => {
    c.setSeed(3);
    const { std, min, max } = moments(c.truncatedNormal(n, { mean: 1, std: 0.5, dtype: "float64" }));
    expect([min >= 0, max <= 2, min < 0.02, max > 1.98]).toEqual([true, true, true, true]);
    expect(std).toBeCloseTo(0.5 * 0.8796, 1);
  });

  it("whole numbers, each as often", () => {
    c.setSeed(3);
    const counts = [0, 0, 0, 0];
    for (const value of c.randomInt(n, 2, 6).data) counts[value - 2]!++;
    for (const count of counts) expect(Math.abs(count - 5000)).toBeLessThan(250);
    expect(() => c.randomInt([1], 3, 3)).toThrow(/min < max/);
  });
});

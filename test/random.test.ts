import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as c from "../src/index.ts";
import { type Stream, stream, streamFrom } from "../src/random.ts";

const take = (from: Stream, n: number): number[] => Array.from({ length: n }, () => from.uniform());

describe("setSeed", () => {
  const draws = [
    () => c.randomNormal([50]),
    () => c.randomUniform([50]),
    () => c.truncatedNormal([50]),
    () => c.randomInt([50], 0, 9),
  ];
  const draw = (seed: number | string) => {
    c.setSeed(seed);
    return draws.map((next) => next().data);
  };

  it("gives the same bits for the same seed, others for another", () => {
    expect(draw(7)).toEqual(draw(7));
    expect(draw("seven")).toEqual(draw("seven"));
    expect(draw("7")).toEqual(draw(7));
    const [seven, eight] = [draw(7), draw(8)];
    seven.forEach((cells, i) => {
      expect(cells).not.toEqual(eight[i]);
    });
    // A stream goes on: the next draw is another one.
    expect(c.randomNormal([50]).data).not.toEqual(eight[0]);
  });

  it("gives the same bits on every machine and in every version", () => {
    c.setSeed(42);
    expect([
      c.randomUniform([2], { dtype: "float64" }).toArray(),
      c.randomInt([5], 0, 100).toArray(),
    ]).toMatchInlineSnapshot(`
      [
        [
          0.25144117744639516,
          0.20613448950462043,
        ],
        [
          15,
          17,
          93,
          54,
          24,
        ],
      ]
    `);
  });

  it("keeps streams apart: what is drawn from one does not depend on when others are asked", () => {
    const names = ["weights", "dropout", "shuffle"];
    const numbersOf = (order: readonly string[]) => {
      c.setSeed(1);
      const drawn = new Map<string, number[]>(names.map((name) => [name, []]));
      for (const name of order) drawn.get(name)!.push(stream(name).uniform());
      return drawn;
    };
    const inTurn = numbersOf(names.flatMap((name) => new Array<string>(5).fill(name)));
    const mixed = names.flatMap((name) => new Array<string>(5).fill(name));
    fc.assert(
      fc.property(fc.shuffledSubarray(mixed, { minLength: mixed.length }), (order) => {
        expect(numbersOf(order)).toEqual(inTurn);
      }),
    );
    expect(new Set([...inTurn.values()].flat()).size).toBe(15);
  });

  it("without it, every start differs; a stream made from a seed does not care", () => {
    expect(take(streamFrom(undefined), 3)).not.toEqual(take(streamFrom(undefined), 3));
    const own = take(streamFrom("mine"), 3);
    c.setSeed(5);
    expect(take(streamFrom("mine"), 3)).toEqual(own);
    const from = () => ({ stream: streamFrom("mine"), dtype: "float64" as const });
    expect(c.randomUniform([3], from()).toArray()).toEqual(own);
  });

  it.each([Number.NaN, Infinity, null, undefined, {}, 1n])("refuses %s", (seed) => {
    expect(() => c.setSeed(seed as never)).toThrow(
      /setSeed: expected a finite number or a string; received /,
    );
  });
});

const n = 100_000;

/** Asserts the first moments E xᵏ, each within four standard errors. */
function expectMoments(x: c.Tensor, exact: readonly number[]): void {
  const cells = Array.from(x.data as ArrayLike<number>);
  const mean = (list: readonly number[]) => list.reduce((a, b) => a + b, 0) / list.length;
  exact.forEach((moment, i) => {
    const powers = cells.map((value) => value ** (i + 1));
    const average = mean(powers);
    const deviation = Math.sqrt(mean(powers.map((value) => (value - average) ** 2)));
    const off = Math.abs(average - moment);
    expect(off, `moment ${i + 1}`).toBeLessThan((4 * deviation) / Math.sqrt(cells.length));
  });
}

const extremes = (x: c.Tensor) => [x.min().item(), x.max().item()] as const;

describe("distributions (100,000 cells, one seed)", () => {
  it("uniform", () => {
    c.setSeed(3);
    const x = c.randomUniform([n], { min: -1, max: 3, dtype: "float64" });
    expectMoments(
      x.add(1).div(4),
      [1, 2, 3, 4].map((k) => 1 / (k + 1)),
    );
    const [min, max] = extremes(x);
    expect([min >= -1, max < 3, min < -0.99, max > 2.99]).toEqual([true, true, true, true]);
  });

  it("uniform never rounds up to its end in float32", () => {
    const nearlyOne: Stream = { ...streamFrom("x"), uniform: () => 1 - 2 ** -32 };
    expect(c.randomUniform([1], { stream: nearlyOne }).item()).toBeLessThan(1);
    expect(c.randomUniform([1], { stream: nearlyOne, min: 5, max: 7 }).item()).toBeLessThan(7);
    expect(c.randomUniform([1], { min: 2, max: 2 }).item()).toBe(2);
  });

  it("normal", () => {
    c.setSeed(3);
    const x = c.randomNormal([n], { mean: 2, std: 0.5, dtype: "float64" });
    expectMoments(x.sub(2).mul(2), [0, 1, 0, 3, 0, 15]);
  });

  it("truncated normal: nothing beyond two standard deviations", () => {
    c.setSeed(3);
    const x = c.truncatedNormal([n], { mean: 1, std: 0.5, dtype: "float64" });
    const [min, max] = extremes(x);
    expect([min >= 0, max <= 2, min < 0.02, max > 1.98]).toEqual([true, true, true, true]);
    // By parts: E xᵏ = (k − 1) E xᵏ⁻² − 2 aᵏ⁻¹ φ(a) / P(|x| < a), with a = 2.
    const edge = (2 * Math.exp(-2)) / Math.sqrt(2 * Math.PI) / c.K.erf(Math.SQRT2).item();
    const second = 1 - 2 * edge;
    expectMoments(x.sub(1).mul(2), [0, second, 0, 3 * second - 8 * edge]);
  });

  it("whole numbers, each as often, up to the whole range of int32", () => {
    c.setSeed(3);
    const x = c.randomInt([n], 2, 6);
    expect(x.dtype).toBe("int32");
    const counts = new Map<number, number>();
    for (const value of x.data) counts.set(value, (counts.get(value) ?? 0) + 1);
    expect([...counts.keys()].sort()).toEqual([2, 3, 4, 5]);
    // Chi-squared with 3 degrees of freedom: beyond 16.27 once in a thousand.
    const square = [...counts.values()].reduce((sum, count) => sum + (count - n / 4) ** 2 / (n / 4), 0);
    expect(square).toBeLessThan(16.27);
    const [min, max] = extremes(c.randomInt([n], -(2 ** 31), 2 ** 31));
    expect([min < -(2 ** 31) * 0.999, max > 2 ** 31 * 0.999]).toEqual([true, true]);
    expect(() => c.randomInt([1], 3, 3)).toThrow(/min < max/);
  });

  it("streams are not correlated with each other, nor with themselves a step later", () => {
    c.setSeed(3);
    const [a, b] = [take(stream("a"), n), take(stream("b"), n)];
    // The mean of products of independent numbers around 0 with variance 1/12.
    const correlation = (x: readonly number[], y: readonly number[]) =>
      (x.reduce((sum, value, i) => sum + (value - 0.5) * ((y[i] ?? 0.5) - 0.5), 0) * 12) / n;
    for (const other of [b, a.slice(1), a.slice(2)]) {
      expect(Math.abs(correlation(a, other))).toBeLessThan(4 / Math.sqrt(n));
    }
  });
});

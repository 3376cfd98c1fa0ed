import { describe, expect, it } from "vitest";
import { placeholder, statelessNormal, statelessUniform, type Tensor } from "../../src/index.ts";

const n = 100_000;
const uniform = (key: number, salt = 0, size = n) =>
  statelessUniform(key, { shape: [size], salt, dtype: "float64" });
const mean = (x: Tensor) => x.mean().item();

/** The correlation of two series of equal length. */
function correlation(a: Tensor, b: Tensor): number {
  const [x, y] = [a.sub(mean(a)), b.sub(mean(b))];
  return mean(x.mul(y)) / Math.sqrt(mean(x.square()) * mean(y.square()));
}

const shifted = (x: Tensor, by: number) => [x.slice({ end: [-by] }), x.slice({ begin: [by] })] as const;

describe("statelessUniform", () => {
  it("is the same on every machine and in every dtype", () => {
    const draw = (dtype: "float32" | "float64") =>
      statelessUniform(42, { shape: [2, 2], salt: 3, dtype })
        .mul(2 ** 24)
        .toArray();
    expect(draw("float64")).toMatchInlineSnapshot(`
      [
        [
          2834465,
          1160473,
        ],
        [
          12481746,
          6008780,
        ],
      ]
    `);
    expect(draw("float32")).toEqual(draw("float64"));
  });

  it("fills [0, 1) evenly: 256 classes by chi square", () => {
    for (const [key, salt] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [2 ** 31 - 1, 1000],
      [-5, -5],
    ] as const) {
      const counts = new Array<number>(256).fill(0);
      for (const value of uniform(key, salt).data) counts[Math.floor(value * 256)]!++;
      const expected = n / 256;
      const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      // 255 degrees of freedom: mean 255, standard deviation 22.6; five of them on either side.
      expect(chi).toBeGreaterThan(142);
      expect(chi).toBeLessThan(368);
    }
  });

  it("is not correlated with its neighbours, other keys or other salts", () => {
    const limit = 5 / Math.sqrt(n);
    const base = uniform(7, 3);
    for (const by of [1, 2, 3, 64, 1024]) {
      expect(Math.abs(correlation(...shifted(base, by)))).toBeLessThan(limit * 1.1);
    }
    for (const other of [
      uniform(8, 3),
      uniform(7, 4),
      uniform(3, 7),
      uniform(6, 4),
      uniform(7 + 2 ** 16, 3),
    ]) {
      expect(Math.abs(correlation(base, other))).toBeLessThan(limit);
    }
  });

  it("has no numbers while a size or the key is unknown", () => {
    expect(statelessUniform(placeholder([], "int32"), { shape: [2] }).symbolic).toBe(true);
    expect(() => statelessUniform(1, { shape: [null, 2] })).toThrow("not known");
    expect(() => statelessUniform([1, 2], { shape: [2] })).toThrow("statelessUniform: key must be a scalar");
  });
});

describe("statelessNormal", () => {
  const x = statelessNormal(5, { shape: [n], salt: 2, dtype: "float64" });

  it("has the moments of a standard normal", () => {
    const moments = [1, 2, 3, 4].map((power) => mean(x.pow(power)));
    // Standard errors: √(E x²ᵏ − (E xᵏ)²) / √n = 1, √2, √15, √96 over √n.
    [0, 1, 0, 3].forEach((expected, i) => {
      const error = Math.sqrt([1, 2, 15, 96][i]! / n);
      expect(Math.abs(moments[i]! - expected)).toBeLessThan(5 * error);
    });
  });

  it("has its tails, and neighbours that are not correlated", () => {
    const beyond = (limit: number) => x.data.filter((value: number) => Math.abs(value) > limit).length / n;
    expect(Math.abs(beyond(1) - 0.3173)).toBeLessThan(0.008);
    expect(Math.abs(beyond(3) - 0.0027)).toBeLessThan(0.001);
    expect(Math.abs(correlation(...shifted(x, 1)))).toBeLessThan(5 / Math.sqrt(n));
  });
});

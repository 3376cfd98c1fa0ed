import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";
import { fans } from "../../src/layers/initializers.ts";
import { readFixture } from "../support/fixtures.ts";

interface InitializerCase {
  readonly name: string;
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly shape: readonly number[];
  readonly fan_in?: number;
  readonly fan_out?: number;
  readonly distribution: string;
  readonly mean: number;
  readonly std: number;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly values?: readonly (readonly number[])[];
}

const { cases } = readFixture<{ cases: InitializerCase[] }>("initializers.json");
const named = (keep: (one: InitializerCase) => boolean) =>
  cases.filter(keep).map((one) => [one.name, one] as const);
const spreads = named(({ std }) => std !== undefined);

/** As many values as it takes: one draw after another. */
function draw({ class_name, config, shape }: InitializerCase, count: number): number[] {
  const initializer = c.initializers.get({ class_name, config });
  const values: number[] = [];
  while (values.length < count) values.push(...initializer.of(shape, "float64").toTypedArray());
  return values;
}

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

describe("initializers as Keras's", () => {
  it.each(named(({ fan_in }) => fan_in !== undefined))("%s: shape and fans", (_, one) => {
    const { class_name, config, shape } = one;
    expect(c.initializers.get({ class_name, config }).of(shape, "float32").shape).toEqual(shape);
    expect(fans(shape)).toEqual({ fanIn: one.fan_in, fanOut: one.fan_out });
  });

  it.each(spreads)("%s: bounds and moments", (_, one) => {
    c.setSeed(1);
    const values = draw(one, 30_000);
    const { std, minimum, maximum } = one;
    const center = mean(values);
    const spread = Math.sqrt(mean(values.map((x) => (x - center) ** 2)));
    // Five standard errors: of a mean σ/√n, of a standard deviation less than σ/√n for these distributions.
    const error = (5 * std) / Math.sqrt(values.length);
    expect(Math.abs(center - one.mean)).toBeLessThanOrEqual(error + 1e-12);
    expect(Math.abs(spread - std)).toBeLessThanOrEqual(error + 1e-12);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    if (minimum !== null && maximum !== null) {
      const slack = 1e-12;
      expect(low).toBeGreaterThanOrEqual(minimum - slack);
      expect(high).toBeLessThanOrEqual(maximum + slack);
      // 30000 draws come close to both ends.
      expect(low - minimum).toBeLessThanOrEqual(0.02 * (maximum - minimum) + slack);
      expect(maximum - high).toBeLessThanOrEqual(0.02 * (maximum - minimum) + slack);
    } else {
      expect(high - center).toBeGreaterThan(3 * std);
      expect(center - low).toBeGreaterThan(3 * std);
    }
  });

  it.each(spreads)("%s: distribution", (_, one) => {
    c.setSeed(2);
    const { std } = one;
    if (one.distribution === "constant") {
      expect(new Set(draw(one, 100)).size).toBe(1);
      return;
    }
    // The part of the values within one standard deviation tells the three apart.
    const within = { uniform: 1 / Math.sqrt(3), normal: 0.6827, truncated_normal: 0.6505 }[one.distribution]!;
    const part = mean(draw(one, 30_000).map((x) => Number(Math.abs(x - one.mean) < std)));
    expect(Math.abs(part - within)).toBeLessThan(0.015);
  });

  it.each(named(({ distribution }) => distribution === "orthogonal"))("%s", (_, one) => {
    const { class_name, config, shape } = one;
    const matrix = c.initializers
      .get({ class_name, config })
      .of(shape, "float64")
      .reshape([-1, shape.at(-1)!]);
    const [rows, columns] = matrix.shape as readonly [number, number];
    const short = rows < columns ? matrix : matrix.transpose();
    const product = short.matmul(short.transpose());
    const gain = Number(config.gain ?? 1);
    const off = product.sub(c.eye(product.shape[0]!, "float64").mul(gain ** 2)).abs();
    expect(off.max().item()).toBeLessThan(1e-12);
  });

  it.each(named(({ values }) => values !== undefined))("%s", (_, one) => {
    const { class_name, config, shape, values } = one;
    expect(c.initializers.get({ class_name, config }).of(shape, "float64").toArray()).toEqual(values);
  });

  it("covers every case and every class", () => {
    const tested = cases.filter(
      ({ std, values, distribution }) => std !== undefined || values || distribution === "orthogonal",
    );
    expect(tested).toHaveLength(cases.length);
    const known = c.initializers.names().map((name) => name.replaceAll("_", ""));
    const covered = new Set(cases.map(({ class_name }) => class_name.toLowerCase()));
    expect(known.filter((name) => !covered.has(name))).toEqual([]);
  });

  it("draws the same with the same seed, its own or the global one", () => {
    const values = (config: object) =>
      c.initializers
        .get({ class_name: "HeNormal", config: { ...config } })
        .of([3, 4], "float32")
        .toArray();
    c.setSeed(3);
    const first = values({});
    expect(values({})).not.toEqual(first);
    c.setSeed(3);
    expect(values({})).toEqual(first);
    expect(values({ seed: 5 })).toEqual(values({ seed: 5 }));
    expect(values({ seed: 5 })).not.toEqual(values({ seed: 6 }));
  });
});

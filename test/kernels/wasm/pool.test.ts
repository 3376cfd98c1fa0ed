import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PoolGeometry, poolGeometry } from "../../../src/geometry.ts";
import { reference } from "../../../src/kernels/reference/reference.ts";
import {
  averagePool,
  averagePoolScatter,
  maxPool,
  maxPoolGather,
  maxPoolScatter,
} from "../../../src/kernels/wasm/lower/pool.ts";
import type { Shape } from "../../../src/shape.ts";
import { type View, viewOf } from "../../../src/view.ts";
import { seeds } from "../../support/cells.ts";
import { runLowering } from "../../support/run-wasm.ts";
import { exact, expectNear, numbers, resultOf, rounding, zeros } from "./compare.ts";

// A mean of at most 9 cells, or a sum of at most 9 such, of size at most 1: as many roundings.
const meanTolerance = 10 * rounding;

interface Case {
  readonly x: Shape;
  readonly y: Shape;
  readonly g: PoolGeometry;
  readonly threads: number;
  readonly seed: number;
}

const size = fc.integer({ min: 1, max: 3 });
/** Two by two cells have ways of their own, and others where they share none and leave none out. */
const sizes = fc.oneof(fc.tuple(size, size), fc.constant([2, 2] as const));

const cases: fc.Arbitrary<Case> = fc
  .record({
    x: fc.tuple(
      size,
      fc.integer({ min: 3, max: 9 }),
      fc.integer({ min: 3, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
    ),
    window: fc.record({
      kernel: sizes,
      strides: sizes,
      padding: fc.constantFrom("valid", "same"),
      dilation: fc.constant([1, 1] as const),
    }),
    threads: fc.integer({ min: 1, max: 3 }),
    seed: seeds,
  })
  .map(({ x, window, threads, seed }) => {
    const g = poolGeometry(x, window);
    return { x, g, y: [x[0], g.height.output, g.width.output, x[3]], threads, seed };
  });

/** Few different numbers, so that windows have ties, and sometimes NaN and infinities. */
function withTies(shape: Shape, seed: number): View {
  const rare = [Number.NaN, Infinity, -Infinity, -0, 0];
  const view = numbers(shape, seed);
  const cells = view.data.map((x) => rare[Math.floor((x + 1) * 40)] ?? Math.round(x * 2));
  return { ...view, data: Float32Array.from(cells) };
}

function expected(shape: Shape, compute: (out: View) => void): View {
  const out = zeros(shape);
  compute(out);
  return out;
}

describe("pooling in WebAssembly", () => {
  it("maxPool: the first largest of the real cells, bit by bit", () => {
    fc.assert(
      fc.property(cases, ({ x, y, g, threads, seed }) => {
        const images = withTies(x, seed);
        const got = resultOf([images], y, (w, out) => maxPool(w, images, g, out), threads);
        const want = expected(y, (out) => reference.maxPool(exact(images), g, out));
        expect([...got]).toEqual([...want.data]);
      }),
    );
  });

  it("maxPoolGather: another image's cells where the first largest are", () => {
    fc.assert(
      fc.property(cases, ({ x, y, g, threads, seed }) => {
        const [v, images] = [numbers(x, seed + 1), withTies(x, seed)];
        const got = resultOf([v, images], y, (w, out) => maxPoolGather(w, v, images, g, out), threads);
        const want = expected(y, (out) => reference.maxPoolGather(exact(v), exact(images), g, out));
        expect([...got]).toEqual([...want.data]);
      }),
    );
  });

  it("maxPoolScatter: each dy to where the first largest is", () => {
    fc.assert(
      fc.property(cases, ({ x, y, g, threads, seed }) => {
        const [dy, images] = [numbers(y, seed + 1), withTies(x, seed)];
        const got = resultOf([dy, images], x, (w, out) => maxPoolScatter(w, dy, images, g, out), threads);
        const want = expected(x, (out) => reference.maxPoolScatter(exact(dy), exact(images), g, out));
        expectNear(got, want.data, () => meanTolerance * 9);
      }),
    );
  });

  it("averagePool: padding does not count", () => {
    fc.assert(
      fc.property(cases, ({ x, y, g, threads, seed }) => {
        const images = numbers(x, seed);
        const got = resultOf([images], y, (w, out) => averagePool(w, images, g, out), threads);
        const want = expected(y, (out) => reference.averagePool(exact(images), g, out));
        expectNear(got, want.data, () => meanTolerance);
      }),
    );
  });

  it("averagePoolScatter: each dy spread over its real cells", () => {
    fc.assert(
      fc.property(cases, ({ x, y, g, threads, seed }) => {
        const dy = numbers(y, seed);
        const got = resultOf([dy], x, (w, out) => averagePoolScatter(w, dy, g, out), threads);
        const want = expected(x, (out) => reference.averagePoolScatter(exact(dy), g, out));
        expectNear(got, want.data, () => meanTolerance * 9);
      }),
    );
  });

  it("many blocks give what one gives", () => {
    const x: Shape = [3, 33, 35, 20];
    const g = poolGeometry(x, { kernel: [3, 2], strides: [2, 1], padding: "same", dilation: [1, 1] });
    const images = withTies(x, 1);
    const dy = numbers([3, g.height.output, g.width.output, 20], 2);
    const got = resultOf([dy, images], x, (w, out) => maxPoolScatter(w, dy, images, g, out), 16);
    const want = expected(x, (out) => reference.maxPoolScatter(exact(dy), exact(images), g, out));
    expectNear(got, want.data, () => meanTolerance * 9);
  });

  it("leaves other dtypes and strided views to the reference", () => {
    const g = poolGeometry([1, 4, 4, 1], {
      kernel: [2, 2],
      strides: [2, 2],
      padding: "valid",
      dilation: [1, 1],
    });
    const [x, out] = [viewOf(new Int32Array(16), [1, 4, 4, 1]), viewOf(new Int32Array(4), [1, 2, 2, 1])];
    expect(runLowering([x, out], (w) => maxPool(w, x, g, out))).toBe(false);
    const wide = { ...viewOf(new Float32Array(32), [1, 4, 4, 1]), stride: [32, 8, 2, 1] };
    const floats = viewOf(new Float32Array(4), [1, 2, 2, 1]);
    expect(runLowering([wide, floats], (w) => maxPool(w, wide, g, floats))).toBe(false);
  });
});

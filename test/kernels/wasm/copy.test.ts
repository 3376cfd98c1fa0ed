import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cells } from "../../../src/dtype.ts";
import { reference } from "../../../src/kernels/reference/reference.ts";
import { copy, fill } from "../../../src/kernels/wasm/lower/copy.ts";
import { type Shape, sizeOf } from "../../../src/shape.ts";
import { broadcastView, sliceView, transposeView, type View, viewOf } from "../../../src/view.ts";
import { runLowering } from "../../support/run-wasm.ts";

/** A view of some cells in a larger array: permuted, with gaps and maybe backwards along each axis. */
interface Walk {
  readonly order: readonly number[];
  readonly steps: readonly number[];
}

const walkOf = (rank: number): fc.Arbitrary<Walk> =>
  fc.record({
    order: fc.shuffledSubarray(
      Array.from({ length: rank }, (_, i) => i),
      { minLength: rank },
    ),
    steps: fc.array(fc.constantFrom(1, 1, 1, 2, -1), { minLength: rank, maxLength: rank }),
  });

function viewAlong(cells: new (size: number) => Cells, shape: Shape, { order, steps }: Walk): View {
  const stored = order.map((axis) => shape[axis]! * Math.abs(steps[axis]!));
  const whole = viewOf(new cells(sizeOf(stored)), stored);
  const inverse = order.map((_, axis) => order.indexOf(axis));
  const moved = transposeView(whole, inverse);
  const start = shape.map((size, i) => (steps[i]! < 0 ? size - 1 : 0));
  return sliceView(moved, start, steps, shape);
}

const shapes = fc.oneof(
  fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 5 }),
  fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 })),
);

const cases = shapes.chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    from: walkOf(shape.length),
    to: walkOf(shape.length),
    threads: fc.integer({ min: 1, max: 3 }),
  }),
);

/** Copies in both ways and compares all cells, those between the ones of `out` as well. */
function check(x: View, out: View, threads: number): void {
  for (let i = 0; i < x.data.length; i++) x.data[i] = (i % 200) + 0.25;
  out.data.fill(7);
  const want = { ...out, data: out.data.slice() };
  reference.copy(x, want);
  expect(runLowering([x, out], (w) => copy(w, x, out), threads)).toBe(true);
  expect(out.data).toEqual(want.data);
}

const pairs = [
  [Float32Array, Float32Array],
  [Int32Array, Int32Array],
  [Float32Array, Int32Array],
  [Int32Array, Float32Array],
  [Uint8Array, Float32Array],
  [Uint8Array, Int32Array],
] as const;

describe("copies in WebAssembly", () => {
  it.each(pairs)("%o to %o: any views", (from, to) => {
    fc.assert(
      fc.property(cases, (one) => {
        check(viewAlong(from, one.shape, one.from), viewAlong(to, one.shape, one.to), one.threads);
      }),
    );
  });

  it("large views: runs, transposes and stretched cells", () => {
    const floats = (shape: Shape) => viewOf(new Float32Array(sizeOf(shape)), shape);
    check(floats([40_003]), floats([40_003]), 3);
    check(transposeView(floats([301, 203]), [1, 0]), floats([203, 301]), 2);
    check(transposeView(floats([3, 50, 41, 6]), [0, 3, 1, 2]), floats([3, 6, 50, 41]), 2);
    check(broadcastView(floats([1, 70, 1]), [20, 70, 50]), floats([20, 70, 50]), 2);
    check(broadcastView(floats([50]), [20, 70, 50]), floats([20, 70, 50]), 2);
  });

  it("float32 to int32 as JavaScript does it", () => {
    const values = [
      Number.NaN,
      Infinity,
      -Infinity,
      1.9,
      -1.9,
      2 ** 31,
      -(2 ** 33) - 2 ** 12,
      2 ** 70,
      3e9,
      -3e9,
    ];
    const x = viewOf(Float32Array.from(values), [values.length]);
    const out = viewOf(new Int32Array(values.length), [values.length]);
    expect(runLowering([x, out], (w) => copy(w, x, out))).toBe(true);
    expect(out.data).toEqual(Int32Array.from(x.data));
  });

  it("fill: any view with one number", () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(Float32Array, Int32Array), ({ shape, to, threads }, cells) => {
        const out = viewAlong(cells, shape, to);
        out.data.fill(7);
        const want = { ...out, data: out.data.slice() };
        reference.fill(-3, want);
        expect(runLowering([out], (w) => fill(w, -3, out), threads)).toBe(true);
        expect(out.data).toEqual(want.data);
      }),
    );
  });

  it("leaves other dtypes to the reference, and does nothing for no cells", () => {
    const [doubles, floats] = [viewOf(new Float64Array(2), [2]), viewOf(new Float32Array(2), [2])];
    expect(runLowering([doubles, floats], (w) => copy(w, doubles, floats))).toBe(false);
    expect(runLowering([doubles], (w) => fill(w, 1, doubles))).toBe(false);
    const none = viewOf(new Float32Array(0), [0, 3]);
    expect(runLowering([none], (w) => copy(w, none, none))).toBe(true);
  });
});

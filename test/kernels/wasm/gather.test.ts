import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reference } from "../../../src/kernels/reference/reference.ts";
import { gather, scatterAdd } from "../../../src/kernels/wasm/lower/gather.ts";
import { streamFrom } from "../../../src/random.ts";
import { type View, viewOf } from "../../../src/view.ts";
import { seeds } from "../../support/cells.ts";
import { runLowering } from "../../support/run-wasm.ts";
import { exact, expectNear, numbers, resultOf, rounding, zeros } from "./compare.ts";

const cases = fc.record({
  outer: fc.integer({ min: 1, max: 3 }),
  slices: fc.integer({ min: 1, max: 9 }),
  cells: fc.constantFrom(1, 2, 3, 4, 5, 33, 200),
  count: fc.integer({ min: 0, max: 12 }),
  threads: fc.integer({ min: 1, max: 3 }),
  seed: seeds,
});

/** Indices from −slices to slices − 1. */
function indicesOf(count: number, slices: number, seed: number): View {
  const random = streamFrom(String(seed));
  const cells = Int32Array.from({ length: count }, () => random.below(2 * slices) - slices);
  return viewOf(cells, [count]);
}

describe("slices by index in WebAssembly", () => {
  it("gather: bit by bit, of floats and integers", () => {
    fc.assert(
      fc.property(
        cases,
        fc.constantFrom(Float32Array, Int32Array),
        ({ outer, slices, cells, count, threads, seed }, kind) => {
          const floats = numbers([outer, slices, cells], seed, -100, 100);
          const x = { ...floats, data: kind.from(floats.data) };
          const indices = indicesOf(count, slices, seed);
          const shape = [outer, count, cells];
          const got = resultOf([x, indices], shape, (w, out) => gather(w, x, indices, out), threads, kind);
          const want = zeros(shape);
          reference.gather(x, indices, want);
          expect([...got]).toEqual([...want.data]);
        },
      ),
    );
  });

  it("scatterAdd: what falls on one index is added up", () => {
    fc.assert(
      fc.property(cases, ({ outer, slices, cells, count, threads, seed }) => {
        const dy = numbers([outer, count, cells], seed);
        const indices = indicesOf(count, slices, seed);
        const shape = [outer, slices, cells];
        const got = resultOf([dy, indices], shape, (w, out) => scatterAdd(w, dy, indices, out), threads);
        const want = zeros(shape);
        reference.scatterAdd(exact(dy), indices, want);
        // At most so many numbers of size at most 1 meet in one cell.
        expectNear(got, want.data, () => (count + 1) * rounding * count);
      }),
    );
  });

  it("many blocks", () => {
    const [x, indices] = [numbers([3, 50, 70], 1), indicesOf(900, 50, 2)];
    const got = resultOf([x, indices], [3, 900, 70], (w, out) => gather(w, x, indices, out), 4);
    const want = zeros([3, 900, 70]);
    reference.gather(x, indices, want);
    expect([...got]).toEqual([...want.data]);
    const dy = { ...want, data: got };
    const back = resultOf([dy, indices], [3, 50, 70], (w, out) => scatterAdd(w, dy, indices, out), 4);
    const sums = zeros([3, 50, 70]);
    reference.scatterAdd(exact(dy), indices, sums);
    expectNear(back, sums.data, () => 60 * rounding * 60);
  });

  it("an index out of range reads zeros and adds nothing", () => {
    const indices = viewOf(Int32Array.of(3, -4, 1), [3]);
    const x = numbers([1, 3, 2], 1);
    const got = resultOf([x, indices], [1, 3, 2], (w, out) => gather(w, x, indices, out), 1);
    expect([...got]).toEqual([0, 0, 0, 0, x.data[2], x.data[3]]);
    const sums = resultOf([x, indices], [1, 3, 2], (w, out) => scatterAdd(w, x, indices, out), 1);
    expect([...sums]).toEqual([0, 0, x.data[4], x.data[5], 0, 0]);
  });

  it("leaves other dtypes to the reference", () => {
    const [x, indices] = [viewOf(new Float64Array(4), [1, 2, 2]), indicesOf(2, 2, 1)];
    expect(runLowering([x, indices], (w) => gather(w, x, indices, x))).toBe(false);
    expect(runLowering([x, indices], (w) => scatterAdd(w, x, indices, x))).toBe(false);
  });
});

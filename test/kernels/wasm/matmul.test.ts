import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matmul as reference } from "../../../src/kernels/reference/matmul.ts";
import type { Workshop } from "../../../src/kernels/wasm/instruction.ts";
import { matmul } from "../../../src/kernels/wasm/lower/matmul.ts";
import { type Shape, sizeOf } from "../../../src/shape.ts";
import { broadcastView, sliceView, transposeView, type View, viewOf } from "../../../src/view.ts";
import { seeds } from "../../support/cells.ts";
import { runLowering } from "../../support/run-wasm.ts";
import { exact, expectNear, numbers, resultOf, rounding, zeros } from "./compare.ts";

/** How the matrices of one side lie in memory. */
interface Side {
  readonly transposed: boolean;
  /** The row-major matrices are cut from larger ones, with so many cells more at the end of each row. */
  readonly gap: number;
  /** One matrix for the whole batch. */
  readonly shared: boolean;
}

const side: fc.Arbitrary<Side> = fc.record({
  transposed: fc.boolean(),
  gap: fc.constantFrom(0, 0, 1, 5),
  shared: fc.boolean(),
});

const plain: Side = { transposed: false, gap: 0, shared: false };

/** Matrices [batch…, rows, columns] that lie as `side` says. */
function matrices(
  batch: Shape,
  rows: number,
  columns: number,
  { transposed, gap, shared }: Side,
  seed: number,
) {
  const own = shared ? [] : batch;
  const [outer, inner] = transposed ? [columns, rows] : [rows, columns];
  const cells = numbers([...own, outer, inner + gap], seed);
  const none = cells.shape.map(() => 0);
  const ones = cells.shape.map(() => 1);
  const view = sliceView(cells, none, ones, [...own, outer, inner]);
  const axes = own.map((_, i) => i);
  const [r, c] = transposed ? [axes.length + 1, axes.length] : [axes.length, axes.length + 1];
  return broadcastView(transposeView(view, [...axes, r, c]), [...batch, rows, columns]);
}

/**
 * A float32 sum of k products is off by at most k roundings of the sum of their sizes, and by some √k of them as a rule.
 * Panels and vectors make it less: partial sums are added up as a tree.
 */
const tolerance = (k: number): number => (4 + 0.5 * Math.sqrt(k)) * rounding;

function check(a: View, b: View, threads: number, isFixed = false): void {
  const shape = [...a.shape.slice(0, -1), b.shape.at(-1)!];
  const [want, size] = [zeros(shape), zeros(shape)];
  reference(exact(a), exact(b), want);
  reference(exact(a, Math.abs), exact(b, Math.abs), size);
  const lower = (workshop: Workshop, out: View) => matmul(workshop, a, b, out);
  const got = resultOf([a, b], shape, lower, threads, Float32Array, isFixed);
  const relative = tolerance(a.shape.at(-1)!);
  expectNear(got, want.data, (i) => relative * size.data[i]!);
}

const sizes = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constantFrom(1, 31, 32, 67));

describe("matmul in WebAssembly", () => {
  it("matrices of any size, row-major or transposed, in batches", () => {
    const cases = fc.record({
      batch: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
      size: fc.tuple(sizes, sizes, sizes),
      sides: fc.tuple(side, side),
      threads: fc.integer({ min: 1, max: 4 }),
      isFixed: fc.boolean(),
      seed: seeds,
    });
    fc.assert(
      fc.property(cases, ({ batch, size: [m, k, n], sides, threads, isFixed, seed }) => {
        const [a, b] = [matrices(batch, m, k, sides[0], seed), matrices(batch, k, n, sides[1], seed + 1)];
        check(a, b, threads, isFixed);
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it.each([
    ["more than one panel deep", 70, 600, 30],
    ["few rows", 3, 300, 200],
    ["few results of many products", 6, 3000, 7],
    ["a row", 1, 1100, 300],
    ["a column", 300, 1100, 1],
    ["a number", 1, 5000, 1],
    ["rank one", 130, 1, 150],
  ])("%s", (_, m, k, n) => {
    for (const transposedA of [false, true]) {
      for (const transposedB of [false, true]) {
        const a = matrices([], m, k, { ...plain, transposed: transposedA }, 3);
        const b = matrices([], k, n, { ...plain, transposed: transposedB }, 4);
        for (const threads of [1, 2, 5]) check(a, b, threads, threads === 1);
      }
    }
  });

  it("brings a matrix into panels once for many rows, and once for all runs if it stays the same", () => {
    const kernels = (rows: number, threads: number, isFixed = false) => {
      const [a, b, out] = [numbers([rows, 200], 1), numbers([200, 30], 2), numbers([rows, 30], 3)];
      const scratch = () => ({ data: new Float32Array(0), offset: 0 });
      const instructions = matmul({ threads, scratch, isFixed: () => isFixed }, a, b, out)!;
      expect(instructions[0]?.prepares?.data).toBe(instructions.length > 1 ? b.data : undefined);
      return instructions.map(({ kernel }) => kernel);
    };
    expect(kernels(64, 2)).toEqual(["gemmPanels", "gemm"]);
    expect(kernels(64, 1)).toEqual(["gemm"]);
    expect(kernels(64, 1, true)).toEqual(["gemmPanels", "gemm"]);
    expect(kernels(8, 2, true)).toEqual(["gemm"]);
  });

  it("splits the inner axis over threads where there are few results", () => {
    const [a, b, out] = [numbers([6, 3000], 1), numbers([3000, 7], 2), numbers([6, 7], 3)];
    const scratch = () => ({ data: new Float32Array(0), offset: 0 });
    const kernels = matmul({ threads: 4, scratch, isFixed: () => false }, a, b, out)?.map(
      ({ kernel }) => kernel,
    );
    expect(kernels).toEqual(["gemm", "gemmSum"]);
  });

  it("lets an epilogue follow blocks of whole rows", () => {
    const [a, b, out] = [numbers([4, 100, 20], 1), numbers([4, 20, 30], 2), numbers([4, 100, 30], 3)];
    const scratch = () => ({ data: new Float32Array(0), offset: 0 });
    const [product] = matmul({ threads: 2, scratch, isFixed: () => false }, a, b, out)!;
    expect(product?.epilogue).toEqual({ result: { data: out.data, offset: 0 }, grain: 30 });
  });

  it("leaves other dtypes and steps to the reference", () => {
    const refused = (a: View, b: View) => {
      const out = viewOf(new Float32Array(sizeOf([a.shape[0]!, b.shape[1]!])), [a.shape[0]!, b.shape[1]!]);
      expect(runLowering([a, b, out], (workshop) => matmul(workshop, a, b, out))).toBe(false);
    };
    const [a, b] = [numbers([3, 4], 1), numbers([4, 5], 2)];
    refused(exact(a), b);
    refused(a, exact(b));
    refused(sliceView(numbers([6, 8], 1), [0, 0], [2, 2], [3, 4]), b);
    refused(a, sliceView(numbers([8, 10], 1), [0, 0], [2, 2], [4, 5]));
  });
});

import { sizeOf } from "../../../shape.ts";
import { isContiguous, type View } from "../../../view.ts";
import type { Instruction, Lowering, Word, Workshop } from "../instruction.ts";

/** A batch of matrix products; all steps are in cells. */
interface Product {
  readonly a: View;
  readonly b: View;
  readonly out: View;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Along m and k. */
  readonly stepA: readonly [number, number];
  /** Along k and n. */
  readonly stepB: readonly [number, number];
  readonly batch: readonly BatchAxis[];
}

interface BatchAxis {
  readonly size: number;
  readonly a: number;
  readonly b: number;
}

/** Batch axes with those of size 1 left out and neighbours that one step leads through made one. */
function mergeAxes(axes: readonly BatchAxis[]): BatchAxis[] {
  const merged: BatchAxis[] = [];
  for (const axis of axes) {
    if (axis.size === 1) continue;
    const outer = merged.at(-1);
    if (outer?.a === axis.size * axis.a && outer.b === axis.size * axis.b) {
      merged[merged.length - 1] = { size: outer.size * axis.size, a: axis.a, b: axis.b };
    } else {
      merged.push(axis);
    }
  }
  return merged;
}

function productOf(a: View, b: View, out: View): Product {
  const rank = out.shape.length;
  const axes = mergeAxes(
    out.shape.slice(0, -2).map((size, i) => ({ size, a: a.stride[i]!, b: b.stride[i]! })),
  );
  let m = out.shape[rank - 2]!;
  const n = out.shape[rank - 1]!;
  const k = a.shape[rank - 1]!;
  // The step along an axis with one cell is never taken; 1 or 0 fits the kernels best.
  let [rowA, colA] = [m === 1 ? 1 : a.stride[rank - 2]!, k === 1 ? 1 : a.stride[rank - 1]!];
  const [rowB, colB] = [k === 1 ? 0 : b.stride[rank - 2]!, n === 1 ? 1 : b.stride[rank - 1]!];
  // Matrices on top of each other times one and the same matrix are one tall matrix times it.
  for (let last = axes.at(-1); last?.b === 0 && (m === 1 || last.a === m * rowA); last = axes.at(-1)) {
    if (m === 1) rowA = last.a;
    m *= last.size;
    axes.pop();
  }
  return { a, b, out, m, n, k, stepA: [rowA, colA], stepB: [rowB, colB], batch: axes };
}

const isFloat32 = (view: View): boolean => view.data instanceof Float32Array;

const placeOf = ({ data, offset }: View) => ({ data, offset });

const ceilTo = (value: number, step: number): number => Math.ceil(value / step) * step;

/** The depth of a packed panel in the kernel. */
const depth = 256;

function blocksOf({ m, n, k, batch }: Product, threads: number) {
  const matrices = batch.reduce((count, { size }) => count * size, 1);
  const rowsFor = (items: number) => ceilTo(Math.ceil((matrices * m) / items), 4);
  const wholeRows = Math.min(ceilTo(m, 4), 64);
  if (threads === 1 || matrices * m * n * k < 20_000) return { rows: wholeRows, columns: n, parts: 1 };
  const rows = Math.min(wholeRows, Math.max(rowsFor(4 * threads), 16));
  const items = matrices * Math.ceil(m / rows);
  if (items >= threads) return { rows, columns: n, parts: 1 };
  const across = Math.ceil((2 * threads) / items);
  const columns = Math.max(ceilTo(Math.ceil(n / across), 8), 16);
  if (items * Math.ceil(n / columns) >= threads) return { rows, columns, parts: 1 };
  const parts = Math.min(threads, Math.floor(k / (2 * depth)));
  return parts > 1 ? { rows, columns: n, parts } : { rows, columns, parts: 1 };
}

function gemm(workshop: Workshop, product: Product): readonly Instruction[] {
  const { a, b, out, m, n, k, stepA, stepB, batch } = product;
  const { rows, columns, parts } = blocksOf(product, workshop.threads);
  const packed = stepA[1] === 1 ? 0 : ceilTo(rows, 4) * Math.min(k, depth);
  const scratch = 32 + 8 * depth + packed;
  const cells = sizeOf(out.shape);
  const target = parts > 1 ? workshop.scratch(parts * cells) : placeOf(out);
  const group = Math.max(1, Math.floor(100_000 / (rows * columns * k + 1)));
  const words: Word[] = [
    ...[placeOf(a), placeOf(b), target, m, n, k, ...stepA, ...stepB, columns],
    ...[workshop.scratch(scratch * workshop.threads), scratch * 4, batch.length],
    ...[rows, group, parts],
    ...batch.flatMap(({ size, a, b }) => [size, a, b]),
  ];
  const epilogue = { result: placeOf(out), grain: n };
  if (parts > 1) {
    const block = n * Math.max(1, Math.floor(4096 / n));
    return [
      { kernel: "gemm", words },
      { kernel: "gemmSum", words: [target, placeOf(out), cells, parts, block], epilogue },
    ];
  }
  return [columns >= n ? { kernel: "gemm", words, epilogue } : { kernel: "gemm", words }];
}

/** Products of float32 matrices that are row-major or transposed; the batch may have any steps. */
export const matmul: Lowering<"matmul"> = (workshop, a, b, out) => {
  if (![a, b, out].every(isFloat32) || !isContiguous(out)) return undefined;
  if (sizeOf(out.shape) === 0) return [];
  const product = productOf(a, b, out);
  const [[rowA, colA], [rowB, colB]] = [product.stepA, product.stepB];
  if ((rowA !== 1 && colA !== 1) || (rowB !== 1 && colB !== 1)) return undefined;
  return gemm(workshop, product);
};

import { sizeOf } from "../../../shape.ts";
import { isContiguous, type View } from "../../../view.ts";
import type { Instruction, Lowering, Place, Word, Workshop } from "../instruction.ts";
import { ceilTo } from "./ceil-to.ts";

/** A batch of matrix products; all steps are in cells. */
interface Product {
  readonly a: Place;
  readonly b: Place;
  readonly out: Place;
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
      merged[merged.length - 1] = { ...axis, size: outer.size * axis.size };
    } else {
      merged.push(axis);
    }
  }
  return merged;
}

const placeOf = ({ data, offset }: View): Place => ({ data, offset });

function productOf(a: View, b: View, out: View): Product {
  const rank = out.shape.length;
  const batch = mergeAxes(
    out.shape.slice(0, -2).map((size, i) => ({ size, a: a.stride[i]!, b: b.stride[i]! })),
  );
  let m = out.shape[rank - 2]!;
  const n = out.shape[rank - 1]!;
  const k = a.shape[rank - 1]!;
  // The step along an axis with one cell is never taken, so it may be what suits the kernels.
  let rowA = m === 1 ? 1 : a.stride[rank - 2]!;
  const colA = k === 1 ? 1 : a.stride[rank - 1]!;
  const stepB = [k === 1 ? 1 : b.stride[rank - 2]!, n === 1 ? 1 : b.stride[rank - 1]!] as const;
  // Matrices on top of each other times one and the same matrix are one tall matrix times it.
  const follows = (step: number) => (m === 1 ? colA === 1 || step === 1 : step === m * rowA);
  for (let last = batch.at(-1); last?.b === 0 && follows(last.a); last = batch.at(-1)) {
    if (m === 1) rowA = last.a;
    m *= last.size;
    batch.pop();
  }
  return { a: placeOf(a), b: placeOf(b), out: placeOf(out), m, n, k, stepA: [rowA, colA], stepB, batch };
}

/** The product the other way round, outᵀ = bᵀ · aᵀ, for an `out` that is a column and so lies as a row does. */
function turn({ a, b, out, m, n, k, stepA, stepB, batch }: Product): Product {
  return {
    ...{ a: b, b: a, out, m: n, n: m, k },
    stepA: [stepB[1], stepB[0]],
    stepB: [stepA[1], stepA[0]],
    batch: batch.map(({ size, a, b }) => ({ size, a: b, b: a })),
  };
}

const matricesOf = ({ batch }: Product): number => batch.reduce((count, { size }) => count * size, 1);

/** Fewer multiplications than this are done by one thread before another has woken up. */
const smallWork = 20_000;
/** The depth of a packed panel, as in the kernel. */
const depth = 256;

/** The words that all products share; `rest` are the four of gemm. */
function wordsOf(
  { a, b, m, n, k, stepA, stepB, batch }: Product,
  target: Place,
  columns: number,
  [scratch, bytes]: readonly [Word, number],
  rest: readonly [number, number, number, number],
): readonly Word[] {
  return [
    ...[a, b, target, m, n, k, ...stepA, ...stepB, columns, scratch, bytes, batch.length, ...rest],
    ...batch.flatMap(({ size, a, b }) => [size, a, b]),
  ];
}

/** Vectors times matrices; `grain` is the length of a row of the result as its user sees it. */
function gemv(workshop: Workshop, product: Product, grain: number): readonly Instruction[] | undefined {
  const { n, k, stepA, stepB, out } = product;
  if (stepB[1] !== 1 && stepA[1] !== 1) return undefined;
  const blocks = matricesOf(product) * n * k < smallWork ? 1 : 4 * workshop.threads;
  const columns = workshop.threads === 1 ? n : Math.max(ceilTo(Math.ceil(n / blocks), 16), 64);
  const words = wordsOf(product, out, columns, [0, 0], [0, 0, 0, 0]);
  const whole = columns >= n || grain === 1;
  return [{ kernel: "gemv", words, ...(whole && { epilogue: { result: out, grain } }) }];
}

/**
 * How the result is cut: in blocks of whole rows, so that an epilogue can follow; where rows are too few for the threads,
 * of columns, too; and where those are too few, the inner axis is split, and the sums added up after.
 */
function blocksOf(product: Product, threads: number) {
  const { m, n, k } = product;
  const matrices = matricesOf(product);
  const most = Math.min(ceilTo(m, 4), 64);
  if (threads === 1 || matrices * m * n * k < smallWork) return { rows: most, columns: n, parts: 1 };
  const fair = ceilTo(Math.ceil((matrices * m) / (4 * threads)), 4);
  const rows = Math.min(most, Math.max(fair, 16));
  const down = matrices * Math.ceil(m / rows);
  if (down >= threads) return { rows, columns: n, parts: 1 };
  const across = Math.ceil((2 * threads) / down);
  const columns = Math.max(ceilTo(Math.ceil(n / across), 8), 16);
  const parts = Math.min(threads, Math.floor(k / (2 * depth)));
  const few = down * Math.ceil(n / columns) < threads;
  return few && parts > 1 ? { rows, columns: n, parts } : { rows, columns, parts: 1 };
}

/** Rows of A for which it pays to pack B. */
const manyRows = 16;
/** More cells than this are not copied whole. */
const mostPacked = 2 ** 22;

/**
 * Brings B into panels before the product, once for all blocks of rows, or once for all runs if it stays the same; gives the
 * product with B in panels. `undefined` where each block had better pack what it needs.
 */
function inPanels(workshop: Workshop, product: Product): [Instruction, Product] | undefined {
  const { b, m, n, k, stepB, batch } = product;
  const cells = k * ceilTo(n, 8);
  const blocks = Math.ceil(m / blocksOf(product, workshop.threads).rows);
  const pays = m >= manyRows && (blocks > 1 || workshop.isFixed(b));
  if (!pays || batch.length > 0 || m * n * k < smallWork || cells > mostPacked) return undefined;
  const panels = workshop.scratch(cells);
  const words = [b, panels, n, k, ...stepB];
  return [
    { kernel: "gemmPanels", words, prepares: b },
    { ...product, b: panels, stepB: [8, k] },
  ];
}

function gemm(workshop: Workshop, given: Product): readonly Instruction[] {
  const packed = inPanels(workshop, given);
  const [first, product] = packed ?? [undefined, given];
  const before = first ? [first] : [];
  const { out, m, n, k, stepA } = product;
  const { rows, columns, parts } = blocksOf(product, workshop.threads);
  const cells = matricesOf(product) * m * n;
  // Per thread: a tile, a panel of B and the rows of a transposed A.
  const size = 32 + 8 * depth + (stepA[1] === 1 ? 0 : rows * Math.min(k, depth));
  const scratch = [workshop.scratch(size * workshop.threads), 4 * size] as const;
  const target = parts > 1 ? workshop.scratch(parts * cells) : out;
  const group = Math.max(1, Math.floor((5 * smallWork) / (rows * columns * Math.max(k, 1))));
  const words = wordsOf(product, target, columns, scratch, [
    rows,
    group,
    parts,
    Number(packed !== undefined),
  ]);
  const epilogue = { result: out, grain: n };
  if (parts === 1) return [...before, { kernel: "gemm", words, ...(columns >= n && { epilogue }) }];
  const block = n * Math.max(1, Math.floor(4096 / n));
  return [
    ...before,
    { kernel: "gemm", words },
    { kernel: "gemmSum", words: [target, out, cells, parts, block], epilogue },
  ];
}

/** Products of float32 matrices that are row-major or transposed; the batch may have any steps. */
export const matmul: Lowering<"matmul"> = (workshop, a, b, out) => {
  if (![a, b, out].every(({ data }) => data instanceof Float32Array) || !isContiguous(out)) return undefined;
  if (sizeOf(out.shape) === 0) return [];
  const product = productOf(a, b, out);
  if (!product.stepA.includes(1) || !product.stepB.includes(1)) return undefined;
  const { m, n } = product;
  const vector =
    m === 1 ? gemv(workshop, product, n) : n === 1 ? gemv(workshop, turn(product), 1) : undefined;
  return vector ?? gemm(workshop, product);
};

import { ChainruleError } from "../../errors.ts";
import { formatShape, type Shape, stridesOf } from "../../shape.ts";

/** A cell of a tensor: its index along each axis. */
export type Index = readonly number[];

/** One product in a sum of products. */
export interface Term {
  /** The cells that the term joins, by what their tensors stand for. */
  readonly at: Readonly<Record<string, Index>>;
  readonly factors: readonly [number, number];
  readonly product: number;
}

/** A sum of products: what one cell is made of. */
export interface Ledger {
  /** The terms, up to the limit. */
  readonly terms: readonly Term[];
  /** How many terms there are, listed or not. */
  readonly count: number;
  /** The sum of them all, listed or not. */
  readonly sum: number;
}

export interface LedgerOptions {
  /** How many terms are listed at most. Default 100. */
  readonly limit?: number;
  /** Which come first: those of the first cells, or those with the largest products. Default `"cell"`. */
  readonly order?: "cell" | "size";
}

/** A product that is not a term yet: its cells are written out only if it is listed. */
export interface Product {
  readonly factors: readonly [number, number];
  readonly at: () => Readonly<Record<string, Index>>;
}

const valueOf = ({ factors: [a, b] }: Product): number => a * b;

/** NaN counts as the largest, so that it is seen. */
function sizeOf(product: Product): number {
  const value = Math.abs(valueOf(product));
  return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
}

function bySize(p: Product, q: Product): number {
  const [a, b] = [sizeOf(p), sizeOf(q)];
  if (a === b) return 0;
  return a > b ? -1 : 1;
}

/** Adds up products, and lists some of them. */
export function ledgerOf(
  products: Iterable<Product>,
  { limit = 100, order = "cell" }: LedgerOptions = {},
): Ledger {
  const kept: Product[] = [];
  let count = 0;
  let sum = 0;
  for (const product of products) {
    count++;
    sum += valueOf(product);
    if (order === "size" || kept.length < limit) kept.push(product);
  }
  if (order === "size") kept.sort(bySize);
  const terms = kept
    .slice(0, limit)
    .map((product) => ({ at: product.at(), factors: product.factors, product: valueOf(product) }));
  return { terms, count, sum };
}

/** Where a cell lies among the row-major cells. `who` asks, for the error if there is no such cell. */
export function positionOf(who: string, cell: Index, shape: Shape): number {
  const inside = cell.length === shape.length && cell.every((i, axis) => isIndex(i, shape[axis]!));
  if (!inside) {
    throw new ChainruleError(
      `${who}: expected a cell of ${formatShape(shape)}; received [${cell.join(", ")}]`,
    );
  }
  const strides = stridesOf(shape);
  return cell.reduce((at, i, axis) => at + i * strides[axis]!, 0);
}

const isIndex = (i: number, size: number): boolean => Number.isInteger(i) && i >= 0 && i < size;

/** The cell at a row-major position. */
export function cellAt(position: number, shape: Shape): Index {
  return stridesOf(shape).map((stride, axis) => Math.floor(position / stride) % shape[axis]!);
}

/** 0, 1, …, count − 1. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

import { expect } from "vitest";
import type { Shape, Tensor } from "../../../src/index.ts";
import { type AnyOp, isOp } from "../../../src/ops/op.ts";
import { sizeOf } from "../../../src/shape.ts";
import { cellAt, type Index, type Ledger } from "../../../src/stepper/windows/ledger.ts";

/** All cells of a shape, in order. */
export const cellsOf = (shape: Shape): Index[] =>
  Array.from({ length: sizeOf(shape) }, (_, i) => cellAt(i, shape));

/** All terms, none cut. */
export const all = { limit: Number.POSITIVE_INFINITY };

/** That the ledger's terms are consistent and add up to a number, to rounding. */
export function expectSum(ledger: Ledger, expected: number, what = ""): void {
  const size = ledger.terms.reduce((total, { product }) => total + Math.abs(product), 0);
  const listed = ledger.terms.reduce((total, { product }) => total + product, 0);
  for (const { factors, product } of ledger.terms) expect(product).toBe(factors[0] * factors[1]);
  expect(ledger.count, what).toBe(ledger.terms.length);
  expect(Math.abs(listed - ledger.sum), what).toBeLessThanOrEqual(1e-12 * size);
  expect(Math.abs(ledger.sum - expected), `${what}: ${ledger.sum} against ${expected}`).toBeLessThanOrEqual(
    1e-11 * Math.max(size, 1),
  );
}

/** The value of a tensor at a cell. */
export function valueAt(x: Tensor, cell: Index): number {
  const position = cell.reduce((at, i, axis) => at * x.shape[axis]! + i, 0);
  return x.data[position]!;
}

/** The terms that are not 0, as text, whatever their order. */
export const asSet = (ledger: Ledger, names: readonly string[]): string[] =>
  ledger.terms
    .filter(({ product }) => product !== 0)
    .map(({ at, product }) => `${names.map((name) => `${name}[${at[name]}]`).join(" ")} ${product}`)
    .sort();

/** An op without its own types, as generic code calls it. */
export function anyOp(op: unknown): AnyOp {
  if (!isOp(op)) throw new Error("expected an op");
  return op;
}

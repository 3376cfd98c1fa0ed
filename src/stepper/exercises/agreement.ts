import { type Slope, slopeOf } from "../../autodiff/check/numeric.ts";
import { noGrad } from "../../ops/recording.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { Forward } from "./truth.ts";

const largest = (xs: ArrayLike<number>): number =>
  Array.from(xs).reduce((top, x) => Math.max(top, Math.abs(x)), 0);

/** Whether two numbers agree, next to others of the given size. */
export const near = (a: number, b: number, size: number): boolean => Math.abs(a - b) <= 1e-6 * size + 1e-10;

/** A cell, of one of several tensors. */
export interface Cell {
  readonly input: number;
  readonly cell: number;
}

/** The cells in which two lists of tensors differ. */
export function differences(yours: readonly Tensor[], expected: readonly Tensor[]): Cell[] {
  return expected.flatMap((right, input) => {
    const size = largest(right.data);
    return Array.from(right.data).flatMap((value, cell) =>
      near(yours[input]!.data[cell]!, value, size) ? [] : [{ input, cell }],
    );
  });
}

/** The one-sided slopes of Σ upstream · f in a cell of an input, where they differ. */
export function kinkAt(
  f: Forward,
  inputs: readonly Tensor[],
  upstream: Tensor,
  { input, cell }: Cell,
): Slope["kink"] {
  const moved = (x: Tensor, t: number): Tensor => {
    const cells = Float64Array.from(x.data);
    cells[cell]! += t;
    return new Tensor(x.shape, "float64", cells);
  };
  const phi = (t: number): number => {
    const y = noGrad(() => f(...inputs.map((x, i) => (i === input ? moved(x, t) : x))));
    return Array.from(upstream.data).reduce((sum, u, i) => sum + u * y.data[i]!, 0);
  };
  const { kink } = slopeOf(phi, Math.abs(inputs[input]!.data[cell]!));
  // Where large terms cancel, rounding looks like a tiny kink.
  const size = Array.from(upstream.data).reduce((sum, u) => sum + Math.abs(u), 0);
  return kink !== undefined && Math.abs(kink.right - kink.left) > 1e-6 * size ? kink : undefined;
}

/** Whether a slope lies between those of both sides of a kink. */
export function isBetween(slope: number, { left, right }: NonNullable<Slope["kink"]>): boolean {
  const slack = 1e-3 * Math.max(Math.abs(left), Math.abs(right));
  return slope >= Math.min(left, right) - slack && slope <= Math.max(left, right) + slack;
}

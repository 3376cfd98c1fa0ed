import { formatShape, type Shape, sizeOf, stridesOf } from "../../shape.ts";

/** A gradient under suspicion: what the rule gave and what differences measured, cell by cell. */
export interface Suspect {
  readonly shape: Shape;
  readonly yours: ArrayLike<number>;
  readonly numeric: ArrayLike<number>;
  /** The measured gradient for an upstream of ones. */
  readonly numericOfOnes: ArrayLike<number>;
  /** The upstream gradient, if it has the shape of the input. */
  readonly upstream: ArrayLike<number> | undefined;
  /** The measured gradients of the other inputs, with their positions. */
  readonly others: readonly {
    readonly position: number;
    readonly shape: Shape;
    readonly numeric: ArrayLike<number>;
  }[];
}

const near = (a: number, b: number, size: number): boolean =>
  Math.abs(a - b) <= 1e-4 * Math.max(Math.abs(b), 0.01 * size);

const largest = (xs: ArrayLike<number>): number =>
  Array.from(xs).reduce((top, x) => Math.max(top, Math.abs(x)), 0);

function alike(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  const size = largest(b);
  return size > 0 && a.length === b.length && Array.from(a).every((x, i) => near(x, b[i]!, size));
}

/** The common ratio a / b, if there is one. */
function ratioOf(a: ArrayLike<number>, b: ArrayLike<number>): number | undefined {
  const size = largest(b);
  const ratios = Array.from(b).flatMap((value, i) => (Math.abs(value) > 1e-3 * size ? [a[i]! / value] : []));
  const [first] = ratios;
  if (first === undefined || !Number.isFinite(first)) return undefined;
  const scaled = Array.from(b, (value) => value * first);
  return alike(a, scaled) ? first : undefined;
}

/** The cells read through another order of indices. */
function reordered(cells: ArrayLike<number>, shape: Shape, index: (at: number[]) => number[]): number[] {
  const strides = stridesOf(shape);
  return Array.from({ length: sizeOf(shape) }, (_, flat) => {
    const at = strides.map((stride, axis) => Math.floor(flat / stride) % shape[axis]!);
    return cells[index(at).reduce((sum, i, axis) => sum + i * strides[axis]!, 0)]!;
  });
}

function nameRatio(ratio: number, cells: number): string {
  const inverse = 1 / ratio;
  const shown = ratio.toPrecision(3);
  const everywhere = `ratio yours/numeric = ${shown} everywhere`;
  if (near(ratio, -1, 1)) return `${everywhere}: the sign is wrong`;
  if (near(inverse, 2, 1)) {
    return `${everywhere}: a missing factor 2, or one of two equal contributions overwrote the other instead of adding to it`;
  }
  if (cells > 1 && near(inverse, cells, cells))
    return `${everywhere}: a mean over the ${cells} cells where there is a sum`;
  if (cells > 1 && near(ratio, cells, cells))
    return `${everywhere}: a sum over the ${cells} cells where there is a mean`;
  const whole = [ratio, inverse].find((x) => Math.abs(x) < 100 && near(x, Math.round(x), 1));
  if (whole === ratio) return `${everywhere}: a superfluous factor ${Math.round(ratio)}`;
  if (whole === inverse) return `${everywhere}: a missing factor ${Math.round(inverse)}`;
  return `${everywhere}: a missing factor ${inverse.toPrecision(3)}`;
}

/**
 * The likely mistake behind a wrong gradient, or nothing if it looks like none of the common ones. The kinds of mistakes
 * are those that learners report: see docs/your-first-gradient.md.
 */
export function diagnose(suspect: Suspect): string | undefined {
  const { shape, yours, numeric, numericOfOnes, upstream, others } = suspect;
  if (largest(yours) === 0)
    return "no gradient arrives: a rule gives zeros, or a stopGradient or rounding op is in the way";
  if (alike(yours, numericOfOnes))
    return "the upstream gradient is ignored: this is the gradient for an upstream of ones";
  const ratio = ratioOf(yours, numeric);
  if (ratio !== undefined) return nameRatio(ratio, sizeOf(shape));
  const rank = shape.length;
  if (rank >= 2 && shape.at(-1) === shape.at(-2)) {
    const swapped = (at: number[]) => [...at.slice(0, -2), at.at(-1)!, at.at(-2)!];
    if (alike(reordered(yours, shape, swapped), numeric)) return "it is transposed";
  }
  const flippedAxes = rank === 4 ? [0, 1] : shape.map((_, axis) => axis);
  const flipped = (at: number[]) =>
    at.map((i, axis) => (flippedAxes.includes(axis) ? shape[axis]! - 1 - i : i));
  if (alike(reordered(yours, shape, flipped), numeric)) {
    return rank === 4
      ? "the kernel is flipped (or was not, and should be)"
      : "the cells are in reverse order";
  }
  for (const other of others) {
    if (formatShape(other.shape) === formatShape(shape) && alike(yours, other.numeric)) {
      return `it is the gradient of input ${other.position}: are the two swapped?`;
    }
  }
  const missing = Array.from(numeric, (value, i) => value - yours[i]!);
  if (upstream !== undefined && ratioOf(missing, upstream) !== undefined) {
    return "a path is missing: it differs by a multiple of the upstream gradient, as if a direct (residual) path did not count";
  }
  return undefined;
}

import { ensure, show } from "./errors.ts";

/**
 * The size of each axis. A size that is not known yet (the batch of a symbolic tensor) is `NaN`, shown as
 * `None`: as in IEEE arithmetic, whatever is computed from an unknown is unknown, so shape rules need no
 * special case for it. Compare sizes with `sameSize`, which takes an unknown for any size.
 */
export type Shape = readonly number[];

export const unknown = Number.NaN;

/** How users write shapes: `null` for an unknown size. */
export type ShapeLike = readonly (number | null)[];

export const isKnown = (shape: Shape): boolean => !shape.some(Number.isNaN);

export const sameSize = (a: number, b: number): boolean => a === b || Number.isNaN(a) || Number.isNaN(b);

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((size, i) => sameSize(size, b[i]!));

/** The most axes and cells that a tensor may have: more is a mistake, and would only end in no memory. */
export const maxRank = 32;
export const maxCells = 2 ** 28;

/** Refuses a shape of too many axes or cells. Sizes of 0 do not count, as in numpy: loops run over the others. */
export function ensureFits(shape: Shape): void {
  ensure(shape.length <= maxRank, () => `${shape.length} axes are too many: a tensor has at most ${maxRank}`);
  let cells = 1;
  for (const size of shape) if (size > 1) cells *= size;
  ensure(
    cells <= maxCells,
    () => `shape ${formatShape(shape)} is too large: a tensor holds at most ${maxCells} cells (2²⁸)`,
  );
}

/** Number of cells: the product of the sizes; 1 for a scalar, whose shape is []. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

/** `[None, 32, 32, 3]`: how shapes appear in messages. */
export const formatShape = (shape: Shape): string =>
  `[${shape.map((size) => (Number.isNaN(size) ? "None" : size)).join(", ")}]`;

/** Checks a shape that came from a user; `null` becomes an unknown size. */
export function checkShape(value: ShapeLike, allowUnknown = true): Shape {
  const well = (size: unknown) =>
    (Number.isInteger(size) && (size as number) >= 0) ||
    (allowUnknown && (size === null || Number.isNaN(size)));
  ensure(
    Array.isArray(value) && value.every(well),
    () => `expected a shape, an array of whole sizes ≥ 0; received ${show(value)}`,
  );
  const shape = value.map((size) => size ?? unknown);
  ensureFits(shape);
  return shape;
}

/** Row-major strides: the last axis has stride 1. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i]!;
  }
  return strides;
}

/** The shape that both broadcast to, by numpy's rule: align at the right; 1 stretches. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  if (a === b || (a.length === b.length && a.every((size, i) => size === b[i]))) return a;
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const m = a[i - rank + a.length] ?? 1;
    const n = b[i - rank + b.length] ?? 1;
    ensure(
      sameSize(m, n) || m === 1 || n === 1,
      () =>
        `shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast: ` +
        `axis ${i - rank} has sizes ${m} and ${n}, which must be equal or 1`,
    );
    if (m === 1) return n;
    return Number.isNaN(m) && n !== 1 ? n : m;
  });
}

/** The axes of `to` along which `from` was stretched, those that `from` lacks included. */
export function stretchedAxes(from: Shape, to: Shape): number[] {
  const lead = to.length - from.length;
  return to.flatMap((size, i) => (i < lead || (from[i - lead] === 1 && size !== 1) ? [i] : []));
}

/** A non-negative axis from one that may count from the end. */
export function normalizeAxis(axis: number, rank: number, what = "axis"): number {
  ensure(Number.isInteger(axis) && axis >= -rank && axis < rank, () =>
    rank === 0
      ? `${what} ${axis} was given, but a scalar has no axes`
      : `${what} ${axis} is out of range: with ${rank} axes it must be a whole number from ${-rank} to ${rank - 1}`,
  );
  return axis < 0 ? axis + rank : axis;
}

/** Sorted, distinct, non-negative axes; `null` means all of them. */
export function normalizeAxes(axes: number | readonly number[] | null, rank: number): number[] {
  if (axes === null) return Array.from({ length: rank }, (_, i) => i);
  const list = typeof axes === "number" ? [axes] : axes;
  const normal = list.map((axis) => normalizeAxis(axis, rank));
  ensure(new Set(normal).size === normal.length, () => `axes [${list}] name an axis twice`);
  return normal.sort((a, b) => a - b);
}

/** The shape after reducing `axes`: dropped, or kept with size 1. */
export function reducedShape(shape: Shape, axes: readonly number[], keepdims: boolean): Shape {
  return keepdims
    ? shape.map((size, i) => (axes.includes(i) ? 1 : size))
    : shape.filter((_, i) => !axes.includes(i));
}

/** A copy of `shape` with axis `axis` set to `size`. */
export const withSize = (shape: Shape, axis: number, size: number): Shape =>
  shape.map((old, i) => (i === axis ? size : old));

/** Resolves a reshape: one entry may be -1 (or the only unknown), and then takes what is left. */
export function resolveReshape(from: Shape, to: Shape): Shape {
  const places = (open: (size: number) => boolean) => to.flatMap((size, i) => (open(size) ? [i] : []));
  const [asked, unknowns] = [places((size) => size === -1), places(Number.isNaN)];
  ensure(
    asked.length <= 1 && to.every((size) => Number.isNaN(size) || (Number.isInteger(size) && size >= -1)),
    () => `shape ${formatShape(to)} must hold whole sizes ≥ 0 and at most one -1`,
  );
  const free = asked[0] ?? (unknowns.length === 1 ? unknowns[0] : undefined);
  const count = sizeOf(from);
  if (free === undefined) {
    ensure(
      sameSize(sizeOf(to), count),
      () => `${formatShape(from)} has ${count} cells, which ${formatShape(to)} cannot hold (${sizeOf(to)})`,
    );
    return to;
  }
  const rest = sizeOf(withSize(to, free, 1));
  ensure(
    asked.length === 0 || rest !== 0,
    () => `the -1 in ${formatShape(to)} is ambiguous beside a size of 0`,
  );
  const size = count / rest;
  ensure(
    Number.isNaN(size) || Number.isInteger(size),
    () => `${count} cells do not divide into ${formatShape(to)}`,
  );
  return withSize(to, free, size);
}

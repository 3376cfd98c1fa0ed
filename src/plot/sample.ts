import type { Mark } from "./chart.ts";
import type { Point } from "./path.ts";
import { type Domain, extent } from "./scale.ts";

/** A function of many numbers at once, each by itself. */
export type Evaluate = (xs: readonly number[]) => ArrayLike<number>;

/** A place where a function leaps. */
export interface Jump {
  readonly x: number;
  /** The limit from below, the value at x, and the limit from above; a pole has none of them. */
  readonly limits: readonly [below: number, at: number, above: number] | undefined;
}

/** The intervals in which jumps are looked for. Two jumps in one of them are taken for one. */
const intervals = 1200;
/** Jumps smaller than this share of the range of the function are not seen. */
const smallest = 1 / 400;
/** An interval halved so often is 10⁻⁹ of itself: whatever is continuous has hardly any difference left. */
const halvings = 30;

/** `count` evenly spaced numbers, both ends included. */
export const spaced = ([min, max]: Domain, count: number): number[] =>
  Array.from({ length: count }, (_, i) => (i === count - 1 ? max : min + (i * (max - min)) / (count - 1)));

/** min, min + step, …, and max if it is one of them, up to rounding. */
export function stepped([min, max]: Domain, step: number): number[] {
  const parts = Math.floor((max - min) / step + 1e-9);
  return Array.from({ length: parts + 1 }, (_, i) => Math.min(min + i * step, max));
}

const difference = (a: number, b: number): number =>
  Number.isFinite(a) && Number.isFinite(b) ? Math.abs(a - b) : Number.POSITIVE_INFINITY;

interface Bracket {
  readonly a: number;
  readonly b: number;
  readonly ya: number;
  readonly yb: number;
}

const gap = ({ ya, yb }: Bracket): number => difference(ya, yb);

/** All brackets halved: of the two halves the one in which the function changes more. */
function halve(brackets: readonly Bracket[], f: Evaluate): Bracket[] {
  const middles = brackets.map(({ a, b }) => a + (b - a) / 2);
  const values = f(middles);
  return brackets.map(({ a, b, ya, yb }, i) => {
    const [m, ym] = [middles[i]!, values[i]!];
    return difference(ya, ym) >= difference(ym, yb) ? { a, b: m, ya, yb: ym } : { a: m, b, ya: ym, yb };
  });
}

/** The roundest number in the interval: kinks are meant to be at 3, not at 2.9999999999. */
function roundest(a: number, b: number): number {
  const middle = a + (b - a) / 2;
  for (let digits = 0; digits <= 6; digits++) {
    const round = Number(middle.toFixed(digits)) + 0;
    if (a <= round && round <= b) return round;
  }
  return middle;
}

/**
 * Where a function jumps. A difference between neighbours is followed into ever smaller intervals: what remains of
 * it in the end is a jump, what shrinks was a slope, and what grows is a pole. So is what is not finite.
 *
 * @param hints Numbers at which there may be a jump: the search begins there too.
 */
export function findJumps(f: Evaluate, domain: Domain, hints: readonly number[] = []): Jump[] {
  const inside = hints.filter((x) => domain[0] < x && x < domain[1]);
  const xs = [...new Set([...spaced(domain, intervals + 1), ...inside])].sort((a, b) => a - b);
  const ys = f(xs);
  const [lowest, highest] = extent(Array.from(ys));
  const threshold = (highest - lowest) * smallest;

  const suspects = xs
    .slice(1)
    .map((b, i): Bracket => ({ a: xs[i]!, b, ya: ys[i]!, yb: ys[i + 1]! }))
    .filter((bracket) => Number.isFinite(gap(bracket)) && gap(bracket) > threshold);
  let brackets = suspects;
  for (let i = 0; i < halvings && brackets.length > 0; i++) brackets = halve(brackets, f);

  const holes = xs.filter((_, i) => i > 0 && Number.isFinite(ys[i - 1]) && !Number.isFinite(ys[i]));
  const found = new Map(holes.map((x): [number, Jump] => [x, { x, limits: undefined }]));
  for (const [i, bracket] of brackets.entries()) {
    if (gap(bracket) <= threshold) continue;
    const x = roundest(bracket.a, bracket.b);
    const pole = gap(bracket) > 4 * gap(suspects[i]!);
    found.set(x, { x, limits: pole ? undefined : limitsAt(f, x, domain) });
  }
  return [...found.values()].sort((a, b) => a.x - b.x);
}

const near = ([min, max]: Domain): number => (max - min) * 1e-9;

function limitsAt(f: Evaluate, x: number, domain: Domain): NonNullable<Jump["limits"]> {
  const [below, at, above] = Array.from(f([x - near(domain), x, x + near(domain)]));
  return [below!, at!, above!];
}

/** The line through samples of a function, broken where it jumps; marks show which end the value belongs to. */
export function curve(
  f: Evaluate,
  samples: readonly number[],
  jumps: readonly Jump[],
  domain: Domain,
): { points: Point[]; marks: Mark[] } {
  const apart = (x: number) => jumps.every((jump) => Math.abs(jump.x - x) > 2 * near(domain));
  const xs = samples.filter(apart);
  const ys = f(xs);
  const points = xs.map((x, i): Point => [x, ys[i]!]);
  for (const { x, limits } of jumps) {
    const at = points.findIndex((point) => point[0] > x);
    const rift: Point[] = limits
      ? [
          [x, limits[0]],
          [x, Number.NaN],
          [x, limits[2]],
        ]
      : [[x, Number.NaN]];
    points.splice(at === -1 ? points.length : at, 0, ...rift);
  }
  return { points, marks: jumps.flatMap(marksOf) };
}

/** As in textbooks: a full circle where the value is, open ones where it is not. */
function marksOf({ x, limits }: Jump): Mark[] {
  if (limits === undefined || !limits.every(Number.isFinite)) return [];
  const [below, at, above] = limits;
  const same = (a: number, b: number) => Math.abs(a - b) <= 1e-6 * Math.abs(above - below);
  const ends = [below, above].map((y): Mark => ({ x, y, filled: same(y, at) }));
  return ends.some(({ filled }) => filled) ? ends : [...ends, { x, y: at, filled: true }];
}

import type { Scale } from "./scale.ts";
import { coordinate } from "./svg.ts";

export type Point = readonly [x: number, y: number];

/** In pixels: what nobody sees. */
const tolerance = 0.05;
/** In pixels: far outside every frame, and still exact in the single precision that renderers compute with. */
const farthest = 1e5;

/**
 * The path of a line in the notation of SVG: a new subpath begins after every point that is not finite. Points that
 * do not bend the line visibly are left out.
 */
export function linePath(points: readonly Point[], x: Scale, y: Scale): string {
  const clamp = (value: number) => Math.min(Math.max(value, -farthest), farthest);
  return runs(points)
    .map((run) => simplify(run.map(([u, v]): Point => [clamp(x(u)), clamp(y(v))])))
    .map(subpath)
    .join("");
}

function subpath([first, ...rest]: readonly Point[]): string {
  const write = ([x, y]: Point) => `${coordinate(x)} ${coordinate(y)}`;
  // A line of no length is drawn as a dot, since the caps of lines are round.
  return `M${write(first!)}${rest.length === 0 ? "h0" : rest.map((point) => `L${write(point)}`).join("")}`;
}

/** The points cut at those that are not finite. */
function runs(points: readonly Point[]): Point[][] {
  const found: Point[][] = [[]];
  for (const point of points) {
    if (point.every(Number.isFinite)) found.at(-1)!.push(point);
    else found.push([]);
  }
  return found.filter((run) => run.length > 0);
}

/** Ramer, Douglas and Peucker: keeps the point farthest from the chord, and both sides likewise. */
export function simplify(points: readonly Point[]): Point[] {
  const kept = new Set([0, points.length - 1]);
  const open: [number, number][] = [[0, points.length - 1]];
  for (let span = open.pop(); span !== undefined; span = open.pop()) {
    const [from, to] = span;
    let worst = from;
    let distance = tolerance;
    for (let i = from + 1; i < to; i++) {
      const d = distanceToSegment(points[i]!, points[from]!, points[to]!);
      if (d > distance) [worst, distance] = [i, d];
    }
    if (worst === from) continue;
    kept.add(worst);
    open.push([from, worst], [worst, to]);
  }
  return points.filter((_, i) => kept.has(i));
}

function distanceToSegment([x, y]: Point, [x1, y1]: Point, [x2, y2]: Point): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((x - x1) * dx + (y - y1) * dy) / length;
  const t = Math.min(Math.max(along, 0), 1);
  return Math.hypot(x - x1 - t * dx, y - y1 - t * dy);
}

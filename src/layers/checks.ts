import { ensure } from "../errors.ts";
import { formatShape, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { InputShapes } from "./inputs.ts";

// What layers require of their inputs. The messages say neither who asks nor what was received: who calls them adds both.

const layouts: Readonly<Record<number, string>> = {
  2: "[batch, features]",
  3: "[batch, time, channels]",
  4: "images [batch, height, width, channels]",
};

/** One input of a given number of axes. */
export function ensureRank(shape: InputShapes, rank: number): void {
  ensure(
    shape.length === rank && !Array.isArray(shape[0]),
    () => `expected ${layouts[rank] ?? `${rank} axes`}: ${rank} axes`,
  );
}

/** One input of at least so many axes. */
export function ensureRankFrom(shape: InputShapes, rank: number): void {
  ensure(shape.length >= rank && !Array.isArray(shape[0]), () => `expected at least ${rank} axes`);
}

/** The size of an axis that decides the number of weights. */
export function knownSize(shape: Shape, axis: number, what: string): number {
  const size = shape.at(axis);
  ensure(
    size !== undefined && !Number.isNaN(size),
    () => `the number of ${what} is not known; give it in the shape of the input`,
  );
  return size;
}

/** A result of windows on `x`: there must be room for one at least. */
export function ensureRoom(x: Tensor, y: Tensor, window: readonly number[]): Tensor {
  const lacks = y.shape.some((size, axis) => size === 0 && axis > 0 && x.shape[axis] !== 0);
  ensure(
    !lacks,
    () =>
      `the window ${formatShape(window)} is larger than the input; use padding: "same", a smaller window, or fewer ` +
      "poolings before",
  );
  return y;
}

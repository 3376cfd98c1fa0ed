import { type Shape, stridesOf } from "../../shape.ts";
import { range } from "../windows/ledger.ts";
import type { Plane } from "../windows/planes.ts";
import type { Place } from "../windows/taps.ts";
import type { Values } from "./values.ts";

/**
 * Any tensor as [samples, rows, columns, channels]: further axes are channels, and [samples, features] is one image.
 */
export function asImages(shape: Shape): readonly [number, number, number, number] {
  const [a = 1, b = 1, c = 1, ...others] = shape;
  if (shape.length < 3) return [1, a, b, 1];
  return [a, b, c, others.reduce((product, size) => product * size, 1)];
}

/** The cell of a tensor at a place of one channel of one sample. */
export function cellIn(
  shape: Shape,
  sample: number,
  [row, column]: readonly number[],
  channel: number,
): number[] {
  if (shape.length < 3) return [row!, column!].slice(0, shape.length);
  const strides = stridesOf(shape.slice(3));
  const others = strides.map((stride, i) => Math.floor(channel / stride) % shape[3 + i]!);
  return [sample, row!, column!, ...others];
}

/** One channel of one sample. */
export function channelPlane({ tensor: { shape, data } }: Values, sample: number, channel: number): Plane {
  const [, rows, columns] = asImages(shape);
  const strides = stridesOf(shape);
  return {
    first: [0, 0],
    rows: range(rows).map((row) =>
      range(columns).map((column) => {
        const at = cellIn(shape, sample, [row, column], channel);
        const value = data[at.reduce((sum, i, axis) => sum + i * strides[axis]!, 0)]!;
        return { value, kind: "cell", at } as const;
      }),
    ),
  };
}

/** The place that there is, near any. */
export function placeWithin([row, column]: Place, [rows, columns]: Place): Place {
  const within = (at: number, count: number) => Math.max(0, Math.min(Math.trunc(at), count - 1));
  return [within(row, rows), within(column, columns)];
}

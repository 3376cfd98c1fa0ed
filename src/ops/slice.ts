import type { Cells } from "../dtype.ts";
import { ensure } from "../errors.ts";
import { formatShape, normalizeAxis, type Shape, withSize } from "../shape.ts";
import { tensor } from "../tensor/create.ts";
import { tex } from "../tex.ts";
import { sliceView } from "../view.ts";
import { axis, integers, lead, margins, natural, oneOf, openIntegers, real, shape } from "./attributes.ts";
import { gather } from "./gather.ts";
import { op } from "./op.ts";
import { expandDims, reshape } from "./rearrange.ts";
import { broadcastTo } from "./reduce.ts";

interface Range {
  readonly start: number;
  readonly step: number;
  readonly size: number;
}

/** One axis of a slice by Python's rules for `begin:end:step`; `null` leaves an end open. */
function rangeOf(size: number, begin: number | null, end: number | null, step: number): Range {
  ensure(step !== 0, () => "step must not be 0");
  // Python clamps to [0, size] going up, to [-1, size - 1] going down.
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const clamp = (at: number) => Math.min(Math.max(at < 0 ? at + size : at, low), high);
  const start = begin === null ? (step > 0 ? low : high) : clamp(begin);
  const stop = end === null ? (step > 0 ? high : low) : clamp(end);
  return { start, step, size: Math.max(Math.ceil((stop - start) / step), 0) };
}

interface SliceAttrs {
  readonly begin: readonly (number | null)[];
  readonly end: readonly (number | null)[];
  readonly step: readonly number[];
}

function rangesOf(shape: Shape, { begin, end, step }: SliceAttrs): Range[] {
  const given = Math.max(begin.length, end.length, step.length);
  ensure(given <= shape.length, () => `${given} axes are sliced, but there are only ${shape.length}`);
  return shape.map((size, i) => rangeOf(size, begin[i] ?? null, end[i] ?? null, step[i] ?? 1));
}

/**
 * Cells begin, begin + step, … before end of each axis, by Python's rules: negative positions count from the
 * end, `null` (or an array that is too short) leaves an end open, and what is out of range is cut off.
 *
 * @example
 * ```ts
 * deepEqual(slice([1, 2, 3, 4], { begin: [1], end: [-1] }).toArray(), [2, 3]);
 * deepEqual(slice([1, 2, 3, 4], { step: [-2] }).toArray(), [4, 2]);
 * ```
 */
export const slice = op("slice", ["x"], {
  begin: openIntegers([]),
  end: openIntegers([]),
  step: integers([]),
})({
  tex: tex`\operatorname{slice}(#x)`,
  numbers: "all",
  shape: ({ x }, attrs) => rangesOf(x, attrs).map(({ size }) => size),
  forward: (k, { x }, out, attrs) => {
    const ranges = rangesOf(x.shape, attrs);
    const [start, step] = [ranges.map((r) => r.start), ranges.map((r) => r.step)];
    k.copy(sliceView(x, start, step, out.shape), out);
  },
  vjp: {
    x: {
      tex: tex`\operatorname{embed}(#dy)`,
      of: (dy, { x }, _, attrs) => {
        const ranges = rangesOf(x.shape, attrs);
        return embed(dy, {
          start: ranges.map((r) => r.start),
          step: ranges.map((r) => r.step),
          shape: x.shape,
        });
      },
    },
  },
});

/** Whether a number can be a cell, as it is or rounded as floats are. */
function holds(data: Cells, value: number): boolean {
  if (data instanceof Uint8Array) return value === 0 || value === 1;
  return !(data instanceof Int32Array) || value === (value | 0);
}

/**
 * The adjoint of {@link slice}: `value` everywhere but at the cells start, start + step, …, which are those
 * of x. With steps of 1 it pads.
 */
export const embed = op("embed", ["x"], {
  start: integers(),
  step: integers(),
  shape: shape(),
  value: real(0),
})({
  tex: tex`\operatorname{embed}(#x)`,
  numbers: "all",
  shape: ({ x }, attrs) => {
    ensure(
      [attrs.start, attrs.step, attrs.shape].every((list) => list.length === x.length),
      () => `start, step and shape must have one entry for each of the ${x.length} axes`,
    );
    ensure(!attrs.step.includes(0), () => "step must not be 0");
    const fits = x.every((size, i) => {
      const last = attrs.start[i]! + (size - 1) * attrs.step[i]!;
      return (
        size === 0 ||
        !(Math.min(attrs.start[i]!, last) < 0 || Math.max(attrs.start[i]!, last) >= attrs.shape[i]!)
      );
    });
    ensure(fits, () => `x does not fit into ${formatShape(attrs.shape)}`);
    return attrs.shape;
  },
  forward: (k, { x }, out, { start, step, value }) => {
    ensure(
      holds(out.data, value),
      () => `value ${value} is no cell of ${out.data instanceof Uint8Array ? "bool" : "int32"}`,
    );
    k.fill(value, out);
    k.copy(x, sliceView(out, start, step, x.shape));
  },
  vjp: {
    x: {
      tex: tex`\operatorname{slice}(#dy)`,
      of: (dy, { x }, _, { start, step }) => {
        // No cells came from nowhere: a start before the first cell would mean the last one to slice.
        const begin = x.shape.map((size, i) => (size === 0 ? 0 : start[i]!));
        const stop = x.shape.map((size, i) => begin[i]! + size * step[i]!);
        return slice(dy, { begin, end: stop.map((at) => (at < 0 ? null : at)), step });
      },
    },
  },
});

/** For each cell of a padded axis the cell it mirrors; the edge itself is repeated or not. */
function mirrored(size: number, before: number, after: number, repeatEdge: boolean): number[] {
  const limit = repeatEdge ? size : size - 1;
  ensure(
    before <= limit && after <= limit,
    () =>
      `${Math.max(before, after)} cells of mirrored padding need an axis longer than the ${size} cells there are`,
  );
  const edge = repeatEdge ? 1 : 0;
  return Array.from({ length: before + size + after }, (_, i) => {
    const at = i - before;
    if (at < 0) return -at - edge;
    return at < size ? at : 2 * size - 2 - at + edge;
  });
}

/**
 * Adds cells around x: `padding[i] = [before, after]` for axis i. They hold `value`, or mirror x: `"reflect"`
 * without repeating the edge, `"symmetric"` with it. numpy: `pad`.
 *
 * @example
 * ```ts
 * deepEqual(pad([1, 2, 3], [[1, 2]]).toArray(), [0, 1, 2, 3, 0, 0]);
 * deepEqual(pad([1, 2, 3], { padding: [[2, 0]], mode: "reflect" }).toArray(), [3, 2, 1, 2, 3]);
 * ```
 */
export const pad = op("pad", ["x"], {
  padding: lead(margins()),
  mode: oneOf("constant", "reflect", "symmetric")("constant"),
  value: real(0),
})({
  tex: tex`\operatorname{pad}(#x)`,
  numbers: "all",
  parts: ({ x }, { padding, mode, value }) => {
    ensure(padding.length === x.rank, () => `padding is given for ${padding.length} axes of ${x.rank}`);
    if (mode === "constant") {
      return embed(x, {
        start: padding.map(([before]) => before),
        step: padding.map(() => 1),
        shape: x.shape.map((size, i) => padding[i]![0] + size + padding[i]![1]),
        value,
      });
    }
    return padding.reduce((padded, [before, after], at) => {
      if (before === 0 && after === 0) return padded;
      const indices = mirrored(padded.shape[at]!, before, after, mode === "symmetric");
      return gather(padded, tensor(indices, { dtype: "int32" }), at);
    }, x);
  },
});

/** x repeated as a whole, `repeats[i]` times along axis i. numpy: `tile`. */
export const tile = op("tile", ["x"], { repeats: lead(integers()) })({
  tex: tex`\operatorname{tile}(#x)`,
  numbers: "all",
  parts: ({ x }, { repeats }) => {
    ensure(
      repeats.every((n) => n >= 0),
      () => `repeats must be ≥ 0; received [${repeats}]`,
    );
    const rank = Math.max(x.rank, repeats.length);
    const shape = [...new Array<number>(rank - x.rank).fill(1), ...x.shape];
    const times = [...new Array<number>(rank - repeats.length).fill(1), ...repeats];
    const apart = reshape(
      x,
      shape.flatMap((size) => [1, size]),
    );
    const stretched = broadcastTo(
      apart,
      shape.flatMap((size, i) => [times[i]!, size]),
    );
    return reshape(
      stretched,
      shape.map((size, i) => size * times[i]!),
    );
  },
});

/** Each cell repeated `repeats` times along an axis. numpy: `repeat`. */
export const repeat = op("repeat", ["x"], { repeats: lead(natural()), axis: axis(0) })({
  tex: tex`\operatorname{repeat}(#x)`,
  numbers: "all",
  parts: ({ x }, { repeats, axis }) => {
    const at = normalizeAxis(axis, x.rank);
    const apart = expandDims(x, at + 1);
    const stretched = broadcastTo(apart, withSize(apart.shape, at + 1, repeats));
    return reshape(stretched, withSize(x.shape, at, x.shape[at]! * repeats));
  },
});

import { ensure, saying } from "../errors.ts";
import { normalizeAxis, type Shape, sameSize, withSize } from "../shape.ts";
import { tensor } from "../tensor/create.ts";
import type { TensorLike } from "../tensor/tensor.ts";
import { Tensor } from "../tensor/tensor.ts";
import { tex } from "../tex.ts";
import { sliceView } from "../view.ts";
import { axis, lead } from "./attributes.ts";
import { op } from "./op.ts";
import { expandDims } from "./rearrange.ts";
import { slice } from "./slice.ts";

/**
 * Tensors one after another along an axis; their other sizes must agree.
 *
 * @example
 * ```ts
 * deepEqual(concat([[1, 2], [3]]).toArray(), [1, 2, 3]);
 * ```
 */
export const concat = op("concat", ["...xs"], { axis: lead(axis(0)) })({
  tex: tex`[#xs]`,
  numbers: "any",
  shape: ({ xs }, attrs) => {
    const [first, ...rest] = xs as [Shape, ...Shape[]];
    const at = normalizeAxis(attrs.axis, first.length);
    for (const other of rest) {
      ensure(
        other.length === first.length && other.every((size, i) => i === at || sameSize(size, first[i]!)),
        () => `all sizes but that of axis ${at} must agree`,
      );
    }
    return withSize(
      first,
      at,
      xs.reduce((sum, x) => sum + x[at]!, 0),
    );
  },
  forward: (k, { xs }, out, attrs) => {
    const at = normalizeAxis(attrs.axis, out.shape.length);
    const ones = out.shape.map(() => 1);
    let offset = 0;
    for (const x of xs) {
      k.copy(
        x,
        sliceView(
          out,
          out.shape.map((_, i) => (i === at ? offset : 0)),
          ones,
          x.shape,
        ),
      );
      offset += x.shape[at]!;
    }
  },
  vjp: {
    xs: {
      tex: tex`\operatorname{slice}(#dy)`,
      of: (dy, { xs }, _, attrs, index) => {
        const at = normalizeAxis(attrs.axis, dy.rank);
        const from = xs.slice(0, index).reduce((sum, x) => sum + x.shape[at]!, 0);
        return along(dy, at, from, from + xs[index]!.shape[at]!);
      },
    },
  },
});

/** Cells `from` to `to` − 1 of one axis. */
const along = (x: Tensor, at: number, from: number, to: number): Tensor =>
  slice(x, {
    begin: x.shape.map((_, i) => (i === at ? from : null)),
    end: x.shape.map((_, i) => (i === at ? to : null)),
  });

/** Tensors of one shape side by side along a new axis. */
export const stack = op("stack", ["...xs"], { axis: lead(axis(0)) })({
  tex: tex`[#xs]`,
  numbers: "any",
  parts: ({ xs }, attrs) => {
    for (const x of xs) {
      ensure(String(x.shape) === String(xs[0]!.shape), () => "all shapes must be equal");
    }
    const at = normalizeAxis(attrs.axis, xs[0]!.rank + 1);
    return concat(
      xs.map((x) => expandDims(x, at)),
      at,
    );
  },
});

/**
 * Cuts x along an axis: into `parts` equal parts, or into parts of the given sizes.
 *
 * @throws If the axis does not divide so.
 * @example
 * ```ts
 * deepEqual(split([1, 2, 3, 4], 2).map((part) => part.toArray()), [[1, 2], [3, 4]]);
 * ```
 */
export function split(
  x: TensorLike,
  parts: number | readonly number[],
  options: { axis?: number } = {},
): Tensor[] {
  const whole = x instanceof Tensor ? x : tensor(x);
  return saying("split", () => {
    const at = normalizeAxis(options.axis ?? 0, whole.rank);
    const size = whole.shape[at]!;
    const sizes =
      typeof parts === "number"
        ? Array.from({ length: Math.max(Math.trunc(parts), 0) }, () => size / parts)
        : parts;
    const total = sizes.reduce((sum, part) => sum + part, 0);
    ensure(
      sizes.every((part) => Number.isInteger(part) && part >= 0) && total === size,
      () => `axis ${at} of ${size} cells does not divide into ${JSON.stringify(parts)} parts`,
    );
    let end = 0;
    return sizes.map((part) => along(whole, at, end, (end += part)));
  });
}

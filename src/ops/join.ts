import { ensure, saying, show } from "../errors.ts";
import { normalizeAxis, type Shape, sameSize, withSize } from "../shape.ts";
import { tensor } from "../tensor/create.ts";
import type { TensorLike } from "../tensor/tensor.ts";
import { Tensor } from "../tensor/tensor.ts";
import { tex } from "../tex.ts";
import { sliceView } from "../view.ts";
import { type AttrsOf, axis, lead, type Trailing } from "./attributes.ts";
import { readOptions } from "./call.ts";
import { op } from "./op.ts";
import { expandDims } from "./rearrange.ts";
import { slice } from "./slice.ts";

const along = { axis: lead(axis(0)) };

/**
 * Tensors one after another along an axis; their other sizes must agree.
 *
 * @example
 * ```ts
 * deepEqual(concat([[1, 2], [3]]).toArray(), [1, 2, 3]);
 * ```
 */
export const concat = op(
  "concat",
  ["...xs"],
  along,
)({
  tex: tex`[#xs]`,
  numbers: "all",
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
        return cut(dy, at, from, from + xs[index]!.shape[at]!);
      },
    },
  },
});

/** Cells `from` to `to` − 1 of one axis. */
const cut = (x: Tensor, at: number, from: number, to: number): Tensor =>
  slice(x, {
    begin: x.shape.map((_, i) => (i === at ? from : null)),
    end: x.shape.map((_, i) => (i === at ? to : null)),
  });

/** Tensors of one shape side by side along a new axis. */
export const stack = op(
  "stack",
  ["...xs"],
  along,
)({
  tex: tex`[#xs]`,
  numbers: "all",
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
  ...options: Trailing<typeof along>
): Tensor[] {
  const attrs = readOptions("split", along, options) as AttrsOf<typeof along>;
  return saying("split", () => {
    const whole = x instanceof Tensor ? x : tensor(x);
    const at = normalizeAxis(attrs.axis, whole.rank);
    const size = whole.shape[at]!;
    const sizes = partSizes(size, parts);
    ensure(
      sizes?.reduce((sum, part) => sum + part, 0) === size,
      () => `axis ${at} of ${size} cells does not divide into ${show(parts)} parts`,
    );
    let end = 0;
    return sizes.map((part) => cut(whole, at, end, (end += part)));
  });
}

/** The sizes of the parts, given their number or the sizes themselves; `undefined` for anything else. */
function partSizes(size: number, parts: number | readonly number[]): readonly number[] | undefined {
  const list = typeof parts === "number" && parts <= Math.max(size, most) ? equalParts(size, parts) : parts;
  const isSize = (part: unknown) => Number.isInteger(part) && (part as number) >= 0;
  return Array.isArray(list) && [...list].every(isSize) ? list : undefined;
}

// Of empty parts there could be any number.
const most = 1000;

const equalParts = (size: number, count: number): number[] | undefined =>
  Number.isInteger(count) && count > 0 ? new Array<number>(count).fill(size / count) : undefined;

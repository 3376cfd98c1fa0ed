import { ensure } from "../errors.ts";
import { flag } from "../ops/attributes.ts";
import { concat } from "../ops/join.ts";
import { matmul } from "../ops/matmul.ts";
import { expandDims, reshape, transpose } from "../ops/rearrange.ts";
import { normalizeAxis, type Shape, sameSize, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { InputShapes } from "./inputs.ts";
import { unitLength } from "./normalization.ts";
import { layer, layerClass } from "./options.ts";
import { axisPair, oneAxis } from "./specs.ts";

/** Several inputs, `count` of them or at least so many. */
function ensureSeveral(
  shapes: InputShapes,
  count: number,
  exactly = false,
): asserts shapes is readonly Shape[] {
  const several = Array.isArray(shapes[0]) ? shapes.length : 1;
  ensure(
    Array.isArray(shapes[0]) && (exactly ? several === count : several >= count),
    () => `expected a list of ${exactly ? "" : "at least "}${count} tensors, [a, b${exactly ? "" : ", …"}]`,
  );
}

/** The inputs with axes of size 1 after the batch, so that all have as many axes as the longest. */
function aligned(xs: readonly Tensor[]): readonly Tensor[] {
  const rank = Math.max(...xs.map((x) => x.rank));
  const grow = (x: Tensor): Tensor => (x.rank < rank && x.rank > 0 ? grow(expandDims(x, 1)) : x);
  return xs.map(grow);
}

/** A layer that joins its inputs cell by cell; sizes of 1 are stretched. */
const merging = <const N extends string>(
  className: N,
  join: (a: Tensor, b: Tensor) => Tensor,
  {
    exactly = false,
    finish = (y) => y,
  }: { exactly?: boolean; finish?: (y: Tensor, count: number) => Tensor } = {},
) => {
  class Merging extends layerClass(className, [], {}) {
    override build(shapes: InputShapes): void {
      ensureSeveral(shapes, 2, exactly);
    }

    override call(xs: readonly Tensor[]): Tensor {
      return finish(aligned(xs).reduce(join), xs.length);
    }
  }
  return layer(Merging);
};

/**
 * The sum of two or more tensors, cell by cell. Shapes: a list of one shape; sizes of 1 are stretched, and an input with
 * fewer axes gets them after the batch. Keras: `Add`.
 *
 * @throws If it is not given a list, or the shapes do not fit.
 * @example
 * ```ts
 * deepEqual(Add()([tensor([1, 2]), tensor([10, 20])]).toArray(), [11, 22]);
 * ```
 */
export const Add = merging("Add", (a, b) => a.add(b));

/** The first tensor minus the second. Shapes as {@link Add}, two of them. Keras: `Subtract`. */
export const Subtract = merging("Subtract", (a, b) => a.sub(b), { exactly: true });

/** The product of two or more tensors, cell by cell. Shapes as {@link Add}. Keras: `Multiply`. */
export const Multiply = merging("Multiply", (a, b) => a.mul(b));

/** The mean of two or more tensors, cell by cell. Shapes as {@link Add}. Keras: `Average`. */
export const Average = merging("Average", (a, b) => a.add(b), { finish: (y, count) => y.div(count) });

/** The largest of two or more tensors, cell by cell. Shapes as {@link Add}. Keras: `Maximum`. */
export const Maximum = merging("Maximum", (a, b) => a.maximum(b));

/** The smallest of two or more tensors, cell by cell. Shapes as {@link Add}. Keras: `Minimum`. */
export const Minimum = merging("Minimum", (a, b) => a.minimum(b));

/**
 * Tensors one after another along `axis`, the last by default; their other sizes must agree. Shapes, for the last axis:
 * [batch, …, a], [batch, …, b] → [batch, …, a + b]. Keras: `Concatenate`.
 *
 * @throws If it is not given a list, or the other sizes differ.
 * @example
 * ```ts
 * deepEqual(Concatenate()([ones([2, 3]), ones([2, 5])]).shape, [2, 8]);
 * ```
 */
export const Concatenate = layer(
  class Concatenate extends layerClass("Concatenate", ["axis"], { axis: oneAxis(-1) }) {
    override build(shapes: InputShapes): void {
      ensureSeveral(shapes, 1);
    }

    override call(xs: readonly Tensor[]): Tensor {
      return concat(xs, { axis: this.options.axis });
    }
  },
);

/** The summed axis of each of two tensors of so many axes. */
function summedAxes(axes: number | readonly [number, number], first: number, second: number) {
  const [a, b] = typeof axes === "number" ? [axes, axes] : axes;
  return [normalizeAxis(a, first, "axes"), normalizeAxis(b, second, "axes")] as const;
}

/** The axes but the batch and the summed one. */
const keptAxes = (x: Tensor, summed: number): number[] =>
  x.shape.flatMap((_, i) => (i === 0 || i === summed ? [] : [i]));

/**
 * The products of two tensors summed along an axis of each, sample by sample. Shapes, for axes [2, 1]:
 * [batch, a, n], [batch, n, b] → [batch, a, b]; two vectors give [batch, 1]. `axes` is one number for both or a pair;
 * `normalize` brings the summed vectors to length 1 first, which makes it the cosine of their angle. Keras: `Dot`.
 *
 * @throws If it is not given two tensors, or the sizes along the axes differ.
 * @example
 * ```ts
 * deepEqual(Dot(1)([tensor([[1, 2]]), tensor([[3, 4]])]).toArray(), [[11]]);
 * ```
 */
export const Dot = layer(
  class Dot extends layerClass("Dot", ["axes"], { axes: axisPair(), normalize: flag(false) }) {
    override build(shapes: InputShapes): void {
      ensureSeveral(shapes, 2, true);
      const [a, b] = summedAxes(this.options.axes, shapes[0]!.length, shapes[1]!.length);
      ensure(a !== 0 && b !== 0, () => "the axes must not be the batch, axis 0");
      ensure(
        sameSize(shapes[0]![a]!, shapes[1]![b]!),
        () => `axis ${a} of the first and axis ${b} of the second input must have the same size`,
      );
    }

    override call([x, y]: readonly [Tensor, Tensor]): Tensor {
      const { normalize } = this.options;
      const [i, j] = summedAxes(this.options.axes, x.rank, y.rank);
      const [a, b] = normalize ? [unitLength(x, [i]), unitLength(y, [j])] : [x, y];
      const [left, right] = [keptAxes(x, i), keptAxes(y, j)];
      const sizes = (of: Tensor, axes: readonly number[]) => axes.map((axis) => of.shape[axis]!);
      // Two matrices per sample: [kept, summed] · [summed, kept].
      const rows = reshape(transpose(a, [0, ...left, i]), [x.shape[0]!, sizeOf(sizes(x, left)), x.shape[i]!]);
      const columns = reshape(transpose(b, [0, j, ...right]), [
        y.shape[0]!,
        y.shape[j]!,
        sizeOf(sizes(y, right)),
      ]);
      const kept = [...sizes(x, left), ...sizes(y, right)];
      return reshape(matmul(rows, columns), [x.shape[0]!, ...(kept.length > 0 ? kept : [1])]);
    }
  },
);

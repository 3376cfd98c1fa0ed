import { noGrad } from "../../ops/recording.ts";
import { type Stream, streamFrom } from "../../random.ts";
import { type Shape, sizeOf } from "../../shape.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { Declaration } from "./list.ts";
import { differentiate, type Truth } from "./truth.ts";

/** Numbers to try a rule on, and what is right for them. */
export interface Case {
  readonly inputs: readonly Tensor[];
  readonly upstream: Tensor;
  /** A second upstream gradient, to add to the first. */
  readonly other: Tensor;
  readonly truth: Truth;
}

/** Draws a cell; `index` counts the cells of the case. */
type Cell = (random: Stream, index: number) => number;

const whole =
  (low: number, high: number): Cell =>
  (random) =>
    low + random.below(high - low + 1);

const counting: Cell = (_, index) => index + 1;

const real: Cell = (random) => 8 * random.uniform() - 4;

// Every property looks at the cases in this order and stops at the first that it fails in: small whole numbers before
// large ones and these before fractions, and among those of a kind small shapes before large ones. So the first
// failure is the smallest there is, and no search for a smaller one has to follow, as it must where cases come in any
// order. Ones give the least arithmetic; counted cells all differ, so that nothing can be swapped unseen.
const kinds: readonly (readonly Cell[])[] = [
  [() => 1, counting, whole(1, 3), whole(-2, 2), whole(-2, 2), whole(-3, 3), whole(-3, 3)],
  [whole(-9, 9), whole(-99, 99)],
  [real, real, real],
];

const isFinite = (x: Tensor): boolean => Array.from(x.data).every(Number.isFinite);

/** The cases of an exercise, the smallest first. Where the true gradient is not finite there is nothing to compare with. */
export function casesOf({ name, of, inputs, draws = {} }: Declaration, seed: number | string): Case[] {
  const random = streamFrom(`exercise/${name}/${seed}`);
  const names = Object.keys(inputs);

  const make = (shapes: readonly Shape[], cell: Cell): Case => {
    let index = 0;
    const fill = (shape: Shape): Tensor =>
      new Tensor(
        shape,
        "float64",
        Float64Array.from({ length: sizeOf(shape) }, () => cell(random, index++)),
      );
    const xs = shapes.map((shape, i) => draws[names[i]!]?.(shape, random) ?? fill(shape));
    const { shape } = noGrad(() => of(...xs));
    const upstream = fill(shape);
    return { inputs: xs, upstream, other: fill(shape), truth: differentiate(of, xs, upstream) };
  };

  const count = inputs[names[0]!]!.length;
  const sizes = Array.from({ length: count }, (_, i) => names.map((one) => inputs[one]![i]!));
  return kinds
    .flatMap((cells) => sizes.flatMap((shapes) => cells.map((cell) => make(shapes, cell))))
    .filter(({ truth }) => isFinite(truth.y) && truth.gradients.every(isFinite));
}

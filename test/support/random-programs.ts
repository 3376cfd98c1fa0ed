import * as c from "../../src/index.ts";
import type { Stream } from "../../src/random.ts";

type Tensors = readonly c.Tensor[];
type Step = (pool: Tensors) => c.Tensor;

/** Functions that keep numbers near 1, so that errors do not grow. */
const unary: readonly ((x: c.Tensor) => c.Tensor)[] = [
  (x) => x.tanh(),
  (x) => x.sigmoid(),
  (x) => x.sin(),
  (x) => x.neg(),
  (x) => x.abs().add(0.25).log(),
  (x) => x.mul(0.5).add(-0.125),
  (x) => x.square().add(1).rsqrt(),
  (x) => x.relu({ maxValue: 1 }),
];

const binary: readonly ((a: c.Tensor, b: c.Tensor) => c.Tensor)[] = [
  (a, b) => a.add(b).mul(0.5),
  (a, b) => a.sub(b),
  (a, b) => a.tanh().mul(b),
  (a, b) => a.div(b.square().add(1)),
  (a, b) => a.maximum(b),
  (a, b) => c.where(a.abs().less(100), a, b),
];

const fits = (a: c.Shape, b: c.Shape): boolean =>
  a.every((size, i) => {
    const other = b[i - a.length + b.length];
    return other === undefined || other === size || other === 1 || size === 1;
  });

/** One of a list. */
const oneOf = <T>(random: Stream, list: readonly T[]): T => list[random.below(list.length)]!;

/** Rearrangements, reductions and products of one tensor. */
function others(random: Stream, { shape, rank }: c.Tensor): ((x: c.Tensor) => c.Tensor)[] {
  const axis = rank > 0 ? random.below(rank) : 0;
  const [keepdims, start] = [random.below(2) === 1, random.below(2)];
  const always = [
    (x: c.Tensor) => x.reshape([-1]),
    (x: c.Tensor) => x.transpose(),
    (x: c.Tensor) => x.mean(),
    (x: c.Tensor) => x.expandDims(0),
  ];
  if (rank === 0) return always;
  const some = [
    (x: c.Tensor) => x.flip({ axis }),
    (x: c.Tensor) => x.mean({ axis, keepdims }),
    (x: c.Tensor) => x.max({ axis, keepdims }),
    (x: c.Tensor) => x.softmax({ axis }),
    (x: c.Tensor) => x.variance({ axis, keepdims: true }).tanh(),
    (x: c.Tensor) => c.concat([x, x.neg()], { axis }),
    (x: c.Tensor) => x.slice({ begin: shape.map((size) => Math.min(start, size - 1)) }),
    (x: c.Tensor) => x.pad({ padding: shape.map((_, i) => (i === axis ? [1, 0] : [0, 1])) }),
    (x: c.Tensor) => x.cumsum({ axis }).tanh(),
    (x: c.Tensor) => x.gather([0, -1, 0], { axis }),
  ];
  const square = (x: c.Tensor) => x.matmul(x, { transposeB: true }).tanh();
  return [...always, ...some, ...(rank >= 2 ? [square, square] : [])];
}

/** A step that fits what there is. */
function stepOn(random: Stream, pool: Tensors): Step {
  // Late results are more likely, so that chains become long.
  const pick = () => Math.max(random.below(pool.length), random.below(pool.length));
  const at = pick();
  const x = pool[at]!;
  const kind = random.below(10);
  if (kind < 4) {
    const f = oneOf(random, unary);
    return (all) => f(all[at]!);
  }
  if (kind < 8) {
    const partners = pool.flatMap((y, i) => (fits(x.shape, y.shape) ? [i] : []));
    const [f, other] = [oneOf(random, binary), oneOf(random, partners)];
    const turned = random.below(2) === 1;
    return (all) => (turned ? f(all[other]!, all[at]!) : f(all[at]!, all[other]!));
  }
  const f = oneOf(random, others(random, x));
  return (all) => f(all[at]!);
}

/**
 * A random function of tensors like the given ones, of so many steps. Results are used several times and returned several
 * times; arguments and what was `given` besides may be results, too. Larger tensors than `mostCells` are not used on.
 */
export function randomProgram(
  random: Stream,
  like: Tensors,
  steps: number,
  given: Tensors = [],
): (...xs: c.Tensor[]) => c.Tensor[] {
  const mostCells = 200;
  const pool = [...like, ...given];
  const made: Step[] = [];
  while (made.length < steps) {
    const step = stepOn(random, pool);
    const result = step(pool);
    if (result.size > mostCells || result.rank > 4) continue;
    made.push(step);
    pool.push(result);
  }
  const returned = Array.from({ length: 3 }, () => random.below(pool.length));
  return (...xs) => {
    const all = [...xs, ...given];
    for (const step of made) all.push(step(all));
    return [...returned.map((i) => all[i]!), all.at(-1)!];
  };
}

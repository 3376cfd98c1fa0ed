import { walk } from "../../autodiff/backward.ts";
import type { Step } from "../../autodiff/step.ts";
import { recorded } from "../../ops/recording.ts";
import { stridesOf } from "../../shape.ts";
import { zeros } from "../../tensor/create.ts";
import { Leaf, Tensor } from "../../tensor/tensor.ts";

/** A function in ops. */
export type Forward = (...xs: Tensor[]) => Tensor;

/** What an input gets back from one of its uses. */
export interface Path {
  /** The op that uses it, and as what. */
  readonly through: string;
  readonly contribution: Tensor;
}

/** The gradients that the library itself finds. */
export interface Truth {
  readonly y: Tensor;
  /** One per input. */
  readonly gradients: readonly Tensor[];
  /** The contributions of each input, which sum to its gradient. */
  readonly paths: readonly (readonly Path[])[];
  /** Whether broadcasting stretched an input, so that its gradient was summed back. */
  readonly stretched: boolean;
}

const throughOf = ({ from }: Step): string => {
  const { node } = from!.result;
  return `${node!.op.opName}, as its ${node!.op.inputName(from!.edge.slot)}`;
};

/** Stands for an input in the graph; a placeholder is a leaf already. */
const leafOf = (x: Tensor): Tensor => (x instanceof Leaf ? x : new Leaf(x.shape, x.dtype, x.data));

/** Walks back through `f` and notes what arrives where: there is no second set of rules for the exercises. */
export function differentiate(f: Forward, inputs: readonly Tensor[], upstream: Tensor): Truth {
  const xs = inputs.map(leafOf);
  const y = recorded(() => f(...xs));
  const paths = xs.map((): Path[] => []);
  let stretched = false;
  const steps = walk(y, (x) => xs.includes(x), { upstream });
  for (;;) {
    const next = steps.next();
    if (next.done) {
      const gradients = xs.map((x) => next.value.get(x) ?? zeros(x.shape, x.dtype));
      return { y, gradients, paths, stretched };
    }
    const step = next.value;
    const own = paths[xs.indexOf(step.target)];
    if (own === undefined) continue;
    if (step.kind === "contribution") own.push({ through: throughOf(step), contribution: step.value });
    if (step.kind === "sum") {
      own.push({ through: own.pop()!.through, contribution: step.value });
      stretched = true;
    }
  }
}

/** A tensor of zeros with a 1 in one cell. */
export function unit({ shape, size }: Tensor, cell: number): Tensor {
  const cells = new Float64Array(size);
  cells[cell] = 1;
  return new Tensor(shape, "float64", cells);
}

/** The rows of a Jacobian, one per cell of y: what the pullback makes of each unit upstream. */
export const rowsOf = (y: Tensor, pullback: (upstream: Tensor) => Tensor): number[][] =>
  Array.from({ length: y.size }, (_, cell) => Array.from(pullback(unit(y, cell)).data));

/** How a cell is called: `x[0, 1]`, and `x` for a scalar. */
export function cellName(name: string, { shape }: Tensor, cell: number): string {
  const at = stridesOf(shape).map((stride, axis) => Math.floor(cell / stride) % shape[axis]!);
  return at.length === 0 ? name : `${name}[${at.join(", ")}]`;
}

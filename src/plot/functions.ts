import { grad } from "../autodiff/grad.ts";
import { isFloat } from "../dtype.ts";
import { ensure, show } from "../errors.ts";
import { sum } from "../ops/reduce.ts";
import { formatShape } from "../shape.ts";
import { tensor } from "../tensor/create.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { Evaluate } from "./sample.ts";

/** A function of each number by itself: an activation, or any function made of pointwise ops. */
export interface PlotFunction {
  (x: Tensor): Tensor;
  /** Its name in the legend. Default: the name of the function. */
  readonly label?: string | undefined;
  /** Where its slope jumps, if that is known: samples are taken exactly there. */
  readonly kinks?: readonly number[] | undefined;
}

/** A function that was checked, with its name. */
export interface Named {
  readonly label: string;
  readonly f: PlotFunction;
}

/** The functions with their names: the keys of a record, or what the functions of an array are called. */
export function readFunctions(functions: unknown): Named[] {
  ensure(
    typeof functions === "object" && functions !== null && Object.keys(functions).length > 0,
    () =>
      `functions must be an array or a record of at least one, such as { swish }; received ${show(functions)}`,
  );
  return Object.entries(functions).map(([key, f]) => {
    ensure(
      isFunction(f),
      () => `functions must hold functions of a tensor; received ${show(f)} at ${show(key)}`,
    );
    return { label: Array.isArray(functions) ? f.label || f.name || `f${key}` : key, f };
  });
}

const isFunction = (value: unknown): value is PlotFunction => typeof value === "function";

/** The values of the derivative of that order (0: of the function itself), computed by the engine in float64. */
export function evaluatorOf(f: PlotFunction, order: number): Evaluate {
  const derivative = nth(f, order);
  return (xs) => derivative(tensor(Float64Array.from(xs))).data;
}

/** Of a function of each cell by itself, the gradient of the sum is the derivative at every cell. */
const nth = (f: PlotFunction, order: number): ((x: Tensor) => Tensor) =>
  order === 0 ? (x) => f(x) : (x) => grad((u: Tensor) => sum(nth(f, order - 1)(u)))(x);

/** Refuses a function that changes the shape of x, or that looks at more than one cell of it. */
export function checkPointwise({ label, f }: Named, samples: readonly number[]): void {
  const x = tensor(Float64Array.from(samples));
  const y: unknown = f(x);
  ensure(y instanceof Tensor && String(y.shape) === String(x.shape) && isFloat(y.dtype), () => {
    const received = y instanceof Tensor ? `${y.dtype} ${formatShape(y.shape)}` : show(y);
    return (
      `${label} must return a float tensor of the shape of x, ${formatShape(x.shape)}; it returned ${received}. ` +
      "Only functions of one number can be drawn: leave out sums and means, and cast whole numbers."
    );
  });
  const middle = samples.length >> 1;
  const among = y.data[middle]!;
  const alone = f(tensor(Float64Array.of(samples[middle]!))).data[0]!;
  ensure(
    !(Math.abs(alone - among) > 1e-6 * Math.max(1, Math.abs(alone))),
    () =>
      `${label} must compute each cell by itself; at x = ${samples[middle]} it gives ${among} among ` +
      `${samples.length} cells and ${alone} alone. Softmax and its like have no curve of one number.`,
  );
}

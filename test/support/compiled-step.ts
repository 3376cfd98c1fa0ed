import { traceOn } from "../../src/compile/compile.ts";
import { Program } from "../../src/compile/program.ts";
import * as c from "../../src/index.ts";
import { spread } from "./cells.ts";

type Updates = ReadonlyMap<c.Variable, c.Tensor>;
export type Step = (...xs: c.Tensor[]) => { results: readonly c.Tensor[]; updates: Updates };

/** A step as the training loop compiles one: the results are read before the new values are written. */
export function compiledStep(step: Step, like: readonly c.Tensor[]) {
  const { inputs, result } = traceOn(like, (xs) => step(...xs));
  const { results, updates } = result;
  const program = new Program({ inputs, stages: [results, []], updates });
  return (...xs: c.Tensor[]): c.Tensor[] => {
    for (const [i, input] of inputs.entries()) program.set(input, xs[i]!);
    program.run(0);
    const values = results.map((x) => program.value(x));
    program.run(1);
    return values;
  };
}

/** The same op by op. */
export const eagerStep =
  (step: Step) =>
  (...xs: c.Tensor[]): c.Tensor[] => {
    const { results, updates } = step(...xs);
    const values = results.map((x) => c.tensor(x));
    const next = [...updates].map(([variable, x]) => [variable, c.tensor(x)] as const);
    for (const [variable, x] of next) variable.assign(x);
    return values;
  };

/** Numbers from −1 to 1. */
export const numbers = (seed: number, shape: readonly number[], dtype: c.DType) =>
  spread(shape, seed, { domain: [-1, 1] }).cast(dtype);

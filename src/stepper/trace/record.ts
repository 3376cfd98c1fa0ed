import { ChainruleError, checkOptions, show } from "../../errors.ts";
import { recorded, withLines } from "../../ops/recording.ts";
import { tensor } from "../../tensor/create.ts";
import { Tensor, type TensorLike, Variable } from "../../tensor/tensor.ts";
import { flowOf } from "./flow.ts";
import { Origins } from "./origins.ts";
import { partsOf } from "./parts.ts";
import { Recorder } from "./recorder.ts";
import type { Program } from "./records.ts";
import { Trace } from "./trace.ts";

export interface RecordOptions {
  /** The program's text, to show the line of each step beside it. */
  program?: Program;
}

type Inputs = Readonly<Record<string, TensorLike>>;
type Given<I extends Inputs> = { readonly [K in keyof I]: Tensor };

/**
 * Runs a function that computes a loss, then its backward pass, and keeps both as a {@link Trace}. What is given as inputs
 * goes to the function as tensors and is known by its name in the trace. The gradients stay in the trace: no `.grad` changes.
 *
 * @throws If the function gives no scalar, or its result is made of no trainable variable.
 * @example
 * ```ts
 * const w = variable(2, { name: "w" });
 * const trace = record(({ x }) => w.mul(x).square(), { x: 3 });
 * deepEqual(trace.nodes.map(({ label }) => label), ["w", "x", "mul", "square"]);
 * deepEqual(trace.at(trace.length - 1).gradientOf(0).total.cells[0], 36);
 * const faster = trace.replay({ set: { x: 4 } });
 * deepEqual(faster.at(faster.length - 1).gradientOf(0).total.cells[0], 64);
 * ```
 */
export function record<I extends Inputs = Record<never, never>>(
  f: (inputs: Given<I>) => Tensor,
  inputs: I = {} as I,
  options: RecordOptions = {},
): Trace {
  checkOptions("record", options, ["program"]);
  if (typeof f !== "function") throw new ChainruleError(`record: expected a function; received ${show(f)}`);
  const given = Object.entries(inputs).map(
    ([name, value]) => [name, value instanceof Tensor ? value : tensor(value)] as const,
  );
  const y: unknown = withLines(() => recorded(() => f(Object.fromEntries(given) as Given<I>)));
  if (!(y instanceof Tensor)) {
    throw new ChainruleError(`record: the function must return a tensor; it returned ${show(y)}`);
  }
  const names = new Map(given.map(([name, x]) => [x, name]));
  const recording = new Recorder(names).record(y);
  const { made, ...tables } = recording;
  const variables = made.filter((x) => x instanceof Variable);
  const rerun = (changes: Readonly<Record<string, unknown>>): Trace =>
    withValues(variables, changes, inputs, (next) => record(f, next as I, options));
  const complete = { ...tables, program: options.program };
  return new Trace(complete, {
    flow: () => flowOf(complete),
    rerun,
    origins: new Origins(recording),
    ...partsOf(recording),
  });
}

/** Runs `f` with some inputs and variables changed; the variables get their values back. */
function withValues<T>(
  variables: readonly Variable[],
  changes: Readonly<Record<string, unknown>>,
  inputs: Inputs,
  f: (inputs: Inputs) => T,
): T {
  const byName = new Map(variables.flatMap((x) => (x.name === undefined ? [] : [[x.name, x] as const])));
  const known = [...Object.keys(inputs), ...byName.keys()];
  const stray = Object.keys(changes).find((name) => !known.includes(name));
  if (stray !== undefined) {
    throw new ChainruleError(
      `trace.replay: there is no input or variable ${show(stray)}; known: ${known.join(", ")}`,
    );
  }
  const isInput = ([name]: readonly [string, unknown]) => name in inputs;
  const entries = Object.entries(changes);
  const changed = entries
    .filter((entry) => !isInput(entry))
    .map(([name, value]) => [byName.get(name)!, value] as const);
  const before = changed.map(([variable]) => [variable, variable.toTypedArray()] as const);
  try {
    for (const [variable, value] of changed) variable.assign(value as TensorLike);
    return f({ ...inputs, ...Object.fromEntries(entries.filter(isInput)) } as Inputs);
  } finally {
    for (const [variable, cells] of before)
      variable.assign(new Tensor(variable.shape, variable.dtype, cells));
  }
}

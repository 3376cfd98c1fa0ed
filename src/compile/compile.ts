import { epsilon, floatx } from "../dtype.ts";
import { ChainruleError, saying, show } from "../errors.ts";
import { getBackend } from "../kernels/backend.ts";
import { recorded } from "../ops/recording.ts";
import { tensor } from "../tensor/create.ts";
import { Leaf, Tensor, type TensorLike } from "../tensor/tensor.ts";
import { isTracing, traced } from "../tensor/tracing.ts";
import { Program } from "./program.ts";

type Results = Tensor | readonly Tensor[];
type Likes<A extends readonly Tensor[]> = { [I in keyof A]: TensorLike };

/** How many programs, one for each combination of shapes, a function keeps. */
const mostPrograms = 16;

/** Runs `f` on stand-ins of these shapes and dtypes: what comes out says how results are made of arguments. */
export function traceOn<R>(
  like: readonly Tensor[],
  f: (inputs: readonly Tensor[]) => R,
): { inputs: readonly Tensor[]; result: R } {
  const inputs = like.map(({ shape, dtype }) => new Leaf(shape, dtype));
  return { inputs, result: traced(() => recorded(() => f(inputs))) };
}

/** What a trace depends on: the shapes and dtypes of the arguments, and the settings that ops go by. */
export const signatureOf = (tensors: readonly Tensor[]): string =>
  [...tensors.map(({ shape, dtype }) => `${dtype}[${shape}]`), floatx(), epsilon()].join(" ");

/** What could not be traced, and why. */
class Untraced {
  readonly #reason: unknown;
  #said = false;

  constructor(reason: unknown) {
    this.#reason = reason;
  }

  /** Says once that `what` runs op by op. */
  say(what: string): void {
    if (this.#said) return;
    this.#said = true;
    const reason = this.#reason instanceof Error ? this.#reason.message : String(this.#reason);
    console.warn(`${what} is not compiled and runs op by op, since it cannot be traced: ${reason}`);
  }
}

/**
 * Programs by signature, made when they are first needed; the one that was not used for longest goes first. Where none can be
 * made, things are computed op by op.
 */
export class Programs<P extends object> {
  readonly #known = new Map<string, P | Untraced>();
  #latest: string | undefined;
  readonly #what: string;

  /** `what` is the name in the message that says that there is no program. */
  constructor(what: string) {
    this.#what = what;
  }

  /** Runs the program for a signature, or, where that cannot be made, `eagerly`. */
  run<R>(signature: string, make: () => P, run: (program: P) => R, eagerly: () => R): R {
    const program = this.#get(signature, make);
    if (!(program instanceof Untraced)) return run(program);
    try {
      const result = eagerly();
      program.say(this.#what);
      return result;
    } catch (error) {
      // An error of the function itself is told as it is, without a word on tracing, and may be gone the next time.
      this.#known.delete(signature);
      throw error;
    }
  }

  #get(signature: string, make: () => P): P | Untraced {
    const known = this.#known.get(signature);
    if (known !== undefined && signature === this.#latest) return known;
    const program = known ?? attempt(make);
    this.#latest = signature;
    this.#known.delete(signature);
    this.#known.set(signature, program);
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostPrograms) this.#known.delete(oldest!);
    return program;
  }
}

function attempt<P>(make: () => P): P | Untraced {
  try {
    return make();
  } catch (error) {
    return new Untraced(error);
  }
}

const listOf = (results: Results): readonly Tensor[] => (results instanceof Tensor ? [results] : results);

function checkResults(results: unknown): asserts results is Results {
  const list: readonly unknown[] = Array.isArray(results) ? results : [results];
  const stray = list.findIndex((x) => !(x instanceof Tensor));
  if (list.length === 0 || stray >= 0) {
    throw new ChainruleError(
      `compile: the function must return a tensor or an array of them; it returned ${show(stray >= 0 ? list[stray] : results)}`,
    );
  }
}

interface Compiled {
  readonly inputs: readonly Tensor[];
  readonly results: Results;
  readonly program: Program;
}

/**
 * The same function, compiled: on its first call with arguments of some shapes it is traced, ops are fused and memory is
 * planned; every further call replays that, many times faster than op by op. Variables that it uses count with the values that
 * they have when it is called. What it returns are plain values: take gradients inside, `compile(grad(f))`.
 *
 * A function that looks at values (`item()`, `toArray()`, an `if` on a number) cannot be traced; it then runs op by op, and a
 * message says so once. Numbers that are drawn in it by other means than ops are drawn once, when it is traced.
 *
 * @throws When called, what the function itself throws, or if it returns no tensors.
 * @example
 * ```ts
 * const slope = compile(grad((x) => x.mul(x.sigmoid()).sum()));
 * deepEqual(slope([0, 0]).toArray(), [0.5, 0.5]);
 * ```
 */
export function compile<A extends readonly Tensor[], R extends Results>(
  f: (...xs: A) => R,
): (...xs: Likes<A>) => R {
  if (typeof f !== "function") throw new ChainruleError(`compile: expected a function; received ${show(f)}`);
  const programs = new Programs<Compiled>(f.name ? `compile: ${f.name}` : "compile: the function");
  return (...args: Likes<A>): R => {
    const given = args.map((x, i) =>
      x instanceof Tensor ? x : saying(`compile, argument ${i}`, () => tensor(x)),
    );
    const call = () => f(...(given as readonly Tensor[] as A));
    // Within another trace, or a model, it becomes a part of that.
    if (isTracing() || given.some((x) => x.symbolic)) return call();
    const eagerly = () => valuesOf(recorded(call));
    if (!compiles()) return eagerly();
    return programs.run(
      signatureOf(given),
      () => build(f as (...xs: readonly Tensor[]) => R, given),
      (compiled) => run(compiled, given) as R,
      eagerly,
    );
  };
}

/** Whether there is a backend that runs programs, and no trace in progress, which this would become a part of. */
export const compiles = (): boolean => !isTracing() && getBackend() === "wasm";

/** Results that know nothing of how they were made. */
function valuesOf<R extends Results>(results: R): R {
  checkResults(results);
  const plain = (x: Tensor) => (x.tracked ? new Tensor(x.shape, x.dtype, x.toTypedArray()) : x);
  return (results instanceof Tensor ? plain(results) : results.map(plain)) as Results as R;
}

function build<R extends Results>(f: (...xs: readonly Tensor[]) => R, given: readonly Tensor[]): Compiled {
  const { inputs, result: results } = traceOn(given, (xs) => f(...xs));
  checkResults(results);
  return { inputs, results, program: new Program({ inputs, stages: [listOf(results)], updates: new Map() }) };
}

function run({ inputs, results, program }: Compiled, given: readonly Tensor[]): Results {
  for (const [i, input] of inputs.entries()) program.set(input, given[i]!);
  program.run(0);
  return results instanceof Tensor ? program.value(results) : results.map((x) => program.value(x));
}

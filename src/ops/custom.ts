import { ChainruleError, ensure, show } from "../errors.ts";
import { Tensor, type TensorLike } from "../tensor/tensor.ts";
import { tex } from "../tex.ts";
import { op } from "./op.ts";

/** What {@link customGradient} is made of. */
export interface CustomGradient {
  /** How the op appears in errors and traces. */
  name: string;
  /** Computes the result, in ops; its own gradient is not used. */
  forward(...xs: Tensor[]): Tensor;
  /** The gradients of the inputs, in ops: one per input, each with the shape of its input. */
  backward(upstream: Tensor, xs: readonly Tensor[], y: Tensor): readonly Tensor[] | Tensor;
  /** The contribution as LaTeX, for traces: `#dy` is the upstream. */
  tex?: string;
}

/**
 * A function with a gradient rule of its own in place of the derived one: to clip it, reverse it, make it
 * safer, or try out a rule (check it with `checkGradient`). TensorFlow: `tf.custom_gradient`.
 *
 * @throws On the backward pass, if `backward` does not give one gradient per input.
 * @example
 * ```ts
 * const reverse = customGradient({
 *   name: "reverse",
 *   forward: (x) => x,
 *   backward: (upstream) => upstream.neg(),
 * });
 * const x = variable(2);
 * reverse(x).backward();
 * deepEqual(x.grad?.item(), -1);
 * ```
 */
export function customGradient(custom: CustomGradient): (...xs: TensorLike[]) => Tensor {
  check(custom);
  const { name } = custom;
  // One call gives the gradients of all inputs, but the walker asks for them one by one. Several results may have one
  // upstream gradient, and one result several.
  const known = new WeakMap<Tensor, { dy: Tensor; all: readonly Tensor[] }>();
  const gradients = (dy: Tensor, xs: readonly Tensor[], y: Tensor): readonly Tensor[] => {
    const last = known.get(y);
    if (last?.dy === dy) return last.all;
    const given = custom.backward(dy, xs, y);
    const all: readonly Tensor[] = Array.isArray(given) ? given : [given];
    const stray = all.findIndex((x) => !(x instanceof Tensor));
    ensure(stray === -1, () => `backward of ${name} must give tensors; received ${show(all[stray])}`);
    ensure(
      all.length === xs.length,
      () =>
        `backward of ${name} must give one gradient per input: expected ${xs.length}, received ${all.length}`,
    );
    known.set(y, { dy, all });
    return all;
  };
  const self = op(name, ["...xs"])({
    tex: tex`\operatorname{${name.replaceAll("_", tex`\_`)}}(#xs)`,
    numbers: "any",
    parts: ({ xs }) => {
      const y: unknown = custom.forward(...xs);
      ensure(y instanceof Tensor, () => `forward must give a tensor; it gave ${show(y)}`);
      return y;
    },
    vjp: {
      xs: {
        tex: custom.tex ?? tex`\operatorname{backward}(#dy)`,
        of: (dy, { xs }, y, _, index) => gradients(dy, xs, y)[index]!,
      },
    },
  });
  return (...xs) => {
    if (xs.length === 0) throw new ChainruleError(`${name}: expected at least one tensor; received none`);
    return self(xs);
  };
}

function check(custom: CustomGradient): void {
  const who = "customGradient";
  if (typeof custom?.name !== "string" || custom.name === "") {
    throw new ChainruleError(`${who}: name must be a string, not empty; received ${show(custom?.name)}`);
  }
  for (const part of ["forward", "backward"] as const) {
    if (typeof custom[part] !== "function") {
      throw new ChainruleError(`${who}: ${part} must be a function; received ${show(custom[part])}`);
    }
  }
}

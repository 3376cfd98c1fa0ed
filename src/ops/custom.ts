import { ensure } from "../errors.ts";
import type { Tensor, TensorLike } from "../tensor/tensor.ts";
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
  // One call gives the gradients of all inputs, but the walker asks for them one by one. Several results may have one
  // upstream gradient, and one result several.
  const known = new WeakMap<Tensor, { dy: Tensor; all: readonly Tensor[] }>();
  const gradients = (dy: Tensor, xs: readonly Tensor[], y: Tensor): readonly Tensor[] => {
    const last = known.get(y);
    let all = last?.dy === dy ? last.all : undefined;
    if (all === undefined) {
      const given = custom.backward(dy, xs, y);
      all = Array.isArray(given) ? (given as readonly Tensor[]) : [given as Tensor];
      const count = all.length;
      ensure(
        count === xs.length,
        () =>
          `backward of ${custom.name} must give one gradient per input: expected ${xs.length}, received ${count}`,
      );
      known.set(y, { dy, all });
    }
    return all;
  };
  const self = op(custom.name, ["...xs"])({
    tex: tex`\operatorname{${custom.name}}(#xs)`,
    numbers: "any",
    parts: ({ xs }) => custom.forward(...xs),
    vjp: {
      xs: {
        tex: custom.tex ?? tex`\operatorname{backward}(#dy)`,
        of: (dy, { xs }, y, _, index) => gradients(dy, xs, y)[index]!,
      },
    },
  });
  return (...xs) => self(xs);
}

import { tex } from "../tex.ts";
import { op } from "./op.ts";

/** x itself, as a node of its own. */
export const identity = op("identity", ["x"])({
  tex: "#x",
  numbers: "all",
  pointwise: true,
  shape: ({ x }) => x,
  forward: (k, { x }, out) => k.copy(x, out),
  vjp: { x: { tex: "#dy", of: (dy) => dy } },
});

/**
 * x, with no gradient flowing back.
 *
 * @example
 * ```ts
 * const x = variable(3);
 * x.mul(stopGradient(x)).backward();
 * deepEqual(x.grad?.item(), 3);
 * ```
 */
export const stopGradient = op("stopGradient", ["x"])({
  tex: tex`\operatorname{stop}(#x)`,
  numbers: "all",
  shape: ({ x }) => x,
  forward: (k, { x }, out) => k.copy(x, out),
  vjp: { x: null },
});

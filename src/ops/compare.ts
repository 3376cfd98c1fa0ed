import type { BinaryName } from "../kernels/kernels.ts";
import { broadcastShapes } from "../shape.ts";
import { type Level, tex } from "../tex.ts";
import { broadcastView } from "../view.ts";
import { op } from "./op.ts";
import { binary, unary } from "./pointwise.ts";

/** Comparisons give bool and pass no gradient. */
const comparison = (name: BinaryName, sign: string, level: Level = "relation") =>
  binary(name, { tex: `#a ${sign} #b`, level, numbers: "any", dtype: "bool", a: null, b: null });

/** a = b, as bool. */
export const equal = comparison("equal", "=");
/** a ≠ b, as bool. */
export const notEqual = comparison("notEqual", tex`\neq`);
/** a < b, as bool. */
export const less = comparison("less", "<");
/** a ≤ b, as bool. */
export const lessEqual = comparison("lessEqual", tex`\leq`);
/** a > b, as bool. */
export const greater = comparison("greater", ">");
/** a ≥ b, as bool. */
export const greaterEqual = comparison("greaterEqual", tex`\geq`);
/** Both are not 0, as bool. */
export const logicalAnd = comparison("logicalAnd", tex`\land`, "logic");
/** One is not 0, as bool. */
export const logicalOr = comparison("logicalOr", tex`\lor`, "logic");

/** x is 0, as bool. */
export const logicalNot = unary("logicalNot", {
  tex: tex`\lnot #x`,
  level: "sign",
  numbers: "any",
  dtype: "bool",
  vjp: null,
});

/** x is neither NaN nor infinite, as bool. */
export const isFinite = unary("isFinite", {
  tex: tex`\operatorname{finite}(#x)`,
  numbers: "any",
  dtype: "bool",
  vjp: null,
});

/**
 * a where the condition holds, else b; all broadcast. The branch not taken gets gradient 0.
 *
 * @example
 * ```ts
 * deepEqual(where([true, false], [1, 2], 0).toArray(), [1, 0]);
 * ```
 */
export const where = op("where", ["condition", "a", "b"])({
  tex: tex`\operatorname{where}(#condition, #a, #b)`,
  kinds: { condition: "bool" },
  numbers: "all",
  pointwise: true,
  broadcasts: true,
  shape: ({ condition, a, b }) => broadcastShapes(broadcastShapes(condition, a), b),
  forward: (k, { condition, a, b }, out) =>
    k.select(
      broadcastView(condition, out.shape),
      broadcastView(a, out.shape),
      broadcastView(b, out.shape),
      out,
    ),
  vjp: {
    condition: null,
    a: {
      tex: tex`\operatorname{where}(#condition, #dy, 0)`,
      of: (dy, { condition }) => where(condition, dy, 0),
    },
    b: {
      tex: tex`\operatorname{where}(#condition, 0, #dy)`,
      of: (dy, { condition }) => where(condition, 0, dy),
    },
  },
});

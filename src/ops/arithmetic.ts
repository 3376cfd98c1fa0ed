import { tex } from "../tex.ts";
import { greaterEqual, lessEqual, where } from "./compare.ts";
import { binary, unary } from "./pointwise.ts";

/**
 * a + b, broadcasting.
 *
 * @example
 * ```ts
 * deepEqual(add([[1], [2]], [10, 20]).toArray(), [[11, 21], [12, 22]]);
 * ```
 */
export const add = binary("add", {
  tex: "#a + #b",
  level: "sum",
  numbers: "any",
  a: { tex: "#dy", of: (dy) => dy },
  b: { tex: "#dy", of: (dy) => dy },
});

/** a − b, broadcasting. */
export const sub = binary("sub", {
  tex: "#a - #b",
  level: "sum",
  numbers: "any",
  a: { tex: "#dy", of: (dy) => dy },
  b: { tex: "-#dy", level: "sign", of: (dy) => neg(dy) },
});

/** a · b cell by cell, broadcasting. */
export const mul = binary("mul", {
  tex: tex`#a \cdot #b`,
  level: "product",
  numbers: "any",
  a: { tex: tex`#dy \cdot #b`, of: (dy, { b }) => mul(dy, b) },
  b: { tex: tex`#dy \cdot #a`, of: (dy, { a }) => mul(dy, a) },
});

/** a / b, broadcasting; whole numbers give floats. */
export const div = binary("div", {
  tex: tex`\frac{#a}{#b}`,
  level: "fraction",
  a: { tex: tex`\frac{#dy}{#b}`, of: (dy, { b }) => div(dy, b) },
  b: { tex: tex`-\frac{#dy \cdot #y}{#b}`, level: "sign", of: (dy, { b }, y) => neg(div(mul(dy, y), b)) },
});

/** −x. */
export const neg = unary("neg", {
  tex: "-#x",
  level: "sign",
  numbers: "any",
  vjp: { tex: "-#dy", level: "sign", of: (dy) => neg(dy) },
});

/** The larger of a and b; at a tie the gradient goes to a, as in TensorFlow. */
export const maximum = binary("maximum", {
  tex: tex`\max(#a, #b)`,
  numbers: "any",
  a: { tex: tex`#dy \cdot [#a \geq #b]`, of: (dy, { a, b }) => where(greaterEqual(a, b), dy, 0) },
  b: { tex: tex`#dy \cdot [#a < #b]`, of: (dy, { a, b }) => where(greaterEqual(a, b), 0, dy) },
});

/** The smaller of a and b; at a tie the gradient goes to a, as in TensorFlow. */
export const minimum = binary("minimum", {
  tex: tex`\min(#a, #b)`,
  numbers: "any",
  a: { tex: tex`#dy \cdot [#a \leq #b]`, of: (dy, { a, b }) => where(lessEqual(a, b), dy, 0) },
  b: { tex: tex`#dy \cdot [#a > #b]`, of: (dy, { a, b }) => where(lessEqual(a, b), 0, dy) },
});

/** The remainder a − ⌊a / b⌋·b, with the sign of b, as in Python. */
export const mod = binary("mod", {
  tex: tex`#a \bmod #b`,
  level: "product",
  numbers: "any",
  a: { tex: "#dy", of: (dy) => dy },
  b: {
    tex: tex`-#dy \cdot \lfloor #a / #b \rfloor`,
    level: "sign",
    of: (dy, { a, b }) => neg(mul(dy, floor(div(a, b)))),
  },
});

/** |x|; the slope at 0 is 0. */
export const abs = unary("abs", {
  tex: tex`\lvert #x \rvert`,
  numbers: "any",
  vjp: { tex: tex`#dy \cdot \operatorname{sign}(#x)`, of: (dy, { x }) => mul(dy, sign(x)) },
});

/** −1, 0 or 1; no gradient flows. */
export const sign = unary("sign", {
  tex: tex`\operatorname{sign}(#x)`,
  numbers: "any",
  vjp: null,
});

/** The largest whole number ≤ x; no gradient flows. */
export const floor = unary("floor", { tex: tex`\lfloor #x \rfloor`, numbers: "any", vjp: null });

/** x². */
export const square = unary("square", {
  tex: "#x^2",
  level: "power",
  numbers: "any",
  // (dy · x) · 2, not (2 · x) · dy: the upstream may be 0 where 2x overflows.
  vjp: { tex: tex`#dy \cdot #x \cdot 2`, of: (dy, { x }) => mul(mul(dy, x), 2) },
});

/** 1 / x. */
export const reciprocal = unary("reciprocal", {
  tex: tex`\frac{1}{#x}`,
  level: "fraction",
  vjp: { tex: tex`-#dy \cdot #y^2`, level: "sign", of: (dy, _, y) => neg(mul(mul(dy, y), y)) },
});

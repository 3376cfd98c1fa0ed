import { tex } from "../tex.ts";
import { add, div, mul, neg, square, sub } from "./arithmetic.ts";
import { equal, greater, where } from "./compare.ts";
import { binary, unary } from "./pointwise.ts";

const twoOverRootPi = 2 / Math.sqrt(Math.PI);

/** eˣ. */
export const exp = unary("exp", {
  tex: "e^{#x}",
  level: "power",
  vjp: { tex: tex`#dy \cdot #y`, of: (dy, _, y) => mul(dy, y) },
});

/** eˣ − 1, exact for small x. */
export const expm1 = unary("expm1", {
  tex: "e^{#x} - 1",
  level: "sum",
  vjp: { tex: tex`#dy \cdot (#y + 1)`, of: (dy, { x }) => mul(dy, exp(x)) },
});

/** The natural logarithm. */
export const log = unary("log", {
  tex: tex`\log(#x)`,
  vjp: { tex: tex`\frac{#dy}{#x}`, of: (dy, { x }) => div(dy, x) },
});

/** log(1 + x), exact for small x. */
export const log1p = unary("log1p", {
  tex: tex`\log(1 + #x)`,
  vjp: { tex: tex`\frac{#dy}{1 + #x}`, of: (dy, { x }) => div(dy, add(x, 1)) },
});

/**
 * a to the power b, broadcasting. The gradient in b is 0 where a ≤ 0, where log a does not exist; that in a
 * is 0 where b = 0, also at a = 0.
 */
export const pow = binary("pow", {
  tex: "#a^{#b}",
  level: "power",
  a: {
    tex: tex`#dy \cdot #b \cdot #a^{#b - 1}`,
    of: (dy, { a, b }) => mul(mul(dy, b), pow(a, where(equal(b, 0), 1, sub(b, 1)))),
  },
  b: {
    tex: tex`#dy \cdot #y \cdot \log(#a)`,
    of: (dy, { a }, y) => mul(mul(dy, y), log(where(greater(a, 0), a, 1))),
  },
});

/** √x. */
export const sqrt = unary("sqrt", {
  tex: tex`\sqrt{#x}`,
  vjp: { tex: tex`\frac{#dy}{2 \cdot #y}`, of: (dy, _, y) => div(dy, mul(y, 2)) },
});

/** 1 / √x. */
export const rsqrt = unary("rsqrt", {
  tex: tex`\frac{1}{\sqrt{#x}}`,
  level: "fraction",
  vjp: {
    tex: tex`-\frac{#dy \cdot #y}{2 \cdot #x}`,
    level: "sign",
    of: (dy, { x }, y) => div(mul(dy, y), mul(x, -2)),
  },
});

/** sin x, x in radians. */
export const sin = unary("sin", {
  tex: tex`\sin(#x)`,
  vjp: { tex: tex`#dy \cdot \cos(#x)`, of: (dy, { x }) => mul(dy, cos(x)) },
});

/** cos x, x in radians. */
export const cos = unary("cos", {
  tex: tex`\cos(#x)`,
  vjp: { tex: tex`-#dy \cdot \sin(#x)`, level: "sign", of: (dy, { x }) => neg(mul(dy, sin(x))) },
});

/** tan x, x in radians. */
export const tan = unary("tan", {
  tex: tex`\tan(#x)`,
  vjp: { tex: tex`#dy \cdot (1 + #y^2)`, of: (dy, _, y) => mul(dy, add(square(y), 1)) },
});

/** The angle in [−π/2, π/2] whose sine is x. */
export const asin = unary("asin", {
  tex: tex`\arcsin(#x)`,
  vjp: { tex: tex`\frac{#dy}{\sqrt{1 - #x^2}}`, of: (dy, { x }) => mul(dy, rsqrt(sub(1, square(x)))) },
});

/** The angle in [0, π] whose cosine is x. */
export const acos = unary("acos", {
  tex: tex`\arccos(#x)`,
  vjp: {
    tex: tex`-\frac{#dy}{\sqrt{1 - #x^2}}`,
    level: "sign",
    of: (dy, { x }) => neg(mul(dy, rsqrt(sub(1, square(x))))),
  },
});

/** The angle in (−π/2, π/2) whose tangent is x. */
export const atan = unary("atan", {
  tex: tex`\arctan(#x)`,
  vjp: { tex: tex`\frac{#dy}{1 + #x^2}`, of: (dy, { x }) => div(dy, add(square(x), 1)) },
});

/** The angle of the point (b, a) against the b axis, in (−π, π]: arctan(a / b) in the right quadrant. */
export const atan2 = binary("atan2", {
  tex: tex`\operatorname{atan2}(#a, #b)`,
  a: {
    tex: tex`\frac{#dy \cdot #b}{#a^2 + #b^2}`,
    of: (dy, { a, b }) => div(mul(dy, b), add(square(a), square(b))),
  },
  b: {
    tex: tex`-\frac{#dy \cdot #a}{#a^2 + #b^2}`,
    level: "sign",
    of: (dy, { a, b }) => neg(div(mul(dy, a), add(square(a), square(b)))),
  },
});

/** (eˣ − e⁻ˣ) / 2. */
export const sinh = unary("sinh", {
  tex: tex`\sinh(#x)`,
  vjp: { tex: tex`#dy \cdot \cosh(#x)`, of: (dy, { x }) => mul(dy, cosh(x)) },
});

/** (eˣ + e⁻ˣ) / 2. */
export const cosh = unary("cosh", {
  tex: tex`\cosh(#x)`,
  vjp: { tex: tex`#dy \cdot \sinh(#x)`, of: (dy, { x }) => mul(dy, sinh(x)) },
});

/** The hyperbolic tangent, from −1 to 1. */
export const tanh = unary("tanh", {
  tex: tex`\tanh(#x)`,
  vjp: {
    tex: tex`#dy \cdot (1 - #y^2)`,
    of: (dy, _, y) => mul(dy, mul(sub(1, y), add(y, 1))),
  },
});

/** The error function 2/√π ∫₀ˣ e^(−t²) dt. */
export const erf = unary("erf", {
  tex: tex`\operatorname{erf}(#x)`,
  vjp: {
    tex: tex`#dy \cdot \frac{2}{\sqrt{\pi}} \cdot e^{-#x^2}`,
    of: (dy, { x }) => mul(dy, mul(exp(neg(square(x))), twoOverRootPi)),
  },
});

/** 1 − erf x, exact where erf x is near 1. */
export const erfc = unary("erfc", {
  tex: tex`\operatorname{erfc}(#x)`,
  vjp: {
    tex: tex`-#dy \cdot \frac{2}{\sqrt{\pi}} \cdot e^{-#x^2}`,
    level: "sign",
    of: (dy, { x }) => mul(dy, mul(exp(neg(square(x))), -twoOverRootPi)),
  },
});

/** The logistic function 1 / (1 + e⁻ˣ), which never overflows. */
export const sigmoid = unary("sigmoid", {
  tex: tex`\sigma(#x)`,
  vjp: {
    tex: tex`#dy \cdot #y \cdot (1 - #y)`,
    // σ(−x) is 1 − σ(x) without its rounding error where σ(x) is near 1.
    of: (dy, { x }, y) => mul(mul(dy, y), sigmoid(neg(x))),
  },
});

/** log(1 + eˣ) as max(x, 0) + log1p(e^−|x|), which never overflows. */
export const softplus = unary("softplus", {
  tex: tex`\log(1 + e^{#x})`,
  vjp: { tex: tex`#dy \cdot \sigma(#x)`, of: (dy, { x }) => mul(dy, sigmoid(x)) },
});

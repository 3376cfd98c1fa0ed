import { ensure } from "../errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { numberTex, tex } from "../tex.ts";
import { maximum, minimum, mul, sub } from "./arithmetic.ts";
import { limit, real } from "./attributes.ts";
import { greater, greaterEqual, less, lessEqual, logicalAnd, where } from "./compare.ts";
import { op } from "./op.ts";

interface ReluAttrs {
  readonly alpha: number;
  readonly maxValue: number;
  readonly threshold: number;
}

/**
 * dy times the slope of relu, with TensorFlow's choice at its kinks: 0 at the threshold of a plain relu and at
 * the cap of a relu6, 1 at any other cap, alpha at the zero of a leaky relu.
 */
function timesSlope(dy: Tensor, x: Tensor, { alpha, maxValue, threshold }: ReluAttrs): Tensor {
  const capped = maxValue !== Number.POSITIVE_INFINITY;
  const above = greater(x, threshold);
  const underCap = maxValue === 6 && threshold === 0 ? less : lessEqual;
  const inside = capped ? logicalAnd(above, underCap(x, maxValue)) : above;
  if (alpha === 0) return where(inside, dy, 0);
  const below = capped || threshold !== 0 ? less : lessEqual;
  return where(inside, dy, where(below(x, threshold), mul(dy, alpha), 0));
}

/** The slope in brackets that are 1 where they hold, else 0; as {@link timesSlope} has it. */
function slopeTex({ alpha, maxValue, threshold }: ReluAttrs): string {
  const capped = maxValue !== Number.POSITIVE_INFINITY;
  const underCap = maxValue === 6 && threshold === 0 ? "<" : tex`\leq`;
  const inside = capped ? `[${threshold} < #x ${underCap} ${maxValue}]` : `[#x > ${threshold}]`;
  if (alpha === 0) return inside;
  const below = capped || threshold !== 0 ? "<" : tex`\leq`;
  return tex`(${inside} + ${alpha} \cdot [#x ${below} ${threshold}])`;
}

/**
 * Keras's rectifier: `maxValue` where x is above it; x above `threshold`; else alpha · (x − threshold).
 * With the defaults it is max(x, 0). Keras: `K.relu(x, alpha, max_value, threshold)`.
 *
 * @throws If maxValue is below 0.
 * @example
 * ```ts
 * deepEqual(relu([-1, 2, 9], { maxValue: 6 }).toArray(), [0, 2, 6]);
 * ```
 */
export const relu = op("relu", ["x"], { alpha: real(0), maxValue: limit(null), threshold: real(0) })({
  tex: ({ alpha, maxValue, threshold }) => {
    const capped = maxValue === Number.POSITIVE_INFINITY ? "" : `, ${maxValue}`;
    const shifted = threshold === 0 ? "" : tex`,\ \theta = ${threshold}`;
    const leaky = alpha === 0 ? "" : tex`,\ \alpha = ${alpha}`;
    if (capped && maxValue === 6 && !shifted && !leaky) return tex`\operatorname{ReLU6}(#x)`;
    return tex`\operatorname{ReLU}(#x${capped}${shifted}${leaky})`;
  },
  numbers: "any",
  pointwise: true,
  parts: ({ x }, { alpha, maxValue, threshold }) => {
    ensure(maxValue >= 0, () => `maxValue must be ≥ 0; received ${maxValue}`);
    const capped = maxValue === Number.POSITIVE_INFINITY ? x : minimum(x, maxValue);
    const above = where(greater(x, threshold), capped, 0);
    return alpha === 0 ? above : where(greater(x, threshold), above, mul(sub(x, threshold), alpha));
  },
  vjp: {
    x: {
      tex: (attrs) => tex`#dy \cdot ${slopeTex(attrs)}`,
      of: (dy, { x }, _, attrs) => timesSlope(dy, x, attrs),
    },
  },
});

/** min(max(x, 0), 6); the slope is 0 at both kinks. */
export const relu6 = op("relu6", ["x"])({
  tex: tex`\operatorname{ReLU6}(#x)`,
  numbers: "any",
  parts: ({ x }) => relu(x, { maxValue: 6 }),
});

/**
 * x limited to [min, max]; `null` leaves a side open. The slope at the limits is 1, as in TensorFlow.
 *
 * @throws If min is above max.
 * @example
 * ```ts
 * deepEqual(clip([-2, 0.5, 2], { min: -1, max: 1 }).toArray(), [-1, 0.5, 1]);
 * ```
 */
export const clip = op("clip", ["x"], {
  min: real(Number.NEGATIVE_INFINITY),
  max: real(Number.POSITIVE_INFINITY),
})({
  tex: ({ min, max }) => tex`\operatorname{clip}(#x, ${numberTex(min)}, ${numberTex(max)})`,
  numbers: "any",
  pointwise: true,
  parts: ({ x }, { min, max }) => {
    ensure(min <= max, () => `min must be ≤ max; received ${min} and ${max}`);
    const raised = min === Number.NEGATIVE_INFINITY ? x : maximum(x, min);
    return max === Number.POSITIVE_INFINITY ? raised : minimum(raised, max);
  },
  vjp: {
    x: {
      tex: ({ min, max }) => tex`#dy \cdot [${numberTex(min)} \leq #x \leq ${numberTex(max)}]`,
      of: (dy, { x }, _, { min, max }) => where(logicalAnd(greaterEqual(x, min), lessEqual(x, max)), dy, 0),
    },
  },
});

import { ensure } from "../errors.ts";
import type { ScanName } from "../kernels/kernels.ts";
import { normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { tex } from "../tex.ts";
import { add, div, mul, neg, sub } from "./arithmetic.ts";
import { type AttrsOf, axis, lead } from "./attributes.ts";
import { greater, where } from "./compare.ts";
import { exp, sigmoid, softplus } from "./exponential.ts";
import { oneHot } from "./gather.ts";
import { type Op, op, type Vjp } from "./op.ts";
import { expandDims } from "./rearrange.ts";
import { axisLast, sum } from "./reduce.ts";

const along = { axis: lead(axis(-1)) };
type Along = AttrsOf<typeof along>;

/** An op that maps each lane along an axis to a lane. */
const laneOp = (
  name: ScanName,
  source: string,
  vjp: Vjp<readonly ["x"], Along>,
): Op<readonly ["x"], typeof along> =>
  op(
    name,
    ["x"],
    along,
  )({
    tex: source,
    shape: ({ x }, attrs) => {
      normalizeAxis(attrs.axis, x.length);
      return x;
    },
    forward: (k, { x }, out, attrs) => {
      const at = normalizeAxis(attrs.axis, x.shape.length);
      k.scan(name, axisLast(x, at), axisLast(out, at));
    },
    vjp: { x: vjp },
  });

/**
 * eˣ / Σ eˣ along an axis: positive numbers that sum to 1, safe for any finite x.
 *
 * @example
 * ```ts
 * deepEqual(softmax([0, 0]).toArray(), [0.5, 0.5]);
 * ```
 */
export const softmax = laneOp("softmax", tex`\operatorname{softmax}(#x)`, {
  tex: tex`#y \cdot (#dy - \sum #dy \cdot #y)`,
  of: (dy, _, y, { axis }) => mul(y, sub(dy, sum(mul(dy, y), { axis, keepdims: true }))),
});

/** log softmax x = x − log Σ eˣ along an axis. */
export const logSoftmax = laneOp("logSoftmax", tex`\log \operatorname{softmax}(#x)`, {
  tex: tex`#dy - e^{#y} \cdot \sum #dy`,
  level: "sum",
  of: (dy, _, y, { axis }) => sub(dy, mul(exp(y), sum(dy, { axis, keepdims: true }))),
});

/** The point of the probability simplex nearest to x: like softmax, with zeros. Martins and Astudillo, 2016. */
export const sparsemax = laneOp("sparsemax", tex`\operatorname{sparsemax}(#x)`, {
  tex: tex`[#y > 0] \cdot (#dy - \operatorname{mean}_{#y > 0} #dy)`,
  of: (dy, _, y, { axis }) => {
    const support = where(greater(y, 0), 1, 0);
    const size = sum(support, { axis, keepdims: true });
    return mul(support, sub(dy, div(sum(mul(dy, support), { axis, keepdims: true }), size)));
  },
});

/** Puts back the axis that a loss summed away. */
const restore = (dy: Tensor, axis: number, like: Tensor): Tensor =>
  expandDims(dy, normalizeAxis(axis, like.rank));

/**
 * −Σ target · log softmax(logits) along an axis, computed from the logits so that nothing overflows; the
 * gradient in the logits is softmax(logits) − target. Shapes: both […, classes] → […].
 * TensorFlow: `softmax_cross_entropy_with_logits`.
 *
 * @example
 * ```ts
 * deepEqual(softmaxCrossEntropy([[0, 0]], [[1, 0]]).toArray(), [Math.fround(Math.log(2))]);
 * ```
 */
export const softmaxCrossEntropy = op(
  "softmaxCrossEntropy",
  ["logits", "targets"],
  along,
)({
  tex: tex`-\sum #targets \cdot \log \operatorname{softmax}(#logits)`,
  level: "sign",
  parts: ({ logits, targets }, { axis }) => {
    ensure(
      String(logits.shape) === String(targets.shape),
      () => "logits and targets must have one shape (for class numbers use sparseSoftmaxCrossEntropy)",
    );
    return neg(sum(mul(targets, logSoftmax(logits, axis)), axis));
  },
  vjp: {
    logits: {
      tex: tex`#dy \cdot (\operatorname{softmax}(#logits) \cdot \sum #targets - #targets)`,
      of: (dy, { logits, targets }, _, { axis }) => {
        const total = sum(targets, { axis, keepdims: true });
        return mul(restore(dy, axis, logits), sub(mul(softmax(logits, axis), total), targets));
      },
    },
    targets: {
      tex: tex`-#dy \cdot \log \operatorname{softmax}(#logits)`,
      level: "sign",
      of: (dy, { logits }, _, { axis }) => neg(mul(restore(dy, axis, logits), logSoftmax(logits, axis))),
    },
  },
});

/**
 * {@link softmaxCrossEntropy} for class numbers. Shapes: logits [batch…, classes], labels [batch…] (int32) →
 * [batch…].
 *
 * @throws If a label is no class: below 0 or too large.
 */
export const sparseSoftmaxCrossEntropy = op("sparseSoftmaxCrossEntropy", ["logits", "labels"])({
  tex: tex`-\log \operatorname{softmax}(#logits)_{#labels}`,
  level: "sign",
  kinds: { labels: "int32" },
  parts: ({ logits, labels }) => {
    const classes = logits.shape.at(-1)!;
    const stray = labels.symbolic ? undefined : labels.data.find((label) => label < 0 || label >= classes);
    ensure(stray === undefined, () => `label ${stray} is no class: there are ${classes}, counted from 0`);
    return softmaxCrossEntropy(logits, oneHot(labels, classes));
  },
});

/**
 * The cross-entropy of sigmoid(logits) with targets in [0, 1], cell by cell and computed from the logits:
 * max(z, 0) − z·t + log1p(e^−|z|). Shapes: both [s…] → [s…].
 * TensorFlow: `sigmoid_cross_entropy_with_logits`.
 */
export const sigmoidCrossEntropy = op("sigmoidCrossEntropy", ["logits", "targets"])({
  tex: tex`\log(1 + e^{#logits}) - #logits \cdot #targets`,
  level: "sum",
  parts: ({ logits, targets }) => {
    ensure(String(logits.shape) === String(targets.shape), () => "logits and targets must have one shape");
    // softplus(z) − z·t cancels for large z: where z > 0 it is softplus(−z) + z·(1 − t).
    const positive = greater(logits, 0);
    const near = softplus(where(positive, neg(logits), logits));
    return add(near, mul(logits, sub(where(positive, 1, 0), targets)));
  },
  vjp: {
    logits: {
      tex: tex`#dy \cdot (\sigma(#logits) - #targets)`,
      of: (dy, { logits, targets }) => mul(dy, sub(sigmoid(logits), targets)),
    },
    targets: { tex: tex`-#dy \cdot #logits`, level: "sign", of: (dy, { logits }) => neg(mul(dy, logits)) },
  },
});

import { ensure } from "../errors.ts";
import * as ops from "../ops/index.ts";
import { activation } from "./activation.ts";

// One declaration per activation, in the names, defaults and slopes at the kinks that Keras on TensorFlow has.
// The registry walks these exports: nothing else has to be touched for a new one.

/** x where it is above the threshold, limited to maxValue, else negativeSlope · (x − threshold). Keras: `relu`. */
export const relu = activation({
  name: "relu",
  params: { negativeSlope: 0, maxValue: null, threshold: 0 },
  of: (x, { negativeSlope, maxValue, threshold }) =>
    ops.relu(x, { alpha: negativeSlope, maxValue, threshold }),
  kinks: ({ maxValue, threshold }) => [threshold, maxValue].filter(Number.isFinite),
  kerasLayer: "ReLU",
  source: "Nair and Hinton, 2010",
});

/** min(max(x, 0), 6). Keras: `relu6`. */
export const relu6 = activation({
  name: "relu6",
  of: (x) => ops.relu6(x),
  kinks: [0, 6],
  source: "Krizhevsky, Convolutional Deep Belief Networks on CIFAR-10, 2010",
});

/** x, or negativeSlope · x below 0. Keras: `leaky_relu`. */
export const leakyRelu = activation({
  name: "leaky_relu",
  params: { negativeSlope: 0.2 },
  of: (x, { negativeSlope }) => ops.relu(x, { alpha: negativeSlope }),
  kinks: [0],
  kerasLayer: "LeakyReLU",
  source: "Maas et al., 2013",
});

// The exponential is of min(x, 0), so that the branch not taken cannot overflow.

/** x, or alpha · (eˣ − 1) below 0. Keras: `elu`. */
export const elu = activation({
  name: "elu",
  params: { alpha: 1 },
  of: (x, { alpha }) => ops.where(x.less(0), x.minimum(0).expm1().mul(alpha), x),
  kinks: [0],
  kerasLayer: "ELU",
  source: "Clevert et al., 2015",
});

/** x, or alpha · (e^(x / alpha) − 1) below 0. Keras: `celu`. */
export const celu = activation({
  name: "celu",
  params: { alpha: 1 },
  of: (x, { alpha }) => ops.where(x.less(0), x.minimum(0).div(alpha).expm1().mul(alpha), x),
  kinks: [0],
  source: "Barron, 2017",
});

/** 1.0507 · elu(x) with alpha = 1.6733, which keeps means and variances. Keras: `selu`. */
export const selu = activation({
  name: "selu",
  of: (x) => elu(x, { alpha: 1.6732632423543772 }).mul(1.0507009873554805),
  kinks: [0],
  source: "Klambauer et al., Self-Normalizing Neural Networks, 2017",
});

/** x · σ(x). Keras: `silu`, `swish`. */
export const silu = activation({
  name: "silu",
  aliases: ["swish"],
  of: (x) => x.mul(x.sigmoid()),
  source: "Ramachandran et al., Searching for Activation Functions, 2017",
});
/** The common name of {@link silu}. */
export const swish = silu;

/** x · ReLU6(x + 3) / 6. Keras: `hard_silu`, `hard_swish`. */
export const hardSilu = activation({
  name: "hard_silu",
  aliases: ["hard_swish"],
  of: (x) => x.mul(x.add(3).relu6().div(6)),
  kinks: [-3, 3],
  source: "Howard et al., Searching for MobileNetV3, 2019",
});
/** The common name of {@link hardSilu}. */
export const hardSwish = hardSilu;

/** ReLU6(x + 3) / 6. Keras 3: `hard_sigmoid`. */
export const hardSigmoid = activation({
  name: "hard_sigmoid",
  of: (x) => x.add(3).relu6().div(6),
  kinks: [-3, 3],
  source: "Howard et al., 2019",
});

/** clip(0.2 · x + 0.5, 0, 1): what Keras 2 (and tfjs) call `hard_sigmoid`. */
export const hardSigmoidKeras2 = activation({
  name: "hard_sigmoid_keras2",
  of: (x) => x.mul(0.2).add(0.5).clip({ min: 0, max: 1 }),
  kinks: [-2.5, 2.5],
  source: "Keras 2",
});

/** x limited to [−1, 1]. Keras: `hard_tanh`. */
export const hardTanh = activation({
  name: "hard_tanh",
  of: (x) => x.clip({ min: -1, max: 1 }),
  kinks: [-1, 1],
  source: "Collobert, 2004",
});

/**
 * x · Φ(x), Φ the normal distribution function; `approximate` replaces it by a tanh. Keras: `gelu`.
 */
export const gelu = activation({
  name: "gelu",
  params: { approximate: false },
  of: (x, { approximate }) => {
    if (!approximate) return x.mul(0.5).mul(x.div(-Math.SQRT2).erfc());
    // ½(1 + tanh z) = σ(2z); beyond ±30 it is 0 or 1, and u³ would overflow.
    const u = x.clip({ min: -30, max: 30 });
    return x.mul(
      u
        .pow(3)
        .mul(0.044715)
        .add(u)
        .mul(2 * Math.sqrt(2 / Math.PI))
        .sigmoid(),
    );
  },
  source: "Hendrycks and Gimpel, 2016",
});

/** x · tanh(softplus x). Keras: `mish`. */
export const mish = activation({
  name: "mish",
  // Beyond 40 the tanh is 1; its slope, 0, must not meet a huge x.
  of: (x) => x.mul(x.minimum(40).softplus().tanh()),
  source: "Misra, 2019",
});

/** x / (1 + |x|). Keras: `softsign`. */
export const softsign = activation({
  name: "softsign",
  of: (x) => x.div(x.abs().add(1)),
  source: "Turian et al., 2009",
});

/** log(1 + eˣ). Keras: `softplus`. */
export const softplus = activation({
  name: "softplus",
  of: (x) => x.softplus(),
  source: "Dugas et al., 2001",
});

/** The hyperbolic tangent. Keras: `tanh`. */
export const tanh = activation({ name: "tanh", of: (x) => x.tanh() });

/** 1 / (1 + e⁻ˣ). Keras: `sigmoid`. */
export const sigmoid = activation({ name: "sigmoid", of: (x) => x.sigmoid() });

/** eˣ; it overflows where eˣ does. Keras: `exponential`. */
export const exponential = activation({ name: "exponential", of: (x) => x.exp() });

/** x. Keras: `linear`. */
export const linear = activation({ name: "linear", of: (x) => x });

/** log σ(x). Keras: `log_sigmoid`. */
export const logSigmoid = activation({ name: "log_sigmoid", of: (x) => x.neg().softplus().neg() });

/** (x + √(x² + b)) / 2, b > 0. Keras: `squareplus`. */
export const squareplus = activation({
  name: "squareplus",
  params: { b: 4 },
  of: (x, { b }) => {
    ensure(b > 0, () => `b must be > 0; received ${b}`);
    // The root without squaring large numbers; s only scales, so nothing flows through it.
    const s = x.abs().maximum(1).stopGradient();
    const root = x.div(s).square().add(s.pow(-1).mul(b).div(s)).sqrt().mul(s);
    // x + √… cancels below 0: there it is b / (√… − x).
    const below = ops.div(b / 4, root.mul(0.5).sub(x.minimum(0).mul(0.5)));
    return ops.where(x.greater(0), x.mul(0.5).add(root.mul(0.5)), below);
  },
  source: "Barron, 2021",
});

/** x moved towards 0 by the threshold; 0 within it. Keras: `soft_shrink`. */
export const softShrink = activation({
  name: "soft_shrink",
  params: { threshold: 0.5 },
  of: (x, { threshold }) =>
    ops.where(x.greater(threshold), x.sub(threshold), ops.where(x.less(-threshold), x.add(threshold), 0)),
  kinks: ({ threshold }) => [-threshold, threshold],
});

/** x; 0 where |x| is within the threshold. Keras: `hard_shrink`. */
export const hardShrink = activation({
  name: "hard_shrink",
  params: { threshold: 0.5 },
  of: (x, { threshold }) => ops.where(x.abs().greater(threshold), x, 0),
  kinks: ({ threshold }) => [-threshold, threshold],
});

/** x − tanh x. Keras: `tanh_shrink`. */
export const tanhShrink = activation({ name: "tanh_shrink", of: (x) => x.sub(x.tanh()) });

/** x where it is above the threshold, else defaultValue. Keras: `threshold`. */
export const threshold = activation({
  name: "threshold",
  params: { threshold: 0, defaultValue: 0 },
  of: (x, params) => ops.where(x.greater(params.threshold), x, params.defaultValue),
  kinks: (params) => [params.threshold],
});

/** 0 up to −1, (x + 1)² / 4 up to 1, then x. Keras: `sparse_plus`. */
export const sparsePlus = activation({
  name: "sparse_plus",
  of: (x) => ops.where(x.lessEqual(-1), 0, ops.where(x.less(1), x.add(1).square().mul(0.25), x)),
  kinks: [-1, 1],
});

/** 0 up to −1, (x + 1) / 2 up to 1, then 1. Keras: `sparse_sigmoid`. */
export const sparseSigmoid = activation({
  name: "sparse_sigmoid",
  of: (x) => ops.where(x.lessEqual(-1), 0, ops.where(x.less(1), x.add(1).mul(0.5), 1)),
  kinks: [-1, 1],
});

/** eˣ / Σ eˣ along an axis. Keras: `softmax`. */
export const softmax = activation({
  name: "softmax",
  params: { axis: -1 },
  pointwise: false,
  of: (x, { axis }) => ops.softmax(x, { axis }),
  kerasLayer: "Softmax",
});

/** log softmax along an axis. Keras: `log_softmax`. */
export const logSoftmax = activation({
  name: "log_softmax",
  params: { axis: -1 },
  pointwise: false,
  of: (x, { axis }) => ops.logSoftmax(x, { axis }),
});

/** The nearest point of the probability simplex, along an axis. Keras: `sparsemax`. */
export const sparsemax = activation({
  name: "sparsemax",
  params: { axis: -1 },
  pointwise: false,
  of: (x, { axis }) => ops.sparsemax(x, { axis }),
  source: "Martins and Astudillo, 2016",
});

/** The first half along an axis times σ of the second. Keras: `glu`. */
export const glu = activation({
  name: "glu",
  params: { axis: -1 },
  pointwise: false,
  of: (x, { axis }) => {
    const [a, b] = ops.split(x, 2, { axis });
    return a!.mul(b!.sigmoid());
  },
  source: "Dauphin et al., 2016",
});

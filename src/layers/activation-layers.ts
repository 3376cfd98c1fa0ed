import { activationLayers } from "./activations.ts";

// One name each, so that they can be imported: `import { HardSwish } from "chainrule"`. What they are follows from the
// declarations of the activations; a test finds one that is missing here.

/** The activation `relu6` as a layer. */
export const Relu6 = activationLayers.Relu6;
/** The activation `celu` as a layer. */
export const Celu = activationLayers.Celu;
/** The activation `selu` as a layer. */
export const Selu = activationLayers.Selu;
/** The activation `silu` as a layer. */
export const Silu = activationLayers.Silu;
/** The activation `swish` as a layer. */
export const Swish = activationLayers.Swish;
/** The activation `hardSilu` as a layer. */
export const HardSilu = activationLayers.HardSilu;
/** The activation `hardSwish` as a layer. */
export const HardSwish = activationLayers.HardSwish;
/** The activation `hardSigmoid` as a layer. */
export const HardSigmoid = activationLayers.HardSigmoid;
/** The activation `hardSigmoidKeras2` as a layer. */
export const HardSigmoidKeras2 = activationLayers.HardSigmoidKeras2;
/** The activation `hardTanh` as a layer. */
export const HardTanh = activationLayers.HardTanh;
/** The activation `gelu` as a layer. */
export const Gelu = activationLayers.Gelu;
/** The activation `mish` as a layer. */
export const Mish = activationLayers.Mish;
/** The activation `softsign` as a layer. */
export const Softsign = activationLayers.Softsign;
/** The activation `softplus` as a layer. */
export const Softplus = activationLayers.Softplus;
/** The activation `tanh` as a layer. */
export const Tanh = activationLayers.Tanh;
/** The activation `sigmoid` as a layer. */
export const Sigmoid = activationLayers.Sigmoid;
/** The activation `exponential` as a layer. */
export const Exponential = activationLayers.Exponential;
/** The activation `linear` as a layer. */
export const Linear = activationLayers.Linear;
/** The activation `logSigmoid` as a layer. */
export const LogSigmoid = activationLayers.LogSigmoid;
/** The activation `squareplus` as a layer. */
export const Squareplus = activationLayers.Squareplus;
/** The activation `softShrink` as a layer. */
export const SoftShrink = activationLayers.SoftShrink;
/** The activation `hardShrink` as a layer. */
export const HardShrink = activationLayers.HardShrink;
/** The activation `tanhShrink` as a layer. */
export const TanhShrink = activationLayers.TanhShrink;
/** The activation `threshold` as a layer. */
export const Threshold = activationLayers.Threshold;
/** The activation `sparsePlus` as a layer. */
export const SparsePlus = activationLayers.SparsePlus;
/** The activation `sparseSigmoid` as a layer. */
export const SparseSigmoid = activationLayers.SparseSigmoid;
/** The activation `logSoftmax` as a layer. */
export const LogSoftmax = activationLayers.LogSoftmax;
/** The activation `sparsemax` as a layer. */
export const Sparsemax = activationLayers.Sparsemax;
/** The activation `glu` as a layer. */
export const Glu = activationLayers.Glu;

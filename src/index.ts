/**
 * Tensors and their gradients, layers and models, optimizers, losses and metrics: all of it but the data.
 *
 * @module chainrule
 */

import "./autodiff/methods.ts";
import "./ops/fluent.ts";

export * from "./activations/index.ts";
// These are activations and ops; the names stand for the activations, and `K` has the ops.
export { logSoftmax, relu, relu6, sigmoid, softmax, softplus, sparsemax, tanh } from "./activations/index.ts";
export * from "./autodiff/backward.ts";
export {
  type CheckOptions,
  type Comparison,
  checkGradient,
  GradientReport,
  type InputReport,
  type Verdict,
} from "./autodiff/check/check.ts";
export type { ExplanationFormat } from "./autodiff/explanation.ts";
export * from "./autodiff/grad.ts";
export type { Answer, Guess, Sign } from "./autodiff/predict.ts";
export { type ExplainOptions, type Revealed, Step, type StepKind } from "./autodiff/step.ts";
export { at, type Breakpoint, type Granularity, Stop, type StopOptions } from "./autodiff/stops.ts";
export { compile } from "./compile/compile.ts";
export { type Cells, type DType, floatx, setFloatx } from "./dtype.ts";
export { ChainruleError } from "./errors.ts";
export { K } from "./keras.ts";
export { type BackendName, type BackendOptions, getBackend, setBackend } from "./kernels/backend.ts";
export { getThreads, setThreads, whenReady } from "./kernels/wasm/runtime/runtime.ts";
// The layer; as a type, what `activation` gives.
export { Activation } from "./layers/activations.ts";
export * from "./layers/index.ts";
export * from "./models/index.ts";
export * from "./ops/index.ts";
export { noGrad } from "./ops/recording.ts";
export * from "./plot/index.ts";
export { setSeed } from "./random.ts";
export type { Shape, ShapeLike } from "./shape.ts";
export type { NestedArray, Value } from "./tensor/convert.ts";
export * from "./tensor/create.ts";
export { Tensor, type TensorLike, Variable } from "./tensor/tensor.ts";
export * from "./training/index.ts";

import "./ops/fluent.ts";
import "./autodiff/methods.ts";

export * from "./autodiff/backward.ts";
export * from "./autodiff/grad.ts";
export * from "./ops/index.ts";
export { noGrad } from "./ops/recording.ts";
export { setSeed } from "./random.ts";
export * from "./tensor/create.ts";
export * from "./tensor/tensor.ts";

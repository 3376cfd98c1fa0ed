// Every layer class: the registry walks these exports.
export * from "./activation-layers.ts";
export { Activation, ELU, LeakyReLU, PReLU, ReLU, Softmax } from "./activations.ts";
export * from "./conv.ts";
export * from "./core.ts";
export * from "./embedding.ts";
export * from "./functions.ts";
export * from "./input.ts";
export * from "./merging.ts";
export * from "./noise.ts";
export {
  BatchNormalization,
  GroupNormalization,
  LayerNormalization,
  RMSNormalization,
  UnitNormalization,
} from "./normalization.ts";
export * from "./pooling.ts";
export * from "./reshaping.ts";
export * from "./upsampling.ts";

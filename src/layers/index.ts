export {
  type Activation,
  type ActivationLayerClass,
  activationLayer,
  activationLayers,
} from "./activations.ts";
export * from "./constraints.ts";
export * from "./families.ts";
export * from "./initializers.ts";
export type { InputShapes, LayerInputs, LayerOutputs } from "./inputs.ts";
export { type CallOptions, classNameOf, Layer, type LayerOptions } from "./layer.ts";
export { clearSession } from "./naming.ts";
export { type Callable, type LayerClass, layer, layerClass } from "./options.ts";
export * from "./registries.ts";
export * from "./regularizers.ts";
export {
  type LayerConstructor,
  layerClasses,
  layerFromConfig,
  type RegisterLayerOptions,
  registerLayer,
} from "./serialization.ts";
export type { WeightOptions } from "./weight.ts";

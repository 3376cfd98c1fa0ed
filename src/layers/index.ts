export * from "./constraints.ts";
export * from "./core.ts";
export * from "./initializers.ts";
export {
  type CallOptions,
  classNameOf,
  type InputShapes,
  Layer,
  type LayerInputs,
  type LayerOptions,
  type WeightOptions,
} from "./layer.ts";
export { clearSession } from "./naming.ts";
export { layer } from "./options.ts";
export * from "./registries.ts";
export * from "./regularizers.ts";

export {
  type Activation,
  type ActivationDeclaration,
  activation,
  isActivation,
  type Params,
  withParameters,
} from "./activation.ts";
export * from "./builtin.ts";
export * from "./registry.ts";

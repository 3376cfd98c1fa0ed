export {
  type Activation,
  type ActivationDeclaration,
  activation,
  isActivation,
  type Params,
} from "./activation.ts";
export * from "./builtin.ts";
export * from "./registry.ts";

export {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  KLDivergence,
  SparseCategoricalCrossentropy,
} from "./crossentropy.ts";
export * from "./focal.ts";
export * from "./hinge.ts";
export { Loss, type LossFunction, type LossLike, type LossOptions, type Reduction } from "./loss.ts";
export { losses } from "./registry.ts";
export * from "./regression.ts";

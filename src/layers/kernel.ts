import { type AttrsOf, flag } from "../ops/attributes.ts";
import type { Shape } from "../shape.ts";
import type { Variable } from "../tensor/tensor.ts";
import type { Layer } from "./layer.ts";
import { activationOption, constraint, initializer, regularizer } from "./options.ts";

/** What layers with a bias and an activation share. */
export const biasSpecs = {
  activation: activationOption(),
  useBias: flag(true),
  biasInitializer: initializer("zeros"),
  biasRegularizer: regularizer(),
  biasConstraint: constraint(),
};

/** What layers with a kernel have besides. */
export const kernelSpecs = {
  ...biasSpecs,
  kernelInitializer: initializer("glorot_uniform"),
  kernelRegularizer: regularizer(),
  kernelConstraint: constraint(),
};

/** A layer with such options. */
type With<S extends typeof biasSpecs> = Layer & { readonly options: AttrsOf<S> };

/** Makes the kernel. */
export function addKernel(layer: With<typeof kernelSpecs>, shape: Shape): Variable {
  const { kernelInitializer, kernelRegularizer, kernelConstraint } = layer.options;
  return layer.addWeight("kernel", shape, {
    initializer: kernelInitializer,
    regularizer: kernelRegularizer,
    constraint: kernelConstraint,
  });
}

/** Makes the bias, if there is to be one. */
export function addBias(layer: With<typeof biasSpecs>, size: number): Variable | undefined {
  const { useBias, biasInitializer, biasRegularizer, biasConstraint } = layer.options;
  if (!useBias) return undefined;
  return layer.addWeight("bias", [size], {
    initializer: biasInitializer,
    regularizer: biasRegularizer,
    constraint: biasConstraint,
  });
}

import { ensure } from "../errors.ts";
import { count, flag } from "../ops/attributes.ts";
import { matmul } from "../ops/matmul.ts";
import type { Shape } from "../shape.ts";
import type { Tensor, Variable } from "../tensor/tensor.ts";
import { activationOption, constraint, initializer, layer, layerClass, regularizer } from "./options.ts";

/** What layers with a kernel and a bias share. */
export const kernelSpecs = {
  activation: activationOption(),
  useBias: flag(true),
  kernelInitializer: initializer("glorot_uniform"),
  biasInitializer: initializer("zeros"),
  kernelRegularizer: regularizer(),
  biasRegularizer: regularizer(),
  kernelConstraint: constraint(),
  biasConstraint: constraint(),
};

/**
 * activation(x · kernel + bias) over the last axis. Shapes: [batch…, inputs] → [batch…, units].
 *
 * @example
 * ```ts
 * deepEqual(Dense(10, { activation: "softmax" })(ones([2, 4])).shape, [2, 10]);
 * ```
 */
export const Dense = layer(
  class Dense extends layerClass("Dense", ["units"], { units: count(), ...kernelSpecs }) {
    declare kernel: Variable;
    declare bias: Variable | undefined;

    override build(shape: Shape): void {
      const o = this.options;
      const inputs = shape.at(-1);
      ensure(inputs !== undefined, () => "expected at least one axis");
      this.kernel = this.addWeight("kernel", [inputs, o.units], {
        initializer: o.kernelInitializer,
        regularizer: o.kernelRegularizer,
        constraint: o.kernelConstraint,
      });
      if (!o.useBias) return;
      this.bias = this.addWeight("bias", [o.units], {
        initializer: o.biasInitializer,
        regularizer: o.biasRegularizer,
        constraint: o.biasConstraint,
      });
    }

    override call(x: Tensor): Tensor {
      const product = matmul(x, this.kernel);
      return this.options.activation(this.bias ? product.add(this.bias) : product);
    }
  },
);

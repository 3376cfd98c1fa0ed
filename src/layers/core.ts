import { count } from "../ops/attributes.ts";
import { matmul } from "../ops/matmul.ts";
import type { Shape } from "../shape.ts";
import type { Tensor, Variable } from "../tensor/tensor.ts";
import { ensureRankFrom, knownSize } from "./checks.ts";
import { addBias, addKernel, kernelSpecs } from "./kernel.ts";
import { layer, layerClass } from "./options.ts";

/**
 * activation(x · kernel + bias) over the last axis. Shapes: [batch…, inputs] → [batch…, units]. Keras: `Dense`.
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
      ensureRankFrom(shape, 2);
      const { units } = this.options;
      this.kernel = addKernel(this, [knownSize(shape, -1, "inputs"), units]);
      this.bias = addBias(this, units);
    }

    override call(x: Tensor): Tensor {
      const product = matmul(x, this.kernel);
      return this.options.activation(this.bias ? product.add(this.bias) : product);
    }
  },
);

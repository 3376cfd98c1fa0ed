import { count } from "../ops/attributes.ts";
import { gather } from "../ops/gather.ts";
import type { Tensor, Variable } from "../tensor/tensor.ts";
import { constraint, initializer, layer, layerClass, regularizer } from "./options.ts";

/**
 * A learned vector for each whole number from 0 to inputDim − 1. Shapes: [batch…] → [batch…, outputDim]. Floats are cut to
 * whole numbers. Keras: `Embedding`.
 *
 * @throws If a number is out of range.
 * @example
 * ```ts
 * deepEqual(Embedding(100, 8)([[3, 1, 4]]).shape, [1, 3, 8]);
 * ```
 */
export const Embedding = layer(
  class Embedding extends layerClass("Embedding", ["inputDim", "outputDim"], {
    inputDim: count(),
    outputDim: count(),
    embeddingsInitializer: initializer("uniform"),
    embeddingsRegularizer: regularizer(),
    embeddingsConstraint: constraint(),
  }) {
    declare embeddings: Variable;

    override build(): void {
      const o = this.options;
      this.embeddings = this.addWeight("embeddings", [o.inputDim, o.outputDim], {
        initializer: o.embeddingsInitializer,
        regularizer: o.embeddingsRegularizer,
        constraint: o.embeddingsConstraint,
      });
    }

    override call(x: Tensor): Tensor {
      return gather(this.embeddings, x.dtype === "int32" ? x : x.cast("int32"));
    }
  },
);

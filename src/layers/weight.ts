import type { Like } from "../config/registry.ts";
import type { DType } from "../dtype.ts";
import { ensure } from "../errors.ts";
import { formatShape, isKnown, type Shape } from "../shape.ts";
import { tensor } from "../tensor/create.ts";
import { type TensorLike, Variable } from "../tensor/tensor.ts";
import type { Constraint } from "./constraints.ts";
import type { Initializer } from "./initializers.ts";
import { constraints, initializers, regularizers } from "./registries.ts";
import type { Regularizer } from "./regularizers.ts";

export interface WeightOptions {
  /** Default: Glorot uniform for matrices and kernels, zeros for vectors and scalars. */
  initializer?: Like<Initializer>;
  regularizer?: Like<Regularizer> | null;
  constraint?: Like<Constraint> | null;
  /** Default true. */
  trainable?: boolean;
}

/** A weight with what the layer said about it. */
export interface Weight {
  readonly variable: Variable;
  readonly regularizer: Regularizer | null;
  readonly constraint: Constraint | null;
}

/** A weight with its first values. */
export function makeWeight(name: string, shape: Shape, dtype: DType, options: WeightOptions): Weight {
  ensure(
    isKnown(shape),
    () =>
      `the weight ${name} would have shape ${formatShape(shape)}: a size that decides the number of weights must be ` +
      "given in the shape of the input",
  );
  const { initializer = shape.length < 2 ? "zeros" : "glorot_uniform", trainable = true } = options;
  const { data } = initializers.get(initializer).of(shape, dtype);
  return {
    variable: new Variable(shape, dtype, data, { name, trainable }),
    regularizer: options.regularizer ? regularizers.get(options.regularizer) : null,
    constraint: options.constraint ? constraints.get(options.constraint) : null,
  };
}

/** Gives weights new values: all of them, or, if a number or a shape does not fit, none. */
export function assignWeights(weights: readonly Variable[], values: readonly TensorLike[]): void {
  ensure(
    values.length === weights.length,
    () => `setWeights expects ${weights.length} weights; received ${values.length}`,
  );
  const tensors = weights.map((weight, i) => tensor(values[i]!, { dtype: weight.dtype }));
  for (const [i, { name, shape }] of weights.entries()) {
    const given = tensors[i]!.shape;
    ensure(
      String(given) === String(shape),
      () => `setWeights expects shape ${formatShape(shape)} for ${name}; received ${formatShape(given)}`,
    );
  }
  for (const [i, weight] of weights.entries()) weight.assign(tensors[i]!);
}

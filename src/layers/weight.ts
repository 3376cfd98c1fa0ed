import type { Like } from "../config/registry.ts";
import type { DType } from "../dtype.ts";
import { ensure } from "../errors.ts";
import { formatShape, isKnown, type Shape } from "../shape.ts";
import { Variable } from "../tensor/tensor.ts";
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

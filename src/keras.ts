import type { NdArray } from "ndarray";
import { elu, hardSigmoid, selu, silu, softsign } from "./activations/index.ts";
import { gradients } from "./autodiff/grad.ts";
import { type Cells, epsilon, floatx, setEpsilon, setFloatx } from "./dtype.ts";
import * as ops from "./ops/index.ts";
import {
  eye,
  ones,
  placeholder,
  randomNormal,
  randomUniform,
  tensor,
  truncatedNormal,
  variable,
  zeros,
} from "./tensor/create.ts";
import type { Tensor, TensorLike, Variable } from "./tensor/tensor.ts";

/**
 * The Keras backend: every op under its name, and Keras's names for making and reading tensors, so that code written
 * against `keras.backend` reads the same here.
 *
 * @example
 * ```ts
 * const hardSwishByHand = (x) => x.mul(K.relu(x.add(3), { maxValue: 6 }).div(6));
 * const y = hardSwishByHand(K.variable([-4, 0, 4]));
 * deepEqual(Array.from(K.getValue(y).data), [-0, 0, 4]);
 * ```
 */
export const K = {
  ...ops,
  elu,
  hardSigmoid,
  selu,
  silu,
  softsign,
  concatenate: ops.concat,
  dot: ops.matmul,
  permuteDimensions: ops.transpose,
  pow: ops.pow,
  var: ops.variance,
  logsumexp: ops.logSumExp,
  variable,
  placeholder,
  constant: tensor,
  zeros,
  ones,
  eye,
  randomNormal,
  randomUniform,
  truncatedNormal,
  gradients,
  floatx,
  setFloatx,
  epsilon,
  setEpsilon,
  /** A copy of the cells as an ndarray. */
  getValue: (x: Tensor): NdArray<Cells> => x.toNdArray(),
  setValue: (x: Variable, value: TensorLike): void => x.assign(tensor(value, { dtype: x.dtype })),
  /** The shape with `null` for sizes that are not known. */
  intShape: (x: Tensor): (number | null)[] => x.shape.map((size) => (Number.isNaN(size) ? null : size)),
  ndim: (x: Tensor): number => x.rank,
  dtype: (x: Tensor): string => x.dtype,
};

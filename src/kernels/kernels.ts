import type { ConvGeometry, PoolGeometry } from "../geometry.ts";
import type { View } from "../view.ts";

export type UnaryName =
  | "neg"
  | "abs"
  | "sign"
  | "floor"
  | "square"
  | "reciprocal"
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "sqrt"
  | "rsqrt"
  | "sin"
  | "cos"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "sinh"
  | "cosh"
  | "tanh"
  | "erf"
  | "erfc"
  | "sigmoid"
  | "softplus"
  | "logicalNot"
  | "isFinite";

export type BinaryName =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "pow"
  | "maximum"
  | "minimum"
  | "mod"
  | "atan2"
  | "equal"
  | "notEqual"
  | "less"
  | "lessEqual"
  | "greater"
  | "greaterEqual"
  | "logicalAnd"
  | "logicalOr";

export type ReduceName =
  | "sum"
  | "mean"
  | "prod"
  | "max"
  | "min"
  | "variance"
  | "logSumExp"
  | "argmax"
  | "argmin";

export type ScanName = "cumsum" | "reverseCumsum" | "softmax" | "logSoftmax" | "sparsemax";

/**
 * What a backend computes. Each kernel writes into `out`, which has the right shape and dtype already;
 * shapes were checked by the op. Inputs may be any views; `out` is row-major unless said otherwise.
 * The reference backend is the definition of right; a faster one overrides what it makes faster.
 */
export interface Kernels {
  /** Copies `x` cell by cell to `out`, which may be any view; converts between dtypes. */
  copy(x: View, out: View): void;
  fill(value: number, out: View): void;

  unary(name: UnaryName, x: View, out: View): void;
  /** `a` and `b` are views of the shape of `out`. */
  binary(name: BinaryName, a: View, b: View, out: View): void;
  /** `out = condition ? a : b`, all of the same shape. */
  select(condition: View, a: View, b: View, out: View): void;

  /** Reduces the last `count` axes of `x`. */
  reduce(name: ReduceName, x: View, count: number, out: View): void;
  /** Maps each lane of `x` along its last axis to a lane of `out`, which may be any view. */
  scan(name: ScanName, x: View, out: View): void;

  /** `out[b] = a[b] · b[b]`: a [batch…, m, k], b [batch…, k, n], batches broadcast already. */
  matmul(a: View, b: View, out: View): void;

  /** NHWC images with an HWIO filter. */
  conv2d(x: View, filter: View, g: ConvGeometry, out: View): void;
  /** The adjoint of conv2d in its images. */
  conv2dInput(dy: View, filter: View, g: ConvGeometry, out: View): void;
  /** The adjoint of conv2d in its filter. */
  conv2dFilter(x: View, dy: View, g: ConvGeometry, out: View): void;

  /** Largest real cell of each window. */
  maxPool(x: View, g: PoolGeometry, out: View): void;
  /** For each window, the cell of `v` where `x` has its (first) largest. */
  maxPoolGather(v: View, x: View, g: PoolGeometry, out: View): void;
  /** The adjoint of maxPoolGather in v: each window's dy goes to where `x` has its (first) largest. */
  maxPoolScatter(dy: View, x: View, g: PoolGeometry, out: View): void;
  /** Mean of the real cells of each window. */
  averagePool(x: View, g: PoolGeometry, out: View): void;
  /** The adjoint of averagePool. */
  averagePoolScatter(dy: View, g: PoolGeometry, out: View): void;

  /** x [a, n, b], indices [m] (−n … n−1, negative ones from the end) → out [a, m, b]. */
  gather(x: View, indices: View, out: View): void;
  /** The adjoint of gather: dy [a, m, b] → out [a, n, b]; what falls on one index is added up. */
  scatterAdd(dy: View, indices: View, out: View): void;

  /**
   * Numbers in [0, 1), multiples of 2⁻²⁴: a hash of the key (a scalar), the salt and the place of the cell. Every backend
   * gives the bits of the reference.
   */
  uniform(key: View, salt: number, out: View): void;
}

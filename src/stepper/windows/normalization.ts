import { vjp } from "../../autodiff/grad.ts";
import { add, mul, sub } from "../../ops/arithmetic.ts";
import { stopGradient } from "../../ops/control.ts";
import { rsqrt } from "../../ops/exponential.ts";
import { noGrad } from "../../ops/recording.ts";
import { mean, variance } from "../../ops/reduce.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { tex } from "../../tex.ts";

/** What a normalization does to x: gamma · (x − mean) / √(variance + epsilon), mean and variance over some axes. */
export interface Normalization {
  /** The axes that mean and variance are taken over. */
  readonly axis: readonly number[];
  readonly epsilon: number;
  /** The learned scale, shaped so that it broadcasts to x. */
  readonly gamma?: Tensor;
}

/** How x acts on the normalized x: as itself, through the mean that is subtracted, through the variance. */
export type PathName = "direct" | "mean" | "variance";

export interface NormalizationPath {
  readonly name: PathName;
  /** What the path gives, as LaTeX: n cells share a mean, and x̂ is the normalized x. */
  readonly tex: string;
  /** What the path gives to dX. */
  readonly gradient: Tensor;
}

export interface NormalizationPaths {
  readonly paths: readonly NormalizationPath[];
  /** dX: the sum of the paths. */
  readonly gradient: Tensor;
}

export const pathNames: readonly PathName[] = ["direct", "mean", "variance"];

/** The normalization with gradients along some of the paths only: x is a constant on the others. */
function normalized(x: Tensor, { axis, epsilon, gamma }: Normalization, open: readonly PathName[]): Tensor {
  const along = (name: PathName) => (open.includes(name) ? x : stopGradient(x));
  const over = { axis, keepdims: true };
  // The variance has a mean inside, but its slope in that mean is 0: that is no further path.
  const inverse = rsqrt(add(variance(along("variance"), over), epsilon));
  const y = mul(sub(along("direct"), mean(along("mean"), over)), inverse);
  return gamma === undefined ? y : mul(y, gamma);
}

/** What a path gives, as LaTeX: n cells share a mean, and x̂ is the normalized x. */
export function pathTex(name: PathName, hasGamma: boolean): string {
  const arriving = hasGamma ? tex`\gamma \bar{y}` : tex`\bar{y}`;
  const scale = tex`\frac{1}{\sqrt{\sigma^2 + \varepsilon}}`;
  if (name === "direct") return tex`${scale} ${arriving}`;
  if (name === "mean") return tex`-${scale} \frac{1}{n} \sum ${arriving}`;
  return tex`-${scale} \hat{x} \frac{1}{n} \sum ${arriving} \hat{x}`;
}

/**
 * The gradient of a normalization (of batches, layers or groups) by its three paths, each computed by the engine with x
 * held fixed on the two others. Shapes: all gradients have that of x.
 *
 * @throws If the shapes do not fit.
 */
export function normalizationPaths(x: Tensor, dy: Tensor, how: Normalization): NormalizationPaths {
  const along = (open: readonly PathName[]): Tensor =>
    noGrad(() => vjp((input: Tensor) => normalized(input, how, open))(x)[1](dy));
  return {
    paths: pathNames.map((name) => ({
      name,
      tex: pathTex(name, how.gamma !== undefined),
      gradient: along([name]),
    })),
    gradient: along(pathNames),
  };
}

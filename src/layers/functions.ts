import type { ActivationConfig } from "../activations/registry.ts";
import { type ActivationFunction, getActivation, serializeActivation } from "../activations/registry.ts";
import { ensure, isPlainObject, show } from "../errors.ts";
import { kind, real } from "../ops/attributes.ts";
import { Tensor } from "../tensor/tensor.ts";
import { layer, layerClass } from "./options.ts";

/** A function of a tensor, or of a list of them, as the layer is called. */
export type LambdaFunction = (x: Tensor & readonly Tensor[]) => Tensor;

/** A function, or what a file has in its place. */
type LambdaLike = LambdaFunction | string | ActivationConfig;

const lambda = kind<LambdaLike, LambdaFunction>(
  "a function of a tensor, or of a list of them",
  (value) => {
    if (typeof value === "function") return value;
    const named = typeof value === "string" || (isPlainObject(value) && "class_name" in value);
    return named ? (getActivation(value) as LambdaFunction) : undefined;
  },
  (value) => serializeActivation(value as object as ActivationFunction),
);

/**
 * Any function of tensors, in ops, as a layer without weights. A file can name it only if it was registered by
 * `registerActivation`; for one with weights write a class. Keras: `Lambda`.
 *
 * @throws If the function returns no tensor.
 * @example
 * ```ts
 * const double = Lambda((x) => x.mul(2));
 * deepEqual(double([1, 2]).toArray(), [2, 4]);
 * const difference = Lambda(([a, b]) => a.sub(b));
 * deepEqual(difference([tensor([3]), tensor([1])]).toArray(), [2]);
 * ```
 */
export const Lambda = layer(
  class Lambda extends layerClass("Lambda", ["function"], { function: lambda() }) {
    override call(x: Tensor & readonly Tensor[]): Tensor {
      const y: unknown = this.options.function(x);
      ensure(y instanceof Tensor, () => `the function must return a tensor; it returned ${show(y)}`);
      return y;
    }
  },
);

/**
 * x · scale + offset: brings pixels of 0 … 255 to 0 … 1 (`Rescaling(1 / 255)`) or −1 … 1 (`Rescaling(1 / 127.5, -1)`). The
 * shape stays. Keras: `Rescaling`.
 *
 * @example
 * ```ts
 * deepEqual(Rescaling(1 / 5, -1)([0, 10]).toArray(), [-1, 1]);
 * ```
 */
export const Rescaling = layer(
  class Rescaling extends layerClass("Rescaling", ["scale", "offset"], { scale: real(), offset: real(0) }) {
    override call(x: Tensor): Tensor {
      const floats = x.dtype === this.dtype ? x : x.cast(this.dtype);
      return floats.mul(this.options.scale).add(this.options.offset);
    }
  },
);

import { Tensor } from "../tensor/tensor.ts";
import { type BackwardOptions, backward, backwardSteps } from "./backward.ts";
import type { Step } from "./step.ts";
import type { Stop, StopOptions } from "./stops.ts";

declare module "../tensor/tensor.ts" {
  interface Tensor {
    /** Adds the gradient of this tensor in each variable to its `.grad`: {@link backward}. */
    backward(options?: BackwardOptions): void;
    /** The same, step by step: {@link backwardSteps}. */
    backwardSteps(options?: BackwardOptions & StopOptions<"step">): Generator<Step, void, void>;
    backwardSteps(options: BackwardOptions & StopOptions<"op" | "layer">): Generator<Stop, void, void>;
  }
}

Tensor.prototype.backward = function (options) {
  backward(this, options);
};

Tensor.prototype.backwardSteps = function (
  this: Tensor,
  options: BackwardOptions & StopOptions<"step"> = {},
) {
  return backwardSteps(this, options);
} as Tensor["backwardSteps"];

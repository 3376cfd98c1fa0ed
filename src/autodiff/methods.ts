import { Tensor } from "../tensor/tensor.ts";
import { type BackwardOptions, backward, backwardSteps } from "./backward.ts";
import type { Step } from "./step.ts";

declare module "../tensor/tensor.ts" {
  interface Tensor {
    /** Adds the gradient of this tensor in each variable to its `.grad`: {@link backward}. */
    backward(options?: BackwardOptions): void;
    /** The same, step by step: {@link backwardSteps}. */
    backwardSteps(options?: BackwardOptions): Generator<Step, void, void>;
  }
}

Tensor.prototype.backward = function (options) {
  backward(this, options);
};

Tensor.prototype.backwardSteps = function (options) {
  return backwardSteps(this, options);
};

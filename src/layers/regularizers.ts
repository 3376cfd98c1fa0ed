import { type Configurable, withOptions } from "../config/configurable.ts";
import { real } from "../ops/attributes.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** A penalty on a weight, added to the loss. */
export abstract class Regularizer implements Configurable {
  declare readonly options: object;
  abstract of(x: Tensor): Tensor;
  declare getConfig: () => Record<string, unknown>;
}

/** l1 · Σ|x|. */
export class L1 extends withOptions(Regularizer, "L1", ["l1"], { l1: real(0.01) }) {
  override of(x: Tensor): Tensor {
    return x.abs().sum().mul(this.options.l1);
  }
}

/** l2 · Σx². */
export class L2 extends withOptions(Regularizer, "L2", ["l2"], { l2: real(0.01) }) {
  override of(x: Tensor): Tensor {
    return x.square().sum().mul(this.options.l2);
  }
}

/** l1 · Σ|x| + l2 · Σx². */
export class L1L2 extends withOptions(Regularizer, "L1L2", ["l1", "l2"], { l1: real(0), l2: real(0) }) {
  override of(x: Tensor): Tensor {
    const { l1, l2 } = this.options;
    return x.abs().sum().mul(l1).add(x.square().sum().mul(l2));
  }
}

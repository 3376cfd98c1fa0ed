import { type Configurable, withOptions } from "../config/configurable.ts";
import { epsilon } from "../dtype.ts";
import { axes, real } from "../ops/attributes.ts";
import { where } from "../ops/compare.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Puts a weight back, after each update, to where it is allowed to be. */
export abstract class Constraint implements Configurable {
  declare readonly options: object;
  abstract of(x: Tensor): Tensor;
  declare getConfig: () => Record<string, unknown>;
}

/** The length of the vectors along some axes, kept for broadcasting. */
const norm = (x: Tensor, axis: readonly number[] | null): Tensor =>
  x.square().sum({ axis, keepdims: true }).sqrt();

/** Vectors along `axis` no longer than `maxValue`. */
export class MaxNorm extends withOptions(Constraint, "MaxNorm", ["maxValue", "axis"], {
  maxValue: real(2),
  axis: axes(0),
}) {
  override of(x: Tensor): Tensor {
    const { maxValue, axis } = this.options;
    const length = norm(x, axis);
    return x.mul(length.clip({ min: 0, max: maxValue }).div(length.add(epsilon())));
  }
}

/** No cell below 0. */
export class NonNeg extends withOptions(Constraint, "NonNeg", [], {}) {
  override of(x: Tensor): Tensor {
    return where(x.greaterEqual(0), x, 0);
  }
}

/** Vectors along `axis` of length 1. */
export class UnitNorm extends withOptions(Constraint, "UnitNorm", ["axis"], { axis: axes(0) }) {
  override of(x: Tensor): Tensor {
    return x.div(norm(x, this.options.axis).add(epsilon()));
  }
}

/** Vectors along `axis` of a length between two limits, or moved towards it by `rate`. */
export class MinMaxNorm extends withOptions(
  Constraint,
  "MinMaxNorm",
  ["minValue", "maxValue", "rate", "axis"],
  {
    minValue: real(0),
    maxValue: real(1),
    rate: real(1),
    axis: axes(0),
  },
) {
  override of(x: Tensor): Tensor {
    const { minValue, maxValue, rate, axis } = this.options;
    const length = norm(x, axis);
    const wanted = length
      .clip({ min: minValue, max: maxValue })
      .mul(rate)
      .add(length.mul(1 - rate));
    return x.mul(wanted.div(length.add(epsilon())));
  }
}

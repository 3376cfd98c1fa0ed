import {
  type Configurable,
  type ConfiguredClass,
  type SerializedObject,
  withOptions,
} from "../../config/configurable.ts";
import { nameOption } from "../../config/kinds.ts";
import { classNameOf, snakeCase } from "../../config/names.ts";
import { ChainruleError, saying, show } from "../../errors.ts";
import { mul } from "../../ops/arithmetic.ts";
import { type AttrSpecs, kind } from "../../ops/attributes.ts";
import { readOptions } from "../../ops/call.ts";
import { expandDims } from "../../ops/rearrange.ts";
import { mean, sum } from "../../ops/reduce.ts";
import type { Shape } from "../../shape.ts";
import { Tensor, type TensorLike } from "../../tensor/tensor.ts";
import { divideNoNan } from "./numbers.ts";
import { checkCells, floats, linedUp, matching, weightsFor } from "./targets.ts";

const reductions = ["sum_over_batch_size", "sum", "none", "mean", "mean_with_sample_weight"] as const;

/**
 * What becomes of the losses of the samples: `"sum_over_batch_size"` and `"mean"` divide their sum by their number,
 * `"mean_with_sample_weight"` by the sum of the weights, `"sum"` does not divide, `"none"` leaves them.
 */
export type Reduction = (typeof reductions)[number];

const lossSpecs = (name: string) => ({
  reduction: kind<Reduction | null, Reduction>(reductions.map(show).join(", "), (value) =>
    value === null ? "none" : reductions.find((known) => known === value),
  )("sum_over_batch_size"),
  name: nameOption(name),
});

/** The options that every loss has. */
export type LossSpecs = ReturnType<typeof lossSpecs>;

/** What every loss can be given. */
export interface LossOptions {
  /** Default `"sum_over_batch_size"`; `null` stands for `"none"`. */
  readonly reduction?: Reduction | null;
  /** Default: after the class, `mean_squared_error`. */
  readonly name?: string;
}

/**
 * How far predictions are from their targets. A loss says what one sample costs, in ops; the rest follows: reading
 * plain arrays, checking shapes and values, sample weights, reduction. Extend it with `perSample`.
 *
 * Keras: `keras.losses.Loss`.
 *
 * @example
 * ```ts
 * class FourthPower extends Loss {
 *   perSample(yTrue, yPred) { return yTrue.sub(yPred).pow(4).mean(-1); }
 * }
 * deepEqual(new FourthPower().of([[1], [2]], [[1], [4]]).item(), 8);
 * ```
 */
export abstract class Loss implements Configurable {
  readonly options: object;
  readonly name: string;
  readonly reduction: Reduction;

  constructor(options: LossOptions = {}) {
    const className = classNameOf(new.target);
    const { reduction, name } = options;
    const read = readOptions(className, lossSpecs(snakeCase(className)), [{ reduction, name }]);
    this.options = read;
    this.name = read.name as string;
    this.reduction = read.reduction as Reduction;
  }

  /**
   * The loss of each sample, in ops. Shapes: [batch, …] → [batch, …less the last axis]. Called by {@link Loss.of} with
   * targets that were checked and have the dtype of the predictions.
   */
  abstract perSample(yTrue: Tensor, yPred: Tensor): Tensor;

  /**
   * The targets as `perSample` takes them. `predicted` is the shape of the predictions; sizes that are not known fit
   * any. A compiled step does not look at values: call this before it.
   *
   * @throws If their shape does not fit, or a value is not what the loss takes (of a symbolic tensor none is known).
   */
  targets(yTrue: Tensor, predicted: Shape): Tensor {
    return matching(yTrue, predicted);
  }

  /** Which of the losses count for a mean, as 1 and 0; all of them unless said. */
  protected counted(_targets: Tensor): Tensor | undefined {
    return undefined;
  }

  /** The losses of the samples, checked, not weighted and not reduced. */
  each(yTrue: TensorLike, yPred: TensorLike): Tensor {
    return saying(this.name, () => this.#run(yTrue, yPred).values);
  }

  /**
   * The loss: one number, unless `reduction` is `"none"`. It is differentiable in `yPred`. Sample weights are one
   * per sample [batch], or one per value of `perSample`.
   *
   * @throws If shapes do not fit, or targets or weights are not finite or not what the loss takes.
   */
  of(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): Tensor {
    return saying(this.name, () => {
      const { values, counted } = this.#run(yTrue, yPred);
      const weights =
        sampleWeight === undefined
          ? undefined
          : weightsFor(floats("sampleWeight", sampleWeight, values.dtype), values);
      return reduced(values, this.reduction, weights, counted);
    });
  }

  /**
   * Refuses targets and weights that {@link Loss.of} would refuse for predictions of that kind: what is done before a compiled
   * step, which does not look at values.
   *
   * @throws If shapes do not fit, or a value is not what the loss takes.
   */
  check(yTrue: TensorLike, predicted: Tensor, sampleWeight?: TensorLike): void {
    saying(this.name, () => {
      this.#read(yTrue, predicted);
      if (sampleWeight === undefined) return;
      checkCells("sampleWeight", floats("sampleWeight", sampleWeight), Number.isFinite, "finite");
    });
  }

  #read(yTrue: TensorLike, yPred: TensorLike): { targets: Tensor; prediction: Tensor } {
    const given = floats("yPred", yPred);
    const raw = floats("yTrue", yTrue, given.dtype);
    // A vector of predictions for a column of targets is a column too.
    const prediction =
      given.rank === 1 && raw.rank === 2 && raw.shape[1] === 1 ? expandDims(given, -1) : given;
    return { targets: this.targets(raw, prediction.shape), prediction };
  }

  #run(yTrue: TensorLike, yPred: TensorLike): { values: Tensor; counted: Tensor | undefined } {
    const { targets, prediction } = this.#read(yTrue, yPred);
    const values = this.perSample(targets, prediction);
    if (!(values instanceof Tensor)) {
      throw new ChainruleError(`expected a tensor of losses, one per sample; received ${show(values)}`);
    }
    return { values, counted: this.counted(targets) };
  }

  /** The options in Keras's names, as files hold them. */
  getConfig(): Record<string, unknown> {
    return { name: this.name, reduction: this.reduction };
  }
}

/** Losses of samples made one number. */
function reduced(
  values: Tensor,
  reduction: Reduction,
  weights: Tensor | undefined,
  counted: Tensor | undefined,
): Tensor {
  const weighted = weights === undefined ? values : mul(values, weights);
  if (reduction === "none") return weighted;
  if (reduction === "sum") return sum(weighted);
  let count = counted;
  if (reduction === "mean_with_sample_weight" && weights !== undefined) {
    count = counted === undefined ? weights : mul(weights, counted);
  }
  return count === undefined ? mean(weighted) : divideNoNan(sum(weighted), sum(count));
}

/** A base class for a loss with options of its own, declared once; `name` where it does not follow from the class's. */
export function lossClass<const S extends AttrSpecs>(
  className: string,
  specs: S,
  name: string = snakeCase(className),
): ConfiguredClass<S & LossSpecs, [], Loss> {
  return withOptions(Loss, className, [], { ...specs, ...lossSpecs(name) } as S & LossSpecs);
}

/** A function of targets and predictions: a loss per sample, or one number. */
export type LossFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** What stands for a loss: an object, its name in any spelling, a function, a class, a serialized object. */
export type LossLike = Loss | string | LossFunction | (new () => Loss) | SerializedObject;

/** A plain function as a loss. What its targets look like is its own affair, as long as they are finite. */
export class FunctionLoss extends Loss {
  override readonly perSample: LossFunction;

  constructor(perSample: LossFunction, options: LossOptions = {}) {
    super({ name: snakeCase(perSample.name) || "loss", ...options });
    this.perSample = perSample;
  }

  override targets(yTrue: Tensor, predicted: Shape): Tensor {
    checkCells("yTrue", yTrue, Number.isFinite, "finite");
    return linedUp(yTrue, predicted);
  }
}

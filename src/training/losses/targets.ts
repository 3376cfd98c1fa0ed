import { type DType, floatx, isFloat } from "../../dtype.ts";
import { ChainruleError, saying } from "../../errors.ts";
import { cast } from "../../ops/op.ts";
import { expandDims, reshape, squeeze } from "../../ops/rearrange.ts";
import { broadcastTo } from "../../ops/reduce.ts";
import { formatShape, normalizeAxis, type Shape, sameShape, sameSize, stridesOf } from "../../shape.ts";
import { tensor } from "../../tensor/create.ts";
import { Tensor, type TensorLike } from "../../tensor/tensor.ts";

/** What a user gave, as floats of the dtype; without one, of its own if that is a float. */
export function floats(what: string, value: TensorLike, dtype?: DType): Tensor {
  const x = value instanceof Tensor ? value : saying(what, () => tensor(value));
  const wanted = dtype ?? (isFloat(x.dtype) ? x.dtype : floatx());
  return x.dtype === wanted ? x : cast(x, wanted);
}

/** `[2, 0]`: where a cell lies. */
const placeOf = (cell: number, shape: Shape): string =>
  formatShape(stridesOf(shape).map((stride, axis) => Math.floor(cell / stride) % shape[axis]!));

/** Refuses a tensor with a cell that is not as expected. A symbolic one has no cells to look at. */
export function checkCells(
  what: string,
  x: Tensor,
  holds: (value: number) => boolean,
  expected: string,
  advice = "",
): void {
  if (x.symbolic) return;
  const { data } = x;
  for (let i = 0; i < data.length; i++) {
    if (holds(data[i]!)) continue;
    throw new ChainruleError(
      `${what} must be ${expected}; received ${data[i]} in cell ${placeOf(i, x.shape)}${advice && `. ${advice}`}`,
    );
  }
}

/** The targets with the rank of the predictions, where one axis of size 1 makes the difference, as in Keras. */
export function linedUp(yTrue: Tensor, predicted: Shape): Tensor {
  if (yTrue.rank === predicted.length + 1 && yTrue.shape.at(-1) === 1) return squeeze(yTrue, -1);
  if (yTrue.rank === predicted.length - 1 && predicted.at(-1) === 1) return expandDims(yTrue, -1);
  return yTrue;
}

/** The targets with the shape of the predictions, which they must have but for a last axis of size 1. */
export function matching(yTrue: Tensor, predicted: Shape, advice = ""): Tensor {
  const targets = linedUp(yTrue, predicted);
  if (!sameShape(targets.shape, predicted)) {
    throw new ChainruleError(
      `yTrue must have the shape of yPred, ${formatShape(predicted)}; received ${formatShape(yTrue.shape)}` +
        (advice && `. ${advice}`),
    );
  }
  checkCells("yTrue", targets, Number.isFinite, "finite");
  return targets;
}

/** Targets that say yes or no: like {@link matching}, and each cell is 0 or 1. */
export function yesOrNo(yTrue: Tensor, predicted: Shape): Tensor {
  const advice = "For class numbers use a metric whose name begins with sparse.";
  const targets = matching(yTrue, predicted, advice);
  checkCells("yTrue", targets, (value) => value === 0 || value === 1, "0 or 1");
  return targets;
}

/**
 * Class numbers as int32, in the shape of the predictions less the axis of the classes (of size 1 it may be there).
 * Each must be a whole number from 0 to classes − 1, or the ignored one.
 */
export function classNumbers(
  yTrue: Tensor,
  predicted: Shape,
  axis = -1,
  ignored: number | null = null,
): Tensor {
  const at = normalizeAxis(axis, predicted.length);
  const wanted = predicted.filter((_, i) => i !== at);
  const withAxis = yTrue.rank === predicted.length && sameSize(yTrue.shape[at]!, 1);
  const labels = withAxis ? squeeze(yTrue, at) : yTrue;
  if (!sameShape(labels.shape, wanted)) {
    const oneHot = sameShape(yTrue.shape, predicted);
    throw new ChainruleError(
      `yTrue must be class numbers of shape ${formatShape(wanted)}, one for each prediction of yPred ` +
        `${formatShape(predicted)}; received ${formatShape(yTrue.shape)}` +
        (oneHot ? ". For one-hot targets use the name without sparse_: categorical_…" : ""),
    );
  }
  const classes = predicted[at]!;
  const last = Number.isNaN(classes) ? "" : ` to ${classes - 1}`;
  const isClass = (value: number) =>
    (Number.isInteger(value) && value >= 0 && !(value >= classes)) || value === ignored;
  checkCells(
    "yTrue",
    labels,
    isClass,
    `a class, a whole number from 0${last}`,
    "Classes count from 0; the model needs an output for each.",
  );
  return cast(labels, "int32");
}

/**
 * Sample weights in the shape of the values that they weigh: one per sample [batch], or one per value; axes of size 1
 * are stretched.
 */
export function weightsFor(weights: Tensor, values: Tensor): Tensor {
  const extra = weights.rank === values.rank + 1 && weights.shape.at(-1) === 1;
  const given = extra ? squeeze(weights, -1) : weights;
  const fits =
    given.rank <= values.rank &&
    given.shape.every((size, i) => size === 1 || sameSize(size, values.shape[i]!));
  if (!fits) {
    const perSample =
      values.rank > 1 ? `one weight per sample, ${formatShape(values.shape.slice(0, 1))}, or ` : "";
    throw new ChainruleError(
      `sampleWeight must have ${perSample}one weight per value, ${formatShape(values.shape)}; ` +
        `received ${formatShape(weights.shape)}`,
    );
  }
  checkCells("sampleWeight", given, Number.isFinite, "finite");
  if (sameShape(given.shape, values.shape) && given.rank === values.rank) return given;
  const open = values.shape.slice(given.rank).map(() => 1);
  return broadcastTo(reshape(given, [...given.shape, ...open]), values.shape);
}

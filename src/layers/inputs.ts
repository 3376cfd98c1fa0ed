import { type DType, isFloat } from "../dtype.ts";
import { cast } from "../ops/op.ts";
import { formatShape, type Shape } from "../shape.ts";
import { tensor } from "../tensor/create.ts";
import { Tensor, type TensorLike } from "../tensor/tensor.ts";

/** One tensor, or a list for layers with several inputs. */
export type LayerInputs = TensorLike | readonly Tensor[];
export type LayerOutputs = Tensor | Tensor[];
/** The shape of one input, or a list of them. */
export type InputShapes = Shape | readonly Shape[];

/** What a layer gets: one tensor or a list. */
export type Given = Tensor | readonly Tensor[];

const isList = (inputs: unknown): inputs is readonly Tensor[] =>
  Array.isArray(inputs) && inputs.length > 0 && inputs.every((x) => x instanceof Tensor);

/** The inputs as tensors. */
export const readInputs = (inputs: LayerInputs): Given =>
  inputs instanceof Tensor || isList(inputs) ? inputs : tensor(inputs as TensorLike);

/** The inputs with floats in the dtype of the layer, as in Keras. */
export function inDType(inputs: Given, dtype: DType): Given {
  const fit = (x: Tensor) => (isFloat(x.dtype) && x.dtype !== dtype ? cast(x, dtype) : x);
  return inputs instanceof Tensor ? fit(inputs) : inputs.map(fit);
}

export const listOf = (inputs: Given): readonly Tensor[] => (inputs instanceof Tensor ? [inputs] : inputs);

/** A single output as itself, several as a list; the caller says which there are. */
export const oneOrMany = <T extends LayerOutputs>(outputs: readonly Tensor[]): T =>
  (outputs.length === 1 ? outputs[0]! : [...outputs]) as T;

export const shapesOf = (inputs: Given): InputShapes =>
  inputs instanceof Tensor ? inputs.shape : inputs.map((x) => x.shape);

/** `[2, 3], [2, 4]`: what an error says was received. */
export const describe = (inputs: Given): string =>
  listOf(inputs)
    .map((x) => formatShape(x.shape))
    .join(", ");

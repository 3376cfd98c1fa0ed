import { ensure, saying } from "../errors.ts";
import { countOrNull } from "../ops/attributes.ts";
import { type Shape, unknown } from "../shape.ts";
import { placeholder } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { recordCall } from "./layer.ts";
import { layer, layerClass } from "./options.ts";
import { openShapeOrNull } from "./specs.ts";

const InputBase = layerClass("InputLayer", ["shape"], {
  shape: openShapeOrNull(null),
  batchSize: countOrNull(null),
  batchShape: openShapeOrNull(null),
});

type InputArguments = ConstructorParameters<typeof InputBase>;

/** The shape with the batch, of which one of three spellings is given. */
function batchShapeOf({ options, inputShape }: InstanceType<typeof InputBase>): Shape {
  const { batchShape, batchSize } = options;
  const shape = options.shape ?? inputShape ?? null;
  ensure(
    (shape === null) !== (batchShape === null),
    () =>
      "give the shape of one sample, { shape: [32, 32, 3] }, or the whole one, { batchShape: [8, 32, 32, 3] }",
  );
  return batchShape ?? [batchSize ?? unknown, ...shape!];
}

/**
 * Where data enters a functional model: the layer behind {@link Input}. `output` is its tensor. Keras: `InputLayer`.
 *
 * @throws If neither `shape` nor `batchShape` is given, or both.
 * @example
 * ```ts
 * deepEqual(InputLayer({ batchShape: [8, 3] }).output.shape, [8, 3]);
 * ```
 */
export const InputLayer = layer(
  class InputLayer extends InputBase {
    /** The symbolic tensor that stands for the data. */
    declare readonly output: Tensor;

    constructor(...args: InputArguments) {
      super(...args);
      this.built = true;
      const output = saying(this.name, () => placeholder(batchShapeOf(this), this.dtype));
      Object.defineProperty(this, "output", { value: recordCall(this, [], output) });
    }

    override call(x: Tensor): Tensor {
      return x;
    }

    override getConfig(): Record<string, unknown> {
      const batchShape = this.output.shape.map((size) => (Number.isNaN(size) ? null : size));
      return { name: this.name, dtype: this.dtype, batch_shape: batchShape, sparse: false, ragged: false };
    }
  },
);

/**
 * A symbolic tensor to build a functional model from: layers called on it are recorded. `shape` is that of one sample;
 * `null` is a size that may differ from batch to batch. `Input([32, 32, 3])` says the same as
 * `Input({ shape: [32, 32, 3] })`; `batchSize`, `name` and `dtype` are options. Keras: `Input`.
 *
 * @throws If no shape is given.
 * @example
 * ```ts
 * const x = Input({ shape: [32, 32, 3], name: "image" });
 * deepEqual(String(Conv2D(8, 3)(x).shape), "NaN,30,30,8");
 * ```
 */
export const Input = (...args: InputArguments): Tensor => new InputLayer(...args).output;

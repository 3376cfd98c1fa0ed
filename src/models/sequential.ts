import { ChainruleError, show } from "../errors.ts";
import { Input, InputLayer } from "../layers/input.ts";
import { classNameOf, Layer, type LayerOptions, originOf } from "../layers/layer.ts";
import { uniqueName } from "../layers/naming.ts";
import { layer } from "../layers/options.ts";
import { type Shape, unknown } from "../shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { GraphModel } from "./model.ts";

export class SequentialModel extends GraphModel {
  static override readonly className: string = "Sequential";
  /** The layers as they were added, without that of the input. */
  declare readonly stack: Layer[];

  constructor(layers: readonly (Layer | Tensor)[] = [], options: LayerOptions = {}) {
    if (!Array.isArray(layers)) {
      throw new ChainruleError(`Sequential: expected an array of layers; received ${show(layers)}`);
    }
    super({ ...options, name: options.name ?? uniqueName("Sequential") });
    Object.defineProperty(this, "stack", { value: [], enumerable: false });
    for (const one of layers) this.add(one);
  }

  /** Puts a layer (or, as the first, an `Input`) on top. */
  add(one: Layer | Tensor): void {
    const entered = one instanceof Tensor ? one : one instanceof InputLayer ? one.output : undefined;
    if (entered !== undefined) {
      if (this.stack.length > 0 || this.graph !== undefined || originOf(entered) === undefined) {
        throw new ChainruleError(`${this.name}: only the first of its layers may be an Input`);
      }
      this.connect([entered], [entered]);
      return;
    }
    if (!(one instanceof Layer)) {
      throw new ChainruleError(`${this.name}: add expects a layer; received ${show(one)}`);
    }
    if (this.stack.some(({ name }) => name === one.name)) {
      throw new ChainruleError(
        `${this.name}: two layers are named "${one.name}"; give one of them another name`,
      );
    }
    this.stack.push(one);
    if (this.graph !== undefined) this.connect(this.inputs, [one(this.outputs[0]!)]);
    else if (one.inputShape !== undefined && this.stack.length === 1) this.open([unknown, ...one.inputShape]);
  }

  /** Connects the layers for a shape with the batch. */
  open(batchShape: Shape): void {
    const name = `${this.stack[0]?.name ?? this.name}_input`;
    const shape = batchShape.map((size) => (Number.isNaN(size) ? null : size));
    const input = Input({ batchShape: shape, name, dtype: this.dtype });
    this.connect([input], [this.stack.reduce((x, one) => one(x), input)]);
  }

  override build(shape: Shape): void {
    if (this.graph === undefined) this.open([unknown, ...shape.slice(1)]);
  }

  override get layers(): readonly Layer[] {
    return this.stack ?? [];
  }

  override get hidesInput(): boolean {
    return true;
  }

  override toString(): string {
    return `<${classNameOf(this)} ${this.name}, ${this.layers.length} layers>`;
  }
}

/**
 * A chain of layers. The shape of the input comes from an `Input` in front, the first layer's `inputShape`, or the first
 * call. Keras: `Sequential`.
 *
 * @throws If two layers have one name.
 * @example
 * ```ts
 * const model = Sequential([Input([4]), Dense(8, { activation: "relu" }), Dense(2)]);
 * deepEqual(model.countParams(), 58);
 * deepEqual(model(ones([3, 4])).shape, [3, 2]);
 * ```
 */
export const Sequential = layer(SequentialModel);
export type Sequential = SequentialModel;

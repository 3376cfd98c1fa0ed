import type { NdArray } from "ndarray";
import { classNameOf as nameIn } from "../config/names.ts";
import { type Cells, checkDType, type DType, floatx } from "../dtype.ts";
import { ChainruleError, checkOptions, saying } from "../errors.ts";
import type { AttrSpecs } from "../ops/attributes.ts";
import { identity } from "../ops/control.ts";
import { inScope } from "../ops/recording.ts";
import { checkShape, type Shape, type ShapeLike } from "../shape.ts";
import { placeholder } from "../tensor/create.ts";
import type { Tensor, TensorLike, Variable } from "../tensor/tensor.ts";
import { isTracing } from "../tensor/tracing.ts";
import { CallContext, callContext, inContext } from "./context.ts";
import { optionsOfConfig } from "./from-config.ts";
import {
  describe,
  type Given,
  type InputShapes,
  inDType,
  type LayerInputs,
  type LayerOutputs,
  listOf,
  readInputs,
  shapesOf,
} from "./inputs.ts";
import { uniqueName } from "./naming.ts";
import { assignWeights, makeWeight, type Weight, type WeightOptions } from "./weight.ts";

export interface CallOptions {
  /** Whether dropout drops and batch statistics are taken from the batch. Default: that of the surrounding call, else false. */
  training?: boolean;
}

export interface LayerOptions {
  /** Default: after the class, `conv2d`, `conv2d_1`, … */
  name?: string | null;
  /** Default true. */
  trainable?: boolean;
  /** Of its weights; default {@link floatx}. */
  dtype?: DType | null;
  /** The shape of one sample, for the first layer of a `Sequential`. */
  inputShape?: ShapeLike | null;
}

/** One call of a layer on symbolic tensors: a node of the functional graph. A shared layer has several. */
export interface CallNode {
  readonly layer: Layer;
  /** How many calls the layer had before. */
  readonly index: number;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** What the call said: `{ training: true }` holds for this node whatever the mode of the model. */
  readonly options: CallOptions;
}

const origins = new WeakMap<Tensor, { node: CallNode; index: number }>();

/** The call that made a symbolic tensor, and which of its outputs it is. */
export const originOf = (x: Tensor): { node: CallNode; index: number } | undefined => origins.get(x);

/** A layer is called like a function. One with several outputs gives an array: `model<Tensor[]>(x)`. */
export interface Layer {
  // biome-ignore lint/style/useShorthandFunctionType: it merges with the class
  <T extends LayerOutputs = Tensor>(inputs: LayerInputs, options?: CallOptions): T;
}

/**
 * A layer: weights and a function of tensors. Extend it with `call`, and with `build` if it has weights; `layer(Class)`
 * makes it callable without `new`. An object of the class is a function: call it on a tensor to use it.
 *
 * @example
 * ```ts
 * class Scale extends Layer {
 *   build() { this.factor = this.addWeight("factor", [1]); }
 *   call(x) { return x.mul(this.factor); }
 * }
 * deepEqual(new Scale()(ones([2, 3])).shape, [2, 3]);
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor returns a function
export class Layer {
  static readonly className: string = "Layer";
  declare name: string;
  declare readonly dtype: DType;
  declare built: boolean;
  /** The shape of one sample, where it was given. */
  declare readonly inputShape: Shape | undefined;
  /** The calls on symbolic tensors so far. */
  declare readonly nodes: CallNode[];
  /** @internal */
  declare readonly ownWeights: Weight[];
  /** @internal */
  declare isTrainable: boolean;

  constructor(options: LayerOptions = {}) {
    // An object that can be called is a function; given the prototype of the class it is an object of the class, too.
    const self = Object.setPrototypeOf(
      (inputs: LayerInputs, given?: CallOptions) => self.apply(inputs, given),
      new.target.prototype,
    ) as this;
    const state = {
      name: options.name ?? uniqueName(classNameOf(self)),
      isTrainable: options.trainable ?? true,
      dtype: options.dtype ? checkDType(classNameOf(self), options.dtype) : floatx(),
      built: false,
      inputShape: options.inputShape ? checkShape(options.inputShape) : undefined,
      nodes: [],
      ownWeights: [],
    };
    for (const [key, value] of Object.entries(state)) {
      Object.defineProperty(self, key, { value, writable: true, configurable: true, enumerable: false });
    }
    // biome-ignore lint/correctness/noConstructorReturn: see above
    return self;
  }

  /** Makes the weights, when the shape of the inputs is known; called once. */
  build(_shape: InputShapes): void {}

  /** The function of the layer. */
  call(_inputs: Given, _options: Required<CallOptions>): LayerOutputs {
    throw new ChainruleError(
      `${this.name} (${classNameOf(this)}) has no call(x): say there what the layer computes`,
    );
  }

  /** The options in Keras's names; layers with options of their own add them. */
  getConfig(): Record<string, unknown> {
    return { name: this.name, trainable: this.trainable, dtype: this.dtype };
  }

  /**
   * A layer from its configuration, as {@link Layer.getConfig} or Keras 2 or 3 writes it. A class without declared options
   * gets it in one object.
   */
  static fromConfig<T>(this: new (options: never) => T, config: Readonly<Record<string, unknown>>): T {
    // biome-ignore-start lint/complexity/noThisInStatic: the class on which it is called
    const { specs } = this as { readonly specs?: AttrSpecs };
    const className = nameOfClass(this);
    return new this(optionsOfConfig({ className, ...(specs && { specs }) }, config) as never);
    // biome-ignore-end lint/complexity/noThisInStatic: the class on which it is called
  }

  /** Makes a weight; it is trained, saved and counted with the layer. Call it in `build`. */
  addWeight(name: string, shape: Shape, options: WeightOptions = {}): Variable {
    const weight = makeWeight(`${this.name}/${name}`, shape, this.dtype, options);
    this.ownWeights.push(weight);
    return weight.variable;
  }

  /** Adds a scalar to the loss of the training step in progress. */
  addLoss(loss: Tensor): void {
    callContext()?.losses.push(loss);
  }

  /** The layers among the properties of this one, in the order in which they were set. */
  get layers(): readonly Layer[] {
    const found: Layer[] = [];
    const values: readonly unknown[] = Object.values(this);
    for (const value of values) {
      if (value instanceof Layer) found.push(value);
      else if (Array.isArray(value)) found.push(...value.filter((item) => item instanceof Layer));
    }
    return found;
  }

  /** Whether floats come to the layer's own dtype first; a model leaves that to its layers. */
  get castsInputs(): boolean {
    return true;
  }

  /** Builds if need be, calls, and records the call if it is symbolic: what calling the layer as a function does. */
  apply<T extends LayerOutputs = Tensor>(inputs: LayerInputs, options: CallOptions = {}): T {
    checkOptions(this.name, options, ["training"]);
    const outer = callContext();
    const training = options.training ?? outer?.training ?? false;
    const given = saying(this.name, () => readInputs(inputs));
    buildFor(this, given);
    const context = outer?.inMode(training) ?? new CallContext(training);
    const scope = { name: this.name, kind: classNameOf(this), owner: this };
    const output = inContext(context, () =>
      inScope(scope, () =>
        saying(
          this.name,
          () => run(this, this.castsInputs ? inDType(given, this.dtype) : given, training),
          () => describe(given),
        ),
      ),
    );
    if (outer !== undefined) return output as T;
    if (listOf(given).some((x) => x.symbolic)) return recordCall(this, given, output, options) as T;
    context.commit();
    return output as T;
  }

  /** The shape of the result for a shape of inputs; by default found by tracing `call`. */
  computeOutputShape(shape: InputShapes): InputShapes {
    const several = Array.isArray(shape[0]);
    const shapes = (several ? shape : [shape]) as readonly Shape[];
    const xs = shapes.map((each) => placeholder(each, this.dtype));
    const given = several ? xs : xs[0]!;
    buildFor(this, given);
    const output = inContext(new CallContext(false), () => this.call(given, { training: false }));
    return Array.isArray(output) ? output.map((x) => x.shape) : output.shape;
  }

  /**
   * When false, its weights and those of the layers in it keep their values in training, and batch normalization uses its
   * moving statistics.
   */
  get trainable(): boolean {
    return this.isTrainable;
  }

  set trainable(value: boolean) {
    this.isTrainable = value;
    for (const inner of this.layers) inner.trainable = value;
  }

  /** @internal Its own weights, trainable ones first, then those of each layer in it. */
  get allWeights(): readonly Weight[] {
    const last = ({ variable }: Weight) => Number(!variable.trainable);
    const own = [...this.ownWeights].sort((a, b) => last(a) - last(b));
    return [...own, ...this.layers.flatMap((inner) => inner.allWeights)];
  }

  /** All weights: its own, trainable ones first, then those of each layer in it. Freezing does not change the order. */
  get weights(): Variable[] {
    return unique(this.allWeights.map(({ variable }) => variable));
  }

  get trainableWeights(): Variable[] {
    if (!this.trainable) return [];
    const own = this.ownWeights.map(({ variable }) => variable).filter((x) => x.trainable);
    return unique([...own, ...this.layers.flatMap((inner) => inner.trainableWeights)]);
  }

  get nonTrainableWeights(): Variable[] {
    const trained = new Set(this.trainableWeights);
    return this.weights.filter((x) => !trained.has(x));
  }

  /** Number of cells in all weights. */
  countParams(): number {
    return this.weights.reduce((sum, { size }) => sum + size, 0);
  }

  /** Copies of the values of {@link Layer.weights}. */
  getWeights(): NdArray<Cells>[] {
    return this.weights.map((x) => x.toNdArray());
  }

  /**
   * Sets the values of all weights, in the order of {@link Layer.getWeights}.
   *
   * @throws If the number of values or a shape differs; nothing is set then.
   */
  setWeights(values: readonly TensorLike[]): void {
    if (!this.built && values.length > 0) {
      throw new ChainruleError(
        `${this.name}: setWeights: there are no weights before the first call, which tells their shapes`,
      );
    }
    saying(this.name, () => assignWeights(this.weights, values));
  }

  toString(): string {
    return `<${classNameOf(this)} ${this.name}${this.built ? `, ${this.countParams()} parameters` : ", not built"}>`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** Makes the weights on the first call; a failed build leaves none behind. */
function buildFor(layer: Layer, inputs: Given): void {
  if (layer.built) return;
  const count = layer.ownWeights.length;
  try {
    saying(
      `${layer.name} (${classNameOf(layer)})`,
      () => layer.build(shapesOf(inputs)),
      () => describe(inputs),
    );
  } catch (error) {
    layer.ownWeights.length = count;
    throw error;
  }
  layer.built = true;
}

function run(layer: Layer, inputs: Given, training: boolean): LayerOutputs {
  try {
    return layer.call(inputs, { training });
  } catch (error) {
    // A call that reads values cannot be traced, but the layer may say the shape itself, if no more is wanted.
    const declared = layer.computeOutputShape !== Layer.prototype.computeOutputShape;
    const symbolic = listOf(inputs).some((x) => x.symbolic);
    if (isTracing() || !symbolic || !declared || !(error instanceof ChainruleError)) throw error;
    return placeholder(layer.computeOutputShape(shapesOf(inputs)) as Shape, layer.dtype);
  }
}

/** Notes a call on symbolic tensors as a node of the functional graph. */
export function recordCall(
  layer: Layer,
  inputs: Given,
  output: LayerOutputs,
  options: CallOptions = {},
): LayerOutputs {
  const sources = listOf(inputs);
  // The output of a layer is a tensor of its own, also when the layer passes its input on.
  const own = (x: Tensor) => (sources.includes(x) || origins.has(x) ? identity(x) : x);
  const outputs = (Array.isArray(output) ? output : [output]).map(own);
  const node: CallNode = { layer, index: layer.nodes.length, inputs: sources, outputs, options };
  layer.nodes.push(node);
  outputs.forEach((x, index) => {
    origins.set(x, { node, index });
  });
  return Array.isArray(output) ? outputs : outputs[0]!;
}

const unique = <T>(items: readonly T[]): T[] => [...new Set(items)];

/** The name of a layer's class, in summaries, files and errors. */
export const classNameOf = (layer: Layer): string => nameOfClass(layer.constructor);

/** {@link classNameOf} for the class itself. */
export const nameOfClass = (Class: Function): string => nameIn(Class, Layer);

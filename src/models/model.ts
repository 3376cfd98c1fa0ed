import { ChainruleError, isPlainObject, show } from "../errors.ts";
import { type LayerOutputs, oneOrMany } from "../layers/inputs.ts";
import { Layer, type LayerOptions, originOf } from "../layers/layer.ts";
import { uniqueName } from "../layers/naming.ts";
import { layer } from "../layers/options.ts";
import { formatShape } from "../shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import type { History, Logs } from "../training/callbacks/index.ts";
import type { BatchSource, DataLike } from "../training/loop/data.ts";
import { readData } from "../training/loop/data.ts";
import type { CompileOptions, EvaluateOptions, FitOptions } from "../training/loop/options.ts";
import { type PredictOptions, predict, predictOnBatch } from "../training/loop/predict.ts";
import { Trainer } from "../training/loop/trainer.ts";
import type { Optimizer } from "../training/optimizers/index.ts";
import { buildGraph, type Graph, runGraph } from "./graph.ts";
import { drawModel } from "./picture.ts";
import { summarize } from "./summary.ts";
import type { SummaryOptions } from "./summary-rows.ts";

type Tensors = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;

/** `inputs` and `outputs` of a functional model, one tensor or several, and what every layer has. */
export interface ModelOptions extends LayerOptions {
  inputs?: Tensors;
  outputs?: Tensors;
}

type ModelArguments = [inputs: Tensors, outputs: Tensors, options?: LayerOptions] | [options?: ModelOptions];

function readTensors(what: string, value: Tensors): readonly Tensor[] {
  const list = value instanceof Tensor ? [value] : Object.values(value);
  const stray = list.find((x) => !(x instanceof Tensor) || !x.symbolic);
  if (list.length === 0 || stray !== undefined) {
    throw new ChainruleError(
      `Model: ${what} must be symbolic tensors, made by Input and by calling layers; received ${show(stray ?? value)}`,
    );
  }
  return list;
}

function readArguments(args: readonly unknown[]): ModelOptions {
  const [first, second, rest] = args;
  if (args.length >= 2)
    return { ...(rest as LayerOptions), inputs: first as Tensors, outputs: second as Tensors };
  if (args.length === 0) return {};
  if (isPlainObject(first)) return first as ModelOptions;
  throw new ChainruleError(
    `Model: expected Model(inputs, outputs) or Model({ inputs, outputs }); received ${show(first)}`,
  );
}

/** The class behind {@link Model}, for `instanceof` and for classes of your own. */
export class GraphModel extends Layer {
  static override readonly className: string = "Functional";
  /** The calls between inputs and outputs; none for a model of your own class. */
  declare readonly graph: Graph | undefined;

  constructor(...args: ModelArguments) {
    const { inputs, outputs, ...options } = readArguments(args);
    const plain = new.target.prototype === GraphModel.prototype;
    super(plain ? { ...options, name: options.name ?? uniqueName("Model") } : options);
    if (inputs === undefined && outputs === undefined) return;
    if (inputs === undefined || outputs === undefined) {
      throw new ChainruleError(
        "Model: give both inputs and outputs, or none for a class with a call of its own",
      );
    }
    this.connect(readTensors("inputs", inputs), readTensors("outputs", outputs));
  }

  /** Builds the graph between inputs and outputs. @internal */
  connect(inputs: readonly Tensor[], outputs: readonly Tensor[]): void {
    const graph = buildGraph(this.name, inputs, outputs);
    Object.defineProperty(this, "graph", { value: graph, configurable: true, enumerable: false });
    this.built = true;
  }

  /** The tensors where data enter. */
  get inputs(): readonly Tensor[] {
    return this.graph?.inputs ?? [];
  }

  get outputs(): readonly Tensor[] {
    return this.graph?.outputs ?? [];
  }

  override get layers(): readonly Layer[] {
    return this.graph === undefined ? super.layers : this.graph.layers;
  }

  /**
   * The layer of that name, or at that place.
   *
   * @throws If there is none.
   */
  getLayer(which: string | number): Layer {
    const found =
      typeof which === "number" ? this.layers[which] : this.layers.find(({ name }) => name === which);
    if (found !== undefined) return found;
    throw new ChainruleError(
      `${this.name}: there is no layer ${show(which)}; it has ${this.layers.map(({ name }) => name).join(", ")}`,
    );
  }

  override get castsInputs(): boolean {
    return false;
  }

  override call(given: Tensor | readonly Tensor[], options: { training: boolean }): Tensor | Tensor[] {
    if (this.graph === undefined) return super.call(given, options);
    const values = given instanceof Tensor ? [given] : given;
    if (values.length !== this.inputs.length) {
      throw new ChainruleError(
        `${this.name} has ${this.inputs.length} inputs; received ${values.length} tensors`,
      );
    }
    for (const [i, x] of values.entries()) {
      const { shape } = this.inputs[i]!;
      const fits =
        x.rank === shape.length &&
        x.shape.every((n, k) => n === shape[k] || Number.isNaN(shape[k]) || Number.isNaN(n));
      if (!fits) {
        throw new ChainruleError(
          `${this.name}: input ${i} must have shape ${formatShape(shape)}; received ${formatShape(x.shape)}`,
        );
      }
    }
    return oneOrMany(runGraph(this.graph, values));
  }

  /** The names of the inputs, by which data may be given. */
  get inputNames(): readonly string[] {
    return this.graph ? this.inputs.map((x) => originOf(x)!.node.layer.name) : ["x"];
  }

  /** The names of the layers that give the outputs, by which targets, losses and metrics may be given. */
  get outputNames(): readonly string[] {
    return this.graph ? this.outputs.map((x) => originOf(x)!.node.layer.name) : ["y"];
  }

  /**
   * Says how the model is trained and judged: optimizer, loss and metrics, by name, object or function; per output where
   * there are several. Keras: `compile`.
   */
  compile(options: CompileOptions = {}): void {
    Object.defineProperty(this, "trainer", { value: new Trainer(this, options), configurable: true });
  }

  /**
   * Trains on arrays `x` and `y`, or on a source of batches `[x, y]` alone, and gives the history of losses and metrics. The
   * weights are written after each batch; a loss that is not finite is an error and leaves them as they were. Keras: `fit`.
   */
  async fit(x: DataLike | BatchSource, y?: DataLike, options: FitOptions = {}): Promise<History> {
    return this.training("fit").fit(x, y, options);
  }

  /** The loss and the metrics on data, without training. Keras: `evaluate`. */
  async evaluate(x: DataLike | BatchSource, y?: DataLike, options: EvaluateOptions = {}): Promise<Logs> {
    return this.training("evaluate").evaluate(x, y, options);
  }

  /**
   * The output for many samples, computed in batches; an array for several outputs: `predict<Tensor[]>(x)`. Keras:
   * `predict`.
   */
  async predict<T extends LayerOutputs = Tensor>(x: DataLike, options: PredictOptions = {}): Promise<T> {
    return oneOrMany<T>(await predict(this, x, options, this.trainer?.runEagerly));
  }

  /** One training step; its loss is that before the step. Keras: `train_on_batch`. */
  trainOnBatch(x: DataLike, y: DataLike, sampleWeight?: DataLike): Logs {
    return this.training("trainOnBatch").trainOnBatch(x, y, sampleWeight);
  }

  /** The loss and the metrics on one batch. Keras: `test_on_batch`. */
  testOnBatch(x: DataLike, y: DataLike, sampleWeight?: DataLike): Logs {
    return this.training("testOnBatch").testOnBatch(x, y, sampleWeight);
  }

  /** The output for one batch; an array for several outputs. Keras: `predict_on_batch`. */
  predictOnBatch<T extends LayerOutputs = Tensor>(x: DataLike): T {
    return oneOrMany<T>(
      predictOnBatch(this, readData("predictOnBatch, x", x, this.inputNames), this.trainer?.runEagerly),
    );
  }

  /** The optimizer that `compile` was given. */
  get optimizer(): Optimizer {
    return this.training("optimizer").optimizer;
  }

  /** @internal What `compile` made. */
  declare readonly trainer: Trainer | undefined;

  /** @internal */
  training(who: string): Trainer {
    if (this.trainer !== undefined) return this.trainer;
    throw new ChainruleError(
      `${who}: ${this.name} must be compiled first: model.compile({ optimizer, loss })`,
    );
  }

  /** Whether the summary leaves out the input layer. */
  get hidesInput(): boolean {
    return false;
  }

  /**
   * Prints the layers with their shapes and numbers of parameters, and returns the text: by default the table of
   * tf.keras, as in the article; `{ style: "keras3" }` gives that of Keras 3.
   *
   * @throws If the shapes are not known yet: a model of your own class must be called first.
   */
  summary(options: SummaryOptions = {}): string {
    return summarize(this, options);
  }

  /**
   * The graph of the layers as a picture, with shapes and numbers of parameters: an SVG document.
   *
   * @throws If the shapes are not known yet.
   */
  toSVG(): string {
    return drawModel(this.name, this.known());
  }

  /** @internal The graph; an error says what is missing where there is none. */
  known(): Graph {
    if (this.graph === undefined) {
      throw new ChainruleError(
        `${this.name}: its layers have no shapes yet. Give the first layer an inputShape, or build the model with ` +
          "Input and Model(inputs, outputs).",
      );
    }
    return this.graph;
  }
}

/**
 * A model of layers. `Model(inputs, outputs)` connects what was built by calling layers on `Input`; `new Model({ inputs,
 * outputs, name })` says the same. A class of your own extends it with `call`. A model is a layer, too: it can be called
 * in another. Keras: `Model`.
 *
 * @throws If an output does not depend on the inputs given, or two layers have one name.
 * @example
 * ```ts
 * const x = Input([4]);
 * const model = Model(x, Dense(2)(Dense(8, { activation: "hard_swish" })(x)));
 * deepEqual(model.countParams(), 58);
 * deepEqual(model(ones([3, 4])).shape, [3, 2]);
 * ```
 */
export const Model = layer(GraphModel);
export type Model = GraphModel;

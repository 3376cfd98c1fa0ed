import { ChainruleError, isPlainObject, show } from "../errors.ts";
import { InputLayer } from "../layers/input.ts";
import type { Layer } from "../layers/layer.ts";
import { layerFromConfig } from "../layers/serialization.ts";
import { add, mul } from "../ops/arithmetic.ts";
import { isOp } from "../ops/op.ts";
import type { Shape } from "../shape.ts";
import { placeholder, tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { GraphModel } from "./model.ts";
import { Operation } from "./operation.ts";
import { SequentialModel } from "./sequential.ts";

interface Json {
  readonly [key: string]: unknown;
}

/** A tensor in a file: the layer, which call of it, which output of the call. */
type Reference = readonly [layer: string, call: number, output: number];

/** One call of a layer in a file. */
interface Call {
  readonly inputs: readonly Reference[];
  readonly list: boolean;
  readonly kwargs: Json;
}

const refuse = (what: string, value: unknown): never => {
  throw new ChainruleError(`modelFromConfig: expected ${what}; received ${show(value)}`);
};

const record = (value: unknown, what: string): Json => (isPlainObject(value) ? value : refuse(what, value));
const array = (value: unknown, what: string): readonly unknown[] =>
  Array.isArray(value) ? value : refuse(what, value);

/** Keras 3 nests a reference in an object, Keras 2 has the array itself. */
function referenceOf(value: unknown): Reference {
  const history = isPlainObject(value) ? record(value.config, "a tensor").keras_history : value;
  const [layer, call, output] = array(history, "[layer, call, output]");
  return [String(layer), Number(call), Number(output)];
}

function callsOf(nodes: unknown): Call[] {
  return array(nodes ?? [], "a list of calls").map((node): Call => {
    if (isPlainObject(node)) {
      const [first] = array(node.args, "arguments");
      const list = Array.isArray(first);
      const inputs = (list ? (first as unknown[]) : [first]).map(referenceOf);
      return { inputs, list, kwargs: record(node.kwargs ?? {}, "keyword arguments") };
    }
    const items = array(node, "a call");
    const flat = typeof items[0] === "string";
    const refs = flat ? [items] : items.map((item) => array(item, "a reference"));
    return {
      inputs: refs.map(referenceOf),
      list: refs.length > 1,
      kwargs: record(refs[0]?.[3] ?? {}, "arguments"),
    };
  });
}

const lambdas = new Map<string, unknown>([
  ["__operators__.add", add],
  ["math.multiply", mul],
]);

/** An op of TensorFlow between layers, with its constant. */
function operationFrom(config: Json, { kwargs }: Call): Operation {
  const op = lambdas.get(String(config.function));
  if (!isOp(op) || typeof kwargs.y !== "number") {
    throw new ChainruleError(`modelFromConfig: the operation ${show(config.function)} is not known here`);
  }
  return new Operation(op, {}, [placeholder([]), tensor(kwargs.y)], String(config.name), "TFOpLambda");
}

function layerFrom(json: Json, calls: readonly Call[]): Layer {
  const className = String(json.class_name);
  const config = record(json.config, "a configuration");
  if (className === "TFOpLambda") return operationFrom(config, calls[0]!);
  if (className === "Functional" || className === "Model" || className === "Sequential")
    return modelFromConfig(json);
  const registered = json.registered_name;
  const registered_name = typeof registered === "string" ? registered : null;
  return layerFromConfig({ class_name: className, config, registered_name });
}

/** A layer that waits for its inputs. */
interface Waiting {
  readonly layer: Layer;
  readonly calls: Call[];
  readonly results: Tensor[][];
  /** Keras counts the call with which a nested model was made. */
  readonly firstCall: number;
}

function functionalFrom(config: Json): GraphModel {
  const waiting = new Map<string, Waiting>();
  for (const item of array(config.layers, "layers")) {
    const json = record(item, "a layer");
    const calls = callsOf(json.inbound_nodes);
    const layer = layerFrom(json, calls);
    const results = layer instanceof InputLayer ? [[layer.output]] : [];
    const name = String(json.name ?? layer.name);
    waiting.set(name, { layer, calls, results, firstCall: layer instanceof GraphModel ? 1 : 0 });
  }
  const find = ([name, call, output]: Reference): Tensor | undefined => {
    const source = waiting.get(name) ?? refuse("the name of a layer", name);
    return (source.results[call] ?? source.results[call - source.firstCall])?.[output];
  };
  const callOnce = ({ layer, calls, results }: Waiting): boolean => {
    const next = calls[results.length];
    if (next === undefined || layer instanceof InputLayer) return false;
    const inputs = next.inputs.map(find);
    if (inputs.includes(undefined)) return false;
    const given = inputs as Tensor[];
    const result: Tensor | Tensor[] = layer(next.list ? given : given[0]!);
    results.push(Array.isArray(result) ? result : [result]);
    return true;
  };
  for (let progress = true; progress; ) {
    progress = false;
    for (const one of waiting.values()) while (callOnce(one)) progress = true;
  }
  const ends = (value: unknown) => {
    const list = array(value, "references");
    return (typeof list[0] === "string" ? [list] : list).map((end) => {
      const reference = referenceOf(end);
      return find(reference) ?? refuse("a connected graph", reference);
    });
  };
  return new GraphModel({
    inputs: ends(config.input_layers),
    outputs: ends(config.output_layers),
    name: String(config.name),
  });
}

function sequentialFrom(config: Json): SequentialModel {
  const layers = array(config.layers, "layers").map((item) => layerFrom(record(item, "a layer"), []));
  const model = new SequentialModel(layers, { name: String(config.name) });
  const shape = config.build_input_shape as (number | null)[] | null | undefined;
  if (model.graph === undefined && shape) model.open(shape.map((size) => size ?? Number.NaN) as Shape);
  return model;
}

/**
 * A model from its configuration, as Keras 2 or 3 writes it (`to_json`): layers and connections, with new weights. Classes
 * of your own must be registered first (`registerLayer`).
 *
 * @throws If the configuration is not understood; the message says which part.
 */
export function modelFromConfig(json: unknown): GraphModel {
  const { class_name, config } = record(json, "{ class_name, config }");
  const options = record(config, "a configuration");
  const model = class_name === "Sequential" ? sequentialFrom(options) : functionalFrom(options);
  if (options.trainable === false) model.trainable = false;
  return model;
}

import type { LayersModel, SymbolicTensor, Tensor } from "@tensorflow/tfjs";
import type { Outcome, Run } from "../../harness/workload.ts";
import { adam, type Cells, firstBatches, firstWeights, type Job, samples } from "../../nets/job.ts";
import type { ActivationName, LayerSpec, Net } from "../../nets/net.ts";
import { loadTfjs, onBackend, type Tfjs, type TfjsBackend } from "../tfjs.ts";

/** Hard-swish and hard-sigmoid, which tfjs has not, or has as Keras 2 defined it. */
function pointwise(tf: Tfjs) {
  const hardSigmoid = (x: Tensor) => tf.relu6(tf.add(x, 3)).div(6);
  const functions: Partial<Record<ActivationName, (x: Tensor) => Tensor>> = {
    hard_sigmoid: hardSigmoid,
    hard_swish: (x) => x.mul(hardSigmoid(x)),
  };
  class Pointwise extends tf.layers.Layer {
    static readonly className = "Pointwise";
    constructor(readonly of: (x: Tensor) => Tensor) {
      super({});
    }
    override call(x: Tensor | Tensor[]): Tensor {
      return tf.tidy(() => this.of(Array.isArray(x) ? x[0]! : x));
    }
  }
  return (name: ActivationName) => {
    const of = functions[name];
    return of ? new Pointwise(of) : tf.layers.activation({ activation: name as "relu" | "softmax" });
  };
}

/** The net as a model of tfjs's layers. */
function buildModel(tf: Tfjs, net: Net): LayersModel {
  const { layers } = tf;
  const activation = pointwise(tf);
  const layerOf = (layer: LayerSpec) => {
    switch (layer.kind) {
      case "conv": {
        const { filters, size, padding, bias } = layer;
        return layers.conv2d({ filters, kernelSize: size, padding, useBias: bias });
      }
      case "depthwise": {
        const { size, stride } = layer;
        return layers.depthwiseConv2d({ kernelSize: size, strides: stride, padding: "same", useBias: false });
      }
      case "batchNormalization":
        return layers.batchNormalization();
      case "activation":
        return activation(layer.name);
      case "maxPool":
        return layers.maxPooling2d({});
      case "flatten":
        return layers.flatten();
      case "dense":
        return layers.dense({ units: layer.units });
      case "globalAveragePool":
        return layers.globalAveragePooling2d({});
      case "residual":
        return layers.add();
      case "gate":
        return layers.multiply();
    }
  };
  const apply = (specs: readonly LayerSpec[], x: SymbolicTensor): SymbolicTensor =>
    specs.reduce((before, spec) => {
      const inputs = "layers" in spec ? [before, apply(spec.layers, before)] : before;
      const y = layerOf(spec).apply(inputs) as SymbolicTensor;
      if (spec.kind !== "globalAveragePool" || !spec.keepdims) return y;
      const targetShape = [1, 1, y.shape.at(-1)!];
      return layers.reshape({ targetShape }).apply(y) as SymbolicTensor;
    }, x);
  const x = tf.input({ shape: [...net.input] });
  return tf.model({ inputs: x, outputs: apply(net.layers, x) });
}

const asTensor = (tf: Tfjs, { cells, shape }: Cells): Tensor => tf.tensor(cells, [...shape]);

/** A model that is ready to be trained, with the same first weights as all others. */
async function prepare(backend: TfjsBackend, job: Job) {
  const tf = await loadTfjs(backend);
  const model = buildModel(tf, job.net);
  const values = firstWeights(job.net).map((weight) => asTensor(tf, weight));
  for (const layer of model.layers) layer.setWeights(values.splice(0, layer.weights.length));
  const { rate, beta1, beta2, epsilon } = adam;
  model.compile({
    optimizer: tf.train.adam(rate, beta1, beta2, epsilon),
    loss: "sparseCategoricalCrossentropy",
  });
  return { tf, model };
}

export async function trainTfjs(backend: TfjsBackend, job: Job, checks: boolean): Promise<Run> {
  const { tf, model } = await prepare(backend, job);
  const losses: number[] = [];
  for (const { x, labels } of checks ? firstBatches(job) : []) {
    losses.push((await model.trainOnBatch(asTensor(tf, x), asTensor(tf, labels))) as number);
  }
  const { x, labels } = samples(job);
  const [xs, ys] = [asTensor(tf, x), asTensor(tf, labels)];
  const options = { batchSize: job.batch, shuffle: false, verbose: 0, yieldEvery: "never" } as const;
  return onBackend(tf, backend, async (): Promise<Outcome> => {
    await model.fit(xs, ys, options);
    return { checked: losses, said: "" };
  });
}

export async function predictTfjs(backend: TfjsBackend, job: Job): Promise<Run> {
  const { tf, model } = await prepare(backend, job);
  const xs = asTensor(tf, samples(job).x);
  return onBackend(tf, backend, (): Outcome => {
    const y = model.predict(xs, { batchSize: job.batch }) as Tensor;
    const cells = y.dataSync();
    y.dispose();
    return { checked: Array.from(cells.subarray(0, 10 * job.batch)), said: "" };
  });
}

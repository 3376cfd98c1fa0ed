import {
  Activation,
  Adam,
  Add,
  BatchNormalization,
  Conv2D,
  Dense,
  DepthwiseConv2D,
  Flatten,
  GlobalAveragePooling2D,
  Input,
  K,
  MaxPooling2D,
  Model,
  Multiply,
  type Tensor,
  tensor,
} from "chainrule";
import type { Outcome, Run } from "../../harness/workload.ts";
import { adam, type Cells, firstBatches, type Job, samples } from "../../nets/job.ts";
import type { LayerSpec, Net } from "../../nets/net.ts";

/** A user's own activation: one line of maths. */
const ownHardSwish = (x: Tensor): Tensor => x.mul(K.relu(x.add(3), { maxValue: 6 }).div(6));

const asTensor = ({ cells, shape }: Cells): Tensor => tensor(cells, { shape });

const apply = (layers: readonly LayerSpec[], x: Tensor, own: boolean): Tensor =>
  layers.reduce((before, layer) => applyOne(layer, before, own), x);

function applyOne(layer: LayerSpec, x: Tensor, own: boolean): Tensor {
  switch (layer.kind) {
    case "conv": {
      const { filters, size, padding, bias } = layer;
      return Conv2D(filters, size, { padding, useBias: bias })(x);
    }
    case "depthwise":
      return DepthwiseConv2D(layer.size, { strides: layer.stride, padding: "same", useBias: false })(x);
    case "batchNormalization":
      return BatchNormalization()(x);
    case "activation":
      return Activation(own && layer.name === "hard_swish" ? ownHardSwish : layer.name)(x);
    case "maxPool":
      return MaxPooling2D()(x);
    case "globalAveragePool":
      return GlobalAveragePooling2D({ keepdims: layer.keepdims })(x);
    case "flatten":
      return Flatten()(x);
    case "dense":
      return Dense(layer.units)(x);
    case "residual":
      return Add()([x, apply(layer.layers, x, own)]);
    case "gate":
      return Multiply()([x, apply(layer.layers, x, own)]);
  }
}

/** The net as a model, with these weights or with its own first ones. */
export function chainruleModel(net: Net, weights?: readonly Cells[], own = false): Model {
  const x = Input(net.input);
  const model = Model(x, apply(net.layers, x, own));
  if (weights) model.setWeights(weights.map(asTensor));
  const { rate, beta1, beta2, epsilon } = adam;
  const optimizer = new Adam(rate, beta1, beta2, epsilon);
  model.compile({ optimizer, loss: "sparse_categorical_crossentropy" });
  return model;
}

/** Trains on all batches once. */
export async function fitOnce(model: Model, job: Job): Promise<void> {
  const { x, labels } = samples(job);
  await model.fit(asTensor(x), asTensor(labels), { batchSize: job.batch, shuffle: false, verbose: 0 });
}

export function trainChainrule(job: Job, weights?: readonly Cells[]): Run {
  const model = chainruleModel(job.net, weights, job.ownActivation);
  const losses = firstBatches(job).map(
    ({ x, labels }) => model.trainOnBatch(asTensor(x), asTensor(labels)).loss!,
  );
  const { x, labels } = samples(job);
  const [xs, ys] = [asTensor(x), asTensor(labels)];
  return async (): Promise<Outcome> => {
    await model.fit(xs, ys, { batchSize: job.batch, shuffle: false, verbose: 0 });
    const said = `losses ${losses.map((loss) => loss.toFixed(4)).join(", ")}`;
    return { checked: losses, said };
  };
}

export function predictChainrule(job: Job, weights?: readonly Cells[]): Run {
  const model = chainruleModel(job.net, weights, job.ownActivation);
  const xs = asTensor(samples(job).x);
  return async (): Promise<Outcome> => {
    const y = await model.predict(xs, { batchSize: job.batch });
    return { checked: Array.from(y.data as Float32Array).slice(0, 10 * job.batch), said: "" };
  };
}

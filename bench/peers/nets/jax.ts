import type { Array as JaxArray } from "@jax-js/jax";
import type { Outcome, Run } from "../../harness/workload.ts";
import { adam, type Cells, firstBatches, firstWeights, type Job } from "../../nets/job.ts";
import type { ActivationName, LayerSpec, Net } from "../../nets/net.ts";
import { type Jax, loadJax } from "../jax.ts";

// jax-js counts references: a call consumes its arguments, and `.ref` keeps one for later.

type Params = JaxArray[];

const asArray = ({ numpy }: Jax, { cells, shape }: Cells): JaxArray =>
  numpy.array(cells, { shape: [...shape] });

/** The first weights; kernels in jax's layout: filters first. */
const paramsOf = (jax: Jax, net: Net): Params =>
  firstWeights(net).map((weight) => {
    const value = asArray(jax, weight);
    if (weight.shape.length < 4) return value;
    return jax.numpy.transpose(value, weight.shape[3] === 1 ? [2, 3, 0, 1] : [3, 2, 0, 1]);
  });

/**
 * The net as a function of its weights and of images, channels first; without the last softmax. The moving averages of
 * batch normalization are used, but do not move.
 */
function forwardOf({ nn, lax, numpy: np }: Jax, net: Net, training: boolean) {
  const all = (layers: readonly LayerSpec[], x: JaxArray, next: () => JaxArray): JaxArray =>
    layers.reduce((before, layer) => one(layer, before, next), x);
  const perChannel = (value: JaxArray) => value.reshape([-1, 1, 1]);
  const normalize = (x: JaxArray, next: () => JaxArray) => {
    const [gamma, beta, movingMean, movingVariance] = [next(), next(), next(), next()].map(perChannel);
    const others = { keepdims: true };
    const mean = training ? x.ref.mean([0, 2, 3], others) : movingMean!;
    const centred = x.sub(mean);
    const variance = training ? np.square(centred.ref).mean([0, 2, 3], others) : movingVariance!;
    return centred.mul(gamma!.div(np.sqrt(variance.add(1e-3)))).add(beta!);
  };
  const one = (layer: LayerSpec, x: JaxArray, next: () => JaxArray): JaxArray => {
    switch (layer.kind) {
      case "conv": {
        const y = lax.conv(x, next(), [1, 1], layer.padding === "same" ? "SAME" : "VALID");
        return layer.bias ? y.add(perChannel(next())) : y;
      }
      case "depthwise": {
        const { stride } = layer;
        const featureGroupCount = x.shape[1]!;
        return lax.convGeneralDilated(x, next(), [stride, stride], "SAME", { featureGroupCount });
      }
      case "batchNormalization":
        return normalize(x, next);
      case "activation":
        return activationOf(nn, layer.name)(x);
      case "maxPool":
        return lax.reduceWindow(x, (cells) => cells.max(), [2, 2], [2, 2]);
      case "globalAveragePool":
        return x.mean([2, 3], { keepdims: layer.keepdims });
      case "flatten":
        return np.transpose(x, [0, 2, 3, 1]).reshape([x.shape[0]!, -1]);
      case "dense":
        return np.matmul(x, next()).add(next());
      case "residual":
        return x.ref.add(all(layer.layers, x, next));
      case "gate":
        return x.ref.mul(all(layer.layers, x, next));
    }
  };
  return (params: Params, x: JaxArray): JaxArray => {
    const queue = [...params];
    return all(net.layers.slice(0, -1), x, () => queue.shift()!);
  };
}

const activationOf = (nn: Jax["nn"], name: ActivationName): ((x: JaxArray) => JaxArray) =>
  ({ relu: nn.relu, hard_swish: nn.hardSwish, hard_sigmoid: nn.hardSigmoid, softmax: nn.softmax })[name];

const channelsFirst = (jax: Jax, x: Cells): JaxArray => jax.numpy.transpose(asArray(jax, x), [0, 3, 1, 2]);

/** Weights with Adam's averages. */
type State = { params: Params; momentum: Params; velocity: Params };

/** One step of Adam, compiled by `jit`. */
function stepOf(jax: Jax, net: Net) {
  const { nn, numpy: np, tree } = jax;
  const forward = forwardOf(jax, net, true);
  const loss = (params: Params, x: JaxArray, labels: JaxArray) =>
    nn.logSoftmax(forward(params, x)).mul(nn.oneHot(labels, 10)).sum().div(-x.shape[0]!);
  const lossAndGrads = jax.valueAndGrad(loss);
  const { rate, beta1, beta2, epsilon } = adam;
  const average = (beta: number, old: JaxArray, value: JaxArray) => old.mul(beta).add(value.mul(1 - beta));
  return jax.jit((state: State, x: JaxArray, labels: JaxArray, scale: JaxArray): [JaxArray, State] => {
    const [value, grads] = lossAndGrads(tree.ref(state.params), x, labels);
    const momentum = state.momentum.map((m, i) => average(beta1, m, grads[i]!.ref));
    const velocity = state.velocity.map((v, i) => average(beta2, v, np.square(grads[i]!)));
    const params = state.params.map((p, i) =>
      p.sub(momentum[i]!.ref.mul(scale.ref.mul(rate)).div(np.sqrt(velocity[i]!.ref).add(epsilon))),
    );
    scale.dispose();
    return [value, { params, momentum, velocity }];
  });
}

export async function trainJax(job: Job, checks: boolean): Promise<Run> {
  const jax = await loadJax();
  const step = stepOf(jax, job.net);
  const zeros = () => paramsOf(jax, job.net).map((p) => jax.numpy.zerosLike(p));
  let state: State = { params: paramsOf(jax, job.net), momentum: zeros(), velocity: zeros() };
  let t = 0;
  const train = async (batch: { x: Cells; labels: Cells }): Promise<number> => {
    t++;
    const scale = Math.sqrt(1 - adam.beta2 ** t) / (1 - adam.beta1 ** t);
    const x = channelsFirst(jax, batch.x);
    const labels = asArray(jax, batch.labels).astype(jax.numpy.int32);
    const [loss, next] = step(state, x, labels, jax.numpy.array(scale));
    state = await jax.blockUntilReady(next);
    return loss.item();
  };
  const batches = firstBatches(job);
  const losses: number[] = [];
  for (const batch of checks ? batches : []) losses.push(await train(batch));
  return async (): Promise<Outcome> => {
    for (let i = 0; i < job.batches; i++) await train(batches[i % batches.length]!);
    return { checked: losses, said: "" };
  };
}

export async function predictJax(job: Job): Promise<Run> {
  const jax = await loadJax();
  const forward = forwardOf(jax, job.net, false);
  const params = paramsOf(jax, job.net);
  const predict = jax.jit((params: Params, x: JaxArray) => jax.nn.softmax(forward(params, x)));
  const [first] = firstBatches(job);
  return async (): Promise<Outcome> => {
    const checked: number[] = [];
    for (let i = 0; i < job.batches; i++) {
      const y = predict(jax.tree.ref(params), channelsFirst(jax, first!.x));
      const cells = await y.data();
      if (i === 0) checked.push(...cells);
    }
    return { checked, said: "" };
  };
}

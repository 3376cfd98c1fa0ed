import type { Array as JaxArray } from "@jax-js/jax";
import type { Scalar } from "@tensorflow/tfjs";
import { matmul, noGrad, tensor, variable } from "chainrule";
import { makeMoons } from "../data/moons.ts";
import { uniformFrom } from "../data/random.ts";
import { countOps } from "../harness/count.ts";
import type { Outcome, Workload } from "../harness/workload.ts";
import { jaxJitName, jaxName, loadJax } from "../peers/jax.ts";
import { loadTfjs, tfjsName } from "../peers/tfjs.ts";

const count = 100;
const steps = 100;
const weightDecay = 1e-4;
/** micrograd's schedule: from 1 down to 0.1. */
const rate = (step: number): number => 1 - (0.9 * step) / steps;

const data = makeMoons(count, 0.1, 1337);

/** The weights and biases, uniform within ±1 (as micrograd's) and zeros, each made by `make`. */
function initialize<T>(make: (cells: Float32Array, shape: number[]) => T) {
  const uniform = uniformFrom(42);
  const weights = (inputs: number, outputs: number) =>
    make(
      Float32Array.from({ length: inputs * outputs }, () => 2 * uniform() - 1),
      [inputs, outputs],
    );
  const biases = (outputs: number) => make(new Float32Array(outputs), [outputs]);
  return {
    w1: weights(2, 16),
    b1: biases(16),
    w2: weights(16, 16),
    b2: biases(16),
    w3: weights(16, 1),
    b3: biases(1),
  };
}

function outcome(losses: readonly number[], scores: ArrayLike<number>): Outcome {
  const right = data.y.filter((label, i) => label * scores[i]! > 0).length;
  const accuracy = Math.round((100 * right) / count);
  return { checked: losses, said: `loss ${losses.at(-1)!.toFixed(6)}, accuracy ${accuracy} %` };
}

function chainruleNet() {
  const x = tensor(data.x, { shape: [count, 2] });
  const y = tensor(data.y, { shape: [count, 1] });
  const { w1, b1, w2, b2, w3, b3 } = initialize((cells, shape) => variable(cells, { shape }));
  const params = [w1, b1, w2, b2, w3, b3];
  const scores = () => {
    const h1 = matmul(x, w1).add(b1).relu();
    const h2 = matmul(h1, w2).add(b2).relu();
    return matmul(h2, w3).add(b3);
  };
  const loss = () => {
    const hinge = tensor(1).sub(y.mul(scores())).relu().mean();
    const squares = params.map((p) => p.square().sum()).reduce((a, b) => a.add(b));
    return hinge.add(squares.mul(weightDecay));
  };
  return { params, scores, loss };
}

function chainrule(): Outcome {
  const { params, scores, loss } = chainruleNet();
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const total = loss();
    total.backward();
    noGrad(() => {
      for (const p of params) {
        p.assign(p.sub(p.grad!.mul(rate(step))));
        p.clearGrad();
      }
    });
    losses.push(total.item());
  }
  return outcome(losses, scores().data);
}

async function tfjs(): Promise<() => Outcome> {
  const tf = await loadTfjs();
  const x = tf.tensor2d(data.x, [count, 2]);
  const y = tf.tensor2d(data.y, [count, 1]);
  return () => {
    const { w1, b1, w2, b2, w3, b3 } = initialize((cells, shape) => tf.variable(tf.tensor(cells, shape)));
    const params = [w1, b1, w2, b2, w3, b3];
    const scores = () => {
      const h1 = tf.matMul(x, w1).add(b1).relu();
      const h2 = tf.matMul(h1, w2).add(b2).relu();
      return tf.matMul(h2, w3).add(b3);
    };
    const loss = () => {
      const hinge = tf.sub(1, y.mul(scores())).relu().mean<Scalar>();
      const squares = params.map((p) => p.square().sum()).reduce((a, b) => a.add(b));
      return hinge.add<Scalar>(squares.mul(weightDecay));
    };
    const losses: number[] = [];
    for (let step = 0; step < steps; step++) {
      const total = tf.tidy(() => {
        const { value, grads } = tf.variableGrads(loss, params);
        for (const p of params) p.assign(p.sub(grads[p.name]!.mul(rate(step))));
        return value;
      });
      losses.push(total.dataSync()[0]!);
      total.dispose();
    }
    const last = tf.tidy(() => scores().dataSync());
    tf.dispose(params);
    return outcome(losses, last);
  };
}

async function jaxNet() {
  const jax = await loadJax();
  const { numpy: np, nn, tree } = jax;
  const x = np.array(data.x, { shape: [count, 2] });
  const y = np.array(data.y, { shape: [count, 1] });
  type Params = Record<keyof ReturnType<typeof initialize>, JaxArray>;
  const init = (): Params => initialize((cells, shape) => np.array(cells, { shape }));
  const scores = ({ w1, b1, w2, b2, w3, b3 }: Params) => {
    const h1 = nn.relu(np.matmul(x.ref, w1).add(b1));
    const h2 = nn.relu(np.matmul(h1, w2).add(b2));
    return np.matmul(h2, w3).add(b3);
  };
  const loss = (params: Params) => {
    const hinge = nn.relu(np.subtract(1, y.ref.mul(scores(tree.ref(params))))).mean();
    const squares = Object.values(params)
      .map((p) => np.square(p).sum())
      .reduce((a, b) => a.add(b));
    return hinge.add(squares.mul(weightDecay));
  };
  const lossAndGrads = jax.valueAndGrad(loss);
  /** The loss, and the parameters after one step of gradient descent. */
  const descend = (params: Params, rate: JaxArray): [JaxArray, Params] => {
    const [total, grads] = lossAndGrads(tree.ref(params));
    const next = tree.map((p: JaxArray, g: JaxArray) => p.sub(g.mul(rate.ref)), params, grads);
    rate.dispose();
    return [total, next];
  };
  return { jax, init, scores, descend };
}

/** jax-js, eager, or with the whole step compiled by its `jit`. */
async function jax(compiled: boolean): Promise<() => Promise<Outcome>> {
  const { jax, init, scores, descend } = await jaxNet();
  const descent = compiled ? jax.jit(descend) : descend;
  return async () => {
    let params = init();
    const losses: number[] = [];
    for (let step = 0; step < steps; step++) {
      const [total, next] = descent(params, jax.numpy.array(rate(step)));
      // jax-js computes lazily and recommends this in a loop; it is faster than reading the loss alone.
      params = await jax.blockUntilReady(next);
      losses.push(total.item());
    }
    return outcome(losses, scores(params).dataSync());
  };
}

export const moons: Workload = {
  title: "micrograd's moons demo: an MLP 2-16-16-1 on 100 points, full batch, SGD",
  unit: "step",
  units: steps,
  tolerance: 1e-4,
  ops: () => {
    const { params, loss } = chainruleNet();
    return countOps(loss(), params.length);
  },
  contenders: [
    { name: "chainrule", setup: async () => chainrule },
    { name: tfjsName, setup: tfjs },
    { name: jaxName, setup: () => jax(false) },
    { name: jaxJitName, setup: () => jax(true) },
  ],
};

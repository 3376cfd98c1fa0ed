import type { Array as JaxArray } from "@jax-js/jax";
import type { Tensor as TfTensor } from "@tensorflow/tfjs";
import * as chainrule from "chainrule";
import type { Contender, Run } from "../harness/workload.ts";
import type { Cells } from "../nets/job.ts";
import { jaxName, loadJax } from "./jax.ts";
import { pythonContender } from "./python.ts";
import { loadTfjs, onBackend, type TfjsBackend, tfjsName, tfjsWasmName } from "./tfjs.ts";

export type OpName = "matmul" | "conv2d" | "hardSwish" | "sum" | "softmax" | "maxPool2d";

/** An op on its own, run so often. Convolutions have `same` padding, pools windows of 2×2. */
export interface OpJob {
  readonly name: OpName;
  readonly inputs: readonly Cells[];
  readonly times: number;
  /** Results are compared at these places. */
  readonly places: readonly number[];
}

/** The same op again and again; `once` gives the cells of the result, `step` only computes it. */
function repeated({ times, places }: OpJob, step: () => unknown, cells: () => ArrayLike<number>): Run {
  const result = cells();
  const outcome = { checked: places.map((place) => result[place]!), said: "" };
  return async () => {
    for (let i = 0; i < times; i++) await step();
    return outcome;
  };
}

function chainruleOp(job: OpJob): Run {
  const { conv2d, hardSwish, matmul, maxPool2d, softmax, sum, tensor } = chainrule;
  const [x, w] = job.inputs.map(({ cells, shape }) => tensor(cells, { shape }));
  const ops: Record<OpName, () => chainrule.Tensor> = {
    matmul: () => matmul(x!, w!),
    conv2d: () => conv2d(x!, w!, { padding: "same" }),
    hardSwish: () => hardSwish(x!),
    sum: () => sum(x!),
    softmax: () => softmax(x!),
    maxPool2d: () => maxPool2d(x!, { poolSize: 2 }),
  };
  const op = ops[job.name];
  return repeated(job, op, () => op().data as Float32Array);
}

async function tfjsOp(backend: TfjsBackend, job: OpJob): Promise<Run> {
  const tf = await loadTfjs(backend);
  const [x, w] = job.inputs.map(({ cells, shape }) => tf.tensor(cells, [...shape]));
  const images = x as import("@tensorflow/tfjs").Tensor4D;
  const ops: Record<OpName, () => TfTensor> = {
    matmul: () => tf.matMul(x!, w!),
    conv2d: () => tf.conv2d(images, w as typeof images, 1, "same"),
    hardSwish: () => tf.mul(x!, tf.relu6(tf.add(x!, 3)).div(6)),
    sum: () => tf.sum(x!),
    softmax: () => tf.softmax(x!),
    maxPool2d: () => tf.maxPool(images, 2, 2, "valid"),
  };
  const op = ops[job.name];
  const step = () => tf.dispose(tf.tidy(op));
  return onBackend(
    tf,
    backend,
    repeated(job, step, () => tf.tidy(() => op().dataSync())),
  );
}

async function jaxOp(job: OpJob): Promise<Run> {
  const { blockUntilReady, lax, nn, numpy: np } = await loadJax();
  const images = job.name === "conv2d" || job.name === "maxPool2d";
  const [x, w] = job.inputs.map(({ cells, shape }, i) => {
    const value = np.array(cells, { shape: [...shape] });
    return images ? np.transpose(value, i === 0 ? [0, 3, 1, 2] : [3, 2, 0, 1]) : value;
  });
  const ops: Record<OpName, () => JaxArray> = {
    matmul: () => np.matmul(x!.ref, w!.ref),
    conv2d: () => lax.conv(x!.ref, w!.ref, [1, 1], "SAME"),
    hardSwish: () => nn.hardSwish(x!.ref),
    sum: () => x!.ref.sum(),
    softmax: () => nn.softmax(x!.ref),
    maxPool2d: () => lax.reduceWindow(x!.ref, (cells) => cells.max(), [2, 2], [2, 2]),
  };
  const op = ops[job.name];
  const step = async () => (await blockUntilReady(op())).dispose();
  return repeated(job, step, () => {
    const y = op();
    return (images ? np.transpose(y, [0, 2, 3, 1]) : y).dataSync() as Float32Array;
  });
}

/** All libraries' ways of computing an op; those on one thread in JavaScript do it but once in a run. */
export function opContenders(job: OpJob): Contender[] {
  const images = job.name === "conv2d" || job.name === "maxPool2d";
  const { name, inputs, times, places } = job;
  const message = { name, inputs, times, places };
  const channelsLast = { ...message, memory_format: "channels_last" };
  const once: OpJob = { ...job, times: 1 };
  return [
    { name: "chainrule", setup: async () => chainruleOp(job) },
    pythonContender("PyTorch", "torch", "op", () => message),
    ...(images ? [pythonContender("PyTorch, channels_last", "torch", "op", () => channelsLast)] : []),
    pythonContender("TensorFlow", "keras", "op", () => message),
    { name: tfjsWasmName, setup: () => tfjsOp("wasm", job) },
    { name: tfjsName, units: 1, setup: () => tfjsOp("cpu", once) },
    { name: jaxName, units: 1, setup: () => jaxOp(once) },
  ];
}

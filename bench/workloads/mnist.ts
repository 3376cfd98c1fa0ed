import { quick } from "../harness/options.ts";
import { long } from "../harness/pace.ts";
import type { Workload } from "../harness/workload.ts";
import { perceptron, smallConvnet } from "../nets/digits.ts";
import type { Job } from "../nets/job.ts";
import type { Net } from "../nets/net.ts";
import { type Less, netContenders } from "../peers/nets/index.ts";

const batch = quick ? 4 : 64;

const both = (name: string, net: Net, batches: number, less: Less = {}): Workload[] => {
  const job: Job = { net, batch, batches: quick ? 3 : batches };
  const common = { unit: `batch of ${batch}`, units: job.batches, tolerance: 1e-3, pace: long };
  return [
    { ...common, title: `${name}: training`, contenders: netContenders("train", job, less) },
    { ...common, title: `${name}: predicting`, contenders: netContenders("predict", job, less) },
  ];
};

/** Nets for MNIST's digits. */
export const mnist: readonly Workload[] = [
  ...both("A perceptron 784-128-10 on MNIST's images", perceptron, 100),
  ...both("A small convnet on MNIST's images", smallConvnet, 20, { tfjs: "batch", jax: "batch" }),
];

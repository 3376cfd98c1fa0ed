import { quick } from "../harness/options.ts";
import { long } from "../harness/pace.ts";
import type { Workload } from "../harness/workload.ts";
import { articleNet } from "../nets/article.ts";
import type { Job } from "../nets/job.ts";
import { netContenders, ownActivationContenders } from "../peers/nets/index.ts";

const batch = quick ? 2 : 32;
const job: Job = { net: articleNet(), batch, batches: quick ? 1 : 10 };

const common = { unit: `batch of ${batch}`, units: job.batches, tolerance: 1e-3, pace: long };

/** The article's net on images like CIFAR-10's, with Adam. */
export const convnet: readonly Workload[] = [
  {
    ...common,
    title: `The article's net: training, batches of ${batch}`,
    contenders: netContenders("train", job, { tfjs: "image", jax: "image" }),
  },
  {
    ...common,
    title: `The article's net: predicting, batches of ${batch}`,
    contenders: netContenders("predict", job, { tfjs: "image", jax: "image" }),
  },
  {
    ...common,
    title: "The article's net with hard-swish as one line of one's own: training",
    contenders: ownActivationContenders("train", job),
  },
];

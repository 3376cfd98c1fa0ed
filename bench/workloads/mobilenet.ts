import { quick } from "../harness/options.ts";
import { long } from "../harness/pace.ts";
import type { Workload } from "../harness/workload.ts";
import type { Job } from "../nets/job.ts";
import { mobileBlocks } from "../nets/mobilenet.ts";
import { netContenders } from "../peers/nets/index.ts";

const batch = quick ? 1 : 8;
const job: Job = { net: mobileBlocks, batch, batches: quick ? 1 : 10 };

const common = { unit: `batch of ${batch}`, units: job.batches, tolerance: 1e-3, pace: long };

/** MobileNetV3's blocks: depthwise convolutions, squeeze and excite, batch normalization. */
export const mobilenet: readonly Workload[] = [
  {
    ...common,
    title: `Five blocks of MobileNetV3, images of 56×56×24: predicting, batches of ${batch}`,
    contenders: netContenders("predict", job, { tfjs: "batch", jax: "image" }),
  },
  {
    ...common,
    title: `Five blocks of MobileNetV3, images of 56×56×24: training, batches of ${batch}`,
    contenders: netContenders("train", job, { tfjs: "image", jax: "image" }),
  },
];

import { quick } from "../harness/options.ts";
import { fresh } from "../harness/pace.ts";
import type { Contender, Workload } from "../harness/workload.ts";
import { articleNet } from "../nets/article.ts";
import { adam, type Job } from "../nets/job.ts";
import { freshContender, nodeProbe, pythonProbe } from "../peers/fresh.ts";
import { jaxName } from "../peers/jax.ts";
import { tfjsName } from "../peers/tfjs.ts";

const firstGradient: Workload = {
  title: "From the import to the first gradient",
  unit: "start",
  units: 1,
  tolerance: 1e-6,
  pace: fresh,
  contenders: [
    freshContender("chainrule", "time", nodeProbe("gradient", "chainrule")),
    freshContender(tfjsName, "time", nodeProbe("gradient", "tfjs")),
    freshContender(jaxName, "time", nodeProbe("gradient", "jax")),
    freshContender("PyTorch", "time", pythonProbe("torch", "gradient")),
    freshContender("TensorFlow", "time", pythonProbe("keras", "gradient")),
  ],
};

const batch = quick ? 2 : 32;

/** Training the article's net in a fresh process. */
function training(quantity: "time" | "memory", batches: number): Contender[] {
  const job: Job = { net: articleNet(), batch, batches };
  const probe = (options = {}) => JSON.stringify({ ...job, adam, ...options });
  const channelsLast = probe({ memory_format: "channels_last" });
  return [
    freshContender("chainrule", quantity, nodeProbe("training", JSON.stringify(job))),
    freshContender("PyTorch", quantity, pythonProbe("torch", "training", probe())),
    freshContender("PyTorch, channels_last", quantity, pythonProbe("torch", "training", channelsLast)),
    freshContender("Keras, TensorFlow", quantity, pythonProbe("keras", "training", probe())),
  ];
}

/** What one waits for, and what it takes, before the first result. */
export const start: readonly Workload[] = [
  firstGradient,
  {
    title: `From the import to the end of the article's net's first training step, batch of ${batch}`,
    unit: "start",
    units: 1,
    pace: fresh,
    contenders: training("time", 1),
  },
  {
    title: `The most memory of a process that trains the article's net, batches of ${batch}`,
    unit: "process",
    units: 1,
    quantity: "memory",
    pace: fresh,
    contenders: training("memory", quick ? 1 : 10),
  },
];

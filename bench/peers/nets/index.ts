import type { Contender, Run } from "../../harness/workload.ts";
import { adam, checkedSteps, firstWeights, type Job, samples } from "../../nets/job.ts";
import { jaxJitName } from "../jax.ts";
import { type Library, pythonContender } from "../python.ts";
import { tfjsName, tfjsWasmName } from "../tfjs.ts";

/** What peers on one thread do that would take minutes for all: one batch, or one image, the time then multiplied. */
export type Less = Partial<Record<"tfjs" | "jax", "batch" | "image">>;

type Task = "train" | "predict";

const chainruleContender = (name: string, task: Task, job: Job): Contender => ({
  name,
  setup: async () => {
    const { predictChainrule, trainChainrule } = await import("./chainrule.ts");
    const weights = firstWeights(job.net);
    return task === "train" ? trainChainrule(job, weights) : predictChainrule(job, weights);
  },
});

/** A contender in JavaScript; with one image its losses are others, and are not checked. */
function scripted(
  name: string,
  job: Job,
  less: "batch" | "image" | undefined,
  setup: (job: Job, checks: boolean) => Promise<Run>,
): Contender {
  const { batch } = job;
  if (less === undefined) return { name, setup: () => setup(job, true) };
  if (less === "batch") return { name, units: 1, setup: () => setup({ ...job, batches: 1 }, true) };
  const note = `measured with one image, multiplied by ${batch}`;
  return { name, note, units: 1 / batch, setup: () => setup({ ...job, batch: 1, batches: 1 }, false) };
}

const pythonTask = (name: string, library: Library, task: Task, job: Job, options = {}): Contender =>
  pythonContender(name, library, task, () => {
    const { x, labels } = samples(job);
    const training = { labels, adam, checked_steps: checkedSteps };
    return {
      net: job.net,
      batch: job.batch,
      x,
      weights: firstWeights(job.net),
      own_activation: job.ownActivation ?? false,
      ...(task === "train" ? training : {}),
      ...options,
    };
  });

/** All libraries' ways of training a net, or of predicting with it. */
export const netContenders = (task: Task, job: Job, less: Less = {}): Contender[] => [
  chainruleContender("chainrule", task, job),
  ...pythonContenders(task, job),
  scripted(tfjsWasmName, job, undefined, async (job, checks) => {
    const { predictTfjs, trainTfjs } = await import("./tfjs.ts");
    return task === "train" ? trainTfjs("wasm", job, checks) : predictTfjs("wasm", job);
  }),
  scripted(tfjsName, job, less.tfjs, async (job, checks) => {
    const { predictTfjs, trainTfjs } = await import("./tfjs.ts");
    return task === "train" ? trainTfjs("cpu", job, checks) : predictTfjs("cpu", job);
  }),
  scripted(jaxJitName, job, less.jax, async (job, checks) => {
    const { predictJax, trainJax } = await import("./jax.ts");
    return task === "train" ? trainJax(job, checks) : predictJax(job);
  }),
];

/** PyTorch in both of its layouts, and Keras. */
const pythonContenders = (task: Task, job: Job): Contender[] => [
  pythonTask("PyTorch", "torch", task, job),
  pythonTask("PyTorch, channels_last", "torch", task, job, { memory_format: "channels_last" }),
  pythonTask("Keras, TensorFlow", "keras", task, job),
];

/** One's own activation beside the built-in one, where a compiler has to find out what it is. */
export function ownActivationContenders(task: Task, job: Job): Contender[] {
  const own: Job = { ...job, ownActivation: true };
  return [
    chainruleContender("chainrule, built-in", task, job),
    chainruleContender("chainrule, one's own", task, own),
    ...pythonContenders(task, own).map((contender) => ({
      ...contender,
      name: `${contender.name}, one's own`,
    })),
  ];
}

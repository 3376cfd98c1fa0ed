import { sparseSoftmaxCrossEntropy, type Tensor, tensor } from "chainrule";
import { loadTrace, record } from "chainrule/stepper";
import { quick } from "../harness/options.ts";
import { long } from "../harness/pace.ts";
import type { Contender, Workload } from "../harness/workload.ts";
import { articleNet } from "../nets/article.ts";
import { firstBatches, type Job } from "../nets/job.ts";
import { chainruleModel } from "../peers/nets/chainrule.ts";

const job: Job = { net: articleNet(), batch: quick ? 1 : 8, batches: 1 };

/** The loss of a batch of the article's net, op by op. */
function lossOfNet(): () => Tensor {
  const model = chainruleModel(job.net);
  const { x, labels } = firstBatches(job)[0]!;
  const images = tensor(x.cells, { shape: x.shape });
  const classes = tensor(labels.cells, { shape: labels.shape }).cast("int32");
  return () => sparseSoftmaxCrossEntropy(model(images).log(), classes).mean();
}

const contender = (name: string, make: (loss: () => Tensor) => () => unknown): Contender => ({
  name,
  setup: async () => {
    const run = make(lossOfNet());
    return () => {
      run();
      return { checked: [], said: "" };
    };
  },
});

/** What it costs to keep all steps of a backward pass, and to write and read them. */
export const tracing: Workload = {
  title: `A trace of the article's net, batch of ${job.batch}`,
  kind: "what is done",
  unit: "pass",
  units: 1,
  pace: long,
  contenders: [
    contender("forward and backward(), eager", (loss) => () => loss().backward()),
    contender("record", (loss) => () => record(loss)),
    contender("write as JSON", (loss) => {
      const trace = record(loss);
      return () => JSON.stringify(trace);
    }),
    contender("loadTrace", (loss) => {
      const file = JSON.stringify(record(loss));
      return () => loadTrace(file);
    }),
  ],
};

import { getThreads, setThreads, whenReady } from "chainrule";
import { quick } from "../harness/options.ts";
import { long } from "../harness/pace.ts";
import type { Contender, Workload } from "../harness/workload.ts";
import { articleNet } from "../nets/article.ts";
import { trainingFlops } from "../nets/net.ts";
import { trainChainrule } from "../peers/nets/chainrule.ts";

interface Shape {
  batch: number;
  size: number;
  channels: number;
}

/** What the kernels are tuned for. */
const tuned: Shape = quick ? { batch: 4, size: 16, channels: 16 } : { batch: 32, size: 32, channels: 64 };

/** Training on images of a shape; its unit is a GFLOP, so that all shapes can be compared. */
function training(name: string, { batch, size, channels }: Shape): Contender {
  const net = articleNet(size, channels);
  const perImage = trainingFlops(net) / 1e9;
  // About as much work in a run, whatever the shape.
  const batches = quick ? 1 : Math.max(1, Math.round(100 / (batch * perImage)));
  return {
    name,
    about: perImage.toPrecision(3),
    units: batches * batch * perImage,
    setup: async () => {
      const train = trainChainrule({ net, batch, batches });
      return async () => ({ ...(await train()), checked: [], said: "" });
    },
  };
}

function sweep(what: string, label: string, key: keyof Shape, values: readonly number[]): Workload {
  const nameOf = (value: number) => `${label} ${value}`;
  const others = values.filter((value) => value !== tuned[key]);
  return {
    title: `Training the article's net with other ${what}`,
    kind: "shape",
    about: "GFLOP an image",
    unit: "GFLOP",
    units: 1,
    limit: 2,
    pace: long,
    contenders: [
      training(nameOf(tuned[key]), tuned),
      ...others.map((value) => training(nameOf(value), { ...tuned, [key]: value })),
    ],
  };
}

const usual = getThreads();

/** Training with so many threads, whose start does not count. */
function trainingWith(threads: number): Contender {
  const batches = quick ? 1 : 3;
  const begin = async () => {
    setThreads(threads);
    await whenReady();
  };
  return {
    name: threads === 1 ? "1 thread" : `${threads} threads`,
    units: batches,
    setup: async () => {
      await begin();
      const { batch, size, channels } = tuned;
      const train = trainChainrule({ net: articleNet(size, channels), batch, batches });
      return async () => {
        await begin();
        const start = performance.now();
        await train();
        return { checked: [], said: "", amount: 1000 * (performance.now() - start) };
      };
    },
    release: async () => setThreads(usual),
  };
}

const threads: Workload = {
  title: "Training the article's net with one thread and with two",
  kind: "threads",
  unit: "batch of 32",
  units: 1,
  pace: long,
  contenders: [trainingWith(2), trainingWith(1)],
};

/** Whether the cost of an operation stays the same where shapes are not those that were tuned for. */
export const scaling: readonly Workload[] = [
  sweep("batches", "batch", "batch", quick ? [1, 4] : [1, 8, 32, 64]),
  sweep("sizes of images", "size", "size", quick ? [9, 16] : [17, 24, 32, 48, 64]),
  sweep("numbers of channels", "channels", "channels", quick ? [13, 16] : [13, 16, 30, 64, 100]),
  threads,
];

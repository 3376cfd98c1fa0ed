// The article's model trained in earnest: all of CIFAR-10, each image mirrored at random, and a learning rate that falls.
//
//   npx tsx examples/cifar.ts [--images N] [--test N] [--epochs N] [--rate N] [--seed N] [--threads N] [--quick]
import { parseArgs } from "node:util";
import { Adam, CosineDecay, setSeed, setThreads, type Tensor, tensor } from "chainrule";
import { cifar10, type ImageSet } from "chainrule/datasets";
import { stripes } from "./article/data.ts";
import { articleModel } from "./article/model.ts";

const { values: flags } = parseArgs({
  options: {
    images: { type: "string", default: "50000" },
    test: { type: "string", default: "10000" },
    epochs: { type: "string", default: "10" },
    rate: { type: "string", default: "0.001" },
    seed: { type: "string", default: "1" },
    threads: { type: "string" },
    // A few made-up images in place of CIFAR-10: what the checks run.
    quick: { type: "boolean", default: false },
  },
});
const batchSize = 32;
const [height, width, channels] = [32, 32, 3] as const;
const cells = height * width * channels;

/** Copies an image, mirrored or not, from bytes to numbers from 0 to 1. */
function copyImage(from: Uint8Array, to: Float32Array, mirrored: boolean): void {
  for (let at = 0; at < cells; at += channels) {
    const column = (at / channels) % width;
    const source = mirrored ? at + (width - 1 - 2 * column) * channels : at;
    for (let channel = 0; channel < channels; channel++) to[at + channel] = from[source + channel]! / 255;
  }
}

/** An epoch of batches in a random order. The order and the mirroring come from numbers of this generator's own. */
function* batches(set: ImageSet, random: () => number): Generator<[Tensor, Tensor]> {
  const order = Uint32Array.from({ length: set.count }, (_, i) => i);
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  for (let from = 0; from + batchSize <= order.length; from += batchSize) {
    const picked = order.subarray(from, from + batchSize);
    const images = new Float32Array(batchSize * cells);
    picked.forEach((index, i) => {
      copyImage(set.bytesOf(index), images.subarray(i * cells, (i + 1) * cells), random() < 0.5);
    });
    const labels = Int32Array.from(picked, (index) => set.labels.data[index]!);
    yield [tensor(images, { shape: [batchSize, height, width, channels] }), tensor(labels)];
  }
}

/** Numbers in [0, 1) that the seed decides (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

setSeed(flags.seed);
if (flags.threads !== undefined) setThreads(Number(flags.threads));
const data = flags.quick
  ? stripes(64)
  : await cifar10({ train: Number(flags.images), test: Number(flags.test), balanced: true });
const epochs = flags.quick ? 1 : Number(flags.epochs);
const steps = Math.floor(data.train.count / batchSize);
const model = articleModel();
model.compile({
  optimizer: new Adam(new CosineDecay(Number(flags.rate), epochs * steps)),
  loss: "sparse_categorical_crossentropy",
  metrics: ["accuracy"],
});
const random = numbersFrom(Number(flags.seed));
const start = performance.now();
for (let epoch = 1; epoch <= epochs; epoch++) {
  const { history } = await model.fit(batches(data.train, random), undefined, {
    epochs: epoch,
    initialEpoch: epoch - 1,
    stepsPerEpoch: steps,
    verbose: flags.quick ? 0 : 1,
  });
  const { accuracy } = await model.evaluate(data.test.images, data.test.labels, {
    batchSize: 100,
    verbose: 0,
  });
  const minutes = (performance.now() - start) / 60_000;
  console.log(
    `epoch ${epoch}: loss ${history.loss!.at(-1)!.toFixed(4)}, test accuracy ${(100 * accuracy!).toFixed(2)} % ` +
      `on ${data.test.count} images, after ${minutes.toFixed(1)} minutes`,
  );
}

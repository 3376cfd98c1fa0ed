// Handwritten digits: a multilayer perceptron, or a small convnet with hard-swish.
//
//   npx tsx examples/mnist.ts [--model mlp|convnet] [--images N] [--epochs N] [--seed N] [--quick]
import { parseArgs } from "node:util";
import {
  Conv2D,
  Dense,
  Dropout,
  Flatten,
  Input,
  MaxPooling2D,
  type Model,
  Sequential,
  setSeed,
} from "chainrule";
import { type Dataset, ImageSet, mnist } from "chainrule/datasets";

const { values: flags } = parseArgs({
  options: {
    model: { type: "string", default: "mlp" },
    images: { type: "string", default: "60000" },
    epochs: { type: "string" },
    seed: { type: "string", default: "1" },
    // A few made-up images, no network: what the checks run.
    quick: { type: "boolean", default: false },
  },
});

const models: Record<string, { build: () => Model; epochs: number }> = {
  mlp: {
    epochs: 3,
    build: () =>
      Sequential([
        Input([28, 28, 1]),
        Flatten(),
        Dense(128, { activation: "hard_swish" }),
        Dropout(0.1),
        Dense(10, { activation: "softmax" }),
      ]),
  },
  convnet: {
    epochs: 2,
    build: () =>
      Sequential([
        Input([28, 28, 1]),
        Conv2D(8, [3, 3], { activation: "hard_swish" }),
        MaxPooling2D(),
        Conv2D(16, [3, 3], { activation: "hard_swish" }),
        MaxPooling2D(),
        Flatten(),
        Dense(64, { activation: "hard_swish" }),
        Dense(10, { activation: "softmax" }),
      ]),
  },
};

/** Bars at a place that tells the digit. */
function bars(count: number): Dataset {
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  const bytes = new Uint8Array(count * 784);
  for (let at = 0; at < bytes.length; at++) {
    const column = at % 28;
    bytes[at] = Math.abs(column - 2 * labels[Math.floor(at / 784)]! - 4) < 2 ? 255 : 0;
  }
  const set = new ImageSet(bytes, labels, [28, 28, 1]);
  return { name: "bars", classNames: [..."0123456789"], train: set, test: set };
}

const chosen = models[flags.model];
if (chosen === undefined) throw new Error(`--model must be one of ${Object.keys(models).join(", ")}`);
setSeed(flags.seed);
const data = flags.quick ? bars(100) : await mnist({ train: Number(flags.images) });
const model = chosen.build();
model.summary();
model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
const start = performance.now();
await model.fit(data.train.images, data.train.labels, {
  epochs: Number(flags.epochs ?? chosen.epochs),
  batchSize: 64,
});
const minutes = (performance.now() - start) / 60_000;
const { accuracy } = await model.evaluate(data.test.images, data.test.labels, { batchSize: 500, verbose: 0 });
console.log(
  `\n${flags.model}: ${(100 * accuracy!).toFixed(2)} % of ${data.test.count} test images, after ${data.train.count} images ` +
    `and ${minutes.toFixed(1)} minutes of training`,
);

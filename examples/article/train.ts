// Part 4: the article's model trained on real images, and part 5: three activations side by side on a small one.
import {
  Conv2D,
  Dense,
  GlobalAveragePooling2D,
  type History,
  Input,
  lineChart,
  MaxPooling2D,
  type Model,
  randomNormal,
  Sequential,
  setSeed,
  zeros,
} from "chainrule";
import type { Dataset, ImageSet } from "chainrule/datasets";
import { articleModel } from "./model.ts";
import { type Guess, predictionSheet } from "./pictures.ts";
import { heading, save, table } from "./report.ts";

export interface Amount {
  readonly images: number;
  readonly test: number;
  readonly epochs: number;
}

const labelled = (set: ImageSet, count: number) => {
  const end = Math.min(count, set.count);
  return { x: set.images.slice({ end: [end] }), y: set.labels.slice({ end: [end] }), count: end };
};

const compiled = (model: Model): Model => {
  model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
  return model;
};

const batchSize = 32;

/** Seconds that an image takes in training here: a few steps of a model that is then thrown away. */
function secondsPerImage(): number {
  const model = compiled(articleModel());
  const [x, y] = [randomNormal([batchSize, 32, 32, 3]), zeros([batchSize], "int32")];
  // The first steps compile, touch the memory and start the threads.
  for (let i = 0; i < 3; i++) model.trainOnBatch(x, y);
  const start = performance.now();
  for (let i = 0; i < 4; i++) model.trainOnBatch(x, y);
  return (performance.now() - start) / 1000 / (4 * batchSize);
}

/** How many images can be trained on in so many seconds: whole batches, and no more than CIFAR-10 has. */
export const imagesIn = (seconds: number, epochs: number): number => {
  const batches = Math.floor(seconds / secondsPerImage() / epochs / batchSize);
  return batchSize * Math.min(Math.max(batches, 1), Math.floor(50000 / batchSize));
};

const percent = (x: number): string => `${(100 * x).toFixed(1)} %`;

/** Trains, tests, and gives the history. */
export async function train(model: Model, data: Dataset, amount: Amount): Promise<History> {
  const { images, epochs } = amount;
  heading(`6. Training on ${data.name}`);
  compiled(model);
  const { x, y, count } = labelled(data.train, images);
  console.log(`  ${count} images, ${epochs} epoch${epochs === 1 ? "" : "s"}\n`);
  const start = performance.now();
  const history = await model.fit(x, y, { epochs, batchSize });
  const perImage = (performance.now() - start) / epochs / count;
  console.log(`\n  ${perImage.toFixed(1)} ms an image`);

  const test = labelled(data.test, amount.test);
  const found = await model.evaluate(test.x, test.y, { verbose: 0 });
  console.log(`  test accuracy on ${test.count} images: ${percent(found.accuracy!)} (chance is 10 %)`);
  const guesses = await guess(model, data, Math.min(12, test.count));
  save("history.svg", history.toSVG("Training of the article's model"));
  save("predictions.svg", predictionSheet(data.test, guesses));
  return history;
}

async function guess(model: Model, { test, classNames }: Dataset, count: number): Promise<Guess[]> {
  const probabilities = await model.predict(labelled(test, count).x);
  const best = probabilities.argmax({ axis: 1 }).data;
  return Array.from({ length: count }, (_, index) => ({
    index,
    truth: classNames[test.labels.data[index]!]!,
    guess: classNames[best[index]!]!,
    confidence: probabilities.data[index * classNames.length + best[index]!]!,
  }));
}

const points = (values: readonly number[]) => values.map((value, i) => [i + 1, value] as const);

/** A small convnet with an activation throughout. */
function smallModel(activation: string): Model {
  return Sequential([
    Input([32, 32, 3]),
    Conv2D(8, 3, { padding: "same", strides: 2, activation }),
    Conv2D(16, 3, { padding: "same", activation }),
    MaxPooling2D(),
    Conv2D(32, 3, { padding: "same", activation }),
    GlobalAveragePooling2D(),
    Dense(32, { activation }),
    Dense(10, { activation: "softmax" }),
  ]);
}

/** The same small training with three activations: a table and a picture. */
export async function compare(data: Dataset, images: number, epochs: number): Promise<void> {
  heading("7. relu, swish and hard-swish side by side");
  const { x, y, count } = labelled(data.train, images);
  const test = labelled(data.test, images / 2);
  console.log(`  a small convnet, ${count} images, ${epochs} epochs, the same first weights\n`);
  const results = [];
  for (const activation of ["relu", "swish", "hard_swish"]) {
    setSeed(1);
    const model = compiled(smallModel(activation));
    const start = performance.now();
    const { history } = await model.fit(x, y, { epochs, verbose: 0 });
    const seconds = (performance.now() - start) / 1000;
    const { accuracy } = await model.evaluate(test.x, test.y, { verbose: 0 });
    results.push({ activation, loss: history.loss!, seconds, accuracy: accuracy! });
  }
  const rows = results.map(({ activation, loss, seconds, accuracy }) => [
    activation,
    loss.at(-1)!.toFixed(4),
    percent(accuracy),
    `${seconds.toFixed(1)} s`,
  ]);
  console.log(table(["activation", "last loss", "test accuracy", "time"], rows));
  console.log();
  save(
    "comparison.svg",
    lineChart({
      title: "The same training with three activations",
      xLabel: "epoch",
      yLabel: "loss",
      series: results.map(({ activation, loss }) => ({ label: activation, points: points(loss) })),
    }),
  );
}

// The article "Implementing hard-swish with Keras", end to end: the functions and their values, the ways to use them, the
// model and its summary, its training on CIFAR-10, and three activations side by side.
//
//   npx tsx examples/article.ts [--images N] [--epochs N] [--test N] [--small N] [--seed N] [--out DIR] [--docs] [--quick]
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { setSeed } from "chainrule";
import { realImages, stripes } from "./article/data.ts";
import { articleModel, summary, ways } from "./article/model.ts";
import { page } from "./article/page.ts";
import { conclude, output, save } from "./article/report.ts";
import { compare, imagesIn, train } from "./article/train.ts";
import { values } from "./article/values.ts";

const { values: flags } = parseArgs({
  options: {
    images: { type: "string" },
    epochs: { type: "string", default: "3" },
    test: { type: "string", default: "2000" },
    small: { type: "string", default: "3000" },
    seed: { type: "string", default: "1" },
    out: { type: "string", default: "out/article" },
    // Also writes the figure that the README shows.
    docs: { type: "boolean", default: false },
    // Few made-up images in place of CIFAR-10: what the checks run.
    quick: { type: "boolean", default: false },
  },
});
output.folder = flags.out;
const quick = flags.quick;
setSeed(flags.seed);

console.log("\nHard-swish with Keras, in chainrule");
const figure = values();
if (flags.docs) writeFileSync("docs/article-figure.svg", figure);
ways();
const model = articleModel();
const text = summary(model);
save("model.svg", model.toSVG());

const epochs = quick ? 1 : Number(flags.epochs);
const small = quick ? 32 : Number(flags.small);
const images = quick ? 32 : flags.images === undefined ? imagesIn(60, epochs) : Number(flags.images);
const test = quick ? 8 : Number(flags.test);
const data = quick ? stripes(32) : await realImages(Math.max(small, images), Math.max(small / 2, test));
setSeed(flags.seed);
await train(articleModel(), data, { images, test, epochs });
await compare(data, small, quick ? 2 : 8);

console.log();
save(
  "index.html",
  page(text, [
    ["article-figure.svg", "The article's figure: hard-swish and swish on its grid."],
    [
      "article-derivatives.svg",
      "Both with their first and second derivatives. Circles: the value at a jump is full.",
    ],
    [
      "model.svg",
      "The article's model: each layer with the shape of its result and its number of parameters.",
    ],
    ["history.svg", "Loss and accuracy of the article's model by epoch."],
    ["predictions.svg", "Test images with the model's guesses."],
    ["comparison.svg", "A small convnet with relu, swish and hard-swish."],
  ]),
);
console.log();
conclude();

import { formatShape, sizeOf } from "../../shape.ts";
import type { LessonText } from "./lesson.ts";
import { digits, type Scene } from "./scene.ts";

const lossOf = ({ trace }: Scene): number => trace.tensors[trace.nodes[trace.loss]!.tensor]!.statistics.mean;

const upstreamSize = (scene: Scene): number => sizeOf(scene.trace.tensors[scene.step.upstream!]!.shape);

/** How many numbers are summed for each bias. */
const summed = (scene: Scene): number => upstreamSize(scene) / sizeOf(scene.value.shape);

const gain = (scene: Scene): number => scene.flowOf("activation").localGain ?? 0;

const fall = (scene: Scene): number => scene.flowOf("conv2d_5").gradient / scene.flowOf("conv2d").gradient;

export const convnet: LessonText = {
  name: "convnet",
  title: "A convnet on real photos",
  summary:
    "1.4 million weights, six convolutions with hard-swish, eight photos of CIFAR-10: the first backward pass of its training, layer by layer.",
  source: `import {
  Activation, Conv2D, Dense, GlobalAveragePooling2D, Input, MaxPooling2D, Model,
  setSeed, sparseSoftmaxCrossEntropy,
} from "chainrule";
import { eightImages } from "chainrule/stepper";

setSeed(1);
const inputs = Input([32, 32, 3]);
let x = inputs;
for (const filters of [64, 128, 256]) {
  x = Conv2D(filters, [3, 3], { padding: "same" })(x);
  x = Activation("hard_swish")(x);
  x = Conv2D(filters, [3, 3], { padding: "same" })(x);
  x = Activation("hard_swish")(x);
  x = filters < 256 ? MaxPooling2D()(x) : GlobalAveragePooling2D()(x);
}
x = Dense(1024)(x);
x = Activation("hard_swish")(x);
const logits = Dense(10)(x);
const model = Model(inputs, logits);

const { images, labels } = eightImages();

export function loss() {
  return sparseSoftmaxCrossEntropy(model(images), labels).mean();
}
`,
  questions: [
    {
      step: { phase: "forward", op: "softmaxCrossEntropy" },
      about: "choice",
      asked: "The net is new and knows nothing, and there are ten classes. How large is the loss of a photo?",
      choices: [
        {
          text: "about 0.1",
          right: (scene) => lossOf(scene) < 0.5,
          because: "0.1 is the probability that it gives to the right class. The loss is −log of that.",
        },
        { text: "about 2.3", right: (scene) => Math.abs(lossOf(scene) - Math.log(10)) < 0.2 },
        { text: "about 10", right: (scene) => lossOf(scene) > 5 },
      ],
      told: (scene) =>
        `${digits(lossOf(scene))}, which is log 10: all classes seem equally probable. If an untrained classifier starts much higher, look for a mistake.`,
    },
    {
      step: { phase: "contribution", op: "softmaxCrossEntropy" },
      about: "shape",
      asked:
        "Through the loss: probabilities minus targets, for every photo and class. Which shape has that?",
      told: (scene) => `${formatShape(scene.value.shape)}: eight photos, ten classes.`,
    },
    {
      step: { phase: "contribution", op: "maxPool2d" },
      about: "choice",
      asked:
        "A max pooling takes the largest of each 2×2 cells. How many cells of its input get 0 on the way back?",
      choices: [
        {
          text: "none: the gradient is shared out",
          right: (scene) => scene.value.statistics.zeros < 0.1,
          because: "That is what an average pooling does.",
        },
        { text: "half of them", right: (scene) => Math.abs(scene.value.statistics.zeros - 0.5) < 0.1 },
        { text: "three of four", right: (scene) => Math.abs(scene.value.statistics.zeros - 0.75) < 0.1 },
      ],
      told: (scene) =>
        `${digits(100 * scene.value.statistics.zeros)} %. Only the largest cell had a say in the result; it gets all, the other three nothing.`,
    },
    {
      step: { phase: "contribution", layer: "activation" },
      about: "choice",
      asked:
        "At the start all pre-activations are close to 0. By how much does hard-swish multiply the gradient there?",
      choices: [
        { text: "1, like relu", right: (scene) => gain(scene) > 0.8 },
        { text: "about one half", right: (scene) => gain(scene) > 0.4 && gain(scene) <= 0.8 },
        {
          text: "next to nothing: it is flat",
          right: (scene) => gain(scene) <= 0.4,
          because: "It is flat below −3. At 0 it rises.",
        },
      ],
      told: (scene) =>
        `${digits(gain(scene))}: its slope at 0 is 1/2. From the last convolution back to the first the gradient becomes ` +
        `${digits(fall(scene))} times smaller. Adam, which divides by the size of the gradient, does not mind.`,
    },
    {
      step: { phase: "sum", node: "conv2d/bias" },
      about: "choice",
      asked: (scene) =>
        `The last but one step: the biases of the first convolution. ${formatShape(scene.trace.tensors[scene.step.upstream!]!.shape)} arrives and must become ` +
        `${formatShape(scene.value.shape)}. How many numbers are added up for each bias?`,
      choices: [8, 1024, 8192].map((count) => ({
        text: String(count),
        right: (scene) => summed(scene) === count,
        ...(count === 8 && {
          because: "One per photo is not enough: the bias is added at every place of the photo.",
        }),
        ...(count === 1024 && { because: "These are the places of one photo." }),
      })),
      told: (scene) =>
        `${digits(summed(scene))}: 32 × 32 places in each of 8 photos. That is the whole secret of a shared weight.`,
    },
  ],
  variations: [
    {
      title: "With relu",
      changes: [
        ['Activation("hard_swish")(x);\n  x = Conv2D', 'Activation("relu")(x);\n  x = Conv2D'],
        ['Activation("hard_swish")(x);\n  x = filters', 'Activation("relu")(x);\n  x = filters'],
        ['Activation("hard_swish")(x);\nconst', 'Activation("relu")(x);\nconst'],
      ],
      questions: [
        {
          step: { phase: "contribution", layer: "activation" },
          about: "choice",
          asked: "Relu in place of hard-swish. Does more of the gradient get through, by its rms?",
          choices: [
            { text: "yes: about 0.7 of it", right: (scene) => gain(scene) > 0.6 && gain(scene) < 0.85 },
            {
              text: "yes: all of it",
              right: (scene) => gain(scene) >= 0.85,
              because: "Half of the cells are negative, and get nothing.",
            },
            { text: "no", right: (scene) => gain(scene) <= 0.6 },
          ],
          told: (scene) =>
            `${digits(gain(scene))}: all of it for about half of the cells, and the root of one half is 0.71. From last to first the gradient falls by ` +
            `${digits(fall(scene))}.`,
        },
      ],
    },
  ],
};

import type { LessonText } from "./lesson.ts";
import type { Scene } from "./scene.ts";
import { digits } from "./scene.ts";

/** How large the gradient is at the first convolution, over that at the last. */
const ratio = (scene: Scene): number => scene.flowOf("conv_1").gradient / scene.flowOf("conv_20").gradient;

/** The same for what flows forward. */
const growth = (scene: Scene): number =>
  scene.flowOf("conv_20").activation / scene.flowOf("conv_1").activation;

/** By what a layer and its activation multiply the gradient, on average. */
const perLayer = (scene: Scene): number => ratio(scene) ** (1 / 19);

const arrives = { phase: "contribution", node: "conv_1/kernel" } as const;

export const depth: LessonText = {
  name: "depth",
  title: "Vanishing and exploding gradients",
  summary:
    "Twenty convolutions on real photos. Each multiplies the gradient by a little more or a little less than 1; twenty in a row decide.",
  source: `import {
  Activation, averagePool2d, BatchNormalization, Conv2D, Dense, GlobalAveragePooling2D,
  Input, Model, setSeed, sparseSoftmaxCrossEntropy, VarianceScaling,
} from "chainrule";
import { eightImages } from "chainrule/stepper";

setSeed(1);
const scale = 1;           // of the weights' variance; 1 is the usual start
const normalize = false;

const inputs = Input([8, 8, 3]);
let x = inputs;
for (let i = 1; i <= 20; i++) {
  const kernelInitializer = new VarianceScaling({ scale, mode: "fan_avg", distribution: "uniform" });
  x = Conv2D(12, 3, { padding: "same", kernelInitializer, name: "conv_" + i })(x);
  if (normalize) x = BatchNormalization({ name: "norm_" + i })(x);
  x = Activation("relu", { name: "relu_" + i })(x);
}
const logits = Dense(10, { name: "classes" })(GlobalAveragePooling2D()(x));
const model = Model(inputs, logits);

const { images, labels } = eightImages();
const small = averagePool2d(images, { poolSize: 4 });

export function loss() {
  return sparseSoftmaxCrossEntropy(model(small, { training: true }), labels).mean();
}
`,
  questions: [
    {
      step: { phase: "contribution", layer: "relu_20" },
      about: "choice",
      asked:
        "About half of the inputs of a relu are negative. What do these cells get of the gradient that arrives?",
      choices: [
        {
          text: "nothing",
          right: (scene) => scene.value.statistics.zeros > scene.gradientOf("relu_19").statistics.zeros,
        },
        {
          text: "a little, so that they can recover",
          right: () => false,
          because: "That would be leaky relu. For negative inputs relu is 0, and its slope is 0 as well.",
        },
        {
          text: "the same as the others",
          right: () => false,
          because: "Only where the slope is 1, that is for positive inputs.",
        },
      ],
      told: (scene) =>
        `${digits(100 * scene.value.statistics.zeros)} % of the cells get exactly 0. That is one reason why the gradient becomes smaller ` +
        "with every layer.",
    },
    {
      step: arrives,
      about: "choice",
      asked: (scene) =>
        `At the last convolution the gradient has an rms of ${digits(scene.flowOf("conv_20").gradient)}. How large will it be at the ` +
        "first one, nineteen layers further?",
      choices: [
        {
          text: "about the same",
          right: (scene) => ratio(scene) > 0.3 && ratio(scene) < 3,
          because: "If each layer multiplied by exactly 1. But 0.7 nineteen times is 0.001.",
        },
        { text: "three times less", right: (scene) => ratio(scene) > 0.1 && ratio(scene) <= 0.3 },
        { text: "hundreds of times less", right: (scene) => ratio(scene) <= 0.1 },
        { text: "much larger", right: (scene) => ratio(scene) >= 3 },
      ],
      told: (scene) =>
        `${digits(scene.flowOf("conv_1").gradient)}: ${digits(1 / ratio(scene))} times less. Look at the strip of the timeline, ` +
        `whose scale is logarithmic: a straight slope, a factor of about ${digits(perLayer(scene))} per layer. The first layers would ` +
        "hardly learn: the gradient vanishes.",
    },
    {
      step: { phase: "forward", op: "mean" },
      about: "choice",
      asked: "Do only gradients suffer, or do the values on their way forward, too?",
      choices: [
        {
          text: "only the gradients",
          right: () => false,
          because: "Forward and backward multiply by the same weights, and relu lets the same cells through.",
        },
        { text: "the values shrink as well", right: (scene) => growth(scene) < 0.1 },
        { text: "the values grow instead", right: (scene) => growth(scene) > 10 },
      ],
      told: (scene) =>
        `The values fall to ${digits(growth(scene))} of what they were. What all photos have in common is left: the net says nearly the ` +
        "same for all of them.",
    },
  ],
  variations: [
    {
      title: "Weights twice as varied",
      changes: [["scale = 1;", "scale = 2;"]],
      questions: [
        {
          step: arrives,
          about: "choice",
          asked:
            "Relu halves what flows; weights with twice the variance make up for it (He’s start). What does the gradient do over nineteen layers?",
          choices: [
            { text: "it keeps its size, roughly", right: (scene) => ratio(scene) > 0.1 && ratio(scene) < 10 },
            { text: "it vanishes all the same", right: (scene) => ratio(scene) <= 0.1 },
            { text: "it explodes", right: (scene) => ratio(scene) >= 10 },
          ],
          told: (scene) =>
            `At the first convolution it is ${digits(ratio(scene))} times what it is at the last: a factor of ` +
            `${digits(perLayer(scene))} per layer. A good start is a matter of one number.`,
        },
      ],
    },
    {
      title: "Large weights",
      changes: [["scale = 1;", "scale = 9;"]],
      questions: [
        {
          step: arrives,
          about: "choice",
          asked: "Now the weights are three times as large as usual. And the gradient at the first layer?",
          choices: [
            { text: "it keeps its size, roughly", right: (scene) => ratio(scene) > 0.1 && ratio(scene) < 10 },
            {
              text: "it is three times larger",
              right: () => false,
              because: "Three times in each layer, and there are nineteen.",
            },
            { text: "it explodes", right: (scene) => ratio(scene) >= 10 },
          ],
          told: (scene) =>
            `${digits(ratio(scene))} times that at the last: ${digits(perLayer(scene))} per layer. The values explode, too, ` +
            `${digits(growth(scene))} times. A step of training would throw the weights anywhere.`,
        },
      ],
    },
    {
      title: "Batch normalization",
      changes: [["normalize = false", "normalize = true"]],
      questions: [
        {
          step: { phase: "forward", op: "matmul" },
          about: "choice",
          asked:
            "The usual weights again, but after each convolution every channel is brought to mean 0 and variance 1 over the batch. What do " +
            "the values do on their way forward?",
          choices: [
            { text: "they shrink as before", right: (scene) => growth(scene) < 0.1 },
            { text: "they keep their size", right: (scene) => growth(scene) >= 0.1 && growth(scene) <= 10 },
            { text: "they explode", right: (scene) => growth(scene) > 10 },
          ],
          told: (scene) =>
            `Each layer gets its input at the same size: from first to last they change by a factor of ${digits(growth(scene))}.`,
        },
        {
          step: arrives,
          about: "choice",
          asked: "And the gradient, over nineteen layers?",
          choices: [
            {
              text: "it vanishes as before: the weights are as small",
              right: (scene) => ratio(scene) <= 0.1,
              because:
                "The way back divides by the spread of the values, too: small weights, a small spread, and the two cancel.",
            },
            { text: "it keeps its size, exactly", right: (scene) => ratio(scene) > 0.5 && ratio(scene) < 2 },
            { text: "it grows somewhat with every layer", right: (scene) => ratio(scene) >= 2 },
          ],
          told: (scene) =>
            `It no longer vanishes: at the first layer it is ${digits(ratio(scene))} times that at the last, ${digits(perLayer(scene))} per ` +
            "layer. So normalization is no cure for everything: in a plain net with relu it makes gradients grow, at the start. Residual nets, " +
            "with a path around each block, have less of that. And the gradient of a photo now depends on the others in its batch.",
        },
      ],
    },
    {
      title: "Large weights, normalized",
      changes: [
        ["scale = 1;", "scale = 9;"],
        ["normalize = false", "normalize = true"],
      ],
      questions: [
        {
          step: arrives,
          about: "choice",
          asked: "Now both: weights three times as large, and batch normalization. Do the values explode?",
          choices: [
            { text: "yes, as without it", right: (scene) => growth(scene) > 10 },
            { text: "no: the size of the weights cancels", right: (scene) => growth(scene) <= 10 },
          ],
          told: (scene) =>
            `The values change by a factor of ${digits(growth(scene))} and the gradient by ${digits(ratio(scene))} in all, nearly what they do ` +
            "with small weights. That is what normalization buys: how large the weights start does not matter.",
        },
      ],
    },
  ],
};

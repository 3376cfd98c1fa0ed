import type { LessonText } from "./lesson.ts";
import { digits, listed, listedCells, type Scene } from "./scene.ts";

const cellsOf = (scene: Scene, label: string): number[] => Array.from(scene.valueOf(label).sample.cells);

/** The probabilities, computed as carefully as need be. */
function probabilities(scene: Scene): number[] {
  const logits = cellsOf(scene, "logits");
  const powers = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

/** Probabilities minus targets. */
function errors(scene: Scene): number[] {
  const targets = cellsOf(scene, "target");
  return probabilities(scene).map((p, i) => Math.fround(p - targets[i]!));
}

/** Whether the outcome of the step has these cells. */
const is = (scene: Scene, cells: readonly number[]): boolean =>
  cells.every((cell, i) => Math.abs(cell - scene.value.sample.cells[i]!) < 1e-5);

const negated = (cells: readonly number[]): number[] => cells.map((cell) => -cell);

const byHand = [
  ["softmaxCrossEntropy, variable", "softmax, variable"],
  ["softmaxCrossEntropy(logits, target)", "softmax(logits).log().mul(target).sum().neg()"],
] as const;
const farOff = ["[2, 1, -1]", "[200, 0, -5]"] as const;

export const entropy: LessonText = {
  name: "entropy",
  title: "Softmax and cross-entropy",
  summary:
    "How a classifier is told what is right: the gradient is probabilities minus targets, if the loss is computed from the logits. And what happens if it is not.",
  source: `import { softmaxCrossEntropy, variable } from "chainrule";

const logits = variable([2, 1, -1], { name: "logits" });

export const inputs = { target: [0, 1, 0] };   // the second class is right

export function loss({ target }) {
  return softmaxCrossEntropy(logits, target);
}
`,
  questions: [
    {
      step: { phase: "contribution", node: "logits" },
      about: "choice",
      asked: (scene) =>
        `Softmax makes the logits into probabilities p = ${listedCells(probabilities(scene))}. The target is y = ${listed(scene.valueOf("target"))}. ` +
        "What is the gradient of the loss in the logits?",
      choices: [
        {
          text: (scene) => `p: ${listedCells(probabilities(scene))}`,
          right: (scene) => is(scene, probabilities(scene)),
          because: "Then training would push all logits down, that of the right class as well.",
        },
        {
          text: (scene) => `p − y: ${listedCells(errors(scene))}`,
          right: (scene) => is(scene, errors(scene)),
        },
        {
          text: (scene) => `y − p: ${listedCells(negated(errors(scene)))}`,
          right: (scene) => is(scene, negated(errors(scene))),
          because: "Training goes against the gradient: with this one it would push the right class down.",
        },
      ],
      told:
        "Probability minus target. All that is awkward about softmax and logarithm cancels: each logit hears how much too large its " +
        "probability is.",
    },
    {
      step: { phase: "contribution", node: "logits" },
      about: "choice",
      asked: "What do the cells of this gradient add up to?",
      choices: [
        { text: "0", right: (scene) => Math.abs(scene.value.statistics.mean) < 1e-6 },
        {
          text: "1",
          right: (scene) => Math.abs(3 * scene.value.statistics.mean - 1) < 1e-6,
          because: "The probabilities do, and so do the targets.",
        },
        { text: "the loss", right: () => false },
      ],
      told:
        "Probabilities and targets both add up to 1. It must be so: adding the same number to all logits changes no probability, so there is no " +
        "slope in that direction.",
    },
    {
      step: { phase: "contribution", node: "logits" },
      about: "choice",
      asked: "A step of training goes against the gradient. Which logits rise?",
      choices: [
        {
          text: "only that of the right class",
          right: (scene) =>
            Array.from(scene.value.sample.cells).filter((x) => x < 0).length === 1 &&
            scene.value.sample.cells[1]! < 0,
        },
        {
          text: "those that are too small: the second and the third",
          right: (scene) => scene.value.sample.cells[2]! < 0,
          because: "The third class is wrong: however improbable it is, it is still too probable.",
        },
        { text: "none", right: (scene) => scene.value.statistics.min >= 0 },
      ],
      told: "Every wrong class is pushed down by its own probability, and the right one up by the sum of these.",
    },
  ],
  variations: [
    {
      title: "By hand",
      changes: byHand,
      questions: [
        {
          step: { phase: "contribution", op: "softmax" },
          about: "choice",
          asked:
            "Now softmax, logarithm and sum one after the other. Through the logarithm only the probability of the right class gets a gradient. And the logits?",
          choices: [
            {
              text: "only the second logit gets one",
              right: (scene) => scene.value.sample.cells[0] === 0,
              because:
                "Each logit moves all three probabilities, since they share the divisor. One slope is not enough: softmax has 3 × 3 of them.",
            },
            { text: "all three: p − y again", right: (scene) => is(scene, errors(scene)) },
          ],
          told: (scene) =>
            `${listed(scene.value)}. The rule of softmax sums over all paths from a logit to the loss.`,
        },
      ],
    },
    {
      title: "By hand, and far off",
      changes: [...byHand, farOff],
      questions: [
        {
          step: { phase: "forward", op: "log" },
          about: "choice",
          asked:
            "The net is sure, and wrong: logits 200, 0, −5. The right class has the probability e⁻²⁰⁰, about 10⁻⁸⁷. The least number of float32 is about " +
            "10⁻⁴⁵. What is the logarithm of this probability?",
          choices: [
            {
              text: "−200",
              right: (scene) => scene.value.sample.cells[1] === -200,
              because: "On paper. But softmax comes first, and its result was rounded to 0.",
            },
            { text: "−∞", right: (scene) => scene.value.sample.cells[1] === Number.NEGATIVE_INFINITY },
          ],
          told: "The probability underflowed to 0, and what was known about it is lost.",
        },
        {
          step: { phase: "contribution", op: "softmax" },
          about: "choice",
          asked: "And the gradient of the logits?",
          choices: [
            { text: "p − y: [1, −1, 0]", right: (scene) => is(scene, errors(scene)) },
            {
              text: "0: softmax is saturated",
              right: (scene) => scene.value.statistics.nonFinite === 0 && scene.value.statistics.rms === 0,
            },
            { text: "NaN", right: (scene) => scene.value.statistics.nonFinite > 0 },
          ],
          told:
            "Going back, 1 is divided by the probability 0, which gives ∞, and ∞ times 0 is NaN. One such sample, and all weights are NaN " +
            "after the next step.",
        },
      ],
    },
    {
      title: "Far off, from logits",
      changes: [farOff],
      questions: [
        {
          step: { phase: "contribution", node: "logits" },
          about: "choice",
          asked:
            "The same logits, 200, 0, −5, but with the loss computed from the logits in one op. The gradient?",
          choices: [
            { text: "NaN again", right: (scene) => scene.value.statistics.nonFinite > 0 },
            { text: (scene) => `${listedCells(errors(scene))}`, right: (scene) => is(scene, errors(scene)) },
          ],
          told: (scene) =>
            `The loss is ${digits(scene.valueOf("softmaxCrossEntropy").statistics.mean)}, and the gradient as strong as it can be. The op takes ` +
            "the logarithm on paper, log p = z − log Σ eᶻ, and never divides by a probability.",
        },
      ],
    },
  ],
};

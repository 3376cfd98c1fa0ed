import type { LessonText } from "./lesson.ts";
import { shown } from "./scene.ts";

export const neuron: LessonText = {
  name: "neuron",
  title: "A neuron",
  summary:
    "One weight, one bias, one activation, one loss. Walk back from the loss and meet the chain rule, factor by factor.",
  source: `import { swish, variable } from "chainrule";

// What can be trained.
const w = variable(0.8, { name: "w" });
const b = variable(-0.3, { name: "b" });

// What goes in, and what should come out.
export const inputs = { x: 1.5, y: 2 };

export function loss({ x, y }) {
  const a = w.mul(x).add(b);
  const prediction = swish(a);
  const error = prediction.sub(y);
  return error.square();
}
`,
  questions: [
    {
      step: { phase: "seed" },
      about: "choice",
      asked:
        "The forward pass is done. The walk back begins with the gradient of the loss in itself, 1. " +
        "What is the gradient of `w` at this moment?",
      choices: [
        { text: "0", right: () => false, because: "0 would say: the loss does not depend on `w`." },
        { text: "not known yet", right: (scene) => scene.arrivals("w").total === undefined },
        {
          text: "the value of `w`",
          right: () => false,
          because: "A value and its gradient have the same shape, and nothing else in common.",
        },
      ],
      told: "Nothing has arrived at `w` yet, which is not the same as 0. The forward pass computes values only.",
    },
    {
      step: { phase: "contribution", op: "square" },
      about: "sign",
      asked: (scene) =>
        `The neuron says ${shown(scene.valueOf("silu"))}; it should say ${shown(scene.valueOf("y"))}. ` +
        "Which sign has the gradient of the loss in the error?",
      told: (scene) =>
        `It is 2 · error = ${shown(scene.value)}. A gradient points to where the loss grows: training goes the other way, ` +
        "so the prediction will move towards the target.",
    },
    {
      step: { phase: "contribution", op: "silu" },
      about: "value",
      asked: (scene) =>
        `The gradient ${shown(scene.gradientOf("silu"))} has arrived at the prediction. The slope of swish (\`silu\` in the graph) at ` +
        `a = ${shown(scene.valueOf("add"))} is ` +
        `${(scene.gradientOf("add").statistics.mean / scene.gradientOf("silu").statistics.mean).toFixed(4)}. ` +
        "What arrives at `a`?",
      told: (scene) =>
        `Upstream times local slope: ${shown(scene.value)}. That is the whole chain rule; every step does this and no more.`,
    },
    {
      step: { phase: "contribution", node: "b" },
      about: "choice",
      asked: "`a = w·x + b`. What does the bias `b` get of the gradient that arrives at the sum?",
      choices: [
        {
          text: "all of it",
          right: (scene) => scene.value.statistics.mean === scene.gradientOf("add").statistics.mean,
        },
        {
          text: "half of it: the sum has two inputs",
          right: () => false,
          because:
            "A gradient is not shared out. It says how much the loss changes per change of one input, the others held.",
        },
        {
          text: "b times it",
          right: () => false,
          because: "That would be the rule of a product. The slope of a sum in each input is 1.",
        },
      ],
      told: (scene) => `A sum passes the gradient on unchanged, to both inputs: ${shown(scene.value)}.`,
    },
    {
      step: { phase: "contribution", node: "w" },
      about: "value",
      asked: (scene) =>
        `The last step: through \`w · x\`, with x = ${shown(scene.valueOf("x"))} and ` +
        `${shown(scene.gradientOf("mul"))} arriving. What is the gradient of \`w\`?`,
      told: (scene) =>
        `Through a product comes upstream times the other factor: ${shown(scene.value)}. The larger the input, the more the ` +
        "weight gets to hear. That makes it sensitive, not important.",
    },
  ],
  variations: [
    {
      title: "An input of 0",
      changes: [["x: 1.5", "x: 0"]],
      questions: [
        {
          step: { phase: "contribution", node: "w" },
          about: "zero",
          asked: "Now the input is 0, and the prediction is still wrong. Is the gradient of `w` 0?",
          told: (scene) =>
            `It is: w · 0 is 0 whatever \`w\` is, so \`w\` cannot help. The bias can: its gradient is ${shown(scene.gradientOf("b"))}.`,
        },
      ],
    },
    {
      title: "A saturated neuron",
      changes: [["variable(-0.3", "variable(-20"]],
      questions: [
        {
          step: { phase: "contribution", op: "silu" },
          about: "choice",
          asked: (scene) =>
            `With b = −20 the activation sits at a = ${shown(scene.valueOf("add"))}, where swish is flat. The error is as large as ever. ` +
            "What gets through?",
          choices: [
            {
              text: "about as much as before",
              right: (scene) => Math.abs(scene.value.statistics.mean) > 0.01,
            },
            {
              text: "next to nothing",
              right: (scene) =>
                Math.abs(scene.value.statistics.mean) <= 0.01 && scene.value.statistics.mean !== 0,
            },
            { text: "exactly 0", right: (scene) => scene.value.statistics.mean === 0 },
          ],
          told: (scene) =>
            `${shown(scene.value)}, out of ${shown(scene.gradientOf("silu"))}. A small gradient does not mean that all is well: ` +
            "this neuron is wrong and cannot learn, because it is saturated.",
        },
      ],
    },
  ],
};

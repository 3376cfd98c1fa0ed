import { formatShape } from "../../shape.ts";
import type { LessonText } from "./lesson.ts";
import { listed } from "./scene.ts";

export const broadcasting: LessonText = {
  name: "broadcasting",
  title: "Broadcasting",
  summary:
    "One bias is added to every sample of a batch. On the way back, what was stretched has to be summed: the step that most tools hide.",
  source: `import { variable } from "chainrule";

const w = variable([[0.5, -1], [1, 0.25]], { name: "w" });
const b = variable([0.1, -0.2], { name: "b" });

export const inputs = {
  x: [[1, 2], [3, 4], [5, 6]],   // three samples of two numbers
  y: [[2, 0], [5, -2], [8, -3]],
};

export function loss({ x, y }) {
  const prediction = x.matmul(w).add(b);
  const error = prediction.sub(y);
  return error.square().mean();
}
`,
  questions: [
    {
      step: { phase: "contribution", node: "b" },
      about: "shape",
      asked: (scene) =>
        `\`b\` has the shape ${formatShape(scene.valueOf("b").shape)} and is added to ${formatShape(scene.valueOf("matmul").shape)}. ` +
        "Going back through the sum: which shape has what arrives for `b`?",
      told: (scene) =>
        `${formatShape(scene.value.shape)}: a sum passes on what it gets, one row for each sample. As a gradient of \`b\` that does not fit yet.`,
    },
    {
      step: { phase: "sum", node: "b" },
      about: "choice",
      asked: "A gradient has the shape of its value. How do three rows become the gradient of `b`?",
      choices: [
        {
          text: "they are added up",
          right: (scene) => scene.step.axes?.[0] === 0,
        },
        {
          text: "they are averaged",
          right: () => false,
          because:
            "The average is in the loss, which divides by the number of cells; the gradient has that factor in it already.",
        },
        {
          text: "the first row is taken",
          right: () => false,
          because: "All samples used the same `b`, so all have a say.",
        },
      ],
      told: (scene) =>
        "Broadcasting used `b` three times, once per row: a value used several times gets the sum of what comes back. It is the " +
        `lesson of x·x + x again. The result is ${listed(scene.value)}.`,
    },
    {
      step: { phase: "sum", node: "b" },
      about: "shape",
      asked: "So which shape has the gradient of `b`, whatever the size of the batch?",
      told: (scene) => `${formatShape(scene.value.shape)}, always that of \`b\`.`,
    },
    {
      step: { phase: "contribution", node: "w" },
      about: "choice",
      asked: "And `w`: it is used for all samples too. Why does its gradient need no such sum?",
      choices: [
        {
          text: "it does: the matrix product sums over the samples",
          right: (scene) => String(scene.value.shape) === String(scene.valueOf("w").shape),
        },
        {
          text: "weights are not broadcast, so the batch does not matter",
          right: () => false,
          because: "Each sample does meet the same `w`: with a larger batch more is added up.",
        },
      ],
      told: (scene) =>
        `The rule is xᵀ · upstream: ${formatShape([2, 3])} times ${formatShape([3, 2])}. The inner axis, over which it sums, is that of ` +
        `the samples, so ${formatShape(scene.value.shape)} comes out at once.`,
    },
  ],
  variations: [
    {
      title: "One bias for all",
      changes: [["[0.1, -0.2]", "0.1"]],
      questions: [
        {
          step: { phase: "sum", node: "b" },
          about: "shape",
          asked: "Now `b` is a single number. Which shape has its gradient? (Write [] for that of a number.)",
          told: (scene) =>
            `${formatShape(scene.value.shape)}: the step sums over both axes, all six cells, which gives ${listed(scene.value)}.`,
        },
      ],
    },
  ],
};

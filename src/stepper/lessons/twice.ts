import type { LessonText } from "./lesson.ts";
import type { Scene } from "./scene.ts";
import { digits, shown } from "./scene.ts";

/** What each contribution to `x` brings, in the order in which they come. */
const contributions = ({ trace }: Scene): number[] =>
  trace.find({ phase: "contribution", node: "x" }).map((i) => trace.at(i).value.statistics.mean);

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const product = (values: readonly number[]): number => values.reduce((a, b) => a * b, 1);

export const twice: LessonText = {
  name: "twice",
  title: "A value used twice",
  summary:
    "In x·x + x the same x is used three times. Its gradient comes in three parts, along three paths, and they add up.",
  source: `import { variable } from "chainrule";

const x = variable(3, { name: "x" });

export function loss() {
  const square = x.mul(x);
  return square.add(x);
}
`,
  questions: [
    {
      step: { phase: "contribution", op: "add", node: "x" },
      about: "choice",
      asked: "Going back through the sum, `x` gets its first contribution. Is the gradient of `x` known now?",
      choices: [
        {
          text: "yes: it is what has just arrived",
          right: (scene) => scene.arrivals("x").arrived === scene.arrivals("x").expected,
          because: "That is only the path through the sum. `x` also sits in the product, in both places.",
        },
        {
          text: "no: more has to arrive",
          right: (scene) => scene.arrivals("x").arrived < scene.arrivals("x").expected,
        },
      ],
      told: (scene) => {
        const { arrived, expected } = scene.arrivals("x");
        return `${arrived} of ${expected} contributions has arrived. A value must wait for all of them before it passes anything on.`;
      },
    },
    {
      step: { phase: "contribution", op: "mul" },
      about: "choice",
      asked: "Could the walk have gone back through the product before the sum?",
      choices: [
        {
          text: "yes: the order of steps does not matter",
          right: () => false,
          because: "Then there would have been no upstream gradient to multiply by.",
        },
        {
          text: "no: what arrives at the product comes from the sum",
          right: ({ trace, index, step }) =>
            trace
              .find({ phase: "contribution", node: trace.nodes[step.from!]!.label })
              .every((i) => i < index),
        },
      ],
      told:
        "An op can be passed only when everything made of its result has been: that order, the reverse of the forward pass, " +
        "is called topological. Plain recursion from the loss would visit values too early, or again and again.",
    },
    {
      step: { phase: "contribution", op: "mul" },
      about: "value",
      asked:
        "The product has two slots, a and b, and `x` is in both. What does `x` get from slot a? (Upstream is 1.)",
      told: (scene) =>
        `Upstream times the other factor, which is \`x\` again: ${shown(scene.value)}. Slot b brings the same once more, a step of its own.`,
    },
    {
      step: { phase: "accumulate", node: "x" },
      which: "last",
      about: "choice",
      asked: (scene) =>
        `In the end ${contributions(scene).map(digits).join(", ")} have arrived. What is the gradient of \`x\`?`,
      choices: [
        {
          text: (scene) => `${digits(contributions(scene).at(-1)!)}: the last one counts`,
          right: () => false,
          because:
            "That is the classical mistake: to write `grad = …` where it must be `grad += …`. It forgets all paths but one.",
        },
        {
          text: (scene) => `${digits(sum(contributions(scene)))}: they add up`,
          right: (scene) => scene.gradientOf("x").statistics.mean === sum(contributions(scene)),
        },
        {
          text: (scene) => `${digits(product(contributions(scene)))}: they multiply`,
          right: () => false,
          because: "Factors multiply along one path. Paths beside each other add up.",
        },
      ],
      told: (scene) =>
        `A small change of \`x\` reaches the loss along each path, and the effects add: ${shown(scene.gradientOf("x"))}. By hand: ` +
        `(x² + x)′ = 2x + 1 = ${digits(2 * scene.valueOf("x").statistics.mean + 1)}. For the same reason a second \`backward()\` ` +
        "adds to `.grad`, until `zeroGrad` clears it.",
    },
  ],
  variations: [
    {
      title: "x = −0.5",
      changes: [["variable(3", "variable(-0.5"]],
      questions: [
        {
          step: { phase: "contribution", op: "add", node: "x" },
          about: "zero",
          asked: "At x = −0.5 the parabola has its lowest point. Is the first contribution to `x` 0?",
          told: (scene) =>
            `No: ${contributions(scene).map(digits).join(", ")} arrive, and only their sum is ` +
            `${shown(scene.gradientOf("x"))}. Before the last one is there, nothing can be said.`,
        },
      ],
    },
  ],
};

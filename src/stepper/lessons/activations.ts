import type { LessonText } from "./lesson.ts";
import { channel, digits, type Scene } from "./scene.ts";

const least = (values: readonly number[]): number => Math.min(...values.map(Math.abs));
const largest = (values: readonly number[]): number => Math.max(...values.map(Math.abs));

const dead = 3;

/** What comes through a clipped cell: those with a pre-activation above 6. */
function clipped(scene: Scene): number[] {
  const z = scene.valueOf("add").sample.cells;
  return Array.from(scene.value.sample.cells).filter((_, i) => z[i]! > 6);
}

export const activations: LessonText = {
  name: "activations",
  title: "Swish against hard-swish",
  summary:
    "The same pre-activations, of real photos, through both functions. What comes back is the slope: see where it is flat, where it jumps, and which unit is dead.",
  source: `import { Activation, conv2d, randomNormal, setSeed, variable } from "chainrule";
import { eightImages } from "chainrule/stepper";

setSeed(1);
const { images } = eightImages();              // eight real photos, [8, 32, 32, 3]
const filters = variable(randomNormal([3, 3, 3, 4]), { name: "filters" });
const bias = variable([0, 3, -3, -12], { name: "bias" });
const smooth = Activation("swish", { name: "smooth" });
const hard = Activation("hard_swish", { name: "hard" });

export function loss() {
  // Four maps of 8×8 for each photo.
  const z = conv2d(images, filters, { strides: 4, padding: "same" }).add(bias);
  return smooth(z).sum().add(hard(z).sum());   // a sum sends back 1 to each cell
}
`,
  questions: [
    {
      step: { phase: "contribution", layer: "hard" },
      about: "choice",
      asked: (scene) =>
        `The last filter has a bias of −12, so that all its pre-activations lie below −3: the largest is ` +
        `${digits(Math.max(...channel(scene.valueOf("add"), dead)))}. What gets back through hard-swish there?`,
      choices: [
        { text: "exactly 0", right: (scene) => largest(channel(scene.value, dead)) === 0 },
        {
          text: "something small",
          right: (scene) => least(channel(scene.value, dead)) > 0,
          because: "That is so for swish. Hard-swish is 0 below −3, and 0 has no slope.",
        },
        {
          text: "1, like elsewhere",
          right: (scene) => least(channel(scene.value, dead)) >= 1,
          because: "1 arrives; what gets through is 1 times the slope.",
        },
      ],
      told: (scene) =>
        `Not one of the ${channel(scene.value, dead).length} cells lets anything through. The unit is dead: the flow table counts ` +
        `${digits(100 * (scene.flowOf("hard").dead ?? 0))} % dead units for hard-swish, ${digits(100 * (scene.flowOf("smooth").dead ?? 0))} % for swish.`,
    },
    {
      step: { phase: "contribution", layer: "hard" },
      about: "choice",
      asked: "In the other filters: how steep does hard-swish get?",
      choices: [
        {
          text: "at most 1, like relu",
          right: (scene) => scene.value.statistics.max <= 1,
          because: "Far to the right it is x, with slope 1. On the way there it is steeper.",
        },
        {
          text: "a little over 1",
          right: (scene) => scene.value.statistics.max > 1 && scene.value.statistics.max <= 1.2,
        },
        {
          text: "nearly 1.5",
          right: (scene) => scene.value.statistics.max > 1.2 && scene.value.statistics.max <= 1.5,
        },
      ],
      told: (scene) =>
        `Here up to ${digits(scene.value.statistics.max)}. Its slope is x/3 + 1/2 between the kinks: it climbs to 1.5 just before 3, where ` +
        "it jumps down to 1. Swish has no jump and stays below 1.1.",
    },
    {
      step: { phase: "contribution", layer: "smooth" },
      about: "choice",
      asked: "Back through swish: what does the filter with bias −12 get now?",
      choices: [
        {
          text: "exactly 0 again",
          right: (scene) => largest(channel(scene.value, dead)) === 0,
          because: "Swish comes close to 0 on the left and never reaches it.",
        },
        {
          text: "a little, for each cell",
          right: (scene) =>
            least(channel(scene.value, dead)) > 0 && largest(channel(scene.value, dead)) < 0.1,
        },
        { text: "about as much as the others", right: (scene) => least(channel(scene.value, dead)) >= 0.1 },
      ],
      told: (scene) =>
        `At most ${digits(largest(channel(scene.value, dead)))}. The unit is saturated, not dead: learning is very slow, but possible.`,
    },
    {
      step: { phase: "contribution", layer: "smooth" },
      about: "sign",
      asked: "1 arrives at every cell. Which signs has what swish passes on?",
      told: (scene) =>
        `Swish is not monotone: it has a valley, and to the left of it the slope is negative, here down to ${digits(scene.value.statistics.min)}. ` +
        "There, a larger input makes a smaller output.",
    },
    {
      step: { phase: "sum", node: "bias" },
      about: "choice",
      asked:
        "So what does the bias of that filter get in the end, through both functions and all cells together?",
      choices: [
        { text: "exactly 0", right: (scene) => channel(scene.value, dead)[0] === 0 },
        {
          text: "little, beside the others",
          right: (scene) => {
            const [own] = channel(scene.value, dead) as [number];
            return own !== 0 && Math.abs(own) < 0.1 * Math.abs(channel(scene.value, 0)[0]!);
          },
        },
        {
          text: "most of all: it is the furthest from where it should be",
          right: () => false,
          because: "A gradient knows slopes, not distances. A small one can mean “nearly right” or “stuck”.",
        },
      ],
      told: (scene) =>
        `${digits(channel(scene.value, dead)[0]!)}, where the first filter gets ${digits(channel(scene.value, 0)[0]!)}; and all of it ` +
        "came through swish.",
    },
  ],
  variations: [
    {
      title: "On the kinks",
      changes: [["randomNormal([3, 3, 3, 4])", "randomNormal([3, 3, 3, 4]).mul(0)"]],
      questions: [
        {
          step: { phase: "contribution", layer: "hard" },
          about: "choice",
          asked:
            "With weights of 0 the pre-activations are the biases: the second filter sits exactly on the kink at 3, where the slope " +
            "jumps from 1.5 to 1. Which slope is taken?",
          choices: [
            { text: "1.5, from the left", right: (scene) => channel(scene.value, 1)[0] === 1.5 },
            { text: "1.25, the middle", right: (scene) => channel(scene.value, 1)[0] === 1.25 },
            { text: "1, from the right", right: (scene) => channel(scene.value, 1)[0] === 1 },
          ],
          told: (scene) =>
            `${digits(channel(scene.value, 1)[0]!)}, and ${digits(channel(scene.value, 2)[0]!)} at −3. There is no right answer: any slope between ` +
            "the two sides would do, and a library has to choose. This one does as TensorFlow does.",
        },
      ],
    },
    {
      title: "Clipping",
      changes: [['Activation("hard_swish"', 'Activation("relu6"']],
      questions: [
        {
          step: { phase: "contribution", layer: "hard" },
          about: "choice",
          asked: "relu6 clips at 6. What gets back to the cells that were above?",
          choices: [
            { text: "nothing", right: (scene) => largest(clipped(scene)) === 0 },
            {
              text: "what arrives, unchanged",
              right: (scene) => least(clipped(scene)) === 1,
              because: "The value is 6 whatever the cell is: moving it changes nothing.",
            },
          ],
          told: (scene) =>
            `To clip a value is to cut its gradient, for the ${clipped(scene).length} cells above 6. A loss that is clipped to tame large errors ` +
            "no longer learns from exactly those: a well-known mistake. Clip gradients instead, or take a loss such as Huber’s.",
        },
      ],
    },
    {
      title: "Out of the dead zone",
      changes: [["-3, -12]", "-3, -4]"]],
      questions: [
        {
          step: { phase: "contribution", layer: "hard" },
          about: "choice",
          asked: "A bias of −4 in place of −12. Is the last filter still dead?",
          choices: [
            { text: "yes", right: (scene) => largest(channel(scene.value, dead)) === 0 },
            { text: "no: some cells are alive", right: (scene) => largest(channel(scene.value, dead)) > 0 },
          ],
          told: (scene) =>
            `The largest pre-activation is now ${digits(Math.max(...channel(scene.valueOf("add"), dead)))}; ` +
            `${channel(scene.value, dead).filter((slope) => slope !== 0).length} of ${channel(scene.value, dead).length} cells let something ` +
            "through. One is enough: a unit is dead only if it is flat for every sample.",
        },
      ],
    },
  ],
};

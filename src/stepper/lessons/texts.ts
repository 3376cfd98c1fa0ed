import { activations } from "./activations.ts";
import { broadcasting } from "./broadcasting.ts";
import { convnet } from "./convnet.ts";
import { convolution } from "./convolution.ts";
import { depth } from "./depth.ts";
import { entropy } from "./entropy.ts";
import type { LessonText } from "./lesson.ts";
import { neuron } from "./neuron.ts";
import { twice } from "./twice.ts";

/** All lessons, in the order in which they build on each other. */
export const texts: readonly LessonText[] = [
  neuron,
  twice,
  broadcasting,
  activations,
  entropy,
  convolution,
  convnet,
  depth,
];

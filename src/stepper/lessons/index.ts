import { ChainruleError, nearest, show } from "../../errors.ts";
import type { Trace } from "../trace/trace.ts";
import type { LessonText } from "./lesson.ts";
import { traceOf } from "./run.ts";
import { texts } from "./texts.ts";

export { eightImages, type LabeledImages } from "./images.ts";
export { type LessonText, type Variation, variedSource } from "./lesson.ts";
export { ProgramError } from "./program.ts";
export {
  type Asked,
  ask,
  type Choice,
  type ChoiceQuestion,
  type GuessQuestion,
  judge,
  type Question,
  type Text,
  type Verdict,
} from "./question.ts";
export { traceOf } from "./run.ts";
export { Scene } from "./scene.ts";

/** A lesson: a program, what to ask about its steps, and variations to try. */
export interface Lesson extends LessonText {
  /** Runs the program and records it. */
  record(): Trace;
}

/** The lessons of the stepper, from a neuron to a convnet. */
export const lessons: readonly Lesson[] = texts.map((text) => ({
  ...text,
  record: () => traceOf(text.source),
}));

/**
 * The lesson of that name.
 *
 * @throws If there is none; the error lists them.
 * @example
 * ```ts
 * const { record, questions } = lessonOf("neuron");
 * const trace = record();
 * deepEqual(ask(questions[1], trace).about, "sign");
 * deepEqual(judge(questions[1], trace, "−").right, true);
 * throws(() => lessonOf("neurone"), /known: neuron/);
 * ```
 */
export function lessonOf(name: string): Lesson {
  const found = lessons.find((lesson) => lesson.name === name);
  if (found !== undefined) return found;
  const known = nearest(
    name,
    lessons.map((lesson) => lesson.name),
  );
  throw new ChainruleError(`there is no lesson ${show(name)}; known: ${known.join(", ")}`);
}

import type { Question } from "./question.ts";

/** A change of a lesson's program to try, with what to predict before it runs. */
export interface Variation {
  readonly title: string;
  /** Parts of the program that occur once, and what to put in their places. */
  readonly changes: readonly (readonly [before: string, after: string])[];
  readonly questions: readonly Question[];
}

/** A lesson as plain data: a program, and what to ask about it. */
export interface LessonText {
  /** For links and the command line. */
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  /** The text of a module that imports from "chainrule" and exports `loss`, and perhaps `inputs`. */
  readonly source: string;
  readonly questions: readonly Question[];
  readonly variations: readonly Variation[];
}

/** The program of a lesson with a variation's changes in it. */
export const variedSource = ({ source }: LessonText, { changes }: Variation): string =>
  changes.reduce((text, [before, after]) => text.replace(before, () => after), source);

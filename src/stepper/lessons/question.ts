import { printed } from "../../autodiff/explanation.ts";
import { answersTo, type Guess } from "../../autodiff/predict.ts";
import { sizeOf } from "../../shape.ts";
import type { TensorRecord } from "../trace/records.ts";
import type { Query } from "../trace/search.ts";
import type { Trace } from "../trace/trace.ts";
import { Scene, shown } from "./scene.ts";

/** Text, or what makes it of the trace, so that its numbers are those of the program. */
export type Text = string | ((scene: Scene) => string);

interface AnyQuestion {
  /** Finds the step that it is about. */
  readonly step: Query;
  /** Which of the steps that fit; the first by default. */
  readonly which?: "first" | "last";
  readonly asked: Text;
  /** What to say once it has been answered. */
  readonly told: Text;
}

/** A question about the outcome of the step itself. */
export interface GuessQuestion extends AnyQuestion {
  readonly about: keyof Guess;
}

/** One of the answers to choose from. */
export interface Choice {
  readonly text: Text;
  /** Whether it is so, by the trace. */
  readonly right: (scene: Scene) => boolean;
  /** What is wrong with it, for who chose it. */
  readonly because?: Text;
}

/** A question with answers to choose from. */
export interface ChoiceQuestion extends AnyQuestion {
  readonly about: "choice";
  readonly choices: readonly Choice[];
}

/** Something to predict about a step before seeing it. */
export type Question = GuessQuestion | ChoiceQuestion;

/** A question as it is put for a trace. */
export interface Asked {
  /** The number of the step that it is about. */
  readonly index: number;
  readonly about: Question["about"];
  readonly asked: string;
  /** The answers to choose from; none where the answer is a shape or a number. */
  readonly options: readonly string[];
}

/** What became of an answer. */
export interface Verdict {
  readonly right: boolean;
  readonly actual: string;
  /** What to think about next: why the answer is wrong, if it is, and what is so. */
  readonly told: string;
}

const textOf = (text: Text, scene: Scene): string => (typeof text === "string" ? text : text(scene));

/** `f` of the step that the question is about; none if the program was edited so that there is nothing to ask. */
function about<T>(question: Question, trace: Trace, f: (scene: Scene) => T): T | undefined {
  const index = trace.find(question.step).at(question.which === "last" ? -1 : 0);
  if (index === undefined) return undefined;
  try {
    return f(new Scene(trace, index));
  } catch {
    // What a text names may be gone, or of another shape.
    return undefined;
  }
}

const signs = ["+", "-", "0", "mixed"] as const;

const optionsOf = (question: Question, scene: Scene): string[] => {
  switch (question.about) {
    case "choice":
      return question.choices.map(({ text }) => textOf(text, scene));
    case "sign":
      return signs.map(printed);
    case "zero":
      return ["yes", "no"];
    default:
      return [];
  }
};

/** The least and the largest cell tell the sign exactly, also of a tensor that was saved as a thumbnail. */
const extremes = ({ shape, statistics: { min, max } }: TensorRecord) => ({
  shape,
  cells: sizeOf(shape) === 1 ? [min] : [min, max],
});

/** An answer as typed or chosen, as a guess about the step. */
function guessOf(about: keyof Guess, answer: string): Guess {
  switch (about) {
    case "sign":
      return { sign: signs.find((sign) => printed(sign) === printed(answer.trim())) ?? "mixed" };
    case "zero":
      return { zero: answer === "yes" };
    case "shape":
      return { shape: (answer.match(/\d+/g) ?? []).map(Number) };
    case "value":
      return { value: Number(answer.replace("−", "-").replace(",", ".")) };
  }
}

/** The truth as it would have been answered. */
function truthOf(about: keyof Guess, actual: string, { value }: Scene): string {
  if (about === "zero") return actual === "true" ? "yes" : "no";
  return about === "value" ? shown(value) : printed(actual);
}

function judgeGuess({ about }: GuessQuestion, scene: Scene, answer: string): Omit<Verdict, "told"> {
  const [verdict] = answersTo(guessOf(about, answer), extremes(scene.value));
  return { right: verdict!.right, actual: truthOf(about, verdict!.actual, scene) };
}

function judgeChoice(
  { choices }: ChoiceQuestion,
  scene: Scene,
  answer: string,
): Omit<Verdict, "told"> & { because?: Text } {
  const chosen = choices.find(({ text }) => textOf(text, scene) === answer);
  const truth = choices.find((choice) => choice.right(scene));
  const actual = truth ? textOf(truth.text, scene) : "none of these, with this program";
  if (chosen === undefined || chosen === truth) return { right: chosen !== undefined, actual };
  return { right: false, actual, ...(chosen.because && { because: chosen.because }) };
}

/** Judges an answer by the trace: one of the options, or a shape or a number as text. None if there is no such step. */
export const judge = (question: Question, trace: Trace, answer: string): Verdict | undefined =>
  about(question, trace, (scene) => {
    const told = textOf(question.told, scene);
    if (question.about !== "choice") return { ...judgeGuess(question, scene, answer), told };
    const { because, ...verdict } = judgeChoice(question, scene, answer);
    return { ...verdict, told: because === undefined ? told : `${textOf(because, scene)} ${told}` };
  });

/** The question as it is put for a trace; none if the program has no such step (any more), or the answer could not be judged. */
export const ask = (question: Question, trace: Trace): Asked | undefined =>
  about(question, trace, (scene) => {
    if (judge(question, trace, "") === undefined) return undefined;
    return {
      index: scene.index,
      about: question.about,
      asked: textOf(question.asked, scene),
      options: optionsOf(question, scene),
    };
  });

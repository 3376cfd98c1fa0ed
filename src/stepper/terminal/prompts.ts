import { ChainruleError, show } from "../../errors.ts";
import { formatShape } from "../../shape.ts";
import { type Asked, judge } from "../lessons/question.ts";
import { explanationOf } from "../trace/explain.ts";
import type { Trace } from "../trace/trace.ts";
import { guessHelp, judged, parseCell, parseGuess, parseSetting } from "./answers.ts";
import { brief } from "./numbers.ts";
import { searchWords, stepsAbout } from "./search.ts";
import {
  isCovered,
  type Asking as LessonAsking,
  lessonAsking,
  type Message,
  movedTo,
  opened,
  type Question,
  revealed,
  type State,
  shownLevel,
  withLevel,
} from "./state.ts";
import { replayed } from "./what-if.ts";

/** A question, what is written into the answer at first, and what an answer does. */
interface Asking {
  readonly asks: (state: State) => string;
  readonly initial?: string;
  readonly answer: (state: State, text: string) => State;
}

const say = (state: State, text: string, tone: Message["tone"] = "plain"): State => ({
  ...state,
  message: { text, tone },
});

/** What a step gives, in one word for the question. */
const subjectOf = ({ steps }: Trace, at: number): string =>
  steps[at]!.phase === "forward" ? "the value" : "the gradient";

/** An answer as the lesson knows it: the text of a choice for its number. */
function choiceOf({ about, options }: Asked, text: string): string {
  const answer = text.trim().toLowerCase().replace("−", "-");
  const meant = about === "zero" ? (words[answer] ?? answer) : answer;
  if (options.length === 0 && /\d|\[\s*\]/.test(answer)) return answer;
  const option = about === "choice" ? options[Number(answer) - 1] : options.find((one) => one === meant);
  if (option !== undefined) return option;
  const known =
    about === "choice" ? `a number from 1 to ${options.length}` : options.join(", ") || "a number or a shape";
  throw new ChainruleError(`expected ${known}; received ${show(text)}`);
}

const words: Readonly<Record<string, string>> = { yes: "true", y: "true", no: "false", n: "false" };

/** Answers a question of a lesson. */
function answerLesson(state: State, lesson: LessonAsking, text: string): State {
  const { question, asked } = lesson;
  if (text.trim() === "") return revealed(state);
  const verdict = judge(question, shownLevel(state).trace, choiceOf(asked, text));
  if (verdict === undefined) return revealed(state);
  const { right, actual, told } = verdict;
  const score = [state.score[0] + (right ? 1 : 0), state.score[1] + 1] as const;
  const next: State = { ...state, score, answered: new Set([...state.answered, lesson]) };
  const shown = lessonAsking(next) === undefined ? revealed(next) : asking(next, "predict");
  return say(shown, right ? `✓ ${told}` : `✗ It is ${actual}. ${told}`, right ? "good" : "bad");
}

function predict(state: State, text: string): State {
  const lesson = lessonAsking(state);
  if (lesson !== undefined) return answerLesson(state, lesson, text);
  const { trace, at } = shownLevel(state);
  const value = trace.tensors[trace.steps[at]!.value]!;
  const answers = judged(parseGuess(text), value);
  const shown = revealed(state);
  if (answers.length === 0) return shown;
  const right = answers.filter((answer) => answer.right).length;
  const texts = answers.map((answer) =>
    answer.right
      ? `✓ ${answer.about} ${answer.actual}`
      : `✗ ${answer.about}: not ${answer.guessed}, it is ${answer.actual}`,
  );
  const score = [state.score[0] + right, state.score[1] + answers.length] as const;
  return say({ ...shown, score }, texts.join("   "), right === answers.length ? "good" : "bad");
}

/** Goes to the next step from a list, around the end if there is none. */
export function soughtFrom(state: State, text: string, direction: 1 | -1): State {
  const { trace, at } = shownLevel(state);
  const found = stepsAbout(trace, text);
  if (found.length === 0) return say({ ...state, sought: text }, `nothing is called ${text}`, "bad");
  const ahead = direction === 1 ? found.find((step) => step > at) : found.filter((step) => step < at).at(-1);
  const next = ahead ?? (direction === 1 ? found[0]! : found.at(-1)!);
  const place = `${found.indexOf(next) + 1} of ${found.length} steps about ${text}`;
  return say({ ...movedTo(state, next), sought: text }, place);
}

function breakAt(state: State, text: string): State {
  const { trace, breakpoints } = shownLevel(state);
  const label = text.trim();
  const rest = breakpoints.filter((one) => one.label !== label);
  if (rest.length < breakpoints.length) {
    return say(withLevel(state, { breakpoints: rest }), `no longer stops at ${label}`);
  }
  const steps = stepsAbout(trace, label);
  if (steps.length === 0) return say(state, `no step is about ${label}: nothing to stop at`, "bad");
  const added = [...breakpoints, { label, steps: new Set(steps) }];
  return say(withLevel(state, { breakpoints: added }), `stops at ${label}: ${steps.length} steps`);
}

function explain(state: State, text: string): State {
  const { trace, at } = shownLevel(state);
  const cell = parseCell(text);
  // Refuses what is no cell.
  explanationOf(trace, at, cell);
  return { ...state, cell };
}

const lossOf = (trace: Trace): string =>
  brief(trace.tensors[trace.nodes[trace.loss]!.tensor]!.sample.cells[0] ?? 0);

function whatIf(state: State, text: string): State {
  const { trace, at } = shownLevel(state);
  const other = replayed(trace, parseSetting(text));
  const next = opened(state, other, `what if ${text.trim()}`, "what-if", Math.min(at, other.length - 1));
  return say(next, `loss ${lossOf(trace)} → ${lossOf(other)}; Esc goes back`);
}

/** A question of a lesson with its choices. */
function lessonText({ about, asked, options }: Asked): string {
  if (options.length === 0) return asked;
  if (about !== "choice") return `${asked} (${options.join(", ")})`;
  return [asked, ...options.map((text, i) => `  ${i + 1}  ${text}`)].join("\n");
}

const askings: Readonly<Record<Question, Asking>> = {
  predict: {
    asks: (state) => {
      const lesson = lessonAsking(state);
      if (lesson !== undefined) return lessonText(lesson.asked);
      const { trace, at } = shownLevel(state);
      return `What is ${subjectOf(trace, at)}? (${guessHelp}; Enter shows it)`;
    },
    answer: predict,
  },
  find: {
    asks: () => `Find (an op, a layer, a tensor, ${searchWords.join(", ")})`,
    answer: (state, text) => (text.trim() === "" ? state : soughtFrom(state, text.trim(), 1)),
  },
  break: {
    asks: () => `Stop at (an op, a layer, a tensor, ${searchWords.join(", ")})`,
    answer: (state, text) => (text.trim() === "" ? state : breakAt(state, text)),
  },
  cell: {
    asks: (state) => {
      const { trace, at } = shownLevel(state);
      return `Explain which cell of ${formatShape(trace.tensors[trace.steps[at]!.value]!.shape)}? (such as 0,2; nothing for the strongest)`;
    },
    answer: explain,
  },
  "what-if": {
    asks: () => "What if (a variable or an input: w = 3, x = [1, 2], or one cell: kernel[0,1] = 3)",
    answer: (state, text) => (text.trim() === "" ? state : whatIf(state, text)),
  },
  save: {
    asks: () => "Save as",
    initial: "trace.json",
    answer: (state, text) =>
      text.trim() === "" ? state : { ...state, wish: { kind: "save", path: text.trim() } },
  },
};

/** What is asked. */
export const questionText = (state: State): string =>
  state.prompt === undefined ? "" : askings[state.prompt.question].asks(state);

/** The state with a question asked. */
export const asking = (state: State, question: Question): State => ({
  ...state,
  prompt: { question, text: askings[question].initial ?? "" },
});

/** Asks what the step at the cursor gives, if that is to be predicted. */
export const askingIfCovered = (state: State): State => (isCovered(state) ? asking(state, "predict") : state);

function answered(state: State): State {
  const { question, text } = state.prompt!;
  const done: State = { ...state, prompt: undefined };
  try {
    return askings[question].answer(done, text);
  } catch (error) {
    // Of the question, or of the program that was run again: said, and the answer can be mended.
    return say(state, error instanceof Error ? error.message : String(error), "bad");
  }
}

/** Keys while a question is asked; `undefined` for one that is not part of an answer. */
export function typed(state: State, key: string): State | undefined {
  const { text } = state.prompt!;
  const withText = (next: string): State => ({ ...state, prompt: { ...state.prompt!, text: next } });
  if (key === "enter") return answered(state);
  if (key === "escape") return { ...state, prompt: undefined };
  if (key === "backspace") return withText([...text].slice(0, -1).join(""));
  if (key === "space") return withText(`${text} `);
  return [...key].length === 1 ? withText(text + key) : undefined;
}

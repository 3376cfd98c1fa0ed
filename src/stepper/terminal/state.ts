import { type Asked, ask, type Question as LessonQuestion } from "../lessons/question.ts";
import type { StepRecord, TensorRecord } from "../trace/records.ts";
import type { Trace } from "../trace/trace.ts";
import { groupsOf } from "./rows.ts";

/** Steps to stop at, and what they are called. */
export interface Breakpoint {
  readonly label: string;
  readonly steps: ReadonlySet<number>;
}

/** A trace that is being looked at, and the place in it. */
export interface Level {
  readonly trace: Trace;
  readonly title: string;
  /** What it was opened as, from the level below. */
  readonly kind: "program" | "parts" | "what-if";
  /** The step at the cursor. */
  readonly at: number;
  /** The furthest step whose outcome has been seen. */
  readonly seen: number;
  /** Layers that were opened or closed by hand. */
  readonly flipped: ReadonlySet<number>;
  readonly breakpoints: readonly Breakpoint[];
}

/** What is asked at the bottom of the screen. */
export type Question = "predict" | "find" | "break" | "cell" | "what-if" | "save";

/** A question, and what has been typed so far. */
export interface Prompt {
  readonly question: Question;
  readonly text: string;
}

/** A message at the bottom, and whether it is good news. */
export interface Message {
  readonly text: string;
  readonly tone: "good" | "bad" | "plain";
}

/** What the program around has to do: what a function cannot. */
export type Wish = { readonly kind: "quit" } | { readonly kind: "save"; readonly path: string };

export interface State {
  /** The program's trace, and what was opened from it; the last is shown. */
  readonly levels: readonly Level[];
  /** The file that the program's text is from, as its ops name it, if that is known. */
  readonly file: string | undefined;
  /** Which outcomes are asked for before they are shown: none, those that a lesson asks about, or all. */
  readonly predicting: "nothing" | "questions" | "steps";
  /** What a lesson asks about its steps. */
  readonly questions: readonly Asking[];
  /** Those that have been answered, or passed over. */
  readonly answered: ReadonlySet<Asking>;
  /** How many predictions were right, and of how many. */
  readonly score: readonly [right: number, asked: number];
  readonly prompt: Prompt | undefined;
  readonly message: Message | undefined;
  readonly help: boolean;
  /** The cell that is explained. */
  readonly cell: readonly number[] | undefined;
  /** What was looked for last. */
  readonly sought: string | undefined;
  readonly wish: Wish | undefined;
}

const levelOf = (trace: Trace, title: string, kind: Level["kind"], at: number): Level => ({
  trace,
  title,
  kind,
  at,
  seen: at,
  flipped: new Set(),
  breakpoints: [],
});

/** A question of a lesson, and the step that it is about. */
export interface Asking {
  readonly question: LessonQuestion;
  readonly asked: Asked;
}

interface StartOptions {
  /** Whether outcomes are asked for before they are shown: those that the questions are about, or all if there are none. */
  readonly predicting?: boolean;
  readonly questions?: readonly LessonQuestion[];
  readonly file?: string | undefined;
}

/** A trace at its first step; for predicting, before what is asked first, else at the beginning of the way back. */
export function start(
  trace: Trace,
  title: string,
  { predicting = false, questions = [], file }: StartOptions = {},
): State {
  const askings = questions.flatMap((question): Asking[] => {
    const asked = ask(question, trace);
    return asked === undefined ? [] : [{ question, asked }];
  });
  const first = askings.length > 0 ? Math.min(...askings.map(({ asked }) => asked.index)) - 1 : trace.turn;
  return {
    file,
    levels: [levelOf(trace, title, "program", predicting ? Math.max(first, 0) : 0)],
    predicting: predicting ? (askings.length > 0 ? "questions" : "steps") : "nothing",
    questions: askings,
    answered: new Set(),
    score: [0, 0],
    prompt: undefined,
    message: undefined,
    help: false,
    cell: undefined,
    sought: undefined,
    wish: undefined,
  };
}

/** The level that is shown. */
export const shownLevel = ({ levels }: State): Level => levels.at(-1)!;

/** What the lesson still asks about the step at the cursor. */
const lessonAskings = ({ questions, answered, levels }: State): readonly Asking[] =>
  levels.length > 1 ? [] : questions.filter((one) => one.asked.index === levels[0]!.at && !answered.has(one));

/** What the lesson asks next about the step at the cursor. */
export const lessonAsking = (state: State): Asking | undefined => lessonAskings(state)[0];

/** Whether the outcome of the step at the cursor is yet to be predicted. */
export function isCovered(state: State): boolean {
  const { at, seen } = shownLevel(state);
  switch (state.predicting) {
    case "nothing":
      return false;
    case "questions":
      return lessonAsking(state) !== undefined;
    case "steps":
      return at > seen;
  }
}

/** The state with another level shown in place of this. */
export const withLevel = (state: State, changes: Partial<Level>): State => ({
  ...state,
  levels: [...state.levels.slice(0, -1), { ...shownLevel(state), ...changes }],
});

/** The state with a level opened above. */
export const opened = (
  state: State,
  trace: Trace,
  title: string,
  kind: Level["kind"],
  at: number,
): State => ({
  ...state,
  levels: [...state.levels, levelOf(trace, title, kind, at)],
  cell: undefined,
});

/** The state with another step at the cursor; it is seen, unless it is to be predicted. */
export function movedTo(state: State, at: number): State {
  const level = shownLevel(state);
  const last = level.trace.length - 1;
  const next = Math.max(0, Math.min(last, at));
  const cell = next === level.at ? state.cell : undefined;
  const moved = { ...withLevel(state, { at: next }), cell };
  return isCovered(moved) ? moved : withLevel(moved, { seen: Math.max(level.seen, next) });
}

/** The state with the outcome at the cursor shown. */
export const revealed = (state: State): State => {
  const { at, seen } = shownLevel(state);
  const answered = new Set([...state.answered, ...lessonAskings(state)]);
  return { ...withLevel(state, { seen: Math.max(at, seen) }), answered, prompt: undefined };
};

/** The op that a step computes, or goes back through. */
export const throughOf = ({ from, node }: StepRecord): number => from ?? node;

/** Whether a layer shows its ops: the one under the cursor and those that hold layers do, others when opened by hand. */
export function isOpen({ trace, at, flipped }: Level): (group: number) => boolean {
  const parents = new Set(trace.groups.map(({ parent }) => parent));
  const node = trace.nodes[throughOf(trace.steps[at]!)]!;
  const focused = new Set(groupsOf(trace, node));
  return (group) => (parents.has(group) || focused.has(group)) !== flipped.has(group);
}

/** What is known at the cursor; an outcome that is to be predicted is not. */
export interface Knowledge {
  isKnown(node: number): boolean;
  gradientOf(node: number): { total: TensorRecord | undefined; arrived: number; expected: number };
}

/** What may be shown. */
export function knowledge(state: State): Knowledge {
  const { trace, at } = shownLevel(state);
  const shown = isCovered(state) ? at - 1 : at;
  if (shown >= 0) return trace.at(shown);
  const first = trace.at(0);
  return {
    isKnown: (node) => trace.nodes[node]!.kind !== "op",
    gradientOf: (node) => ({ ...first.gradientOf(node), total: undefined, arrived: 0 }),
  };
}

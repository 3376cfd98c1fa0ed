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
  /** Whether outcomes are asked for before they are shown. */
  readonly predicting: boolean;
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

interface StartOptions {
  readonly predicting?: boolean;
  readonly file?: string | undefined;
}

/** A trace at its first step; for predicting, at the beginning of the way back. */
export function start(trace: Trace, title: string, { predicting = false, file }: StartOptions = {}): State {
  return {
    file,
    levels: [levelOf(trace, title, "program", predicting ? Math.max(trace.turn, 0) : 0)],
    predicting,
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

/** Whether the outcome of the step at the cursor is yet to be predicted. */
export const isCovered = (state: State): boolean => {
  const { at, seen } = shownLevel(state);
  return state.predicting && at > seen;
};

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
  const seen = state.predicting ? level.seen : Math.max(level.seen, next);
  const cell = next === level.at ? state.cell : undefined;
  return { ...withLevel(state, { at: next, seen }), cell };
}

/** The state with the outcome at the cursor shown. */
export const revealed = (state: State): State => {
  const { at, seen } = shownLevel(state);
  return { ...withLevel(state, { seen: Math.max(at, seen) }), prompt: undefined };
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

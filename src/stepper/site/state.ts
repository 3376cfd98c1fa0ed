import type { LessonText, Variation } from "../lessons/lesson.ts";
import { variedSource } from "../lessons/lesson.ts";
import { type Asked, ask, judge, type Question, type Verdict } from "../lessons/question.ts";
import type { Trace } from "../trace/trace.ts";

/** A question while it is open: before its step is shown, and after. */
export interface Turn {
  readonly number: number;
  readonly answer: string;
  readonly verdict: Verdict | undefined;
}

const firstTurn: Turn = { number: 0, answer: "", verdict: undefined };

/** The value of the loss. */
export const lossOf = ({ tensors, nodes, loss }: Trace): number =>
  tensors[nodes[loss]!.tensor]!.sample.cells[0]!;

/** A program on the page, with the lesson that it comes from, if it does from one. */
export class Session {
  readonly lesson: LessonText | undefined;
  readonly variation: Variation | undefined;
  /** The program as it was given. */
  readonly original: string;
  /** The program as it stands in the editor. */
  source: string;
  /** The program that the trace is of. */
  ran: string | undefined;
  trace: Trace | undefined;
  /** The trace of the program before it was changed. */
  before: Trace | undefined;
  step = 0;
  turn = firstTurn;

  constructor(given: { lesson: LessonText; variation?: Variation | undefined } | { code: string }) {
    if ("code" in given) this.original = given.code;
    else {
      this.lesson = given.lesson;
      this.variation = given.variation;
      this.original = given.variation ? variedSource(given.lesson, given.variation) : given.lesson.source;
    }
    this.source = this.original;
  }

  get questions(): readonly Question[] {
    return (this.variation ?? this.lesson)?.questions ?? [];
  }

  get asked(): Asked | undefined {
    const question = this.questions[this.turn.number];
    return question && this.trace && ask(question, this.trace);
  }

  /** Whether nothing is left to predict: all questions are answered, or the program is the reader's own. */
  get isTold(): boolean {
    const { number, verdict } = this.turn;
    return this.ran !== this.original || (verdict !== undefined && number === this.questions.length - 1);
  }

  /** The lines that are not in the lesson's program. */
  get changed(): ReadonlySet<string> {
    const known = new Set((this.lesson?.source ?? this.original).split("\n"));
    return new Set(this.source.split("\n").filter((line) => !known.has(line)));
  }

  /** The line of the program that the step is in, as long as the text has not been changed since. */
  get line(): number | undefined {
    const { trace, step } = this;
    if (trace === undefined || this.source !== this.ran) return undefined;
    const { from, node } = trace.steps[step]!;
    return trace.nodes[from ?? node]!.source?.line;
  }

  /** Takes a trace of the program; goes to a step of it, by default to where the question is put. */
  show(trace: Trace, step?: number): void {
    this.before = this.trace ?? this.before;
    this.trace = trace;
    this.ran = this.source;
    this.step = Math.min(step ?? 0, trace.length - 1);
    this.turn = { ...firstTurn, number: this.turn.number };
    if (step === undefined) this.#goBeforeQuestion();
  }

  /** The step of the question is not to be seen before it has been answered. */
  #goBeforeQuestion(): void {
    const { asked } = this;
    if (asked !== undefined) this.step = Math.max(asked.index - 1, 0);
  }

  /** To another question. */
  move(by: number): void {
    this.turn = { ...firstTurn, number: this.turn.number + by };
    this.#goBeforeQuestion();
  }

  choose(answer: string): void {
    this.turn = { ...this.turn, answer };
  }

  /** Judges the answer and shows the step. */
  judge(): Verdict | undefined {
    const { trace, asked } = this;
    if (trace === undefined || asked === undefined) return undefined;
    const verdict = judge(this.questions[this.turn.number]!, trace, this.turn.answer);
    this.turn = { ...this.turn, verdict };
    this.step = asked.index;
    return verdict;
  }
}

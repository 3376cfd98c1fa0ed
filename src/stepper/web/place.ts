import { Cursor } from "../cursor.ts";
import { type Block, blocksOf } from "../pictures/blocks.ts";
import { type Known, knownAfter } from "../pictures/known.ts";
import type { StepRecord } from "../trace/records.ts";
import type { Trace } from "../trace/trace.ts";
import { type Question, questionFor } from "./questions.ts";
import { barsOf } from "./timeline.ts";

/** A trace, what is worked out once for it, and where one is in it. */
export class Place {
  readonly trace: Trace;
  readonly blocks: readonly Block[];
  readonly cursor: Cursor;
  readonly bars: ReturnType<typeof barsOf>;
  #index: number;
  /** The last step whose outcome has been seen. */
  #seen: number;
  #known: Known | undefined;

  constructor(trace: Trace, index: number) {
    this.trace = trace;
    this.blocks = blocksOf(trace);
    this.cursor = new Cursor(trace);
    this.bars = barsOf(trace);
    this.#index = this.cursor.clamp(index);
    this.#seen = this.#index - 1;
  }

  get index(): number {
    return this.#index;
  }

  get step(): StepRecord {
    return this.trace.steps[this.#index]!;
  }

  /** The last step that all is known of. */
  get seen(): number {
    return Math.max(this.#seen, this.#index - 1);
  }

  /** What is asked about the step, unless its outcome has been seen. */
  get question(): Question | undefined {
    return this.#index > this.#seen ? questionFor(this.trace, this.step) : undefined;
  }

  see(): void {
    this.#seen = Math.max(this.#seen, this.#index);
  }

  /** Goes to a step; all before it count as seen. Says whether that is another one. */
  go(index: number): boolean {
    const to = this.cursor.clamp(index);
    if (to === this.#index) return false;
    this.#seen = Math.max(this.#seen, to - 1);
    this.#index = to;
    return true;
  }

  /** What is known after a step; kept until another is asked for. */
  known(after: number): Known {
    if (this.#known?.step !== after) this.#known = knownAfter(this.trace, after);
    return this.#known;
  }
}

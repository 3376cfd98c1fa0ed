import type { Stretch } from "./trace/search.ts";
import type { Trace } from "./trace/trace.ts";

/** How far a move goes: one step, all of an op, all of a call of a layer. */
export type Stride = "step" | "op" | "layer";

/** Where moves in a trace lead to. All stop at its ends. */
export class Cursor {
  readonly #length: number;
  readonly #stretches: Readonly<Record<"op" | "layer", readonly Stretch[]>>;

  constructor(trace: Trace) {
    this.#length = trace.length;
    this.#stretches = { op: trace.stretches("op"), layer: trace.stretches("layer") };
  }

  /** A number of a step that there is, close to any number. */
  clamp(index: number): number {
    const whole = Number.isFinite(index) ? Math.trunc(index) : 0;
    return Math.max(0, Math.min(whole, this.#length - 1));
  }

  /** The steps of the op (or of the layer) that a step belongs to. */
  stretch(index: number, by: "op" | "layer" = "op"): Stretch {
    const all = this.#stretches[by];
    return all[this.#place(all, index)]!;
  }

  #place(all: readonly Stretch[], index: number): number {
    return all.findIndex(({ last }) => index <= last);
  }

  /** The end of what was begun, else of what comes next. */
  next(index: number, by: Stride): number {
    if (by === "step") return this.clamp(index + 1);
    const { last } = this.stretch(index, by);
    return index < last ? last : this.stretch(this.clamp(last + 1), by).last;
  }

  /** The end of what came before. */
  previous(index: number, by: Stride): number {
    if (by === "step") return this.clamp(index - 1);
    return this.clamp(this.stretch(index, by).first - 1);
  }

  /** The next step with a breakpoint, else the end. */
  nextOf(breakpoints: ReadonlySet<number>, index: number): number {
    const later = [...breakpoints].filter((at) => at > index);
    return later.length > 0 ? Math.min(...later) : this.#length - 1;
  }
}

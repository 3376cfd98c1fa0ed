/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { Answer } from "../../autodiff/predict.ts";
import type { Theme } from "../../plot/theme.ts";
import type { Trace } from "../trace/trace.ts";

/** What a `step` or a `reveal` event says: the number of the step. */
export interface StepDetail {
  readonly index: number;
}

/** What an `answer` event says: a guess beside the truth. */
export type AnswerDetail = Pick<Answer, "about" | "guessed" | "right">;

/**
 * The element `<backprop-stepper>`: goes through a trace step by step, in both directions, with what each step computes as a
 * formula, in numbers and in pictures.
 *
 * Its attributes are `src`, `step`, `theme` and `predict`. It sends the events `step` and `reveal` ({@link StepDetail}) and
 * `answer` ({@link AnswerDetail}).
 *
 * ```html
 * <script type="module" src="https://example.org/chainrule/dist/backprop-stepper.js"></script>
 * <backprop-stepper src="trace.json" step="37"></backprop-stepper>
 * ```
 */
export interface BackpropStepperElement extends HTMLElement {
  /** What is gone through. */
  trace: Trace | undefined;
  /** The address of a saved trace, which is then loaded. If that fails, the element says why. */
  src: string | undefined;
  /** The number of the step, from 0. */
  step: number;
  /** Default `"auto"`: as the reader's system is set. */
  theme: Theme;
  /** Whether each step of the backward pass asks a question before it shows its numbers. */
  predict: boolean;
  /** The numbers of the steps that {@link continue} stops at. */
  breakpoints: ReadonlySet<number>;
  /** To the end of the op that was begun, else of the next one. What is still hidden is revealed first. */
  next(): void;
  /** To the end of the op before. */
  previous(): void;
  /** One step on. */
  nextStep(): void;
  /** One step back. */
  previousStep(): void;
  /** To the end of the layer that was begun, else of the next one. */
  nextLayer(): void;
  /** To the end of the layer before. */
  previousLayer(): void;
  /** To the first step. */
  first(): void;
  /** To the last step. */
  last(): void;
  /** Shows what is hidden and judges the guess; else nothing happens. */
  reveal(): void;
  /** A breakpoint at this step, or none. */
  toggleBreakpoint(): void;
  /** To the next step with a breakpoint, else to the end. */
  continue(): void;
  /** Opens the op into those that it is made of, or goes back from them. */
  toggleParts(): void;
  /** Asks before each step of the backward pass from now on, or no longer. */
  togglePredict(): void;
  /** Shows or hides what the keys do. */
  toggleHelp(): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "backprop-stepper": BackpropStepperElement;
  }
}

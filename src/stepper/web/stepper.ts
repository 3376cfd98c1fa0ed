import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { Answer, Guess } from "../../autodiff/predict.ts";
import { type Theme, themes } from "../../plot/theme.ts";
import type { Stride } from "../cursor.ts";
import { pictureStyle } from "../pictures/style.ts";
import { loadTrace } from "../trace/load.ts";
import type { StepRecord } from "../trace/records.ts";
import type { Trace } from "../trace/trace.ts";
import type { BackpropStepperElement } from "./element.ts";
import { type Action, actionFor } from "./keys.ts";
import { page, problem } from "./page.ts";
import { Place } from "./place.ts";
import { judged } from "./questions.ts";
import { scrollTo } from "./scrolling.ts";
import { stepperStyles } from "./stepper-styles.ts";
import type { PickEvent } from "./tensor-view.ts";
import { throughOf, type View } from "./view.ts";

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What a page sees of it is told by {@link BackpropStepperElement}. */
export class BackpropStepper extends LitElement implements BackpropStepperElement {
  static override readonly properties = {
    trace: { attribute: false },
    src: { type: String },
    step: { type: Number },
    theme: { type: String },
    predict: { type: Boolean, reflect: true },
    breakpoints: { attribute: false },
    problem: { state: true },
    note: { state: true },
    guess: { state: true },
    answer: { state: true },
    cell: { state: true },
    helping: { state: true },
    outlined: { state: true },
    magnified: { state: true },
  };
  static override readonly styles = stepperStyles;

  declare trace: Trace | undefined;
  declare src: string | undefined;
  declare step: number;
  declare theme: Theme;
  declare predict: boolean;
  declare breakpoints: ReadonlySet<number>;
  declare private problem: string | undefined;
  /** Why nothing happened. */
  declare private note: string | undefined;
  declare private guess: Guess | undefined;
  declare private answer: Answer | undefined;
  declare private cell: readonly number[] | undefined;
  declare private helping: boolean;
  declare private outlined: boolean;
  declare private magnified: boolean;
  /** Where one is in the trace, and, in front of it, in the parts of an op that was opened. */
  #place: Place | undefined;
  #parts: Place | undefined;
  #loading: AbortController | undefined;
  #hadFocus = false;
  /** The step that was drawn last. */
  #shown: StepRecord | undefined;

  constructor() {
    super();
    this.step = 0;
    this.theme = "auto";
    this.predict = false;
    this.breakpoints = new Set();
    this.helping = false;
    this.outlined = false;
    this.magnified = false;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.#hadFocus = (this.shadowRoot?.activeElement ?? null) !== null;
    if (changed.has("src") && this.src) void this.#load(this.src);
    if (changed.has("trace")) this.#begin();
    else if (changed.has("step") && this.#place?.go(this.step)) this.#forget();
  }

  #begin(): void {
    this.#place = undefined;
    this.#parts = undefined;
    this.#forget();
    this.breakpoints = new Set();
    if (this.trace === undefined) return;
    try {
      this.#place = new Place(this.trace, this.step);
      this.step = this.#place.index;
      this.problem = undefined;
    } catch (error) {
      this.problem = messageOf(error);
    }
  }

  async #load(address: string): Promise<void> {
    this.#loading?.abort();
    const { signal } = (this.#loading = new AbortController());
    try {
      const response = await fetch(address, { signal });
      if (!response.ok) throw new Error(`${address}: ${response.status} ${response.statusText}`);
      const text = await response.text();
      if (!signal.aborted) this.trace = loadTrace(text);
    } catch (error) {
      if (signal.aborted) return;
      this.trace = undefined;
      this.problem = messageOf(error);
    }
  }

  get #current(): Place | undefined {
    return this.#parts ?? this.#place;
  }

  /** Whether the outcome of the step waits for a prediction. */
  get #waits(): boolean {
    return this.predict && this.#current?.question !== undefined;
  }

  /** What was said and picked at the step before. */
  #forget(): void {
    this.note = undefined;
    this.guess = undefined;
    this.answer = undefined;
    this.cell = undefined;
  }

  #send(name: "step" | "reveal" | "answer", detail: object): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  #go(index: number): void {
    const place = this.#current;
    // Without questions, all that is shown has been seen.
    if (!this.#waits) place?.see();
    if (!place?.go(index)) return;
    this.#forget();
    this.requestUpdate();
    if (place !== this.#place) return;
    this.step = place.index;
    this.#send("step", { index: place.index });
  }

  #move(way: "next" | "previous", stride: Stride): void {
    const place = this.#current;
    if (place === undefined) return;
    if (way === "next" && this.#waits) this.reveal();
    else this.#go(place.cursor[way](place.index, stride));
  }

  /** While predicting, each step has a question of its own. */
  next(): void {
    this.#move("next", this.predict ? "step" : "op");
  }

  previous(): void {
    this.#move("previous", "op");
  }

  nextStep(): void {
    this.#move("next", "step");
  }

  previousStep(): void {
    this.#move("previous", "step");
  }

  nextLayer(): void {
    this.#move("next", "layer");
  }

  previousLayer(): void {
    this.#move("previous", "layer");
  }

  first(): void {
    this.#go(0);
  }

  last(): void {
    this.#go(Number.MAX_SAFE_INTEGER);
  }

  reveal(): void {
    const place = this.#current;
    if (place === undefined || !this.#waits) return;
    place.see();
    this.requestUpdate();
    if (this.guess !== undefined) {
      const answer = judged(this.guess, place.trace.tensors[place.step.value]!);
      this.answer = answer;
      this.#send("answer", { about: answer.about, guessed: answer.guessed, right: answer.right });
    }
    this.#send("reveal", { index: place.index });
  }

  toggleBreakpoint(): void {
    const place = this.#place;
    if (place === undefined || this.#parts !== undefined) return;
    const others = [...this.breakpoints].filter((at) => at !== place.index);
    this.breakpoints = new Set(this.breakpoints.has(place.index) ? others : [...others, place.index]);
  }

  continue(): void {
    const place = this.#place;
    if (place === undefined) return;
    this.#parts = undefined;
    this.#go(place.cursor.nextOf(this.breakpoints, place.index));
  }

  toggleParts(): void {
    const place = this.#place;
    if (place === undefined) return;
    this.#forget();
    this.requestUpdate();
    if (this.#parts !== undefined) {
      this.#parts = undefined;
      return;
    }
    const { trace, step } = place;
    const parts = trace.open(throughOf(step));
    if (parts === undefined) this.note = `No parts are known of ${trace.nodes[throughOf(step)]!.label}.`;
    else this.#parts = new Place(parts, step.phase === "forward" ? 0 : parts.turn);
  }

  togglePredict(): void {
    this.predict = !this.predict;
  }

  toggleHelp(): void {
    this.helping = !this.helping;
  }

  readonly #key = (event: KeyboardEvent): void => {
    const action = actionFor(event);
    if (action === undefined) return;
    event.preventDefault();
    this[action]();
  };

  get #theme(): Theme {
    return themes.find((theme) => theme === this.theme) ?? "auto";
  }

  #view(place: Place): View {
    const { trace, blocks, index, step } = place;
    const hidden = this.#waits;
    return {
      ...{ trace, blocks, index, step, hidden, theme: this.#theme, cell: this.cell },
      known: place.known(hidden ? index - 1 : index),
      go: (to) => this.#go(to),
    };
  }

  protected override render(): TemplateResult {
    return html`<style>${pictureStyle("stepper", this.#theme)}</style>
      <div id="stepper" class="theme-${this.#theme}" tabindex="-1" @keydown=${this.#key}>${this.#content()}</div>`;
  }

  #content(): TemplateResult | typeof nothing {
    if (this.problem !== undefined) return problem(this.problem);
    const place = this.#current;
    if (place === undefined) return this.src ? html`<p class="note">Loading …</p>` : nothing;
    try {
      return this.#page(place);
    } catch (error) {
      return problem(messageOf(error));
    }
  }

  #page(place: Place): TemplateResult {
    return page({
      ...{ view: this.#view(place), place, outside: this.#parts && this.#place },
      ...{
        breakpoints: this.#parts === undefined ? this.breakpoints : new Set(),
        guess: this.guess,
        answer: this.answer,
        note: this.note,
      },
      ...{
        predicting: this.predict,
        outlined: this.outlined,
        helping: this.helping,
        magnified: this.magnified,
      },
      run: (action: Action) => this[action](),
      outline: (on: boolean) => {
        this.outlined = on;
      },
      magnify: (on: boolean) => {
        this.magnified = on;
      },
      stop: (breakpoints: ReadonlySet<number>) => {
        this.breakpoints = breakpoints;
      },
      choose: (guess: Guess) => {
        this.guess = guess;
      },
      pick: ({ detail }: PickEvent) => {
        this.cell = detail.cell;
      },
    });
  }

  protected override updated(): void {
    // What can be scrolled must be so by keys.
    for (const formula of this.renderRoot.querySelectorAll(".formula")) {
      if (formula.scrollWidth > formula.clientWidth) formula.setAttribute("tabindex", "0");
      else formula.removeAttribute("tabindex");
    }
    // Where the focused control has gone, the keys still work.
    if (this.#hadFocus && this.shadowRoot?.activeElement === null)
      this.renderRoot.querySelector<HTMLElement>(".slider")?.focus();
    if (this.#shown !== this.#current?.step) this.#follow();
    this.#shown = this.#current?.step;
  }

  /** Brings the open layer, the op in it and the lit line into sight, within their own panes. */
  #follow(): void {
    for (const selector of [".open-layer", ".node:has(> .accent-line)", ".program .lit"]) {
      const target = this.renderRoot.querySelector(selector);
      const pane = target?.closest(".scrolls");
      if (target && pane) scrollTo(pane, target);
    }
  }
}

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import type { Theme } from "../../plot/theme.ts";
import type { Trace } from "../trace/trace.ts";
import { panelOf, sceneOf } from "./panel.ts";
import {
  type Absent,
  isAbsent,
  type Panel,
  type Pick,
  type Picture,
  type Scene,
  type State,
} from "./scene.ts";
import { spokenOf } from "./spoken.ts";
import { arrows, placeAfter } from "./square.ts";
import { panelStyles } from "./styles.ts";
import { accountView, choiceView, legendView, math, pictureView } from "./views.ts";

const keys = [...Object.keys(arrows), "Home", "End", "Enter", " "];

/** The event that {@link WindowPanel} sends, under the name `go`, when a reader asks for another step. */
export type GoEvent = CustomEvent<{ readonly step: number }>;

/**
 * `<window-panel>`: what happens in the windows of a convolution, a pooling or a normalization. Set `trace` and `index`;
 * for steps of other ops it is empty.
 */
export class WindowPanel extends LitElement {
  static override readonly properties = {
    trace: { attribute: false },
    index: { type: Number },
    theme: { type: String, reflect: true },
    state: { state: true },
    hover: { state: true },
  };
  static override readonly styles = panelStyles;

  declare trace: Trace | undefined;
  /** The number of a step. */
  declare index: number;
  declare theme: Theme;
  declare state: State | undefined;
  /** The cell under the pointer. */
  declare hover: Pick | undefined;
  #panel: Panel | Absent | undefined;
  /** The picture that gets the focus after the next drawing. */
  #focus: string | undefined;
  #spoken = "";

  constructor() {
    super();
    this.index = 0;
    this.theme = "auto";
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("trace") && !changed.has("index")) return;
    const before = this.#panel;
    this.#panel = this.trace && panelOf(this.trace, this.index);
    this.hover = undefined;
    if (this.#panel === undefined || isAbsent(this.#panel)) {
      this.state = undefined;
      return;
    }
    // The next step of the same op is looked at in the same picture.
    const same = before !== undefined && !isAbsent(before) && before.title === this.#panel.title;
    const { start } = this.#panel;
    this.state = same && this.state ? this.#panel.next(start, { lane: this.state.lane }) : start;
  }

  protected override updated(): void {
    if (this.#focus === undefined) return;
    const grid = this.renderRoot.querySelector(`[data-id="${this.#focus}"]`);
    this.#focus = undefined;
    grid?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }

  protected override render(): TemplateResult | typeof nothing {
    const panel = this.#panel;
    if (panel === undefined) return nothing;
    if (isAbsent(panel)) return this.#absent(panel);
    const state = this.state!;
    const scene = sceneOf(panel, this.hover ? panel.next(state, { pick: this.hover }) : state);
    return html`<h3>${panel.title}</h3>
      ${panel.tabs.length > 1 ? this.#tabs(panel, state) : nothing}
      <div role=${panel.tabs.length > 1 ? "tabpanel" : nothing} aria-label=${panel.title}>
        ${isAbsent(scene) ? this.#absent(scene) : this.#scene(panel, state, scene)}
      </div>`;
  }

  #change(change: Partial<State>): void {
    const panel = this.#panel;
    if (panel === undefined || isAbsent(panel) || this.state === undefined) return;
    this.hover = undefined;
    this.state = panel.next(this.state, change);
  }

  #absent({ absent, step }: Absent): TemplateResult {
    const go = () =>
      this.dispatchEvent(new CustomEvent("go", { detail: { step }, bubbles: true, composed: true }));
    return html`<p class="muted">${absent}
      ${step === undefined ? nothing : html`<button type="button" @click=${go}>Go to step ${step}</button>`}</p>`;
  }

  #tabs({ tabs }: Panel, { tab }: State): TemplateResult {
    const move = (event: KeyboardEvent) => {
      const [, by] = arrows[event.key] ?? [0, 0];
      if (by === 0) return;
      event.preventDefault();
      event.stopPropagation();
      const at = tabs.findIndex(({ id }) => id === tab);
      this.#change({ tab: tabs[(at + by + tabs.length) % tabs.length]!.id });
      void this.updateComplete.then(() =>
        this.renderRoot.querySelector<HTMLElement>('[role="tab"][tabindex="0"]')?.focus(),
      );
    };
    return html`<div role="tablist" class="bar" aria-label="which sum" @keydown=${move}>${tabs.map(
      ({ id, label, words }) => html`<button type="button" role="tab" aria-selected=${String(id === tab)}
        tabindex=${id === tab ? 0 : -1} title=${words} @click=${() => this.#change({ tab: id })}>${label}</button>`,
    )}<span class="muted">${tabs.find(({ id }) => id === tab)?.words}</span></div>`;
  }

  #scene(panel: Panel, state: State, scene: Scene): TemplateResult {
    const { lane, tab } = state;
    // What is only pointed at is not read out.
    if (this.hover === undefined) this.#spoken = scene.account ? spokenOf(scene.account) : "";
    const choices = () =>
      scene.choices.map((choice) =>
        choiceView(choice, (option) => this.#change({ lane: { ...lane, [choice.key]: option } })),
      );
    return html`
      <div class="choices">${guard([panel, tab, lane], choices)}</div>
      ${this.#views(state, scene)}
      ${scene.tex ? math(scene.tex) : nothing}
      ${this.#stamps(scene)}
      <p class="muted">Point at a cell, or move with the arrow keys, to see its numbers.</p>
      <div class="pictures" @pointerleave=${() => (this.hover = undefined)}>${scene.pictures.map(
        (picture) => html`
        <div @click=${this.#handler(picture, this.#picked)} @keydown=${this.#handler(picture, this.#moved)}
          @pointerover=${this.#handler(picture, this.#hovered)}>${pictureView(picture)}</div>
        `,
      )}
      </div>
      ${legendView(scene.pictures)}
      ${scene.account ? accountView(scene.account) : nothing}
      <div class="spoken" role="status">${this.#spoken}</div>
      ${scene.notes.map((note) => html`<p class="muted">${note}</p>`)}`;
  }

  #views({ view }: State, { views }: Scene): TemplateResult | typeof nothing {
    if (views.length === 0) return nothing;
    return html`<div class="bar" role="group" aria-label="how dX is seen">${views.map(
      ({ id, label }) => html`<button type="button" aria-pressed=${String(id === view)}
        @click=${() => this.#change({ view: id })}>${label}</button>`,
    )}<span class="muted">${views.find(({ id }) => id === view)?.words}</span></div>`;
  }

  #stamps({ stamps }: Scene): TemplateResult | typeof nothing {
    if (stamps === undefined) return nothing;
    const { done, count } = stamps;
    const to = (stamp: number) => () => this.#change({ stamps: stamp });
    return html`<div class="bar">
      <button type="button" ?disabled=${done === 0} @click=${to(done - 1)} aria-label="one stamp back">‹</button>
      <input type="range" min="0" max=${count} .value=${String(done)} aria-label="stamps"
        aria-valuetext="${done} of ${count} stamps"
        @input=${(event: Event) => this.#change({ stamps: Number((event.target as HTMLInputElement).value) })}>
      <button type="button" ?disabled=${done === count} @click=${to(done + 1)} aria-label="next stamp">›</button>
      <span>${done} of ${count} stamps</span></div>`;
  }

  /** Calls `act` with the square that an event is about. */
  #handler<E extends Event>(
    picture: Picture,
    act: (picture: Picture, row: number, column: number, event: E) => void,
  ) {
    return (event: E) => {
      const square = (event.target as HTMLElement).closest<HTMLElement>("[data-row]");
      if (square) act(picture, Number(square.dataset.row), Number(square.dataset.column), event);
    };
  }

  readonly #picked = ({ id, role, rows }: Picture, row: number, column: number): void => {
    const place = rows[row]?.[column]?.place;
    if (place === undefined) return;
    this.#focus = id;
    this.#change({ pick: { role, place } });
  };

  readonly #hovered = ({ role, rows }: Picture, row: number, column: number, event: PointerEvent): void => {
    const place = rows[row]?.[column]?.place;
    if (event.pointerType === "mouse") this.hover = place && { role, place };
  };

  readonly #moved = (picture: Picture, row: number, column: number, event: KeyboardEvent): void => {
    if (event.key === "Enter" || event.key === " ") this.#picked(picture, row, column);
    const place = placeAfter(picture, row, column, event.key);
    if (place !== undefined) {
      this.#focus = picture.id;
      this.#change({ pick: { role: picture.role, place } });
    }
    // Pages that hold the panel use the same keys for steps.
    if (!keys.includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
}

if (!customElements.get("window-panel")) customElements.define("window-panel", WindowPanel);

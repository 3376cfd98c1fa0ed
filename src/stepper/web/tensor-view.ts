import { html, LitElement, nothing, svg, type TemplateResult } from "lit";
import { unsafeSVG } from "lit/directives/unsafe-svg.js";
import { formatNumber } from "../../plot/scale.ts";
import type { Theme } from "../../plot/theme.ts";
import { heatmap, limitOf } from "../pictures/heatmap.ts";
import { pictureStyle } from "../pictures/style.ts";
import { isSingle, summed } from "../pictures/words.ts";
import { cellAt } from "../trace/explain.ts";
import type { TensorRecord } from "../trace/records.ts";
import { choosable, type Plane, planeAt } from "./plane.ts";
import { tensorStyles } from "./tensor-styles.ts";

const side = 300;

/** The step in rows and columns of an arrow key. */
const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The event that {@link TensorView} sends when a cell is picked. */
export type PickEvent = CustomEvent<{ readonly cell: readonly number[] }>;

/**
 * A tensor: its cells as colors with one of them picked, their distribution, and what sums them up.
 *
 * @internal A part of the stepper.
 */
export class TensorView extends LitElement {
  static override readonly properties = {
    record: { attribute: false },
    label: { attribute: false },
    weight: { attribute: false },
    theme: { attribute: false },
    places: { state: true },
    at: { state: true },
  };
  static override readonly styles = tensorStyles;

  declare record: TensorRecord | undefined;
  /** What the tensor is, in words. */
  declare label: string;
  /** Whether its axes are those of a weight rather than those of a batch. */
  declare weight: boolean;
  declare theme: Theme;
  /** Which of the kept indices of the axes that the plane does not show. */
  declare places: readonly number[];
  /** The row and the column of the picked cell. */
  declare at: readonly [number, number] | undefined;
  #plane: Plane | undefined;

  constructor() {
    super();
    this.label = "";
    this.weight = false;
    this.theme = "auto";
    this.places = [];
  }

  override willUpdate(changed: ReadonlyMap<PropertyKey, unknown>): void {
    if (changed.has("record")) {
      const before = changed.get("record") as TensorRecord | undefined;
      const same = String(before?.shape) === String(this.record?.shape);
      if (!same) this.places = [];
      this.at = undefined;
    }
    this.#plane = this.record && planeAt(this.record.sample, this.weight, this.places);
  }

  override render(): TemplateResult | typeof nothing {
    const { record } = this;
    if (record === undefined) return nothing;
    return html`<style>${pictureStyle("tensor", this.theme)}</style><div id="tensor">
      ${isSingle(record) ? html`<p class="number">${summed(record)}</p>` : this.#picture(record)}
    </div>`;
  }

  #picture(record: TensorRecord): TemplateResult {
    const plane = this.#plane!;
    const limit = limitOf(record.sample.cells);
    const room = { width: Math.min(side, plane.columns * 28), height: Math.min(side, plane.rows * 28) };
    const drawn = heatmap(plane.sample, { ...room, limit, cells: Math.max(plane.rows, plane.columns, 1) });
    const [width, height] = [drawn.width / plane.columns, drawn.height / plane.rows];
    const [row, column] = this.at ?? [-1, -1];
    return html`
      ${this.#chooser(record)}
      <div class="map" role="application" tabindex="0" aria-roledescription="heat map"
        aria-label=${`${this.label}, ${plane.rows} by ${plane.columns} cells: arrow keys pick a cell`}
        @keydown=${this.#key} @click=${this.#click}>
        <svg viewBox="0 0 ${drawn.width} ${drawn.height}" width=${drawn.width} height=${drawn.height} aria-hidden="true">
          ${unsafeSVG(drawn.markup.xml)}
          ${
            row < 0
              ? nothing
              : svg`<rect class="picked" x=${column * width} y=${row * height} width=${width} height=${height} />`
          }
        </svg>
      </div>
      <p class="readout" aria-live="polite">${this.#readout(record, plane)}</p>
      <p class="legend"><span class="swatch below"></span>− below 0
        <span class="swatch above"></span>+ above 0 · strongest from ±${formatNumber(limit)}</p>
      ${histogram(record)} ${statistics(record)}`;
  }

  #readout(record: TensorRecord, plane: Plane): string {
    if (this.at === undefined) return "Pick a cell to see its number.";
    const index = plane.indexOf(...this.at);
    const value = cellAt(record, index) ?? Number.NaN;
    return `cell [${index.join(", ")}] = ${Number.isFinite(value) ? formatNumber(value) : String(value)}`;
  }

  /** For the axes that the plane does not show. */
  #chooser({ sample, shape }: TensorRecord): TemplateResult | typeof nothing {
    const axes = choosable(sample, this.weight).filter(({ indices }) => indices.length > 1);
    if (axes.length === 0) return nothing;
    const all = choosable(sample, this.weight);
    const select = (place: number) => (event: Event) => {
      const next = all.map((_, i) => this.places[i] ?? 0);
      next[place] = Number((event.target as HTMLSelectElement).value);
      this.places = next;
    };
    return html`<p class="choose">${axes.map(({ axis, indices }) => {
      const place = all.findIndex((one) => one.axis === axis);
      return html`<label>axis ${axis} <select @change=${select(place)}>
        ${indices.map(
          (index, i) =>
            html`<option value=${i} ?selected=${i === (this.places[place] ?? 0)}>${index}</option>`,
        )}
      </select> of ${shape[axis]!}</label>`;
    })}</p>`;
  }

  readonly #click = (event: MouseEvent): void => {
    const plane = this.#plane!;
    const box = this.renderRoot.querySelector(".map svg")!.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * plane.rows);
    const column = Math.floor(((event.clientX - box.left) / box.width) * plane.columns);
    if (row >= 0 && row < plane.rows && column >= 0 && column < plane.columns) this.#pick(row, column);
  };

  readonly #key = (event: KeyboardEvent): void => {
    const move = arrows[event.key];
    if (move === undefined || event.shiftKey) return;
    event.preventDefault();
    const { rows, columns } = this.#plane!;
    const within = (value: number, count: number) => Math.max(0, Math.min(value, count - 1));
    const [row, column] = this.at ?? [0, -move[1]];
    this.#pick(within(row + move[0], rows), within(column + move[1], columns));
  };

  #pick(row: number, column: number): void {
    this.at = [row, column];
    const detail = { cell: this.#plane!.indexOf(row, column) };
    this.dispatchEvent(new CustomEvent("pick", { detail }) satisfies PickEvent);
  }
}

/** How many cells there are of each size. */
function histogram({ histogram: { low, high, counts } }: TensorRecord): TemplateResult {
  const most = Math.max(1, ...counts);
  const [width, height] = [240, 44];
  const step = width / counts.length;
  const bars = counts.map((count, i) => {
    const tall = count === 0 ? 0 : Math.max(1, (count / most) * height);
    return `M${i * step} ${height}v${-tall}h${Math.max(step - 1, 1)}v${tall}z`;
  });
  const zero = low < 0 && high > 0 ? (-low / (high - low)) * width : undefined;
  const label = `Histogram from ${formatNumber(low)} to ${formatNumber(high)}`;
  return html`<svg class="histogram" role="img" aria-label=${label} viewBox="0 0 ${width} ${height + 14}">
    <path class="s0" d=${bars.join("")} />
    <path class="axis-line" d="M0 ${height}h${width}" />
    ${zero === undefined ? nothing : svg`<path class="ink-line" stroke-dasharray="2 2" d=${`M${zero} 0v${height + 4}`} />`}
    <text class="muted small" y=${height + 12}>${formatNumber(low)}</text>
    <text class="muted small" x=${width} y=${height + 12} text-anchor="end">${formatNumber(high)}</text>
  </svg>`;
}

function statistics({ statistics: s }: TensorRecord): TemplateResult {
  const rows: readonly (readonly [string, string])[] = [
    ["rms", formatNumber(s.rms)],
    ["mean", formatNumber(s.mean)],
    ["least", formatNumber(s.min)],
    ["largest", formatNumber(s.max)],
    ["zeros", `${formatNumber(100 * s.zeros)} %`],
    ...(s.nonFinite > 0 ? [["NaN or ∞", String(s.nonFinite)] as const] : []),
  ];
  return html`<dl>${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

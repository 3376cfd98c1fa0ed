import { html, nothing, svg, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { decadesOf, lookOf, rise } from "../pictures/bars.ts";
import type { Trace } from "../trace/trace.ts";

/** A step in the strip: how high its bar is, 0 to 1, and what its numbers look like. */
interface Bar {
  readonly height: number;
  readonly look: ReturnType<typeof lookOf>;
}

/** A bar for each step: how large what it computes is, on a logarithmic scale. */
export function barsOf({ steps, tensors }: Trace): readonly Bar[] {
  const all = steps.map(({ value }) => tensors[value]!);
  const decades = decadesOf(all.map(({ statistics }) => statistics.rms));
  return all.map((x) => {
    const look = lookOf(x);
    const height = look === "bad" ? 1 : Math.max(rise(x.statistics.rms, decades), 0.04);
    return { look, height };
  });
}

export interface TimelineOptions {
  readonly bars: readonly Bar[];
  /** The first step of the backward pass. */
  readonly turn: number;
  readonly index: number;
  /** Bars after this step are not drawn: what they show may be asked for. */
  readonly shown: number;
  readonly breakpoints: ReadonlySet<number>;
  /** `step 37 of 92, backward, conv2d`. */
  readonly words: string;
  readonly go: (index: number) => void;
}

const tall = 40;

/** Bars from `from` on in one path. */
function path(bars: readonly Bar[], wanted: (bar: Bar, i: number) => boolean): string {
  return bars
    .map((bar, i) =>
      wanted(bar, i) ? `M${i + 0.1} ${tall}v${-bar.height * tall}h.8v${bar.height * tall}z` : "",
    )
    .join("");
}

/** Marks at steps, readable without color; not more than there is room for. */
function marks(places: readonly number[], count: number, kind: string, sign: string, title: string) {
  const each = Math.ceil(places.length / 100);
  return places
    .filter((_, i) => i % each === 0)
    .map(
      (at) =>
        html`<span class="mark ${kind}" title=${title} style="left:${((at + 0.5) / count) * 100}%">${sign}</span>`,
    );
}

/** The steps from left to right: a slider, and a strip that shows where gradients vanish, explode or die. */
export function timeline({
  bars,
  turn,
  index,
  shown,
  breakpoints,
  words,
  go,
}: TimelineOptions): TemplateResult {
  const count = bars.length;
  const percent = (i: number) => `${(i / count) * 100}%`;
  const drag = (event: PointerEvent): void => {
    if (event.type === "pointermove" && event.buttons !== 1) return;
    const target = event.currentTarget as HTMLElement;
    if (event.type === "pointerdown") target.setPointerCapture(event.pointerId);
    const { left, width } = target.getBoundingClientRect();
    go(Math.max(0, Math.min(count - 1, Math.floor(((event.clientX - left) / width) * count))));
  };
  const part = (wanted: (bar: Bar, i: number) => boolean) =>
    path(bars, (bar, i) => i <= shown && wanted(bar, i));
  const placesOf = (look: Bar["look"]) =>
    bars.flatMap((bar, i) => (bar.look === look && i <= shown ? [i] : []));
  return html`<div class="slider" role="slider" tabindex="0" aria-label="Step" aria-orientation="horizontal"
      aria-valuemin="1" aria-valuemax=${count} aria-valuenow=${index + 1} aria-valuetext=${words}
      @pointerdown=${drag} @pointermove=${drag}>
    <svg viewBox="0 0 ${count} ${tall}" preserveAspectRatio="none" aria-hidden="true">
      <rect class="done" x="0" y="0" width=${index + 1} height=${tall} />
      ${guard(
        [bars, shown],
        () => svg`<path class="forward" d=${part((bar, i) => bar.look === "s0" && i < turn)} />
        <path class="backward" d=${part((bar, i) => bar.look === "s0" && i >= turn)} />
        <path class="dead" d=${part((bar) => bar.look === "dead")} />
        <path class="bad" d=${part((bar) => bar.look === "bad")} />`,
      )}
      ${turn > 0 ? svg`<path class="turn" d=${`M${turn} 0V${tall}`} />` : nothing}
    </svg>
    ${guard([bars, shown], () => [
      marks(placesOf("bad"), count, "bad", "×", "not finite"),
      marks(placesOf("dead"), count, "dead", "○", "all zeros"),
    ])}
    ${marks([...breakpoints], count, "stop", "◆", "breakpoint")}
    <span class="now" style="left:${percent(index)};width:${percent(1)}"></span>
  </div>
  <div class="ends" aria-hidden="true">
    <span>forward →</span>
    ${turn > 0 ? html`<span style="margin-left:auto">← backward</span>` : nothing}
  </div>`;
}

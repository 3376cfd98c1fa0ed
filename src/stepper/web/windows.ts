import { html, nothing, type TemplateResult } from "lit";
import { normalizationGroup } from "../panels/normalization-subject.ts";
import type { GoEvent } from "../panels/window-panel.ts";
import { throughOf, type View } from "./view.ts";

const windowed = ["conv2d", "conv2dInput", "conv2dFilter", "maxPool2d", "avgPool2d"];

/** Whether the op of the step works in windows, or its layer normalizes: whether `<window-panel>` has something to show. */
function hasWindows({ trace, step }: View): boolean {
  const node = throughOf(step);
  if (step.phase === "seed") return false;
  return windowed.includes(trace.nodes[node]!.op ?? "") || normalizationGroup(trace, node) !== undefined;
}

/** The windows of a convolution or a pool, or the paths of a normalization; drawn only where they are opened. */
export function windows(
  view: View,
  isOpen: boolean,
  open: (isOpen: boolean) => void,
): TemplateResult | typeof nothing {
  if (view.hidden || !hasWindows(view)) return nothing;
  const toggle = (event: Event) => open((event.currentTarget as HTMLDetailsElement).open);
  return html`<details class="windows" ?open=${isOpen} @toggle=${toggle}>
    <summary>Cell by cell: what each number is made of</summary>
    ${
      isOpen
        ? html`<window-panel .trace=${view.trace} .index=${view.index} .theme=${view.theme}
            @go=${({ detail }: GoEvent) => view.go(detail.step)}></window-panel>`
        : nothing
    }
  </details>`;
}

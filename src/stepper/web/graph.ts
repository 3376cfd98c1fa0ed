import { html, type TemplateResult } from "lit";
import { unsafeSVG } from "lit/directives/unsafe-svg.js";
import { blockOfStep } from "../pictures/blocks.ts";
import { graphOf } from "../pictures/graph.ts";
import { mostVisible, spineOf } from "../pictures/spine.ts";
import { goToBlock, goToNode, throughOf, type View } from "./view.ts";

/** Whether there are no layers, and so few ops that all are shown. */
const isSmall = ({ trace: { groups, nodes } }: View): boolean =>
  groups.length === 0 && nodes.length <= mostVisible;

/** The graph: the layers as cards with the one of the step open, or all of a small program. For eyes and pointers only. */
export function graph(view: View): TemplateResult {
  const { trace, blocks, known, step, index } = view;
  const here = throughOf(step);
  const drawn = isSmall(view)
    ? graphOf(trace, known, [...trace.nodes.keys()], here)
    : spineOf(trace, blocks, known, { block: blockOfStep(trace, blocks, index), node: here });
  const [width, height] = [Math.ceil(drawn.width) + 8, Math.ceil(drawn.height) + 8];
  // On a small screen it is scrolled rather than made too small to read.
  return html`<svg class="picture" aria-hidden="true" style="min-width:${Math.round(width * 0.8)}px"
      viewBox="-4 -4 ${width} ${height}" width=${width} height=${height}
      @click=${(event: MouseEvent) => follow(view, event.target as Element)}>
    ${unsafeSVG(drawn.markup.xml)}
  </svg>`;
}

/** Goes to the node or the layer that was clicked. */
function follow(view: View, target: Element): void {
  const named = (attribute: string) => target.closest(`[${attribute}]`)?.getAttribute(attribute);
  const node = named("data-node");
  const block = view.blocks.find(({ name }) => name === named("data-layer"));
  if (node) goToNode(view, Number(node));
  else if (block) goToBlock(view, block);
}

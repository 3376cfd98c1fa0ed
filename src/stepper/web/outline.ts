import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { formatShape } from "../../shape.ts";
import { resultOf } from "../pictures/blocks.ts";
import { formulaOf, summed } from "../pictures/words.ts";
import { around, goToBlock, goToNode, throughOf, type View } from "./view.ts";

/** How many items are written at a time. */
const mostItems = 300;

/** A line of the outline. */
interface Item {
  readonly key: string;
  readonly level: number;
  readonly text: () => string;
  /** None for what cannot be opened. */
  readonly open: boolean | undefined;
  readonly parent: string | undefined;
  readonly current: boolean;
  /** Its place among its siblings, from 1, and how many there are. */
  readonly place: readonly [number, number];
  readonly go: () => void;
}

/**
 * The graph as a tree of layers and ops, for keyboards and screen readers: what the picture shows, in words.
 *
 * @internal A part of the stepper.
 */
export class Outline extends LitElement {
  static override readonly properties = {
    view: { attribute: false },
    focused: { state: true },
    toggled: { state: true },
  };
  static override readonly styles = css`
    ul { list-style: none; margin: 0; padding: 0; }
    li { padding: 3px 8px; border-radius: 4px; cursor: pointer; }
    li:hover { background: var(--card); }
    li[aria-current] { box-shadow: inset 3px 0 var(--accent); font-weight: 600; }
    li:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
    .sign { display: inline-block; width: 1.1em; color: var(--muted); }`;

  declare view: View | undefined;
  /** The item that the tab key leads to. */
  declare focused: string | undefined;
  /** The layers that were opened or closed by hand. */
  declare toggled: ReadonlyMap<string, boolean>;

  #hadFocus = false;

  constructor() {
    super();
    this.toggled = new Map();
  }

  override willUpdate(changed: ReadonlyMap<PropertyKey, unknown>): void {
    this.#hadFocus = (this.shadowRoot?.activeElement ?? null) !== null;
    const before = changed.get("view") as View | undefined;
    if (before !== undefined && before.trace !== this.view?.trace) this.toggled = new Map();
  }

  override render(): TemplateResult | typeof nothing {
    if (this.view === undefined) return nothing;
    const items = itemsOf(this.view, this.toggled);
    const active =
      items.find(({ key }) => key === this.focused) ?? items.find(({ current }) => current) ?? items[0];
    return html`<ul role="tree" aria-label="Layers and ops" @keydown=${(event: KeyboardEvent) => this.#key(event, items, active)}>
      ${repeat(
        around(items, active === undefined ? 0 : items.indexOf(active), mostItems).shown,
        ({ key }) => key,
        (item) => html`<li role="treeitem" data-key=${item.key} style="margin-left:${item.level - 1}em"
          tabindex=${item === active ? 0 : -1} aria-level=${item.level}
          aria-expanded=${item.open === undefined ? nothing : String(item.open)}
          aria-posinset=${item.place[0]} aria-setsize=${item.place[1]}
          aria-current=${item.current ? "step" : nothing}
          @click=${() => this.#activate(item)}><span class="sign" aria-hidden="true">${
            item.open === undefined ? "" : item.open ? "▾" : "▸"
          }</span>${item.text()}</li>`,
      )}
    </ul>`;
  }

  /** The focus stays in the tree when the item that has it goes. */
  override updated(): void {
    if (this.#hadFocus && this.shadowRoot?.activeElement === null)
      this.renderRoot.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }

  #activate(item: Item): void {
    this.focused = item.key;
    item.go();
  }

  #toggle({ key }: Item, open: boolean): void {
    this.toggled = new Map([...this.toggled, [key, open]]);
  }

  async #focus(item: Item | undefined): Promise<void> {
    if (item === undefined) return;
    this.focused = item.key;
    await this.updateComplete;
    const all = [...this.renderRoot.querySelectorAll<HTMLElement>("[data-key]")];
    all.find(({ dataset }) => dataset.key === item.key)?.focus();
  }

  #key(event: KeyboardEvent, items: readonly Item[], active: Item | undefined): void {
    if (active === undefined || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
    const at = items.indexOf(active);
    const moves: Readonly<Record<string, () => unknown>> = {
      ArrowDown: () => this.#focus(items[at + 1]),
      ArrowUp: () => this.#focus(items[at - 1]),
      Home: () => this.#focus(items[0]),
      End: () => this.#focus(items.at(-1)),
      Enter: () => this.#activate(active),
      " ": () => this.#activate(active),
      ArrowRight: () =>
        active.open === false ? this.#toggle(active, true) : this.#focus(childOf(items, active)),
      ArrowLeft: () =>
        active.open
          ? this.#toggle(active, false)
          : this.#focus(items.find(({ key }) => key === active.parent)),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    move();
  }
}

const childOf = (items: readonly Item[], { key }: Item): Item | undefined =>
  items.find(({ parent }) => parent === key);

/** The lines to be seen: layers with the ops of those that are open, or ops alone where there are no layers. */
function itemsOf(view: View, toggled: ReadonlyMap<string, boolean>): Item[] {
  const { trace, blocks, step } = view;
  const here = throughOf(step);
  const nodeItem = (node: number, level: number, parent: string | undefined, place: Item["place"]): Item => ({
    ...{ key: `node ${node}`, level, parent, place, open: undefined },
    text: () => nodeText(view, node),
    current: node === here,
    go: () => goToNode(view, node),
  });
  if (trace.groups.length === 0) {
    const all = [...trace.nodes.keys()];
    return all.map((node, i) => nodeItem(node, 1, undefined, [i + 1, all.length]));
  }
  return blocks.flatMap((block, i) => {
    const key = `layer ${i}`;
    const inside = block.ops.includes(here);
    const open = toggled.get(key) ?? inside;
    const members = [...block.variables, ...block.ops];
    const { name, kind, parameters } = block;
    const about = [
      kind === "ops" || kind === "op" ? name : `${name}, ${kind}`,
      ...(parameters > 0 ? [`${parameters.toLocaleString("en-US")} parameters`] : []),
    ];
    const item: Item = {
      ...{ key, level: 1, parent: undefined, open, place: [i + 1, blocks.length] },
      text: () => `${about.join(", ")}: ${stateText(view, resultOf(block))}`,
      current: inside && !open,
      go: () => goToBlock(view, block),
    };
    const children = members.map((node, j) => nodeItem(node, 2, key, [j + 1, members.length]));
    return open ? [item, ...children] : [item];
  });
}

/** The value and the gradient of a node, as far as they are known. */
function stateText({ trace, known }: View, node: number): string {
  const record = trace.tensors[trace.nodes[node]!.tensor]!;
  const shape = record.shape.length === 0 ? "" : `${formatShape(record.shape)}, `;
  const value = known.valueOf(node);
  const gradient = known.gradientOf(node);
  const arrived = gradient === undefined ? (known.hasGradient(node) ? "not yet" : "none") : summed(gradient);
  return `${shape}value ${value === undefined ? "not yet" : summed(value)}, gradient ${arrived}`;
}

function nodeText(view: View, node: number): string {
  const { nodes } = view.trace;
  const record = nodes[node]!;
  const formula = formulaOf(record);
  const inputs = record.inputs.map((input, slot) => `${record.slots[slot]} from ${nodes[input]!.label}`);
  const made = formula === undefined ? record.kind : [formula, ...inputs].join(", ");
  return `${record.label}, ${made}: ${stateText(view, node)}`;
}

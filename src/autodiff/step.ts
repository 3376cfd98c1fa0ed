import { formatShape } from "../shape.ts";
import { formatCell } from "../tensor/format.ts";
import { type Tensor, Variable } from "../tensor/tensor.ts";
import { atom, type Formula, fill, tex, texToText } from "../tex.ts";
import type { Edge } from "./graph.ts";

/** What a step of the backward pass does. */
export type StepKind = "seed" | "contribution" | "sum" | "accumulate";

export interface StepDetails {
  readonly kind: StepKind;
  /** The tensor whose gradient the step works on. */
  readonly target: Tensor;
  /** The result that the gradient comes from, and the slot of `target` in it; none for the seed. */
  readonly from?: { readonly result: Tensor; readonly edge: Edge };
  /** What the step starts from: the upstream gradient, the contribution to sum, the total so far. */
  readonly upstream?: Tensor;
  /** For a sum: the axes that broadcasting stretched. */
  readonly axes?: readonly number[];
  /** Which contribution to `target` this is, and of how many. */
  readonly arrived?: readonly [number, number];
}

/**
 * One step of a backward pass, yielded before it is computed, so that it can be predicted. `value` (or the next
 * step) computes it.
 */
export class Step implements StepDetails {
  readonly index: number;
  readonly kind: StepKind;
  readonly target: Tensor;
  readonly from?: { readonly result: Tensor; readonly edge: Edge };
  readonly upstream?: Tensor;
  readonly axes?: readonly number[];
  readonly arrived?: readonly [number, number];
  #compute: (() => Tensor) | undefined;
  #value: Tensor | undefined;

  /** @internal Made by `backwardSteps`. */
  constructor(index: number, details: StepDetails, compute: () => Tensor) {
    this.index = index;
    this.kind = details.kind;
    this.target = details.target;
    if (details.from) this.from = details.from;
    if (details.upstream) this.upstream = details.upstream;
    if (details.axes) this.axes = details.axes;
    if (details.arrived) this.arrived = details.arrived;
    this.#compute = compute;
  }

  get revealed(): boolean {
    return this.#value !== undefined;
  }

  /** The outcome of the step; computed when first asked for, the same afterwards. */
  get value(): Tensor {
    if (this.#value === undefined) {
      this.#value = this.#compute!();
      this.#compute = undefined;
    }
    return this.#value;
  }

  /** The rule as LaTeX, with names: `\bar{a} = \bar{y} \cdot b`. */
  get rule(): string {
    return `${bar(this.#targetName)} = ${this.#formula(symbolic).tex}`;
  }

  /**
   * The step in words, with its formula and its numbers (cells of single-cell tensors, else shapes); it
   * reveals the value.
   */
  explain(): string {
    const { kind, from, arrived } = this;
    const node = from?.result.node;
    const name = nameOf(this.target);
    const outcome = describe(this.value);
    const count = arrived && arrived[1] > 1 ? `, contribution ${arrived[0]} of ${arrived[1]}` : "";
    const head = {
      seed: `the gradient of ${name} in itself`,
      contribution: `${node?.op.opName}: what ${this.#targetName} gets${name === this.#targetName ? "" : ` (${name})`}${count}`,
      sum: `${name} was stretched by broadcasting: sum over axes [${this.axes}]`,
      accumulate: `${name} gets several contributions: add them up${count}`,
    }[kind];
    const rule = kind === "seed" ? `ȳ = ${outcome}` : texToText(this.rule);
    const numbers = kind === "seed" ? outcome : texToText(this.#formula(numeric).tex);
    const lines = [`${String(this.index).padStart(3)}  ${head}`, `     ${rule}`];
    if (kind !== "seed") lines.push(`     ${numbers === outcome ? "" : `${numbers} = `}${outcome}`);
    return lines.join("\n");
  }

  /** What the target is called inside the op that the gradient comes from. */
  get #targetName(): string {
    const { from } = this;
    if (this.kind !== "contribution" || from === undefined) {
      return this.target instanceof Variable ? nameOf(this.target) : "x";
    }
    return from.result.node!.op.inputName(from.edge.slot);
  }

  #formula(part: (name: string, x: Tensor) => Formula): Formula {
    const { kind, from, upstream } = this;
    if (kind === "seed") return part("1", this.value);
    if (kind === "sum") return fill({ tex: tex`\sum #dy`, level: "atom" }, { dy: part("dy", upstream!) });
    if (kind === "accumulate") {
      return fill(
        { tex: "#total + #next", level: "sum" },
        {
          total: part("total", upstream!),
          next: part("next", this.#next!),
        },
      );
    }
    const { result, edge } = from!;
    const { op, inputs, attrs } = result.node!;
    const slots: Record<string, Formula> = { dy: part("dy", upstream!), y: part("y", result) };
    inputs.forEach((input, slot) => {
      slots[op.inputName(slot)] ??= part(op.inputName(slot), input);
    });
    return fill(op.gradient(edge.slot)!.formula(attrs), slots);
  }

  /** For an accumulation: the contribution that is added; set by the walker. @internal */
  set next(contribution: Tensor) {
    this.#next = contribution;
  }
  #next: Tensor | undefined;
}

const bar = (name: string): string => tex`\bar{${name.length === 1 ? name : tex`\mathrm{${name}}`}}`;

/** A slot filled by its name: the upstream gradient is ȳ. */
function symbolic(name: string): Formula {
  if (name === "dy") return atom(bar("y"));
  return atom(name.length === 1 ? name : tex`\mathrm{${name}}`);
}

/** A slot filled by its number, or by its shape if it holds many. */
function numeric(_name: string, x: Tensor): Formula {
  const text = describe(x);
  return { tex: text, level: text.startsWith("−") ? "sign" : "atom" };
}

function describe(x: Tensor): string {
  if (x.symbolic || x.size !== 1) return formatShape(x.shape);
  return formatCell(x.data[0]!, x.dtype).replace("-", "−");
}

/** A variable's name, else what made it. */
export function nameOf(x: Tensor): string {
  if (x instanceof Variable && x.name !== undefined) return x.name;
  return x.node ? x.node.op.opName : `x${x.id}`;
}

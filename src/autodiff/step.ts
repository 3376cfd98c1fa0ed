import { ChainruleError, show } from "../errors.ts";
import { formatShape } from "../shape.ts";
import { formatCell } from "../tensor/format.ts";
import { type Scope, type Tensor, Variable } from "../tensor/tensor.ts";
import { type Explanation, type ExplanationFormat, formats, write } from "./explanation.ts";
import type { Edge } from "./graph.ts";
import { type Answer, answersTo, checkGuess, type Guess } from "./predict.ts";
import {
  accumulateRule,
  type Bound,
  bar,
  contributionRule,
  sumRule,
  withNames,
  withNumbers,
} from "./rule.ts";

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
  /** For an accumulation: the contribution that is added. */
  readonly next?: Tensor;
  /** For a sum: the axes that broadcasting stretched. */
  readonly axes?: readonly number[];
  /** Which contribution to `target` this is, and of how many. */
  readonly arrived?: readonly [number, number];
}

export interface ExplainOptions {
  /** Default `"text"`. */
  format?: ExplanationFormat;
}

/** A step that has been computed, and how a guess fared. */
export interface Revealed {
  readonly value: Tensor;
  /** One for each thing that was predicted. */
  readonly answers: readonly Answer[];
}

const rules = { contribution: contributionRule, sum: sumRule, accumulate: accumulateRule };

/**
 * One step of a backward pass, yielded before it is computed, so that it can be predicted. `reveal()`, `value` or the next
 * step computes it.
 */
export class Step implements StepDetails {
  readonly index: number;
  readonly kind: StepKind;
  readonly target: Tensor;
  readonly from?: { readonly result: Tensor; readonly edge: Edge };
  readonly upstream?: Tensor;
  readonly next?: Tensor;
  readonly axes?: readonly number[];
  readonly arrived?: readonly [number, number];
  #compute: (() => Tensor) | undefined;
  #value: Tensor | undefined;
  #guess: Guess = {};

  /** @internal Made by `backwardSteps`. */
  constructor(index: number, details: StepDetails, compute: () => Tensor) {
    this.index = index;
    this.kind = details.kind;
    this.target = details.target;
    if (details.from) this.from = details.from;
    if (details.upstream) this.upstream = details.upstream;
    if (details.next) this.next = details.next;
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

  /** The innermost call of a layer that the step goes back through. */
  get scope(): Scope | undefined {
    return (this.from?.result ?? this.target).node?.scope;
  }

  /** The rule as data: a formula with slots, and the tensors in them; none for the seed, which is given. */
  get bound(): Bound<Tensor> | undefined {
    return this.kind === "seed" ? undefined : rules[this.kind](this);
  }

  /** The rule as LaTeX, with names: `\bar{a} = \bar{y} \cdot b`. */
  get rule(): string {
    const { bound } = this;
    return bound === undefined ? `${bar("y")} = 1` : `${bar(this.#targetName)} = ${withNames(bound).tex}`;
  }

  /**
   * Notes what is expected of the step; {@link Step.reveal} says whether it was right.
   *
   * @throws If the value is known already, or the guess is about nothing.
   */
  predict(guess: Guess): this {
    if (this.revealed) throw new ChainruleError(`predict: step ${this.index} has been revealed`);
    checkGuess(guess);
    this.#guess = { ...this.#guess, ...guess };
    return this;
  }

  /** Computes the step, if it has not been, and judges what was predicted. */
  reveal(): Revealed {
    const { value } = this;
    return { value, answers: answersTo(this.#guess, { shape: value.shape, cells: value.data }) };
  }

  /**
   * The step in words, with its formula and its numbers (cells of single-cell tensors, else shapes); it
   * reveals the value.
   */
  explain({ format = "text" }: ExplainOptions = {}): string {
    if (!formats.includes(format)) {
      throw new ChainruleError(
        `explain: expected format ${formats.map(show).join(", ")}; received ${show(format)}`,
      );
    }
    return write(this.#explanation(), format);
  }

  #explanation(): Explanation {
    const { index, bound } = this;
    const outcome = describe(this.value);
    const rule = bound === undefined ? `${bar("y")} = ${outcome}` : this.rule;
    const numbers = bound && withNumbers(bound, describe).tex;
    return {
      index,
      words: this.#words(),
      rule,
      numbers: numbers === outcome ? undefined : numbers,
      outcome: bound && outcome,
      ledger: [],
    };
  }

  #words(): string {
    const { arrived, from } = this;
    const name = nameOf(this.target);
    const own = this.#targetName;
    const count = arrived && arrived[1] > 1 ? `, contribution ${arrived[0]} of ${arrived[1]}` : "";
    switch (this.kind) {
      case "seed":
        return `the gradient of ${name} in itself`;
      case "contribution":
        return `${from!.result.node!.op.opName}: what ${own} gets${name === own ? "" : ` (${name})`}${count}`;
      case "sum":
        return `${name} was stretched by broadcasting: sum over axes [${this.axes}]`;
      case "accumulate":
        return `${name} gets several contributions: add them up${count}`;
    }
  }

  /** What the target is called inside the op that the gradient comes from. */
  get #targetName(): string {
    const { from } = this;
    if (this.kind !== "contribution" || from === undefined) {
      return this.target instanceof Variable ? nameOf(this.target) : "x";
    }
    return from.result.node!.op.inputName(from.edge.slot);
  }
}

function describe(x: Tensor): string {
  if (x.symbolic || x.size !== 1) return formatShape(x.shape);
  return formatCell(x.data[0]!, x.dtype);
}

/** A variable's name, else what made it. */
export function nameOf(x: Tensor): string {
  if (x instanceof Variable && x.name !== undefined) return x.name;
  return x.node ? x.node.op.opName : `x${x.id}`;
}

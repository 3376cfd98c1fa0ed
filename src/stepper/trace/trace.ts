import { type ExplanationFormat, formats, write } from "../../autodiff/explanation.ts";
import { ChainruleError, checkOptions, show } from "../../errors.ts";
import type { Ledger } from "../windows/ledger.ts";
import { type Change, changesBetween } from "./diff.ts";
import { explanationOf } from "./explain.ts";
import type {
  FlowRow,
  GroupRecord,
  NodeRecord,
  Phase,
  Program,
  StepRecord,
  Tables,
  TensorRecord,
} from "./records.ts";
import { type SavedTrace, savedTrace } from "./save.ts";
import type { TermsOf } from "./terms.ts";

/** What is known of a gradient at a moment of the backward pass. */
export interface Arrivals {
  /** The sum of what has arrived; none before anything has, which is not the same as 0. */
  readonly total: TensorRecord | undefined;
  readonly arrived: number;
  readonly expected: number;
}

/** A place in a trace: a step that has just been done. */
export interface Moment {
  readonly index: number;
  readonly step: StepRecord;
  readonly value: TensorRecord;
  /** Whether a node's value has been computed by now. */
  isKnown(node: number): boolean;
  /** The gradient of a node by now. */
  gradientOf(node: number): Arrivals;
}

/** What {@link Trace.find} looks for: steps for which all of this is so. */
export interface Query {
  phase?: Phase;
  /** The op that is computed, or that the gradient comes from. */
  op?: string;
  /** The name or the class of the layer. */
  layer?: string;
  /** The label of the node that is computed, or whose gradient is worked on. */
  node?: string;
  /** Whether a cell of the outcome is NaN or infinite. */
  nonFinite?: boolean;
  /** Whether all cells of the outcome are 0. */
  zero?: boolean;
}

export interface TraceExplainOptions {
  /** Default `"text"`. */
  format?: ExplanationFormat;
  /** The index of the cell whose numbers are shown; by default the one furthest from 0. */
  cell?: readonly number[];
}

/** Consecutive steps that belong together. */
export interface Stretch {
  readonly label: string;
  readonly first: number;
  readonly last: number;
}

/** How a trace finds what is not in its tables. */
export interface Sources {
  readonly flow: () => readonly FlowRow[];
  /** Runs the program again, where there is one. */
  readonly rerun?: (changes: Readonly<Record<string, unknown>>) => Trace;
  /** The parts of an op. */
  readonly open?: (node: number) => Trace | undefined;
  readonly terms?: TermsOf;
  /** The parts of an op that go into a file. */
  readonly saved?: (node: number) => Trace | undefined;
}

/**
 * A forward and a backward pass, recorded: every step with its rule and its numbers, to be gone through in both directions.
 * Made by {@link record}, or loaded with `loadTrace`. A trace never changes.
 */
export class Trace implements Tables {
  readonly program: Program | undefined;
  readonly groups: readonly GroupRecord[];
  readonly nodes: readonly NodeRecord[];
  readonly steps: readonly StepRecord[];
  readonly tensors: readonly TensorRecord[];
  readonly loss: number;
  readonly #sources: Sources;
  #flow: readonly FlowRow[] | undefined;
  /** The steps that complete a contribution, by node. */
  readonly #totals = new Map<number, number[]>();
  readonly #made = new Map<number, number>();

  /** @internal */
  constructor(tables: Omit<Tables, "flow">, sources: Sources) {
    this.program = tables.program;
    this.groups = tables.groups;
    this.nodes = tables.nodes;
    this.steps = tables.steps;
    this.tensors = tables.tensors;
    this.loss = tables.loss;
    this.#sources = sources;
    this.steps.forEach(({ phase, node, total }, index) => {
      if (phase === "forward") this.#made.set(node, index);
      if (total !== undefined) this.#totals.set(node, [...(this.#totals.get(node) ?? []), index]);
    });
  }

  get length(): number {
    return this.steps.length;
  }

  /** The number of the first step of the backward pass. */
  get turn(): number {
    return this.steps.findIndex(({ phase }) => phase === "seed");
  }

  /** How each layer passes values on and gradients back. */
  get flow(): readonly FlowRow[] {
    return (this.#flow ??= this.#sources.flow());
  }

  /**
   * The state of things after a step.
   *
   * @throws If there is no step of that number.
   */
  at(index: number): Moment {
    const step = this.#step("at", index);
    return {
      index,
      step,
      value: this.tensors[step.value]!,
      isKnown: (node) => (this.#made.get(node) ?? -1) <= index,
      gradientOf: (node) => this.#arrivals(node, index),
    };
  }

  #step(who: string, index: number): StepRecord {
    const step = this.steps[index];
    if (step !== undefined) return step;
    throw new ChainruleError(
      `trace.${who}: expected the number of a step from 0 to ${this.length - 1}; received ${show(index)}`,
    );
  }

  #arrivals(node: number, index: number): Arrivals {
    const all = this.#totals.get(node) ?? [];
    const done = all.filter((at) => at <= index);
    const last = done.at(-1);
    const total = last === undefined ? undefined : this.tensors[this.steps[last]!.total!];
    return { total, arrived: done.length, expected: all.length };
  }

  /** The numbers of the steps that fit; all for an empty query. */
  find(query: Query): number[] {
    checkOptions("trace.find", query, ["phase", "op", "layer", "node", "nonFinite", "zero"]);
    return this.steps.flatMap((step, index) => (this.#fits(step, query) ? [index] : []));
  }

  #fits(step: StepRecord, { phase, op, layer, node, nonFinite, zero }: Query): boolean {
    const through = this.nodes[step.from ?? step.node]!;
    const { statistics } = this.tensors[step.value]!;
    return (
      (phase === undefined || step.phase === phase) &&
      (op === undefined || (through.op === op && step.phase !== "seed")) &&
      (layer === undefined || this.#isIn(through, layer)) &&
      (node === undefined || this.nodes[step.node]!.label === node) &&
      (nonFinite === undefined || statistics.nonFinite > 0 === nonFinite) &&
      (zero === undefined || (statistics.zeros === 1) === zero)
    );
  }

  #isIn({ group }: NodeRecord, layer: string): boolean {
    for (let at = group; at !== undefined; at = this.groups[at]!.parent) {
      if (this.groups[at]!.name === layer || this.groups[at]!.kind === layer) return true;
    }
    return false;
  }

  /** The steps in stretches: those of one op, or those within one call of a layer, forward and backward apart. */
  stretches(by: "op" | "layer"): Stretch[] {
    const found: Stretch[] = [];
    let key: unknown;
    this.steps.forEach((step, index) => {
      const through = this.nodes[step.from ?? step.node]!;
      const forward = step.phase === "forward";
      const own =
        by === "layer" && through.group !== undefined ? `group ${through.group}` : (step.from ?? step.node);
      const next = step.phase === "seed" ? "seed" : `${own} ${forward}`;
      if (next === key) {
        found[found.length - 1] = { ...found.at(-1)!, last: index };
      } else {
        const layer = by === "layer" && through.group !== undefined && this.groups[through.group]!.name;
        found.push({ label: layer || through.label, first: index, last: index });
      }
      key = next;
    });
    return found;
  }

  /**
   * A step in words, with its formula and its numbers.
   *
   * @throws If there is no such step, cell or format.
   */
  explain(index: number, options: TraceExplainOptions = {}): string {
    checkOptions("trace.explain", options, ["format", "cell"]);
    this.#step("explain", index);
    const { format = "text", cell } = options;
    if (!formats.includes(format)) {
      throw new ChainruleError(
        `trace.explain: expected format ${formats.map(show).join(", ")}; received ${show(format)}`,
      );
    }
    return write(explanationOf(this, index, cell), format);
  }

  /**
   * The sum that one cell of a backward step's outcome is: the gradients that arrive at the op's result, each times the slope
   * of that cell of the result in this one. None if the step is no such sum, the tensors have more than 65,536 cells, a
   * variable was assigned since, or the trace was loaded.
   */
  terms(index: number, cell: readonly number[]): Ledger | undefined {
    this.#step("terms", index);
    return this.#sources.terms?.(index, cell);
  }

  /**
   * The parts of an op that is made of others, such as an activation: a trace of its own, whose seed is the gradient that
   * arrives at the op. None if the op has no parts, no gradient flows through it, or the file of a loaded trace has not got
   * them.
   */
  open(node: number): Trace | undefined {
    return this.#sources.open?.(node);
  }

  /**
   * What if: the same program with other values for some of its inputs or variables, by name. The variables get their own
   * values back.
   *
   * @throws If the trace was loaded (there is no program to run), or a name is unknown.
   */
  replay({ set }: { readonly set: Readonly<Record<string, unknown>> }): Trace {
    const { rerun } = this.#sources;
    if (rerun === undefined) {
      throw new ChainruleError(
        "trace.replay: a trace that was loaded from a file has no program to run again",
      );
    }
    return rerun(set);
  }

  /** A JSON value that {@link loadTrace} reads: small tensors whole, large ones as thumbnails with exact statistics. */
  toJSON(): SavedTrace {
    const parts = this.nodes.flatMap((_, node) => {
      const trace = this.#sources.saved?.(node);
      return trace ? [{ node, trace: trace.toJSON() }] : [];
    });
    return savedTrace(this, parts);
  }

  /**
   * Where another trace of the same program differs: node by node, in values and in gradients.
   *
   * @throws If the traces are of different programs.
   */
  diff(other: Trace): Change[] {
    return changesBetween(this, other);
  }
}

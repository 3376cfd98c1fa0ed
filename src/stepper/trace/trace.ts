import type { Comparison } from "../../autodiff/check/check.ts";
import { type ExplanationFormat, formats, write } from "../../autodiff/explanation.ts";
import { ChainruleError, checkOptions, saying, show } from "../../errors.ts";
import { type DisplayBundle, displayBundle } from "../pictures/display.ts";
import { toDot } from "../pictures/dot.ts";
import { toMermaid } from "../pictures/mermaid.ts";
import type { OutlineOptions } from "../pictures/outline.ts";
import { type HtmlOptions, toHTML } from "../pictures/to-html.ts";
import { type TraceSvgOptions, toSVG } from "../pictures/to-svg.ts";
import { summaryOf } from "../terminal/summary.ts";
import type { Ledger } from "../windows/ledger.ts";
import { type Change, changesBetween } from "./diff.ts";
import { explanationOf } from "./explain.ts";
import type { Origins } from "./origins.ts";
import type {
  FlowRow,
  GroupRecord,
  NodeRecord,
  Program,
  StepRecord,
  Tables,
  TensorRecord,
} from "./records.ts";
import { type SavedTrace, savedTrace } from "./save.ts";
import { type Query, type Stretch, stepsLike, stretchesOf } from "./search.ts";

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

export interface TraceExplainOptions {
  /** Default `"text"`. */
  format?: ExplanationFormat;
  /** The index of the cell whose numbers are shown; by default the one furthest from 0. */
  cell?: readonly number[];
}

/** How a trace finds what is not in its tables. */
export interface Sources {
  readonly flow: () => readonly FlowRow[];
  /** Runs the program again, where there is one. */
  readonly rerun?: (changes: Readonly<Record<string, unknown>>) => Trace;
  /** The parts of an op. */
  readonly open?: (node: number) => Trace | undefined;
  /** Where gradients come from, while the program is at hand. */
  readonly origins?: Pick<Origins, "terms" | "measured">;
  /** The parts of an op that go into a file. */
  readonly saved?: (node: number) => Trace | undefined;
}

/** What Deno's notebooks ask an object for, to show it. */
const jupyterDisplay: unique symbol = Symbol.for("Jupyter.display");

/** What Node's console asks an object for, to show it. */
const inspected: unique symbol = Symbol.for("nodejs.util.inspect.custom");

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
    return stepsLike(this, query);
  }

  /** The steps in stretches: those of one op, or those within one call of a layer; forward, seed and backward apart. */
  stretches(by: "op" | "layer"): Stretch[] {
    return stretchesOf(this, by);
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
    return this.#sources.origins?.terms(index, cell);
  }

  /**
   * A cell of a backward step's outcome beside the slope that is measured: the op runs again in float64 with the cell a little
   * larger and smaller. None where {@link Trace.terms} has none.
   */
  measured(index: number, cell: readonly number[]): Comparison | undefined {
    this.#step("measured", index);
    return this.#sources.origins?.measured(index, cell);
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

  /**
   * The moment after a step as an SVG document: the layers with their values and gradients, the one of the step open with
   * its ops, and the explanation beside it. A trace without layers is drawn as a graph.
   *
   * @throws If there is no such step, or an option is unknown.
   * @example
   * ```ts
   * const w = variable(2, { name: "w" });
   * const trace = record(({ x }) => w.mul(x).square(), { x: 3 });
   * deepEqual(trace.toSVG({ step: 2, theme: "dark" }).startsWith("<svg "), true);
   * ```
   */
  toSVG(options: TraceSvgOptions = {}): string {
    return toSVG(this, options);
  }

  /**
   * The graph in the language of Graphviz: a box for each op with its formula, value and gradient, layers around them, and
   * at each edge what was sent back through it.
   *
   * @throws If there is no such step, or an option is unknown.
   * @example
   * ```ts
   * const x = variable(3, { name: "x" });
   * const dot = record(() => x.mul(x)).toDot();
   * deepEqual(dot.match(/n0 -> n1 .*$/gm), ['n0 -> n1 [label="a: 3"]', 'n0 -> n1 [label="b: 3"]']);
   * ```
   */
  toDot(options: OutlineOptions = {}): string {
    return toDot(this, options);
  }

  /**
   * The graph in the language of Mermaid, which GitHub draws: as {@link Trace.toDot}.
   *
   * @throws If there is no such step, or an option is unknown.
   * @example
   * ```ts
   * const x = variable(3, { name: "x" });
   * const text = record(() => x.square()).toMermaid({ by: "layer" });
   * deepEqual(text.split("\n")[0], "flowchart TD");
   * ```
   */
  toMermaid(options: OutlineOptions = {}): string {
    return toMermaid(this, options);
  }

  /**
   * One HTML file that shows the trace with `<backprop-stepper>`, and loads nothing else. `chainrule step NAME --html FILE`
   * writes it.
   *
   * @throws If `element` is not the text of `backprop-stepper.js`, or there is no such step.
   */
  toHTML(options: HtmlOptions): string {
    return saying("trace.toHTML", () => toHTML(this, options));
  }

  /** How notebooks show a trace: the picture of its end. */
  [jupyterDisplay](): DisplayBundle {
    return displayBundle(this);
  }

  /** How consoles show a trace: its size, its loss, and how its layers pass gradients back. */
  [inspected](): string {
    return summaryOf(this);
  }
}

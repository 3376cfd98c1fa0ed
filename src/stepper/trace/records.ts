import type { Bound } from "../../autodiff/rule.ts";
import type { Cells, DType } from "../../dtype.ts";
import type { Shape } from "../../shape.ts";
import type { Formula } from "../../tex.ts";

// The tables of a trace. Records name each other by their index, so that a trace is plain data: it can be saved, sent, and
// drawn by a page that has never seen the program.

/** What is in a tensor, in a few numbers; those of finite cells. */
export interface Statistics {
  /** The root of the mean square. */
  readonly rms: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Which share of the cells is 0. */
  readonly zeros: number;
  /** How many cells are NaN or infinite. */
  readonly nonFinite: number;
}

/** How many finite cells lie in each of some ranges of equal width between `low` and `high`. */
export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
}

/** Which indices of an axis are kept: `first`, `first + step`, …, `count` of them. */
export interface SampledAxis {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

/** Cells to look at: all of a small tensor, a grid of some in a large one. */
export interface Sample {
  readonly axes: readonly SampledAxis[];
  /** Row-major. */
  readonly cells: ArrayLike<number>;
}

/** A tensor of a trace. */
export interface TensorRecord {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly statistics: Statistics;
  readonly histogram: Histogram;
  readonly sample: Sample;
  /** All cells, where they are at hand. */
  readonly cells: Cells | undefined;
}

/** A call of a layer. */
export interface GroupRecord {
  readonly name: string;
  /** The class of the layer. */
  readonly kind: string;
  /** The call that it is part of. */
  readonly parent: number | undefined;
  /** How many calls of the same layer came before: more than 0 for a shared one. */
  readonly call: number;
}

/** A place in a program; lines and columns count from 1. */
export interface Source {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A tensor's place in the graph. */
export interface NodeRecord {
  readonly kind: "op" | "variable" | "input" | "constant";
  /** Unique in the trace: the name of a variable or an input, else of the op, with a number from the second on. */
  readonly label: string;
  /** The op that made it. */
  readonly op: string | undefined;
  readonly group: number | undefined;
  /** The nodes that it is made of, by slot, and what the op calls them. */
  readonly inputs: readonly number[];
  readonly slots: readonly string[];
  readonly tensor: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly formula: Formula | undefined;
  /** Whether each cell only depends on the cells at its own place. */
  readonly pointwise: boolean;
  readonly source: Source | undefined;
}

export const phases = ["forward", "seed", "contribution", "sum", "accumulate"] as const;

/** Forward, an op is computed; backward, these are the kinds of steps. */
export type Phase = (typeof phases)[number];

/** A step with all that is needed to show it. */
export interface StepRecord {
  readonly phase: Phase;
  /** The node that is computed, or whose gradient is worked on. */
  readonly node: number;
  /** The node that the gradient comes from, and the slot of `node` in it. */
  readonly from: number | undefined;
  readonly slot: number | undefined;
  /** What the node is called in the op that the gradient comes from. */
  readonly name: string;
  /** The outcome. */
  readonly value: number;
  /** What the rule starts from: the upstream gradient, what is summed, the total so far. */
  readonly upstream: number | undefined;
  /** The formula, and the tensors in its slots; none for the seed. */
  readonly rule: Bound<number> | undefined;
  /** For a sum: the axes that broadcasting stretched. */
  readonly axes: readonly number[] | undefined;
  /** Which contribution to the node this is, and of how many. */
  readonly arrived: readonly [number, number] | undefined;
  /** The gradient of the node so far, if this step completes a contribution. */
  readonly total: number | undefined;
}

/** How a layer passes values on, and gradients back. */
export interface FlowRow {
  /** The layer's group. */
  readonly group: number;
  readonly layer: string;
  readonly kind: string;
  /** The root mean square of the result. */
  readonly activation: number;
  /** The root mean square of the gradient that arrives at the result. */
  readonly gradient: number;
  /** What the layer multiplies gradients by: that of its input over that of its result. */
  readonly localGain: number | undefined;
  /** The length of the weights' gradient over that of the weights. */
  readonly weightGradient: number | undefined;
  /** Which share of the slopes of its activations is below 0.01. */
  readonly saturated: number | undefined;
  /** Which share of the units of its activations no gradient flows through, for any sample. */
  readonly dead: number | undefined;
  /** How many gradients and values are NaN or infinite. */
  readonly nonFinite: number;
}

/** The program that was traced, for showing its lines. */
export interface Program {
  readonly source: string;
  readonly language: "ts" | "js";
}

/** All that a trace knows. */
export interface Tables {
  readonly program: Program | undefined;
  readonly groups: readonly GroupRecord[];
  /** In the order in which they were made. */
  readonly nodes: readonly NodeRecord[];
  /** Forward, then backward. */
  readonly steps: readonly StepRecord[];
  readonly tensors: readonly TensorRecord[];
  /** The node that the backward pass starts from. */
  readonly loss: number;
  readonly flow: readonly FlowRow[];
}

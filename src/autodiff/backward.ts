import { ChainruleError } from "../errors.ts";
import { add } from "../ops/arithmetic.ts";
import { isRecording, noGrad, recorded } from "../ops/recording.ts";
import { sumTo } from "../ops/reduce.ts";
import { formatShape, sameShape, stretchedAxes } from "../shape.ts";
import { ones } from "../tensor/create.ts";
import { type Tensor, Variable } from "../tensor/tensor.ts";
import { type Edge, planBackward } from "./graph.ts";
import { Step, type StepDetails } from "./step.ts";
import { type Stop, type StopOptions, stopsOf } from "./stops.ts";

export interface BackwardOptions {
  /** The gradient that arrives at the result; 1 for a scalar, needed for anything else. */
  upstream?: Tensor;
  /** Records the backward pass itself, so that gradients can be differentiated again. Default false. */
  createGraph?: boolean;
}

/** The gradient of each wanted tensor that one flows to. */
export type Gradients = ReadonlyMap<Tensor, Tensor>;

function seedFor(y: Tensor, upstream: Tensor | undefined): Tensor {
  if (upstream === undefined) {
    if (y.size === 1) return ones(y.shape, y.dtype);
    throw new ChainruleError(
      `backward: the result has shape ${formatShape(y.shape)}, so it has no single gradient. Start from a ` +
        "scalar (y.sum().backward() gives the gradients of the sum) or pass an upstream gradient of this shape.",
    );
  }
  if (!sameShape(upstream.shape, y.shape)) {
    throw new ChainruleError(
      `backward: the upstream gradient must have the result's shape ${formatShape(y.shape)}; ` +
        `received ${formatShape(upstream.shape)}`,
    );
  }
  return upstream;
}

/** Refuses to differentiate with values that changed since the op ran. */
function checkVersions(result: Tensor): void {
  const { op, inputs, versions } = result.node!;
  inputs.forEach((input, slot) => {
    if (input.version !== versions[slot]) {
      const name = input instanceof Variable && input.name ? ` ${input.name}` : "";
      throw new ChainruleError(
        `backward: the variable${name} was assigned after ${op.opName} used it as ${op.inputName(slot)}, so the ` +
          "local gradient would be that of the new value. Assign after the backward pass, or compute the result again.",
      );
    }
  });
}

function misshapen(result: Tensor, edge: Edge, contribution: Tensor): ChainruleError {
  const { op } = result.node!;
  const hint = contribution.rank > edge.input.rank ? " Is a sum over the batch missing?" : "";
  return new ChainruleError(
    `${op.opName}: the gradient rule of ${op.inputName(edge.slot)} must give the shape of that input, ` +
      `${formatShape(edge.input.shape)}; it gave ${formatShape(contribution.shape)}.${hint}`,
  );
}

/**
 * The backward pass over everything from `y` back to the tensors that are `wanted`, step by step: newest result
 * first, so that a result's gradient is complete when it is passed on. Returns the gradients of what is wanted.
 */
export function* walk(
  y: Tensor,
  wanted: (x: Tensor) => boolean,
  options: BackwardOptions = {},
): Generator<Step, Gradients, void> {
  const { createGraph = false } = options;
  const plan = planBackward(y, wanted);
  const totals = new Map<Tensor, Tensor>();
  const arrivals = new Map<Tensor, number>();
  let index = 0;
  const make = (details: StepDetails, compute: () => Tensor): Step =>
    new Step(index++, details, () => (createGraph ? recorded(compute) : noGrad(compute)));

  const seed = make({ kind: "seed", target: y }, () => seedFor(y, options.upstream));
  yield seed;
  totals.set(y, seed.value);

  for (const result of plan.results) {
    const upstream = totals.get(result)!;
    if (!wanted(result)) totals.delete(result);
    checkVersions(result);
    for (const edge of plan.edges.get(result)!) {
      const target = edge.input;
      const number = (arrivals.get(target) ?? 0) + 1;
      arrivals.set(target, number);
      const from = { result, edge };
      const arrived = [number, plan.expected.get(target)!] as const;
      const { node } = result;
      const rule = node!.op.gradient(edge.slot)!;
      const step = make({ kind: "contribution", target, from, upstream, arrived }, () =>
        rule.of(upstream, node!, result, edge.slot),
      );
      yield step;
      let contribution = step.value;

      if (!sameShape(contribution.shape, target.shape)) {
        if (!node!.op.broadcasts) throw misshapen(result, edge, contribution);
        const stretched = contribution;
        const axes = stretchedAxes(target.shape, stretched.shape);
        const sum = make({ kind: "sum", target, from, upstream: stretched, axes, arrived }, () =>
          sumTo(stretched, target.shape),
        );
        yield sum;
        contribution = sum.value;
      }

      const total = totals.get(target);
      if (total === undefined) {
        totals.set(target, contribution);
      } else {
        const next = contribution;
        const accumulate = make({ kind: "accumulate", target, from, upstream: total, next, arrived }, () =>
          add(total, next),
        );
        yield accumulate;
        totals.set(target, accumulate.value);
      }
    }
  }
  return totals;
}

/** Runs a backward pass to its end. */
export function drain(steps: Generator<Step, Gradients, void>): Gradients {
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value;
    next.value.value;
  }
}

/** Whether a backward pass is for this tensor. */
export const isTrainable = (x: Tensor): boolean => x instanceof Variable && x.trainable;

/** Adds the gradients to `.grad` of their variables. */
function commit(gradients: Gradients): void {
  for (const [x, gradient] of gradients) {
    if (!(x instanceof Variable)) continue;
    const { grad } = x;
    x.grad =
      grad === undefined ? gradient : isRecording() ? add(grad, gradient) : noGrad(() => add(grad, gradient));
  }
}

/**
 * The backward pass from `y`, step by step, each step yielded before it is computed: the seed, then for each result, newest
 * first, what it contributes to each of its inputs, the sum that undoes broadcasting, and the accumulation
 * where a tensor is used more than once. The variables' `.grad` are set when the last step is done; leaving the
 * loop early changes nothing. `by` makes all steps of an op or of a call of a layer one stop, `break` only stops where
 * one of some breakpoints ({@link at}) wants it, and `until` ends the walk there.
 *
 * @throws If `y` is no scalar and has no upstream gradient, or a variable was assigned after its use.
 *
 * @example
 * ```ts
 * const w = variable(3, { name: "w" });
 * const kinds = [];
 * for (const step of backwardSteps(w.mul(w))) kinds.push(step.kind);
 * deepEqual(kinds, ["seed", "contribution", "contribution", "accumulate"]);
 * deepEqual(w.grad?.item(), 6);
 * ```
 */
export function backwardSteps(
  y: Tensor,
  options?: BackwardOptions & StopOptions<"step">,
): Generator<Step, void, void>;
export function backwardSteps(
  y: Tensor,
  options: BackwardOptions & StopOptions<"op" | "layer">,
): Generator<Stop, void, void>;
export function* backwardSteps(
  y: Tensor,
  options: BackwardOptions & StopOptions = {},
): Generator<Step | Stop, void, void> {
  const gradients = yield* stopsOf(walk(y, isTrainable, options), options);
  if (gradients !== undefined) commit(gradients);
}

/**
 * Adds the gradient of `y` in each variable to its `.grad`. Several calls add up; `clearGrad()` starts anew.
 *
 * @throws If `y` is no scalar and has no upstream gradient, or a variable was assigned after its use.
 * @example
 * ```ts
 * const w = variable([1, 2]);
 * backward(w.square().sum());
 * deepEqual(w.grad?.toArray(), [2, 4]);
 * ```
 */
export function backward(y: Tensor, options: BackwardOptions = {}): void {
  commit(drain(walk(y, isTrainable, options)));
}

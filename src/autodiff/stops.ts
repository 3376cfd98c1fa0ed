import { ChainruleError, checkOptions, show } from "../errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { ExplainOptions, Step } from "./step.ts";

/** How much is done between two stops: one step, all of one op, all of one call of a layer. */
export type Granularity = "step" | "op" | "layer";

/** Says whether a step is one to stop at. It may look at `value`, which computes the step. */
export type Breakpoint = (step: Step) => boolean;

export interface StopOptions<G extends Granularity = Granularity> {
  /** Default `"step"`. */
  by?: G;
  /** Runs without a stop up to the first step like this, and ends after its stop; the gradients are not kept. */
  until?: Breakpoint;
  /** Only stops at steps like these. */
  break?: Breakpoint | readonly Breakpoint[];
}

/** Steps that are one stop: those of an op, or of a call of a layer. */
export class Stop {
  /** The first step; like each, it computes itself when it is asked for its value. */
  readonly first: Step;
  readonly #rest: () => readonly Step[];

  /** @internal Made by `backwardSteps`. */
  constructor(first: Step, rest: () => readonly Step[]) {
    this.first = first;
    this.#rest = rest;
  }

  get index(): number {
    return this.first.index;
  }

  /** The layer that is gone back through, by its name. */
  get layer(): string | undefined {
    return this.first.scope?.name;
  }

  /** The op that is gone back through; none for the seed. */
  get op(): string | undefined {
    return this.first.from?.result.node?.op.opName;
  }

  /** Computes all steps of this stop and gives them. */
  reveal(): readonly Step[] {
    const rest = this.#rest();
    return [this.first, ...rest];
  }

  /** The explanations of all steps; it computes them. */
  explain(options: ExplainOptions = {}): string {
    return this.reveal()
      .map((step) => step.explain(options))
      .join("\n");
  }
}

/** What a stop goes back through: steps with equal ones belong together. */
const sameStop: { readonly [G in Exclude<Granularity, "step">]: (step: Step) => unknown } = {
  op: ({ from }) => from?.result,
  layer: (step) => step.scope ?? step.from?.result,
};

/** Gathers steps into stops. The steps after the first of a stop run when it is revealed, or left behind. */
function* gathered<R>(steps: Generator<Step, R, void>, keyOf: (step: Step) => unknown) {
  let next = steps.next();
  while (!next.done) {
    const first = next.value;
    const key = keyOf(first);
    let rest: Step[] | undefined;
    const run = (): readonly Step[] => {
      if (rest === undefined) {
        rest = [];
        for (next = steps.next(); !next.done && keyOf(next.value) === key; next = steps.next()) {
          rest.push(next.value);
        }
      }
      return rest;
    };
    yield new Stop(first, run);
    run();
  }
  return next.value;
}

/** Whether a stop has a step that one of the breakpoints wants; without breakpoints all are wanted. */
function isWanted(stop: Step | Stop, breakpoints: readonly Breakpoint[]): boolean {
  if (breakpoints.length === 0) return true;
  const matches = (step: Step) => breakpoints.some((wants) => wants(step));
  if (!(stop instanceof Stop)) return matches(stop);
  return matches(stop.first) || stop.reveal().some(matches);
}

const listOf = (value: StopOptions["break"]): readonly Breakpoint[] => {
  if (value === undefined) return [];
  return typeof value === "function" ? [value] : value;
};

function check({ by = "step", until, break: breaks }: StopOptions): void {
  const who = "backwardSteps";
  if (by !== "step" && !(by in sameStop)) {
    throw new ChainruleError(`${who}: expected by "step", "op" or "layer"; received ${show(by)}`);
  }
  const stray = [...listOf(breaks), ...(until ? [until] : [])].find((wants) => typeof wants !== "function");
  if (stray === undefined) return;
  throw new ChainruleError(
    `${who}: a breakpoint is a function of a step, such as at.layer("conv2d"); received ${show(stray)}`,
  );
}

/** The steps as stops of the wanted size, those that are wanted; returns what the steps return, unless it ends before. */
export function* stopsOf<R>(
  steps: Generator<Step, R, void>,
  options: StopOptions,
): Generator<Step | Stop, R | undefined, void> {
  checkOptions("backwardSteps", options, ["by", "until", "break", "upstream", "createGraph"]);
  check(options);
  const { by = "step", until } = options;
  const breakpoints = listOf(options.break);
  const stops = by === "step" ? steps : gathered(steps, sameStop[by]);
  for (;;) {
    const next = stops.next();
    if (next.done) return next.value;
    const last = until !== undefined && isWanted(next.value, [until]);
    if (last || ((until === undefined || breakpoints.length > 0) && isWanted(next.value, breakpoints)))
      yield next.value;
    if (last) return undefined;
  }
}

/**
 * Breakpoints: steps that go back through a layer or an op, that work on the gradient of a tensor, or whose outcome is not
 * finite or all zeros.
 *
 * @example
 * ```ts
 * const w = variable(3, { name: "w" });
 * const loss = w.mul(w).log();
 * const stops = [...backwardSteps(loss, { break: at.op("mul") })];
 * deepEqual(stops.map(({ kind }) => kind), ["contribution", "contribution", "accumulate"]);
 * ```
 */
export const at = {
  /** In the layer of that name, or in one of that class. */
  layer:
    (name: string): Breakpoint =>
    (step) => {
      for (let scope = step.scope; scope !== undefined; scope = scope.parent) {
        if (scope.name === name || scope.kind === name) return true;
      }
      return false;
    },
  /** Back through an op of that name. */
  op:
    (name: string): Breakpoint =>
    ({ from }) =>
      from?.result.node?.op.opName === name,
  /** What works on the gradient of that tensor. */
  tensor:
    (x: Tensor): Breakpoint =>
    ({ target }) =>
      target === x,
  /** Where contributions are added up. */
  accumulation: ((step) => step.kind === "accumulate") satisfies Breakpoint,
  /** An outcome with NaN or an infinity in it. */
  nonFinite: ((step) => step.value.data.some((cell) => !Number.isFinite(cell))) satisfies Breakpoint,
  /** An outcome of zeros: nothing flows on from here. */
  zeroGradient: ((step) => step.value.data.every((cell) => cell === 0)) satisfies Breakpoint,
};

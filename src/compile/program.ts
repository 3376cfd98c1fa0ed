import type { Cells } from "../dtype.ts";
import { ChainruleError } from "../errors.ts";
import { reference } from "../kernels/reference/reference.ts";
import type { Program as Laid } from "../kernels/wasm/runtime/program.ts";
import { type Runtime, runtime as theRuntime } from "../kernels/wasm/runtime/runtime.ts";
import { isView, workOf } from "../kernels/work.ts";
import { type Call, Tape } from "../ops/trace/tape.ts";
import { formatShape } from "../shape.ts";
import { Tensor, Variable } from "../tensor/tensor.ts";
import type { View } from "../view.ts";
import { homeOf } from "./homes.ts";
import { writtenInPlace } from "./in-place.ts";
import { type Places, placesOf } from "./layout.ts";
import { prepared, stagesOf } from "./stages.ts";
import { type Unit, Units } from "./units.ts";

/** What is to be computed, as symbolic tensors. */
export interface Plan {
  readonly inputs: readonly Tensor[];
  /** Results, by the stage after which they are read; a run can end between stages. */
  readonly stages: readonly (readonly Tensor[])[];
  /** New values of variables, written by the last stage. */
  readonly updates: ReadonlyMap<Variable, Tensor>;
}

type Action = () => void;

/**
 * Units with less work in each instruction are done by one thread in a few microseconds. Threads that share a processor with
 * others' work would wait for each other much longer.
 */
const smallWork = 2 ** 15;

type Way = "reference" | "one thread" | "threads";

/** How a unit is best run. */
function wayOf({ fallback, group, steps }: Unit): Way {
  if (fallback !== undefined) return "reference";
  const work = group.calls.reduce((sum, { kernel, args }) => sum + workOf(kernel, args), 0);
  return work / steps.length < smallWork ? "one thread" : "threads";
}

/** Frees the memory of programs that nobody can reach any more. */
const reclaimed = new FinalizationRegistry<{ dispose(): void }>((held) => held.dispose());

/** A block of memory; it must not know the program, or the program would never go. */
const block = (runtime: Runtime, bytes: number) => {
  const base = runtime.allocate(bytes);
  return { base, dispose: () => runtime.free(base) };
};

/**
 * A plan made into instructions with memory of their own, ready to run any number of times: each run allocates nothing but
 * its results.
 */
export class Program {
  readonly #plan: Plan;
  readonly #runtime: Runtime = theRuntime();
  readonly #tape: Tape;
  readonly #views: ReadonlyMap<Tensor, View>;
  readonly #addresses = new Map<Cells, number>();
  /** Variables that no run changes. */
  readonly #steady: readonly Variable[];
  readonly #stages: Action[][];
  readonly #copies: readonly (readonly [Variable, View])[];
  /** The sum of the versions of the steady variables when they were last looked at; versions only grow. */
  #versions: number | undefined;

  /** @throws If a new value does not have the shape of its variable. */
  constructor(plan: Plan) {
    for (const [{ name, shape: own }, { shape }] of plan.updates) {
      if (String(shape) === String(own)) continue;
      throw new ChainruleError(
        `the variable${name ? ` ${name}` : ""} has shape ${formatShape(own)}; its new value has ${formatShape(shape)}`,
      );
    }
    this.#plan = plan;
    this.#tape = new Tape(plan.inputs);
    const tape = this.#tape;
    const last = plan.stages.length;
    const results = plan.stages.map((stage) => stage.map((x) => [x, tape.view(x)] as const));
    const updates = new Map([...plan.updates].map(([variable, x]) => [variable, tape.view(x)] as const));
    this.#views = new Map([...plan.inputs.map((x) => [x, tape.view(x)] as const), ...results.flat()]);
    const wanted = results.map((stage) => stage.map(([, view]) => view));
    wanted[last - 1]!.push(...updates.values());
    const kept = new Set(wanted.flat().map(({ data }) => data));
    const stages = stagesOf(tape, wanted, new Set(updates.keys()));
    const units = new Units(tape, stages, kept, this.#runtime);
    const inPlace = writtenInPlace(tape, units, updates, kept, last);
    const order = units.ordered();
    this.#steady = this.#settle(inPlace);
    const places = placesOf(tape, units, order, stages, kept, new Set(this.#addresses.keys()));
    this.#place(places);
    this.#copies = [...updates].filter(
      ([variable, view]) => inPlace.get(view.data) !== variable && tape.buffer(view).of !== variable,
    );
    this.#stages = Array.from({ length: last + 1 }, (_, stage) =>
      this.#actions(order.filter((unit) => unit.stage === stage)),
    );
  }

  /** Whether the value of an input is used. */
  uses(input: Tensor): boolean {
    return this.#addresses.has(this.#views.get(input)!.data);
  }

  /** Gives an input its value for the next run. */
  set(input: Tensor, value: Tensor): void {
    if (this.uses(input)) value.writeTo(this.#cells(this.#views.get(input)!));
  }

  /** Runs a stage, counted from 0; the last one writes the new values of variables. */
  run(stage: number): void {
    if (stage === 0) this.#prepare();
    for (const action of this.#stages[stage + 1]!) action();
    if (stage === this.#plan.stages.length - 1) this.#write();
  }

  /** A result of a stage that has run, as a tensor of its own. */
  value(x: Tensor): Tensor {
    return new Tensor(x.shape, x.dtype, this.#cells(this.#views.get(x)!).slice());
  }

  /** Runs what depends on variables alone, if one of them has changed. */
  #prepare(): void {
    const versions = this.#steady.reduce((sum, { version }) => sum + version, 0);
    if (versions === this.#versions) return;
    for (const action of this.#stages[prepared]!) action();
    this.#versions = versions;
  }

  #write(): void {
    const values = this.#copies.map(([variable, view]) => [variable, this.#cells(view).slice()] as const);
    for (const [variable, cells] of values) variable.data.set(cells);
    for (const variable of this.#plan.updates.keys()) variable.version++;
  }

  /** Gives variables their homes, and new values those of their variables; returns the variables that only change when they are assigned. */
  #settle(inPlace: ReadonlyMap<Cells, Variable>): Variable[] {
    const variables: Variable[] = [];
    for (const [cells, { of }] of this.#tape.buffers) {
      if (!(of instanceof Variable)) continue;
      this.#addresses.set(cells, homeOf(of, this.#runtime));
      if (!this.#plan.updates.has(of)) variables.push(of);
    }
    for (const variable of this.#plan.updates.keys()) homeOf(variable, this.#runtime);
    for (const [cells, variable] of inPlace) this.#addresses.set(cells, homeOf(variable, this.#runtime));
    return variables;
  }

  /** Allocates memory and fills in constants. */
  #place({ lasting, passing, shared }: Places): void {
    const runtime = this.#runtime;
    for (const { offsets, bytes } of [lasting, passing]) {
      const held = block(runtime, bytes);
      for (const [cells, offset] of offsets) this.#addresses.set(cells, held.base + offset);
      reclaimed.register(this, held);
    }
    for (const [cells, root] of shared) this.#addresses.set(cells, this.#addresses.get(root)!);
    for (const [cells, { of, size, dtype }] of this.#tape.buffers) {
      const address = this.#addresses.get(cells);
      if (of === undefined || of instanceof Variable || of.symbolic || address === undefined) continue;
      runtime.cells(dtype, address, size).set(of.data);
    }
  }

  #cells({ data }: View): Cells {
    const { dtype, size } = this.#tape.buffers.get(data)!;
    return this.#runtime.cells(dtype, this.#addresses.get(data)!, size);
  }

  /** The units of a stage as actions: runs of instructions for one thread or several, and calls of the reference between them. */
  #actions(units: readonly Unit[]): Action[] {
    const runs: { way: Way; units: Unit[] }[] = [];
    for (const unit of units) {
      const way = wayOf(unit);
      const last = runs.at(-1);
      if (last?.way === way) last.units.push(unit);
      else runs.push({ way, units: [unit] });
    }
    return runs.flatMap((run) =>
      run.way === "reference"
        ? run.units.map(({ fallback }) => this.#reference(fallback!))
        : [this.#instructions(run.units, run.way === "threads" ? this.#runtime.threads : 1)],
    );
  }

  #instructions(units: readonly Unit[], threads: number): Action {
    const steps = units.flatMap((unit) => unit.steps);
    const program: Laid = this.#runtime.program(steps, (data) => this.#addresses.get(data)!, threads);
    reclaimed.register(this, program);
    return () => program.run();
  }

  /** A call computed by the reference kernels on the same memory. */
  #reference({ kernel, args }: Call): Action {
    const compute = reference[kernel] as (...args: readonly unknown[]) => void;
    return () => {
      compute(...args.map((arg) => (isView(arg) ? { ...arg, data: this.#cells(arg) } : arg)));
    };
  }
}

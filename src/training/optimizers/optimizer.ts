import { gradients as gradientsOf } from "../../autodiff/grad.ts";
import { type Configurable, configOf } from "../../config/configurable.ts";
import type { DType } from "../../dtype.ts";
import { ChainruleError, ensure, saying, show } from "../../errors.ts";
import type { AttrSpecs } from "../../ops/attributes.ts";
import { readOptions } from "../../ops/call.ts";
import { noGrad } from "../../ops/recording.ts";
import { variable } from "../../tensor/create.ts";
import { Tensor, type Variable } from "../../tensor/tensor.ts";
import { Schedule } from "../schedules/schedule.ts";
import { clip } from "./clip.ts";
import { type Slots, SlotTable } from "./slots.ts";
import { isLearningRate, type OptimizerOptions, ownSpecs, type Settings } from "./specs.ts";
import {
  accumulated,
  accumulator,
  average,
  averaged,
  type ReadVariable,
  type Stage,
  type Values,
} from "./stages.ts";
import { checkGradients, checkUpdated, checkVariables, type Update, type Updated } from "./update.ts";

/** What a class has that declares its options. */
interface OptimizerStatics {
  readonly name: string;
  readonly className?: string;
  readonly specs?: AttrSpecs;
}

const as = (x: Tensor, dtype: DType): Tensor => (x.dtype === dtype ? x : x.cast(dtype));

/**
 * Changes variables so that a loss falls. An optimizer says how one variable is updated, in ops; the rest is the same for
 * all: schedules, weight decay, clipping, averages, accumulation (see {@link OptimizerOptions}). Extend it with `update`,
 * and with `slots` for what it remembers of each variable.
 *
 * Its state is explicit: `step` gives the new values of variables, slots and counters as results of ops and assigns
 * nothing, so that it can be part of a step that is traced; `apply` assigns them; `minimize` differentiates, too.
 * Keras: `keras.optimizers.Optimizer`.
 *
 * @example
 * ```ts
 * class SignDescent extends Optimizer {
 *   update({ w, g, lr }) { return { w: w.sub(g.sign().mul(lr)) }; }
 * }
 * const w = variable([4, -2]);
 * const optimizer = new SignDescent({ learningRate: 0.5 });
 * for (let i = 0; i < 4; i++) optimizer.minimize(() => w.square().sum(), [w]);
 * deepEqual(w.toArray(), [2, 0]);
 * ```
 */
export abstract class Optimizer implements Configurable {
  readonly options: object;
  readonly name: string;
  /** How many steps there were: an int32 scalar. */
  readonly iterations: Variable;
  readonly #settings: Settings;
  readonly #rate: Variable | Schedule;
  readonly #undecayed: (Variable | string)[] = [];
  #table: SlotTable | undefined;

  constructor(options: OptimizerOptions = {}) {
    const { className = new.target.name, specs } = new.target as OptimizerStatics;
    const own = ownSpecs(className);
    // A class that declares its options has checked them all, and here are those that all optimizers have.
    const common = specs
      ? Object.fromEntries(Object.entries(options).filter(([key]) => key in own))
      : options;
    const settings = readOptions(className, own, [common]) as Settings;
    const clipping = (["clipnorm", "globalClipnorm", "clipvalue"] as const).filter(
      (key) => settings[key] !== null,
    );
    if (clipping.length > 1) {
      throw new ChainruleError(`${className}: set only one of ${clipping.join(" and ")}`);
    }
    const { name, learningRate } = settings;
    this.#settings = settings;
    this.options = settings;
    this.name = name;
    this.iterations = variable(0, { name: `${name}/iteration`, dtype: "int32", trainable: false });
    this.#rate =
      learningRate instanceof Schedule
        ? learningRate
        : variable(learningRate, { name: `${name}/learning_rate`, dtype: "float64", trainable: false });
  }

  /** How one variable is updated, in ops. */
  protected abstract update(update: Update): Updated;

  /** What is remembered of each variable, with the values that it starts from. Each object is a block in files. */
  protected slots(): readonly Slots[] {
    return [];
  }

  /** Numbers that all variables share, with the values that they start from. */
  protected counters(): Slots {
    return {};
  }

  /** The values of the counters for update number `t`, in ops, from those of the update before. */
  protected count(_t: Tensor, _counter: (name: string) => Tensor): Readonly<Record<string, Tensor>> {
    return {};
  }

  /**
   * The learning rate of the next step. It can be set, unless a schedule gives it.
   *
   * @throws When set to what is no finite number ≥ 0, or with a schedule.
   */
  get learningRate(): number {
    return noGrad(() => this.#learningRate((x) => x)).item();
  }

  set learningRate(value: number) {
    saying(this.name, () => {
      ensure(isLearningRate(value), () => `learningRate must be a number ≥ 0; received ${show(value)}`);
      ensure(
        !(this.#rate instanceof Schedule),
        () =>
          "a schedule gives the learning rate, so it cannot be set; make the optimizer with a number for that",
      );
      this.#rate.assign(value);
    });
  }

  /** All state, in Keras's order: the iterations, the learning rate (unless there is a schedule), the slots. */
  get variables(): Variable[] {
    const rate = this.#rate instanceof Schedule ? [] : [this.#rate];
    return [this.iterations, ...rate, ...(this.#table?.variables ?? [])];
  }

  /**
   * Leaves variables out of weight decay: given themselves, or by a word in their names (`"bias"`, `"gamma"`). Keras:
   * `exclude_from_weight_decay`.
   */
  excludeFromWeightDecay(...which: readonly (Variable | string)[]): void {
    this.#undecayed.push(...which);
  }

  /**
   * Makes the slots for those variables, once; the first step does it if nobody has.
   *
   * @throws If it was made for others before.
   */
  build(variables: readonly Variable[]): void {
    this.#build(variables);
  }

  #build(variables: readonly Variable[]): SlotTable {
    return saying(this.name, () => {
      checkVariables(variables);
      this.#table?.checkKnown(variables);
      const { useEma, gradientAccumulationSteps } = this.#settings;
      const own = {
        ...(useEma && { [average]: 0 }),
        ...(gradientAccumulationSteps && { [accumulator]: 0 }),
      };
      this.#table ??= new SlotTable(this.name, variables, [own, ...this.slots()], this.counters());
      return this.#table;
    });
  }

  /**
   * The new values of variables, slots and counters after one step, as results of ops; nothing is assigned. `read` gives
   * the values to start from, where they are not those of the variables: a traced step has symbolic ones.
   *
   * @throws If the gradients are not one for each variable, of its shape.
   */
  step(
    variables: readonly Variable[],
    gradients: readonly Tensor[],
    read: ReadVariable = (x) => x,
  ): Map<Variable, Tensor> {
    const table = this.#build(variables);
    return saying(this.name, () => {
      checkGradients(variables, gradients);
      return noGrad(() => this.#step({ variables, read, table }, gradients));
    });
  }

  /**
   * Takes a step: {@link Optimizer.step}, assigned.
   *
   * @example
   * ```ts
   * const w = variable(1);
   * const [loss, dw] = valueAndGrad((x) => x.square())(w);
   * new SGD(0.25).apply([w], [dw]);
   * deepEqual([loss.item(), w.item()], [1, 0.5]);
   * ```
   */
  apply(variables: readonly Variable[], gradients: readonly Tensor[]): void {
    const next = this.step(variables, gradients);
    saying(this.name, () => {
      const open = [...next.values()].some((value) => value.symbolic);
      ensure(!open, () => "apply needs gradients with values; one of them is symbolic");
    });
    for (const [x, value] of next) x.assign(value);
  }

  /**
   * Computes a loss, differentiates it and takes a step: a training loop in one line. Returns the loss as it was before.
   *
   * @throws If the function does not return a scalar.
   * @example
   * ```ts
   * const w = variable(5);
   * const adam = new Adam(0.1);
   * for (let i = 0; i < 200; i++) adam.minimize(() => w.sub(3).square(), [w]);
   * deepEqual(Math.abs(w.item() - 3) < 0.01, true);
   * ```
   */
  minimize(loss: () => Tensor, variables: readonly Variable[]): Tensor {
    const [y, gradients] = saying(this.name, () => {
      checkVariables(variables);
      const value: unknown = loss();
      ensure(value instanceof Tensor, () => `the function must return the loss; it returned ${show(value)}`);
      return [value, gradientsOf(value, variables)] as const;
    });
    this.apply(variables, gradients);
    return y;
  }

  /** Gives variables their moving averages, if those are kept: what `fit` does in the end. */
  finalizeVariableValues(variables: readonly Variable[]): void {
    if (!this.#settings.useEma || this.iterations.item() === 0) return;
    const table = this.#build(variables);
    for (const x of variables) x.assign(table.slot(x, average));
  }

  /** The options in Keras's names, as files hold them, with the learning rate as it is now. */
  getConfig(): Record<string, unknown> {
    const { className = this.constructor.name, specs = ownSpecs(className) } = this
      .constructor as OptimizerStatics;
    const learningRate = this.#rate instanceof Schedule ? this.#rate : this.learningRate;
    return configOf(specs, { ...this.options, learningRate });
  }

  #learningRate(read: ReadVariable): Tensor {
    return this.#rate instanceof Schedule ? this.#rate.of(read(this.iterations)) : read(this.#rate);
  }

  #step(stage: Stage, given: readonly Tensor[]): Values {
    const { gradientAccumulationSteps: period, useEma } = this.#settings;
    const counter = stage.read(this.iterations);
    const steps = counter.cast("float64");
    const updates = period === null ? steps : steps.div(period).floor();
    const gradients = given.map((g, i) => as(g, stage.variables[i]!.dtype));
    const update = (those: readonly Tensor[]) => this.#updated(stage, those, updates);
    const next = period === null ? update(gradients) : accumulated(stage, gradients, steps, period, update);
    if (useEma) averaged(stage, next, updates, this.#settings);
    return next.set(this.iterations, counter.add(1));
  }

  /** The new values of variables and slots after one update, number `updates` + 1. */
  #updated({ variables, read, table }: Stage, gradients: readonly Tensor[], updates: Tensor): Values {
    const t = updates.add(1);
    const counters = this.count(t, (name) => read(table.counter(name)));
    const next: Values = new Map(
      Object.entries(counters).map(([name, value]) => [table.counter(name), value]),
    );
    const rate = this.#learningRate(read);
    for (const [i, g] of clip(gradients, this.#settings).entries()) {
      const x = variables[i]!;
      const lr = as(rate, x.dtype);
      const updated = this.update({
        w: this.#decayed(x, read(x), lr),
        g,
        lr,
        t,
        slot: (name) => counters[name] ?? read(table.slot(x, name)),
      });
      checkUpdated(x, updated, table.of(x));
      const { w, ...slots } = updated;
      next.set(x, w);
      for (const [name, value] of Object.entries(slots)) next.set(table.slot(x, name), value);
    }
    return next;
  }

  #decayed(x: Variable, w: Tensor, lr: Tensor): Tensor {
    const { weightDecay } = this.#settings;
    const left = this.#undecayed.some((some) =>
      typeof some === "string" ? x.name?.includes(some) : some === x,
    );
    return weightDecay && !left ? w.sub(w.mul(lr.mul(weightDecay))) : w;
  }
}

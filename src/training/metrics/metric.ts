import { type Configurable, type ConfiguredClass, withOptions } from "../../config/configurable.ts";
import { nameOption } from "../../config/kinds.ts";
import { classNameOf, snakeCase } from "../../config/names.ts";
import { type DType, floatx } from "../../dtype.ts";
import { ChainruleError, saying } from "../../errors.ts";
import { add } from "../../ops/arithmetic.ts";
import { type AttrSpecs, kind } from "../../ops/attributes.ts";
import { readOptions } from "../../ops/call.ts";
import { noGrad } from "../../ops/recording.ts";
import { formatShape, type Shape } from "../../shape.ts";
import { variable, zeros } from "../../tensor/create.ts";
import type { Tensor, TensorLike, Variable } from "../../tensor/tensor.ts";
import { checkCells, floats } from "../losses/targets.ts";

type Float = "float32" | "float64";

/** The dtype as files have it: its name, or Keras's policy around it. */
const dtypeName = (value: unknown): unknown =>
  typeof value === "object" && value !== null && "config" in value
    ? (value.config as { name?: unknown } | undefined)?.name
    : value;

const metricSpecs = (name: string) => ({
  name: nameOption(name),
  dtype: kind<Float | null, Float | null>("float32, float64 or null", (value) => {
    const named = dtypeName(value);
    if (named === "float32" || named === "float64") return named;
    // Keras writes int32 for MeanIoU, though its results are floats.
    return named === null || named === "int32" ? null : undefined;
  })(null),
});

/** The options that every metric has. */
export type MetricSpecs = ReturnType<typeof metricSpecs>;

/** What every metric can be given. */
export interface MetricOptions {
  /** Default: after the class, `binary_accuracy`. */
  readonly name?: string;
  /** Of its sums; default {@link floatx}. */
  readonly dtype?: Float | null;
}

/** `"up"` if larger is better, `"down"` if smaller is, `null` if nobody said. */
export type Direction = "up" | "down" | null;

/**
 * A number that tells how good predictions are, over all batches since the last reset. A metric is some sums over the
 * data and a function of them: extend it with `sums` and `value`, both in ops.
 *
 * Its state is explicit: `update` gives the new sums as results of ops and changes nothing, so that it can be part of
 * a step that is traced; `updateState` assigns them. The variables are made at the first update, when their shapes
 * are known. Keras: `keras.metrics.Metric`.
 *
 * @example
 * ```ts
 * class Bias extends Metric {
 *   sums(yTrue, yPred) { return { off: yPred.sub(yTrue).sum(), count: yPred.mul(0).add(1).sum() }; }
 *   value({ off, count }) { return off.div(count); }
 * }
 * const bias = new Bias();
 * bias.updateState([[1], [2]], [[2], [3]]);
 * bias.updateState([[1], [2]], [[1], [2]]);
 * deepEqual(bias.result().item(), 0.5);
 * ```
 */
export abstract class Metric<Sum extends string = string> implements Configurable {
  readonly options: object;
  readonly name: string;
  readonly dtype: DType;
  /** Which results are better: callbacks that watch a metric go by it. */
  readonly direction: Direction = null;
  readonly #state = new Map<string, Variable>();

  constructor(options: MetricOptions = {}) {
    const className = classNameOf(new.target);
    const { name, dtype } = options;
    const read = readOptions(className, metricSpecs(snakeCase(className)), [{ name, dtype }]);
    this.options = read;
    this.name = read.name as string;
    this.dtype = (read.dtype as Float | null) ?? floatx();
  }

  /** What a batch adds to each sum, in ops. The arguments are floats of the metric's dtype. */
  protected abstract sums(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): Record<Sum, Tensor>;

  /** The result, in ops, from the sums over all batches. */
  protected abstract value(sums: Record<Sum, Tensor>): Tensor;

  /** The sums, none of them trainable. */
  get variables(): Variable[] {
    return [...this.#state.values()];
  }

  /**
   * The new value of each variable after a batch, as results of ops; nothing is assigned.
   *
   * @throws If shapes do not fit, or targets or weights are not what the metric takes.
   */
  update(yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): Map<Variable, Tensor> {
    return this.updates(yTrue, yPred, sampleWeight);
  }

  /** Takes a batch into account: {@link Metric.update}, assigned. */
  updateState(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): void {
    assignAll(this.updates(yTrue, yPred, sampleWeight));
  }

  /** Reads a batch and adds it to the sums. */
  protected updates(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): Map<Variable, Tensor> {
    return saying(this.name, () =>
      noGrad(() => {
        const sums = this.#read(yTrue, yPred, sampleWeight);
        return new Map(
          Object.entries(sums).map(([name, more]) => {
            const sum = this.#sum(name, more.shape);
            return [sum, add(sum, more)];
          }),
        );
      }),
    );
  }

  #read(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): Record<string, Tensor> {
    const read = (what: string, value: TensorLike) => floats(what, value, this.dtype);
    const weight = sampleWeight === undefined ? undefined : read("sampleWeight", sampleWeight);
    if (weight !== undefined) checkCells("sampleWeight", weight, Number.isFinite, "finite");
    return this.sums(read("yTrue", yTrue), read("yPred", yPred), weight);
  }

  /**
   * Refuses targets and weights that {@link Metric.update} would refuse for predictions of that kind: what is done before a
   * compiled step, which does not look at values. `predicted` is symbolic, so that only the targets are looked at.
   *
   * @throws If shapes do not fit, or targets or weights are not what the metric takes.
   */
  check(yTrue: Tensor, predicted: Tensor, sampleWeight?: Tensor): void {
    saying(this.name, () => noGrad(() => this.#read(yTrue, predicted, sampleWeight)));
  }

  #sum(name: string, shape: Shape): Variable {
    const known = this.#state.get(name);
    if (known === undefined) {
      const made = variable(zeros(shape, this.dtype), { name: `${this.name}/${name}`, trainable: false });
      this.#state.set(name, made);
      return made;
    }
    if (String(known.shape) !== String(shape)) {
      throw new ChainruleError(
        `the sum ${name} had shape ${formatShape(known.shape)} in earlier batches and would have ` +
          `${formatShape(shape)} now; all batches must have the same number of outputs`,
      );
    }
    return known;
  }

  /** The metric over all batches since the last reset: a scalar, or one number per class. 0 before the first one. */
  result(): Tensor {
    if (this.#state.size === 0) return zeros([], this.dtype);
    return noGrad(() =>
      this.value(Object.fromEntries(this.#state) as Record<string, Tensor> as Record<Sum, Tensor>),
    );
  }

  /** Forgets all batches. */
  reset(): void {
    for (const sum of this.#state.values()) sum.assign(zeros(sum.shape, sum.dtype));
  }

  /** The options in Keras's names, as files hold them. */
  getConfig(): Record<string, unknown> {
    return { name: this.name, dtype: this.dtype };
  }
}

/** Writes the results of {@link Metric.update} back. */
export function assignAll(updates: ReadonlyMap<Variable, Tensor>): void {
  for (const [sum, value] of updates) sum.assign(value);
}

type AbstractMetric = abstract new (options?: MetricOptions) => Metric<never>;

/**
 * A base class for a metric with options of its own, declared once; `name` where it does not follow from the class's,
 * and `positional` for options that may be given without their names.
 */
export function metricClass<
  B extends AbstractMetric,
  const S extends AttrSpecs,
  const P extends readonly (keyof S & string)[] = [],
>(
  Base: B,
  className: string,
  specs: S,
  {
    name = snakeCase(className),
    positional = [] as readonly string[] as P,
  }: { name?: string; positional?: P } = {},
): ConfiguredClass<S & MetricSpecs, P, InstanceType<B>> {
  const Configured = withOptions(Base, className, positional, { ...specs, ...metricSpecs(name) } as S &
    MetricSpecs);
  abstract class Named extends (Configured as object as new (...args: never) => Metric) {
    override getConfig(): Record<string, unknown> {
      return { ...super.getConfig(), dtype: this.dtype };
    }
  }
  return Named as object as ConfiguredClass<S & MetricSpecs, P, InstanceType<B>>;
}

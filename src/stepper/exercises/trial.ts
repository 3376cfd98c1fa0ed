import { isFloat } from "../../dtype.ts";
import { show } from "../../errors.ts";
import { noGrad } from "../../ops/recording.ts";
import { formatShape, sameShape } from "../../shape.ts";
import { tensor } from "../../tensor/create.ts";
import { Tensor, type TensorLike } from "../../tensor/tensor.ts";
import type { Case } from "./cases.ts";
import { type Declaration, wantedOf } from "./list.ts";
import { tensorText } from "./text.ts";
import type { Forward } from "./truth.ts";

/**
 * A learner's rule: from the upstream gradient (that of the result `y`), the inputs and the result to the gradient of
 * each input that is asked for, in the order of the inputs. For one input the gradient itself will do.
 */
export type LearnerRule = (
  upstream: Tensor,
  inputs: readonly Tensor[],
  y: Tensor,
) => TensorLike | readonly TensorLike[];

/** What a rule gave that cannot be compared with anything: why, and the likely mistake. */
export class Refusal extends Error {
  readonly likely: string | undefined;
  readonly yours: readonly Tensor[] | undefined;
  /** Which of the gradients it is about. */
  readonly about: number;

  constructor(
    message: string,
    details: { likely?: string | undefined; yours?: readonly Tensor[]; about?: number } = {},
  ) {
    super(message);
    this.likely = details.likely;
    this.yours = details.yours;
    this.about = details.about ?? 0;
  }
}

interface Answer {
  readonly gradients: readonly Tensor[];
  /** What the rule wrote into, which it must not. */
  readonly changed: string | undefined;
}

const copyOf = ({ shape, data }: Tensor): Tensor => new Tensor(shape, "float64", Float64Array.from(data));

const same = (a: Tensor, b: Tensor): boolean => a.data.every((x, i) => Object.is(x, b.data[i]));

/** What was thrown, as one line. */
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : show(error));

/** A rule tried on one case. */
export class Trial {
  readonly case: Case;
  readonly names: readonly string[];
  /** The positions of the inputs whose gradients are asked for. */
  readonly wanted: readonly number[];
  readonly #exercise: Declaration;
  readonly #rule: LearnerRule;

  constructor(exercise: Declaration, rule: LearnerRule, one: Case) {
    this.case = one;
    this.names = Object.keys(exercise.inputs);
    const wanted = wantedOf(exercise);
    this.wanted = this.names.flatMap((name, i) => (wanted.includes(name) ? [i] : []));
    this.#exercise = exercise;
    this.#rule = rule;
  }

  /** The function to differentiate. */
  get of(): Forward {
    return this.#exercise.of;
  }

  /** The gradients that are right, of the inputs that are asked for. */
  get expected(): readonly Tensor[] {
    return this.pick(this.case.truth.gradients);
  }

  /** Of one thing per input, those of the inputs that are asked for. */
  pick<T>(all: readonly T[]): T[] {
    return this.wanted.map((i) => all[i]!);
  }

  /** The same rule on another case. */
  on(one: Case): Trial {
    return new Trial(this.#exercise, this.#rule, one);
  }

  /** What the rule gives. It works on copies, so that one that writes into its arguments spoils nothing. */
  answer(upstream = this.case.upstream): Answer {
    const { inputs, truth } = this.case;
    const copies = new Map([...new Set(inputs)].map((x) => [x, copyOf(x)]));
    const xs = inputs.map((x) => copies.get(x)!);
    const [dy, y] = [copyOf(upstream), copyOf(truth.y)];
    let gradients: readonly Tensor[];
    try {
      gradients = this.#read(noGrad(() => this.#rule(dy, [...xs], y)));
    } catch (error) {
      if (error instanceof Refusal) throw error;
      throw new Refusal(`the rule threw an error: ${messageOf(error)}`);
    }
    const given = [
      { name: "the upstream gradient", before: upstream, after: dy },
      ...inputs.map((before, i) => ({ name: this.names[i]!, before, after: xs[i]! })),
      { name: "y", before: truth.y, after: y },
    ];
    const touched = given.find(({ before, after }) => !same(before, after));
    return {
      gradients,
      changed:
        touched &&
        `${touched.name} was ${tensorText(touched.before)} and is ${tensorText(touched.after)} now`,
    };
  }

  /** What the rule gives, each gradient in the shape of its input. */
  gradients(upstream = this.case.upstream): readonly Tensor[] {
    const { inputs } = this.case;
    const { gradients } = this.answer(upstream);
    const stray = this.wanted.findIndex((i, k) => !sameShape(gradients[k]!.shape, inputs[i]!.shape));
    if (stray === -1) return gradients;
    const at = this.wanted[stray]!;
    const [has, needs] = [gradients[stray]!.shape, inputs[at]!.shape];
    const message = `the gradient of ${this.names[at]} has shape ${formatShape(has)}; it must have that of ${this.names[at]}, ${formatShape(needs)}`;
    throw new Refusal(message, { likely: this.#misshapen(has, needs, at), yours: gradients, about: stray });
  }

  #misshapen(has: Tensor["shape"], needs: Tensor["shape"], at: number): string | undefined {
    const { inputs, truth } = this.case;
    const twin = inputs.findIndex((x, i) => i !== at && sameShape(x.shape, has));
    if (truth.stretched && sameShape(has, truth.y.shape)) {
      return `a sum over the batch is missing, or over another axis that ${this.names[at]} was stretched along`;
    }
    if (sameShape(has, [...needs].reverse())) return "it is transposed";
    if (twin !== -1) return `it has the shape of ${this.names[twin]}: are the two swapped?`;
    if (sameShape(has, truth.y.shape)) return "it has the shape of y";
    return undefined;
  }

  #read(given: unknown): Tensor[] {
    const names = this.pick(this.names);
    const isList = Array.isArray(given) && (names.length > 1 || given.every((x) => x instanceof Tensor));
    if (names.length > 1 && !isList) {
      throw new Refusal(
        `expected ${names.length} gradients, [${names.join(", ")}]; the rule returned ${show(given)}`,
      );
    }
    const list: unknown[] = isList ? given : [given];
    if (list.length !== names.length) {
      const expected = `${names.length} gradient${names.length === 1 ? "" : "s"}, [${names.join(", ")}]`;
      throw new Refusal(`expected ${expected}; the rule returned ${list.length}`);
    }
    return Array.from(list, (x, i) => readGradient(names[i]!, x));
  }
}

function readGradient(name: string, x: unknown): Tensor {
  const what = `the gradient of ${name}`;
  if (x === undefined)
    throw new Refusal(`${what} is missing: the rule returned undefined. Is a return missing?`);
  if (x instanceof Promise) throw new Refusal(`${what} is a promise: the rule must not be async`);
  if (!(x instanceof Tensor)) {
    try {
      return tensor(x as TensorLike, { dtype: "float64" });
    } catch (error) {
      throw new Refusal(`${what} is no tensor: ${messageOf(error)}`);
    }
  }
  if (x.symbolic) throw new Refusal(`${what} has no values: it is made of a placeholder`);
  if (!isFloat(x.dtype)) {
    throw new Refusal(
      `${what} must hold floats; it is a tensor of ${x.dtype}. Multiply the upstream gradient by it.`,
    );
  }
  return copyOf(x);
}

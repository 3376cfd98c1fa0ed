// A learner's rule is written with the methods of tensors.
import "../../ops/fluent.ts";
import { spellingKey } from "../../config/names.ts";
import { ChainruleError, checkOptions, nearest, show } from "../../errors.ts";
import { noGrad } from "../../ops/recording.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { texToText } from "../../tex.ts";
import { differences } from "./agreement.ts";
import { casesOf } from "./cases.ts";
import { likelyMistake } from "./diagnosis.ts";
import type { Failure } from "./failure.ts";
import { formulasOf, solutionTex } from "./formula.ts";
import { type Declaration, declarations, wantedOf } from "./list.ts";
import { type PropertyName, properties, propertyNames } from "./properties.ts";
import { type ComparedJacobian, ExerciseReport, type Findings, hintCount } from "./report.ts";
import { type LearnerRule, Refusal, Trial } from "./trial.ts";
import { cellName, differentiate, rowsOf } from "./truth.ts";

export interface ExerciseOptions {
  /** Draws other numbers. Default 0. */
  seed?: number | string;
  /** How many steps of the ladder of hints the text of a report shows, 1 to 5. Default 2. */
  hints?: number;
}

/** An exercise: a function whose gradient rule a learner is to write. */
export class Exercise {
  readonly name: string;
  readonly title: string;
  /** What is asked, in a sentence or two. */
  readonly task: string;
  /** The inputs of the function. */
  readonly inputs: readonly string[];
  /** The inputs whose gradients are asked for, in the order in which a rule returns them. */
  readonly wanted: readonly string[];
  /** The shapes that a rule is tried on, smallest first: one per input. */
  readonly shapes: readonly Readonly<Record<string, Shape>>[];
  readonly #declaration: Declaration;

  /** @internal See `exercises`. */
  constructor(declaration: Declaration) {
    const { name, title, task, inputs } = declaration;
    this.name = name;
    this.title = title;
    this.task = task;
    this.inputs = Object.keys(inputs);
    this.wanted = wantedOf(declaration);
    this.shapes = inputs[this.inputs[0]!]!.map((_, i) =>
      Object.fromEntries(this.inputs.map((one) => [one, inputs[one]![i]!])),
    );
    this.#declaration = declaration;
  }

  /** The function as LaTeX, as its ops write it: `y = a \cdot b`. */
  get tex(): string {
    return formulasOf(this.#declaration).tex;
  }

  /** The function as plain text: `y = a · b`. */
  get formula(): string {
    return texToText(this.tex);
  }

  /** How a rule begins: `(upstream, [a, b], y) => [gradient of a, gradient of b]`. */
  get signature(): string {
    const gradients = this.wanted.map((name) => `gradient of ${name}`).join(", ");
    const result = this.wanted.length === 1 ? gradients : `[${gradients}]`;
    return `(upstream, [${this.inputs.join(", ")}], y) => ${result}`;
  }

  /** The gradients as LaTeX, as the library's own rules write them: one line per input that is asked for. */
  solution(): string[] {
    return formulasOf(this.#declaration).solutions.map(solutionTex);
  }

  /** The value of the function. */
  forward(...xs: Tensor[]): Tensor {
    return this.#declaration.of(...xs);
  }

  /** Tests a rule: see {@link exercise}. */
  check(rule: LearnerRule, options: ExerciseOptions = {}): ExerciseReport {
    const { seed, hints } = readOptions(this.name, options);
    const trials = casesOf(this.#declaration, seed).map((one) => new Trial(this.#declaration, rule, one));
    const { solutions } = formulasOf(this.#declaration);
    const held: PropertyName[] = [];
    const about = { exercise: this.name, cases: trials.length, held, solutions, shown: hints };
    for (const name of propertyNames) {
      const concerned = trials.filter((trial) => properties[name].concerns(trial));
      for (const trial of concerned) {
        const found = attempt(() => properties[name].test(trial, concerned));
        if (found !== undefined)
          return new ExerciseReport({ ...about, failed: describe(name, trial, found, trials) });
      }
      if (concerned.length > 0) held.push(name);
    }
    return new ExerciseReport(about);
  }
}

function readOptions(name: string, options: ExerciseOptions): Required<ExerciseOptions> {
  const who = `exercise ${name}`;
  checkOptions(who, options, ["seed", "hints"]);
  const { seed = 0, hints = 2 } = options;
  if (typeof seed !== "string" && !Number.isFinite(seed)) {
    throw new ChainruleError(`${who}: seed must be a finite number or a string; received ${show(seed)}`);
  }
  if (!Number.isInteger(hints) || hints < 1 || hints > hintCount) {
    throw new ChainruleError(
      `${who}: hints must be a whole number from 1 to ${hintCount}; received ${show(hints)}`,
    );
  }
  return { seed, hints };
}

function attempt(test: () => Failure | undefined): Failure | Refusal | undefined {
  try {
    return test();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/** What a report says of a failure. */
function describe(
  property: PropertyName,
  trial: Trial,
  found: Failure | Refusal,
  trials: readonly Trial[],
): NonNullable<Findings["failed"]> {
  const refused = found instanceof Refusal;
  const { inputs, upstream, expected } = refused ? { ...trial.case, expected: trial.expected } : found;
  const { yours } = found;
  const y = noGrad(() => trial.of(...inputs));
  const wrong = refused ? found.about : (differences(found.yours, expected)[0]?.input ?? 0);
  const numbersAreWrong = !refused && property !== "mutation" && property !== "finite";
  return {
    property,
    refusal: refused ? found.message : undefined,
    counterexample: {
      inputs: inputs.map((value, i) => ({ name: trial.names[i]!, value })),
      y,
      upstream,
      gradients: trial
        .pick(trial.names)
        .map((name, i) => ({ name, yours: yours?.[i], expected: expected[i]! })),
      arithmetic: refused ? [] : found.arithmetic,
    },
    jacobian: jacobianOf(trial, wrong, inputs, y),
    diagnosis: found.likely ?? (numbersAreWrong ? likelyMistake(trials) : undefined),
  };
}

/** The Jacobian in an input, as the rule sees it and as it is. */
function jacobianOf(trial: Trial, wrong: number, inputs: readonly Tensor[], y: Tensor): ComparedJacobian {
  const at = trial.wanted[wrong]!;
  const input = trial.names[at]!;
  const cells = (name: string, x: Tensor) => Array.from(x.data, (_, cell) => cellName(name, x, cell));
  let yours: number[][] | undefined;
  try {
    yours = rowsOf(y, (upstream) => trial.gradients(upstream)[wrong]!);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  return {
    input,
    rows: cells("y", y),
    columns: cells(input, inputs[at]!),
    yours,
    expected: rowsOf(y, (upstream) => differentiate(trial.of, inputs, upstream).gradients[at]!),
  };
}

/** The exercises, in the order in which they build on each other. */
export const exercises: readonly Exercise[] = declarations.map((one) => new Exercise(one));

/**
 * An exercise with a rule to test: the gradient of the function `name` as the learner writes it, in ops. `check()` tries
 * it on many cases, the smallest first, and reports the first property of a gradient that it lacks, on the smallest
 * case: small enough for pen and paper. `report.hint(1)` to `report.hint(5)` help in steps.
 *
 * @throws If there is no exercise of that name, or the rule is no function. A rule that fails is not thrown but reported.
 * @example
 * ```ts
 * const right = exercise("mul", (upstream, [a, b]) => [upstream.mul(b), upstream.mul(a)]);
 * deepEqual(right.check().verdict, "right");
 *
 * const report = exercise("sigmoid", (upstream, _, y) => upstream.mul(y)).check();
 * deepEqual(report.property, "adjoint");
 * deepEqual(report.counterexample.inputs[0].value.toArray(), 1);
 * ```
 */
export function exercise(
  name: string,
  rule: LearnerRule,
): { readonly exercise: Exercise; check(options?: ExerciseOptions): ExerciseReport } {
  const found =
    typeof name === "string" && exercises.find((one) => spellingKey(one.name) === spellingKey(name));
  if (!found) {
    const names = exercises.map((one) => one.name);
    const known = typeof name === "string" ? nearest(name, names) : names;
    throw new ChainruleError(`unknown exercise ${show(name)}; known: ${known.join(", ")}`);
  }
  if (typeof rule !== "function") {
    throw new ChainruleError(
      `exercise ${found.name}: the rule must be a function ${found.signature}; received ${show(rule)}`,
    );
  }
  return { exercise: found, check: (options) => found.check(rule, options) };
}

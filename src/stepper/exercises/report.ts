import { ChainruleError, show } from "../../errors.ts";
import { formatShape, sameShape } from "../../shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { texToText } from "../../tex.ts";
import { near } from "./agreement.ts";
import type { Solution } from "./formula.ts";
import { type PropertyName, properties } from "./properties.ts";
import { gridText, tensorText } from "./text.ts";

/** A gradient of the counterexample: what the rule gave (if it gave any), and what is right. */
export interface ComparedGradient {
  readonly name: string;
  readonly yours: Tensor | undefined;
  readonly expected: Tensor;
}

/** The smallest case that a rule fails in. */
export interface Counterexample {
  readonly inputs: readonly { readonly name: string; readonly value: Tensor }[];
  readonly y: Tensor;
  readonly upstream: Tensor;
  readonly gradients: readonly ComparedGradient[];
  /** What went wrong, number by number. */
  readonly arithmetic: readonly string[];
}

/** How each cell of y moves with each cell of an input: one row per cell of y. */
export interface ComparedJacobian {
  readonly input: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly yours: readonly (readonly number[])[] | undefined;
  readonly expected: readonly (readonly number[])[];
}

/** @internal What a report is made of. */
export interface Findings {
  readonly exercise: string;
  /** How many cases were looked at. */
  readonly cases: number;
  /** The properties that hold. */
  readonly held: readonly PropertyName[];
  readonly solutions: readonly Solution[];
  /** How many hints the text shows. */
  readonly shown: number;
  readonly failed?: {
    readonly property: PropertyName;
    /** Why the rule's answer could not be read, if so. */
    readonly refusal: string | undefined;
    readonly counterexample: Counterexample;
    readonly jacobian: ComparedJacobian;
    readonly diagnosis: string | undefined;
  };
}

export type Verdict = "right" | "wrong";

/** Tensors in JSON; what is not finite is a string. */
interface JsonTensor {
  readonly shape: readonly number[];
  readonly cells: readonly (number | string)[];
}

const jsonNumber = (x: number): number | string => (Number.isFinite(x) ? x : String(x));

const jsonTensor = ({ shape, data }: Tensor): JsonTensor => ({ shape, cells: Array.from(data, jsonNumber) });

/** The report as plain data, for a page. */
export type ExerciseReportJson = ReturnType<ExerciseReport["toJSON"]>;

/** What `exercise(…).check()` found, with hints as a ladder from the verdict up to the solution. */
export class ExerciseReport {
  readonly verdict: Verdict;
  readonly exercise: string;
  readonly cases: number;
  /** The properties that hold, up to the one that does not. */
  readonly held: readonly PropertyName[];
  /** The first property that the rule lacks. */
  readonly property: PropertyName | undefined;
  readonly counterexample: Counterexample | undefined;
  readonly jacobian: ComparedJacobian | undefined;
  /** The likely mistake, if it looks like a known one. */
  readonly diagnosis: string | undefined;
  /** How many steps the ladder of hints has. */
  readonly hints: number;
  readonly #findings: Findings;

  /** @internal Made by `check`. */
  constructor(findings: Findings) {
    const { failed } = findings;
    this.verdict = failed === undefined ? "right" : "wrong";
    this.exercise = findings.exercise;
    this.cases = findings.cases;
    this.held = findings.held;
    this.property = failed?.property;
    this.counterexample = failed?.counterexample;
    this.jacobian = failed?.jacobian;
    this.diagnosis = failed?.diagnosis;
    this.#findings = findings;
    this.hints = ladder.length;
  }

  /**
   * One step of the ladder: 1 the verdict, 2 the property that fails in words, 3 the smallest case with its arithmetic, 4 the
   * Jacobian beside the true one, 5 the solution.
   *
   * @throws If there is no such step.
   */
  hint(level: number): string {
    const step = ladder[level - 1];
    if (step === undefined) {
      throw new ChainruleError(
        `hint: expected a whole number from 1 to ${ladder.length}; received ${show(level)}`,
      );
    }
    return step(this.#findings);
  }

  /** The verdict and what fails, and how to get more. */
  toString(): string {
    const { shown } = this.#findings;
    if (this.verdict === "right") return this.hint(1);
    const steps = ladder.slice(0, shown).map((step) => step(this.#findings));
    if (shown < ladder.length) steps.push(`More: report.hint(${shown + 1}): ${ladderNames[shown]}.`);
    return steps.join("\n");
  }

  /** Plain data: everything above, and the hints as a list. */
  toJSON() {
    const { exercise, verdict, cases, held, property, diagnosis, counterexample, jacobian } = this;
    return {
      exercise,
      verdict,
      cases,
      held,
      property,
      words: property && properties[property].words,
      diagnosis,
      counterexample: counterexample && {
        inputs: counterexample.inputs.map(({ name, value }) => ({ name, ...jsonTensor(value) })),
        y: jsonTensor(counterexample.y),
        upstream: jsonTensor(counterexample.upstream),
        gradients: counterexample.gradients.map(({ name, yours, expected }) => ({
          name,
          yours: yours && jsonTensor(yours),
          expected: jsonTensor(expected),
        })),
        arithmetic: counterexample.arithmetic,
      },
      jacobian: jacobian && {
        ...jacobian,
        yours: jacobian.yours?.map((row) => row.map(jsonNumber)),
        expected: jacobian.expected.map((row) => row.map(jsonNumber)),
      },
      hints: ladder.map((step) => step(this.#findings)),
    };
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

const indented = (lines: readonly string[]): string => lines.map((line) => `  ${line}`).join("\n");

function verdictText({ exercise, failed, held, cases }: Findings): string {
  if (failed === undefined)
    return `✓ ${exercise}: right. All ${held.length} properties hold in ${cases} cases.`;
  const before = held.length === 0 ? "" : ` What holds: ${held.join(", ")}.`;
  return `✗ ${exercise}: not right yet.${before}`;
}

const nothingWrong = "Nothing is wrong.";

function propertyText({ failed }: Findings): string {
  if (failed === undefined) return nothingWrong;
  const lines = [`What fails: ${failed.property}. ${properties[failed.property].words}`];
  if (failed.refusal !== undefined) lines.push(indented([failed.refusal]));
  return lines.join("\n");
}

function caseText({ failed }: Findings): string {
  if (failed === undefined) return nothingWrong;
  const { inputs, y, upstream, gradients, arithmetic } = failed.counterexample;
  const rows: [string, string][] = [
    ...inputs.map(({ name, value }) => row(name, value)),
    row("y", y),
    row("upstream", upstream),
    ...gradients.map((one): [string, string] => [`grad(${one.name})`, gradientText(one)]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = [...rows.map(([name, text]) => `${name.padEnd(width)} ${text}`), ...arithmetic];
  if (failed.diagnosis !== undefined) lines.push(`→ ${failed.diagnosis}`);
  return `The smallest case found:\n${indented(lines)}`;
}

/** A tensor's name and value; with its shape, where the brackets do not show it. */
const row = (name: string, value: Tensor): [string, string] => [
  value.rank > 2 ? `${name} ${formatShape(value.shape)}` : name,
  `= ${tensorText(value)}`,
];

/** With the shape of yours, where that is the mistake. */
function gradientText({ yours, expected }: ComparedGradient): string {
  const right = tensorText(expected);
  if (yours === undefined) return `must be ${right}`;
  const mine = tensorText(yours);
  if (mine === right) return `= ${right}`;
  const misshapen = !sameShape(yours.shape, expected.shape);
  return `must be ${right}; yours is ${mine}${misshapen ? ` of shape ${formatShape(yours.shape)}` : ""}`;
}

function jacobianText({ failed }: Findings): string {
  if (failed === undefined) return nothingWrong;
  const { input, rows, columns, yours, expected } = failed.jacobian;
  const size = Math.max(0, ...expected.flat().map(Math.abs));
  const grid = gridText({ yours, expected }, rows, columns, (a, b) => !near(a, b, size));
  const head = `The Jacobian of y in ${input}: how much each cell of y (row) moves with each cell of ${input} (column). A gradient is the upstream times this.`;
  return `${head}\n${indented(grid)}`;
}

function solutionText({ solutions }: Findings): string {
  const lines = solutions.flatMap(({ input, terms }) => {
    const head = `grad(${input}) = `;
    const texts = terms.map(({ tex }) => texToText(tex));
    if (texts.length === 1) return [`${head}${texts[0]}`];
    return texts.map(
      (text, i) =>
        `${i === 0 ? head : `${" ".repeat(head.length - 2)}+ `}${text}   through ${terms[i]!.through}`,
    );
  });
  return `The library's own rule, ȳ being the upstream gradient:\n${indented(lines)}`;
}

/** The ladder of hints, each step telling more. */
const ladder = [verdictText, propertyText, caseText, jacobianText, solutionText];

/** How many hints there are. */
export const hintCount = ladder.length;

const ladderNames = ["the verdict", "what fails", "the smallest case", "the Jacobian", "the solution"];

import { type Answer, answersTo, type Guess, type Sign } from "../../autodiff/predict.ts";
import { formatShape, type Shape } from "../../shape.ts";
import { isSingle } from "../pictures/words.ts";
import type { StepRecord, Tables, TensorRecord } from "../trace/records.ts";

/** One of the answers that can be chosen. */
export interface Choice {
  readonly label: string;
  readonly guess: Guess;
}

/** What is asked before a step is shown. */
export interface Question {
  readonly about: keyof Guess;
  readonly text: string;
  readonly choices: readonly Choice[];
}

const signs: readonly (readonly [Sign, string])[] = [
  ["+", "+ positive"],
  ["-", "− negative"],
  ["0", "0 zero"],
  ["mixed", "± some of each"],
];

/** What is asked about, in words. */
function subjectOf({ nodes, loss }: Tables, { phase, node, from }: StepRecord): string {
  const { label } = nodes[node]!;
  if (phase === "contribution" && from !== undefined)
    return `the gradient that ${nodes[from]!.label} sends to ${label}`;
  return `the gradient of ${nodes[loss]!.label} in ${label}`;
}

/** Shapes that are worth a thought: the right one, those of what the rule works with, and the right one turned round. */
function shapesFor({ tensors }: Tables, step: StepRecord): Shape[] {
  const { shape } = tensors[step.value]!;
  const others = [step.upstream ?? step.value, ...Object.values(step.rule?.bind ?? {})].map(
    (tensor) => tensors[tensor]!.shape,
  );
  const all = new Map([shape, ...others, [...shape].reverse()].map((one) => [formatShape(one), one]));
  return [...all]
    .slice(0, 4)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, one]) => one);
}

/** What to ask before a step of the backward pass; nothing before others. */
export function questionFor(tables: Tables, step: StepRecord): Question | undefined {
  const { phase, from } = step;
  if (phase === "forward" || phase === "seed") return undefined;
  const value = tables.tensors[step.value]!;
  const subject = subjectOf(tables, step);
  const shapes = shapesFor(tables, step);
  if (!isSingle(value) && shapes.length > 1 && (phase === "sum" || !tables.nodes[from!]!.pointwise)) {
    const choices = shapes.map((shape): Choice => ({ label: formatShape(shape), guess: { shape } }));
    return { about: "shape", text: `Which shape has ${subject}?`, choices };
  }
  if (!isSingle(value) && tables.nodes[from!]!.inputs.length === 1) {
    const choices = [
      { label: "no, some gets through", guess: { zero: false } },
      { label: "yes, all cells are 0", guess: { zero: true } },
    ];
    return { about: "zero", text: `Is all of ${subject} zero?`, choices };
  }
  const possible = isSingle(value) ? signs.slice(0, 3) : signs;
  const choices = possible.map(([sign, label]): Choice => ({ label, guess: { sign } }));
  return { about: "sign", text: `Which sign has ${subject}?`, choices };
}

const seen = ({ shape, cells, sample }: TensorRecord) => ({ shape, cells: cells ?? sample.cells });

/** The verdict on a choice. */
export const judged = (guess: Guess, value: TensorRecord): Answer => answersTo(guess, seen(value))[0]!;

import type { Tensor } from "../../tensor/tensor.ts";
import { type Cell, differences, isBetween, kinkAt } from "./agreement.ts";
import { dotText, number } from "./text.ts";
import type { Trial } from "./trial.ts";
import { cellName, differentiate, rowsOf } from "./truth.ts";

/** How a rule fails: what it was given, what it gave, what is right, and the arithmetic between them. */
export interface Failure {
  readonly inputs: readonly Tensor[];
  readonly upstream: Tensor;
  readonly yours: readonly Tensor[];
  readonly expected: readonly Tensor[];
  readonly arithmetic: readonly string[];
  /** The likely mistake, where the property knows. */
  readonly likely?: string;
}

type Details = Partial<Failure> & Pick<Failure, "arithmetic">;

/** A failure on the case's own numbers, but for what `details` say. */
export function failure(trial: Trial, yours: readonly Tensor[], details: Details): Failure {
  const { inputs, upstream } = trial.case;
  return { inputs, upstream, yours, expected: trial.expected, ...details };
}

/** How a gradient, or one of its cells, is called: `grad(x[0])`. */
export const gradientName = (trial: Trial, { input, cell }: Cell): string => {
  const at = trial.wanted[input]!;
  return `grad(${cellName(trial.names[at]!, trial.case.inputs[at]!, cell)})`;
};

/** Where a cell of a gradient comes from: each cell of the upstream gradient times how much it is moved. */
export function cellArithmetic(trial: Trial, at: Cell, yours: readonly Tensor[]): string {
  const { inputs, upstream, truth } = trial.case;
  const position = trial.wanted[at.input]!;
  const rows = rowsOf(truth.y, (one) => differentiate(trial.of, inputs, one).gradients[position]!);
  const slopes = rows.map((row) => row[at.cell]!);
  const name = gradientName(trial, at);
  return `${name} = Σ upstream · ∂y/∂${name.slice(5, -1)} = ${dotText(upstream.data, slopes)}; yours is ${number(yours[at.input]!.data[at.cell]!)}`;
}

/** The cells in which the rule differs from the true gradient. */
export const wrongCells = (trial: Trial, yours: readonly Tensor[]): Cell[] =>
  differences(yours, trial.expected);

/** The slopes of both sides, if the cell lies at a kink. */
export const kinkOf = (trial: Trial, { input, cell }: Cell): ReturnType<typeof kinkAt> =>
  kinkAt(trial.of, trial.case.inputs, trial.case.upstream, { input: trial.wanted[input]!, cell });

/** The first wrong cell that does not lie at a kink with the slope of one side. */
export function beyondKinks(trial: Trial, yours: readonly Tensor[]): Failure | undefined {
  for (const wrong of wrongCells(trial, yours)) {
    const kink = kinkOf(trial, wrong);
    const slope = yours[wrong.input]!.data[wrong.cell]!;
    if (kink !== undefined && isBetween(slope, kink)) continue;
    const arithmetic = [cellArithmetic(trial, wrong, yours)];
    if (kink !== undefined) {
      arithmetic.push(
        `a kink: the slope is ${number(kink.left)} on the left, ${number(kink.right)} on the right`,
      );
    }
    return failure(trial, yours, { arithmetic });
  }
  return undefined;
}

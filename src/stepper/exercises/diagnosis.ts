import { diagnose } from "../../autodiff/check/diagnose.ts";
import { flip, transpose } from "../../ops/index.ts";
import { noGrad } from "../../ops/recording.ts";
import { sameShape } from "../../shape.ts";
import { ones } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { differences } from "./agreement.ts";
import { wrongCells } from "./failure.ts";
import { Refusal, type Trial } from "./trial.ts";
import { differentiate } from "./truth.ts";

/** Ways to misread another input. */
const misreadings = [
  {
    words: "transposed",
    fits: ({ shape }: Tensor) => shape.length === 2 && shape[0] === shape[1],
    of: (x: Tensor) => transpose(x),
  },
  {
    words: "flipped along its window",
    fits: ({ shape }: Tensor) => shape.length === 4,
    of: (x: Tensor) => flip(x, [0, 1]),
  },
];

/** The gradient of one input, had another one been transposed or flipped. */
function misread(trial: Trial, yours: Tensor, at: number): string | undefined {
  const { inputs, upstream } = trial.case;
  for (const [other, x] of inputs.entries()) {
    if (other === at) continue;
    for (const { words, fits, of } of misreadings) {
      if (!fits(x)) continue;
      const changed = inputs.map((one, i) => (i === other ? noGrad(() => of(x)) : one));
      const { gradients } = differentiate(trial.of, changed, upstream);
      if (differences([yours], [gradients[at]!]).length === 0) {
        return `it would be right if ${trial.names[other]} were ${words}`;
      }
    }
  }
  return undefined;
}

function diagnoseInput(trial: Trial, yours: Tensor, at: number): string | undefined {
  const { upstream, inputs, truth } = trial.case;
  const found = diagnose({
    shape: yours.shape,
    yours: yours.data,
    numeric: truth.gradients[at]!.data,
    numericOfOnes: differentiate(trial.of, inputs, ones(upstream.shape, "float64")).gradients[at]!.data,
    upstream: sameShape(upstream.shape, yours.shape) ? upstream.data : undefined,
    others: truth.gradients.flatMap(({ shape, data }, position) =>
      position === at ? [] : [{ position, shape, numeric: data }],
    ),
  });
  return found ?? misread(trial, yours, at);
}

/** How many of the largest cases may tell what the mistake is. */
const witnesses = 3;

/**
 * The likely mistake of a rule that gives wrong numbers. The last cases are asked, which are the largest and of
 * fractions: on the small whole numbers of a counterexample many mistakes look the same.
 */
export function likelyMistake(trials: readonly Trial[]): string | undefined {
  for (const trial of trials.slice(-witnesses)) {
    try {
      const yours = trial.gradients();
      const [wrong] = wrongCells(trial, yours);
      if (wrong !== undefined) return diagnoseInput(trial, yours[wrong.input]!, trial.wanted[wrong.input]!);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
  return undefined;
}

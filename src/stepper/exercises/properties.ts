import { jvp } from "../../autodiff/grad.ts";
import { add } from "../../ops/arithmetic.ts";
import { noGrad } from "../../ops/recording.ts";
import { sameShape } from "../../shape.ts";
import { zeros } from "../../tensor/create.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { differences } from "./agreement.ts";
import {
  beyondKinks,
  cellArithmetic,
  type Failure,
  failure,
  gradientName,
  kinkOf,
  wrongCells,
} from "./failure.ts";
import { dotText, number, tensorText } from "./text.ts";
import type { Trial } from "./trial.ts";
import { differentiate, unit } from "./truth.ts";

interface Property {
  /** What must hold. */
  readonly words: string;
  /** Whether the trial has what the property is about. */
  concerns(trial: Trial): boolean;
  /** What is wrong, if anything. That the rule's answer cannot be read at all is thrown, as a {@link Refusal}. */
  test(trial: Trial, all: readonly Trial[]): Failure | undefined;
}

/** Where no input is stretched; what broadcasting needs is a property of its own. */
const isPlain = ({ case: { truth } }: Trial): boolean => !truth.stretched;

/** Whether a cell of an input lies where the slope jumps. */
const hasKink = (trial: Trial): boolean =>
  trial.expected.some(({ data }, input) =>
    data.some((_, cell) => kinkOf(trial, { input, cell }) !== undefined),
  );

const zerosLike = ({ shape }: Tensor): Tensor => zeros(shape, "float64");

const plus = (a: Tensor, b: Tensor): Tensor => noGrad(() => add(a, b));

/** Whether the rule gives only what some paths of an input bring; `chosen` has a bit for each. */
function isPartial(trial: Trial, input: number, chosen: number): boolean {
  const at = trial.wanted[input]!;
  const partial = trial.case.truth.paths[at]!.reduce(
    (sum, { contribution }, i) => (chosen & (1 << i) ? plus(sum, contribution) : sum),
    zerosLike(trial.case.inputs[at]!),
  );
  return differences([trial.gradients()[input]!], [partial]).length === 0;
}

/** In the order in which they are tested: each makes sense only where those before it hold. */
const table = {
  returns: {
    words: "The rule runs, and returns one gradient per input that is asked for.",
    concerns: () => true,
    test: (trial) => {
      trial.answer();
      return undefined;
    },
  },
  shape: {
    words: "A gradient has the shape of its input: one number for each cell.",
    concerns: isPlain,
    test: (trial) => {
      trial.gradients();
      return undefined;
    },
  },
  mutation: {
    words: "The rule reads its arguments and does not write into them: others use these tensors too.",
    concerns: () => true,
    test: (trial) => {
      const { changed, gradients } = trial.answer();
      return changed === undefined ? undefined : failure(trial, gradients, { arithmetic: [changed] });
    },
  },
  finite: {
    words: "The gradient is finite where the true one is.",
    concerns: isPlain,
    test: (trial) => {
      const yours = trial.gradients();
      for (const [input, { data }] of yours.entries()) {
        const cell = data.findIndex((value) => !Number.isFinite(value));
        if (cell !== -1) {
          return failure(trial, yours, { arithmetic: [cellArithmetic(trial, { input, cell }, yours)] });
        }
      }
      return undefined;
    },
  },
  zero: {
    words:
      "Where the upstream gradient is zero, the gradient is zero: y does not matter, so nothing before it does.",
    concerns: isPlain,
    test: (trial) => {
      const upstream = zerosLike(trial.case.upstream);
      const yours = trial.gradients(upstream);
      const expected = trial.expected.map(zerosLike);
      const [wrong] = differences(yours, expected);
      if (wrong === undefined) return undefined;
      const value = number(yours[wrong.input]!.data[wrong.cell]!);
      const arithmetic = [`the upstream gradient is 0; ${gradientName(trial, wrong)} is ${value}, not 0`];
      return failure(trial, yours, { upstream, expected, arithmetic });
    },
  },
  linear: {
    words:
      "The gradient is linear in the upstream gradient: that of a sum u + w is the sum of those of u and of w.",
    concerns: isPlain,
    test: (trial) => {
      const { upstream: u, other: w } = trial.case;
      const upstream = plus(u, w);
      const yours = trial.gradients(upstream);
      const [ofU, ofW] = [trial.gradients(u), trial.gradients(w)];
      const expected = ofU.map((x, i) => plus(x, ofW[i]!));
      const [wrong] = differences(yours, expected);
      if (wrong === undefined) return undefined;
      const name = gradientName(trial, wrong);
      const cell = (all: readonly Tensor[]) => all[wrong.input]!.data[wrong.cell]!;
      const arithmetic = [
        `for u = ${tensorText(u)} your ${name} is ${number(cell(ofU))}`,
        `for w = ${tensorText(w)} your ${name} is ${number(cell(ofW))}`,
        `for u + w = ${tensorText(upstream)} it must be their sum, ${number(cell(expected))}; yours is ${number(cell(yours))}`,
      ];
      return failure(trial, yours, { upstream, expected, arithmetic });
    },
  },
  paths: {
    words:
      "An input that is used several times gets a contribution from each use, and its gradient is their sum.",
    concerns: (trial) =>
      isPlain(trial) && trial.pick(trial.case.truth.paths).some(({ length }) => length > 1),
    test: (trial, all) => {
      const yours = trial.gradients();
      for (const wrong of wrongCells(trial, yours)) {
        const paths = trial.pick(trial.case.truth.paths)[wrong.input]!;
        for (let chosen = 1; chosen < 2 ** paths.length - 1; chosen++) {
          // On a single case, numbers may agree by chance.
          if (!all.every((one) => isPartial(one, wrong.input, chosen))) continue;
          const missing = paths.filter((_, i) => !(chosen & (1 << i)));
          const sums = paths.map(({ through, contribution }, i) => {
            const count = chosen & (1 << i) ? "you have it" : "you do not have it";
            return `through ${through}: ${tensorText(contribution)} (${count})`;
          });
          return failure(trial, yours, {
            arithmetic: [...sums, cellArithmetic(trial, wrong, yours)],
            likely: `a path is missing: what comes back through ${missing.map(({ through }) => through).join(" and ")}`,
          });
        }
      }
      return undefined;
    },
  },
  adjoint: {
    words:
      "Move the inputs by v, and Σ upstream · y moves by Σ gradient · v, whatever v is: ⟨upstream, J v⟩ = ⟨gradient, v⟩, J being the Jacobian.",
    concerns: isPlain,
    test: (trial) => {
      const yours = trial.gradients();
      // Two sums may agree by chance: it is the unit directions that tell, and they are the simplest. Kinks come last.
      const wrong = wrongCells(trial, yours).find((cell) => kinkOf(trial, cell) === undefined);
      if (wrong === undefined) return undefined;
      const { inputs, upstream } = trial.case;
      const at = trial.wanted[wrong.input]!;
      const v = unit(inputs[at]!, wrong.cell);
      const [, moved] = jvp(trial.of)(
        [...inputs],
        inputs.map((x, i) => (i === at ? v : zerosLike(x))),
      );
      return failure(trial, yours, {
        arithmetic: [
          `let v move ${trial.names[at]} by ${tensorText(v)}: y moves by J v = ${tensorText(moved)}`,
          `⟨upstream, J v⟩ = ${dotText(upstream.data, moved.data)}`,
          `⟨gradient, v⟩ = ${dotText(yours[wrong.input]!.data, v.data)} with yours`,
        ],
      });
    },
  },
  repeated: {
    words: "One tensor may be both inputs. Each still gets its own gradient, and the walker adds them up.",
    concerns: (trial) => {
      const { inputs } = trial.case;
      return (
        inputs.length > 1 &&
        trial.wanted.length === inputs.length &&
        inputs.every((x) => sameShape(x.shape, inputs[0]!.shape))
      );
    },
    test: (trial) => {
      const inputs = trial.case.inputs.map(() => trial.case.inputs[0]!);
      const truth = differentiate(trial.of, inputs, trial.case.upstream);
      const twin = trial.on({ ...trial.case, inputs, truth });
      return beyondKinks(twin, twin.gradients());
    },
  },
  broadcast: {
    words:
      "An input that was stretched had each cell used many times: its gradient sums over them, in its own shape.",
    concerns: (trial) => !isPlain(trial),
    test: (trial) => beyondKinks(trial, trial.gradients()),
  },
  kinks: {
    words: "At a kink, where the slopes on both sides differ, the gradient is one of them or lies between.",
    concerns: hasKink,
    test: (trial) => beyondKinks(trial, trial.gradients()),
  },
} satisfies Record<string, Property>;

/** What a gradient rule must be, in the order in which it is tested. */
export type PropertyName = keyof typeof table;

export const properties: Readonly<Record<PropertyName, Property>> = table;

export const propertyNames = Object.keys(table) as PropertyName[];

import { expressionOf } from "../../activations/expression.ts";
import { placeholder } from "../../tensor/create.ts";
import { tex } from "../../tex.ts";
import { type Declaration, wantedOf } from "./list.ts";
import { differentiate } from "./truth.ts";

/** The gradient that one input gets from one of its uses, as LaTeX. */
export interface Term {
  readonly through: string;
  readonly tex: string;
}

/** The gradient of an input: the sum of its terms. */
export interface Solution {
  readonly input: string;
  readonly terms: readonly Term[];
}

const symbol = (name: string): string => (name.length === 1 ? name : tex`\mathrm{${name}}`);

/** The function and its gradients as the library's own ops write them, traced on tensors without values. */
export function formulasOf(exercise: Declaration): {
  readonly tex: string;
  readonly solutions: readonly Solution[];
} {
  const { of, inputs } = exercise;
  const names = Object.keys(inputs);
  const xs = names.map((name) => placeholder(inputs[name]!.at(-1)!, "float64"));
  const upstream = placeholder(of(...xs).shape, "float64");
  const { y, paths } = differentiate(of, xs, upstream);
  const known = new Map(xs.map((x, i) => [x, symbol(names[i]!)]));
  const inGradient = new Map([...known, [upstream, tex`\bar{y}`] as const, [y, "y"] as const]);
  const solutions = wantedOf(exercise).map((input) => ({
    input,
    terms: paths[names.indexOf(input)]!.map(({ through, contribution }) => ({
      through,
      tex: expressionOf(contribution, inGradient).tex,
    })),
  }));
  return { tex: `y = ${expressionOf(y, known).tex}`, solutions };
}

/** \bar{x} = the sum of the terms. */
export const solutionTex = ({ input, terms }: Solution): string =>
  `${tex`\bar{${symbol(input)}}`} = ${terms.map((term) => term.tex).join(" + ")}`;

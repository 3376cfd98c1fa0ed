import type { Tensor } from "../tensor/tensor.ts";
import { atom, type Formula, fill, tex } from "../tex.ts";

/** A rule with what it is about, as data: a formula with slots, and what fills each of them. */
export interface Bound<T> {
  readonly formula: Formula;
  readonly bind: Readonly<Record<string, T>>;
}

/** What the rules of a step are made from. */
interface Ingredients {
  readonly upstream?: Tensor;
  readonly next?: Tensor | undefined;
  readonly from?: { readonly result: Tensor; readonly edge: { readonly slot: number } };
}

/** The rule of the op that made a tensor. */
export function forwardRule(result: Tensor): Bound<Tensor> {
  const { op, inputs, attrs } = result.node!;
  const bind: Record<string, Tensor> = {};
  inputs.forEach((input, slot) => {
    bind[op.inputName(slot)] ??= input;
  });
  return { formula: op.formula(attrs), bind };
}

/** What a contribution is computed by: the op's own rule for that input. */
export function contributionRule({ from, upstream }: Ingredients): Bound<Tensor> {
  const { result, edge } = from!;
  const { op, attrs } = result.node!;
  const { bind } = forwardRule(result);
  return { formula: op.gradient(edge.slot)!.formula(attrs), bind: { ...bind, dy: upstream!, y: result } };
}

/** The sum that undoes broadcasting. */
export const sumRule = ({ upstream }: Ingredients): Bound<Tensor> => ({
  formula: { tex: tex`\sum #dy`, level: "product" },
  bind: { dy: upstream! },
});

/** Contributions add up. */
export const accumulateRule = ({ upstream, next }: Ingredients): Bound<Tensor> => ({
  formula: { tex: "#total + #next", level: "sum" },
  bind: { total: upstream!, next: next! },
});

/** A name in a formula: one letter as it is, longer ones upright. */
export const nameTex = (name: string): string =>
  name.length === 1 ? name : tex`\mathrm{${name.replaceAll("_", tex`\_`)}}`;

/** The gradient in what has that name: with a bar. */
export const bar = (name: string): string => tex`\bar{${nameTex(name)}}`;

/** A rule with names in its slots: `\bar{y} \cdot b`. */
export const withNames = ({ formula, bind }: Bound<unknown>): Formula =>
  fill(
    formula,
    Object.fromEntries(
      Object.keys(bind).map((slot) => [slot, atom(slot === "dy" ? bar("y") : nameTex(slot))]),
    ),
  );

/** A rule with numbers in its slots: `0.5 \cdot (-2)`. */
export const withNumbers = <T>({ formula, bind }: Bound<T>, numberOf: (x: T) => string): Formula =>
  fill(
    formula,
    Object.fromEntries(
      Object.entries(bind).map(([slot, x]) => {
        const text = numberOf(x);
        return [slot, { tex: text, level: text.startsWith("-") ? "sign" : "atom" } satisfies Formula];
      }),
    ),
  );

import type { Tensor } from "../tensor/tensor.ts";
import { atom, type Formula, fill } from "../tex.ts";

const isNumber = (formula: Formula, value: number): boolean => formula.tex === String(value);

const number = (value: number): Formula => ({
  tex: formatNumber(value),
  level: value < 0 ? "sign" : "atom",
});

/** A constant as mathematicians write it: 1.0507, not 1.0507009873554805. */
const formatNumber = (value: number): string => {
  if (value === Number.POSITIVE_INFINITY) return String.raw`\infty`;
  if (value === Number.NEGATIVE_INFINITY) return String.raw`-\infty`;
  return String(Number(value.toPrecision(5)));
};

const isNegative = ({ tex, level }: Formula): boolean =>
  tex.startsWith("-") && (level === "sign" || level === "product" || level === "fraction");

/** −a; the minus of a negative is dropped. */
function negated(a: Formula): Formula {
  if (!isNegative(a)) return fill({ tex: "-#a", level: "sign" }, { a });
  const tex = a.tex.slice(1);
  if (/^[\d.]+$/.test(tex)) return atom(tex);
  return { tex, level: a.level === "sign" ? "product" : a.level };
}

/**
 * What a product with 1, a sum with 0 and the like are worth: derivatives are full of them. `undefined` where the
 * op's own formula stands.
 */
function simpler(opName: string, [a, b, c]: readonly Formula[]): Formula | undefined {
  switch (opName) {
    case "mul":
      if (isNumber(a!, -1)) return negated(b!);
      if (isNumber(b!, -1)) return negated(a!);
      if (isNumber(a!, 1) || isNumber(b!, 0)) return b;
      if (isNumber(b!, 1) || isNumber(a!, 0)) return a;
      return isNegative(b!)
        ? negated(fill({ tex: String.raw`#a \cdot #b`, level: "product" }, { a: a!, b: negated(b!) }))
        : undefined;
    case "add":
      if (isNumber(a!, 0)) return b;
      if (isNumber(b!, 0)) return a;
      return isNegative(b!) ? fill({ tex: "#a - #b", level: "sum" }, { a: a!, b: negated(b!) }) : undefined;
    case "sub":
      if (isNumber(b!, 0)) return a;
      return isNegative(b!) ? fill({ tex: "#a + #b", level: "sum" }, { a: a!, b: negated(b!) }) : undefined;
    case "div":
      return isNumber(b!, 1) || isNumber(a!, 0) ? a : undefined;
    case "neg":
      return isNumber(a!, 0) ? a : negated(a!);
    case "where":
      return b!.tex === c!.tex ? b : undefined;
    case "identity":
    case "cast":
    case "broadcastTo":
    case "stopGradient":
      return a;
    default:
      return undefined;
  }
}

/** The formula of a traced result, with the given names for the tensors it starts from. */
export function expressionOf(result: Tensor, names: ReadonlyMap<Tensor, string>): Formula {
  const known = new Map<Tensor, Formula>();
  const visit = (x: Tensor): Formula => {
    const name = names.get(x);
    if (name !== undefined) return atom(name);
    let formula = known.get(x);
    if (formula === undefined) {
      formula = describe(x);
      known.set(x, formula);
    }
    return formula;
  };
  const describe = (x: Tensor): Formula => {
    const { node } = x;
    if (node === undefined) return number(x.data[0]!);
    const parts = node.inputs.map(visit);
    const slots = Object.fromEntries(parts.map((part, slot) => [node.op.inputName(slot), part]));
    return simpler(node.op.opName, parts) ?? fill(node.op.formula(node.attrs), slots);
  };
  return visit(result);
}

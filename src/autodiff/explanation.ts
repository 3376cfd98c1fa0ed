import { texToMathML } from "../mathml.ts";
import { tex, texToText } from "../tex.ts";

/** A step in words, as a formula and in numbers. */
export interface Explanation {
  readonly index: number;
  readonly words: string;
  /** `\bar{a} = \bar{y} \cdot b`, in LaTeX. */
  readonly rule: string;
  /** The right side of the rule with its numbers in it, where that says more than the outcome alone. */
  readonly numbers: string | undefined;
  /** None where the rule says it already. */
  readonly outcome: string | undefined;
  /** Further lines, such as what has arrived so far. */
  readonly ledger: readonly string[];
}

export const formats = ["text", "latex", "html"] as const;

/** For a terminal, for a document, or for a page (formulas as MathML). */
export type ExplanationFormat = (typeof formats)[number];

/** Minus signs as they are printed. */
export const printed = (source: string): string => texToText(source).replaceAll("-", "−");

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** The line with numbers. */
const numbersOf = ({ numbers, outcome }: Explanation): string[] => {
  if (outcome === undefined) return [];
  return [numbers === undefined ? outcome : `${numbers} = ${outcome}`];
};

function asText(e: Explanation): string {
  const lines = [...[e.rule, ...numbersOf(e)].map(printed), ...e.ledger];
  return [`${String(e.index).padStart(3)}  ${e.words}`, ...lines.map((line) => `     ${line}`)].join("\n");
}

function asLatex(e: Explanation): string {
  const rows = [e.rule.replace(" = ", " &= "), ...numbersOf(e).map((line) => `&= ${line}`)];
  return tex`\begin{aligned} ${rows.join(tex` \\ `)} \end{aligned}`;
}

function asHtml(e: Explanation): string {
  const lines = [...[e.rule, ...numbersOf(e)].map(texToMathML), ...e.ledger.map(escape)];
  return `<p>${escape(e.words)}</p>${lines.map((line) => `<p>${line}</p>`).join("")}`;
}

/** An explanation written out. */
export const write = (e: Explanation, format: ExplanationFormat): string =>
  ({ text: asText, latex: asLatex, html: asHtml })[format](e);

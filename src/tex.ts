// How tightly a formula binds, loosest first: a sum inside a product needs brackets, a product inside a sum does not.
export const levels = ["logic", "relation", "sum", "product", "sign", "fraction", "power", "atom"] as const;

export type Level = (typeof levels)[number];

/** LaTeX with slots: `#a + #b`. A slot gets brackets where what fills it binds less tightly. */
export interface Formula {
  readonly tex: string;
  readonly level: Level;
}

export const atom = (tex: string): Formula => ({ tex, level: "atom" });

/** Tag for LaTeX in TypeScript strings: backslashes stay. */
export const tex = String.raw;

/** A number in LaTeX. */
export const numberTex = (value: number): string => String(value).replace("Infinity", tex`\infty`);

const slot = /#([a-zA-Z][a-zA-Z0-9]*)/g;

// A slot that fills its own brackets (`\frac{#a}{#b}`, `f(#x)`, `f(#x, #y)`) cannot be misread.
const opens = /[{(,[|]\s*$/;
const closes = /^\s*[}),\]|]/;

/**
 * Fills the slots of a formula.
 *
 * ```ts
 * fill({ tex: "#a \\cdot #b", level: "product" }, { a: { tex: "x + 1", level: "sum" }, b: atom("y") })
 *   // (x + 1) \cdot y
 * ```
 */
export function fill(formula: Formula, parts: Readonly<Record<string, Formula>>): Formula {
  let first = true;
  const filled = formula.tex.replace(slot, (whole, name: string, at: number) => {
    const part = parts[name] ?? atom(whole.slice(1));
    const alone = opens.test(formula.tex.slice(0, at)) && closes.test(formula.tex.slice(at + whole.length));
    const base = formula.tex[at + whole.length] === "^";
    const tighter = levels.indexOf(part.level) - levels.indexOf(base ? "power" : formula.level);
    // The first operand of equal level needs none: (a − b) − c is a − b − c. A sign behind an operator does: a · (−b).
    const signed = part.level === "sign" && !first;
    const bare =
      alone || part.level === "atom" || (tighter > 0 && !signed) || (tighter === 0 && first && !base);
    first = false;
    return bare ? part.tex : `\\left(${part.tex}\\right)`;
  });
  return { tex: filled, level: formula.level };
}

/** Commands that stand for a character. */
export const symbols: Readonly<Record<string, string>> = {
  cdot: "·",
  times: "×",
  odot: "⊙",
  sum: "Σ",
  prod: "∏",
  int: "∫",
  partial: "∂",
  infty: "∞",
  leq: "≤",
  geq: "≥",
  neq: "≠",
  lt: "<",
  gt: ">",
  land: "∧",
  lor: "∨",
  lnot: "¬",
  in: "∈",
  to: "→",
  sigma: "σ",
  alpha: "α",
  beta: "β",
  gamma: "γ",
  tau: "τ",
  theta: "θ",
  pi: "π",
  mu: "μ",
  varepsilon: "ε",
  Phi: "Φ",
  bmod: "mod",
  top: "ᵀ",
  star: "⋆",
  ldots: "…",
  cdots: "⋯",
  quad: "  ",
  lfloor: "⌊",
  rfloor: "⌋",
  lvert: "|",
  rvert: "|",
  left: "",
  right: "",
  lambda: "λ",
  approx: "≈",
  pm: "±",
  mid: "|",
  colon: ":",
};

/** Commands that put a mark above what follows: combining characters. */
const accents: Readonly<Record<string, string>> = {
  bar: "\u0304",
  hat: "\u0302",
  tilde: "\u0303",
  dot: "\u0307",
};

/** Commands that only choose letters. */
export const letterCommands: ReadonlySet<string> = new Set([
  "mathrm",
  "operatorname",
  "text",
  "mathbf",
  "mathcal",
]);

const raised: Readonly<Record<string, string>> = {
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
  "-": "⁻",
  "+": "⁺",
  n: "ⁿ",
  x: "ˣ",
  "′": "′",
  ᵀ: "ᵀ",
};

/** Reads one group `{…}` or one token at `at`; returns its text and where it ends. */
export function readGroup(source: string, at: number): { body: string; end: number } {
  if (source[at] !== "{") {
    const command = /^\\[a-zA-Z]+/.exec(source.slice(at));
    const length = command ? command[0].length : 1;
    return { body: source.slice(at, at + length), end: at + length };
  }
  let depth = 0;
  for (let i = at; i < source.length; i++) {
    if (source[i] === "{") depth++;
    if (source[i] === "}" && --depth === 0) return { body: source.slice(at + 1, i), end: i + 1 };
  }
  return { body: source.slice(at + 1), end: source.length };
}

// Stand close to what follows, or to what comes before: the space in LaTeX only ends their name.
const opening = new Set(["left", "lfloor", "lvert", "lnot", "partial"]);
const closing = new Set(["right", "rfloor", "rvert"]);

/** Whether the text is one pair of brackets and what is in it. */
function isBracketed(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "(") depth++;
    if (text[i] === ")") depth--;
    if (depth === 0) return text[0] === "(" && i === text.length - 1;
  }
  return false;
}

const bracket = (text: string): string =>
  /^[\p{L}\p{M}\d.]+$/u.test(text) || isBracketed(text) ? text : `(${text})`;

/** Also a power, a root and a call, as `x²` and `f(x)`, need no brackets beside the line of a fraction. */
const bracketInFraction = (text: string): string => {
  const rest = text.replace(/^√?[\p{L}\p{M}\p{N}.]*/u, "");
  return rest === "" || isBracketed(rest) ? text : `(${text})`;
};

/** Writes a raised or lowered group in Unicode where every character has such a form, else with ^ or _. */
function script(mark: "^" | "_", body: string): string {
  const text = texToText(body);
  const small = [...text].map((c) => raised[c]);
  if (mark === "^" && small.every((c) => c !== undefined)) return small.join("");
  return `${mark}${bracket(text)}`;
}

/** The LaTeX of this library's formulas as plain text for a terminal: `\frac{\bar{y}}{d}` → `ȳ / d`. */
export function texToText(source: string): string {
  let out = "";
  for (let i = 0; i < source.length; ) {
    const command = /^\\([a-zA-Z]+) ?/.exec(source.slice(i));
    if (command === null) {
      const c = source[i]!;
      if (c === "^" || c === "_") {
        const { body, end } = readGroup(source, i + 1);
        out += script(c, body);
        i = end;
      } else if (c === "{" || c === "}") {
        i++;
      } else if (c === "\\") {
        const escaped = source[i + 1] ?? "";
        out += "{}_#%&$".includes(escaped) ? escaped : " ";
        i += 2;
      } else {
        out += c;
        i++;
      }
      continue;
    }
    const name = command[1]!;
    i += command[0].length;
    if (name === "frac") {
      const over = readGroup(source, i);
      const under = readGroup(source, over.end);
      out += `${bracketInFraction(texToText(over.body))} / ${bracketInFraction(texToText(under.body))}`;
      i = under.end;
    } else if (name === "sqrt") {
      const inside = readGroup(source, i);
      out += `√${bracket(texToText(inside.body))}`;
      i = inside.end;
    } else if (Object.hasOwn(accents, name)) {
      const inside = readGroup(source, i);
      const text = texToText(inside.body);
      out += (text.length === 1 ? text + accents[name] : `grad(${text})`).normalize("NFC");
      i = inside.end;
    } else if (letterCommands.has(name)) {
      const inside = readGroup(source, i);
      out += texToText(inside.body);
      i = inside.end;
    } else {
      if (closing.has(name)) out = out.trimEnd();
      out += symbols[name] ?? name;
      if (command[0].endsWith(" ") && !opening.has(name)) out += " ";
    }
  }
  return out;
}

// How tightly a formula binds, loosest first: a sum inside a product needs brackets, a product inside a sum does not.
const levels = ["logic", "relation", "sum", "product", "sign", "fraction", "power", "atom"] as const;

export type Level = (typeof levels)[number];

/** LaTeX with slots: `#a + #b`. A slot gets brackets where what fills it binds less tightly. */
export interface Formula {
  readonly tex: string;
  readonly level: Level;
}

export const atom = (tex: string): Formula => ({ tex, level: "atom" });

/** Tag for LaTeX in TypeScript strings: backslashes stay. */
export const tex = String.raw;

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
    // The first operand of equal level needs none: (a − b) − c is a − b − c.
    const bare = alone || tighter > 0 || part.level === "atom" || (tighter === 0 && first && !base);
    first = false;
    return bare ? part.tex : `\\left(${part.tex}\\right)`;
  });
  return { tex: filled, level: formula.level };
}

const symbols: Readonly<Record<string, string>> = {
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

const accents: Readonly<Record<string, string>> = {
  bar: "\u0304",
  hat: "\u0302",
  tilde: "\u0303",
  dot: "\u0307",
};

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
function group(source: string, at: number): { body: string; end: number } {
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

const bracket = (text: string): string => (/^[\p{L}\p{M}\d.]+$|^\(.*\)$/u.test(text) ? text : `(${text})`);

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
        const { body, end } = group(source, i + 1);
        out += script(c, body);
        i = end;
      } else if (c === "{" || c === "}") {
        i++;
      } else if (c === "\\") {
        if (source[i + 1] === "{" || source[i + 1] === "}") out += source[i + 1];
        else out += " ";
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
      const over = group(source, i);
      const under = group(source, over.end);
      out += `${bracket(texToText(over.body))} / ${bracket(texToText(under.body))}`;
      i = under.end;
    } else if (name === "sqrt") {
      const inside = group(source, i);
      out += `√${bracket(texToText(inside.body))}`;
      i = inside.end;
    } else if (name in accents) {
      const inside = group(source, i);
      const text = texToText(inside.body);
      out += (text.length === 1 ? text + accents[name] : `grad(${text})`).normalize("NFC");
      i = inside.end;
    } else if (name === "mathrm" || name === "operatorname" || name === "text" || name === "mathbf") {
      const inside = group(source, i);
      out += texToText(inside.body);
      i = inside.end;
    } else {
      const symbol = symbols[name] ?? name;
      out += symbol;
      // The space after a command only ended its name; a symbol between operands keeps it.
      if (command[0].endsWith(" ") && symbol !== "" && out.at(-2) === " ") out += " ";
      else if (command[0].endsWith(" ") && symbols[name] === undefined) out += " ";
    }
  }
  return out;
}

import { letterCommands, readGroup, symbols } from "./tex.ts";

/** A piece of a formula: finished MathML, and whether scripts go above and below it rather than beside it. */
interface Piece {
  readonly xml: string;
  readonly big?: boolean;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escape = (text: string): string => text.replace(/[&<>"]/g, (c) => entities[c]!);

const leaf = (name: "mi" | "mn" | "mo" | "mtext", text: string, attributes = ""): Piece => ({
  xml: `<${name}${attributes}>${escape(text)}</${name}>`,
});

const row = (pieces: readonly Piece[]): string =>
  pieces.length === 1 ? pieces[0]!.xml : `<mrow>${pieces.map(({ xml }) => xml).join("")}</mrow>`;

/** What stands above a letter: MathML puts signs there that stand alone, not those that join the letter before. */
const marks: Readonly<Record<string, string>> = { bar: "¯", hat: "^", tilde: "~", dot: "˙" };

/** Upright, as the names of functions are. */
const upright = (text: string): Piece => leaf("mi", text, ' mathvariant="normal"');

const isLetter = (text: string): boolean => /^\p{L}$/u.test(text);

class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /** All pieces up to the end. */
  pieces(): Piece[] {
    const pieces: Piece[] = [];
    while (this.#at < this.#source.length) {
      const c = this.#source[this.#at]!;
      if (c === "^" || c === "_" || c === "'") pieces.push(this.#script(pieces.pop() ?? { xml: "<mrow/>" }));
      else {
        const piece = this.#piece();
        if (piece !== undefined) pieces.push(piece);
      }
    }
    return pieces;
  }

  #group(): string {
    while (this.#source[this.#at] === " ") this.#at++;
    const { body, end } = readGroup(this.#source, this.#at);
    this.#at = end;
    return body;
  }

  #argument(): string {
    return row(new Reader(this.#group()).pieces());
  }

  /** What stands raised or lowered beside a base: both, if both follow. */
  #script(base: Piece): Piece {
    let under: string | undefined;
    let over: string | undefined;
    for (;;) {
      const c = this.#source[this.#at];
      if (c === "_" && under === undefined) {
        this.#at++;
        under = this.#argument();
      } else if (c === "^" && over === undefined) {
        this.#at++;
        over = this.#argument();
      } else if (c === "'" && over === undefined) {
        const primes = /^'+/.exec(this.#source.slice(this.#at))![0];
        this.#at += primes.length;
        over = leaf("mo", "′".repeat(primes.length)).xml;
      } else break;
    }
    const [sub, sup, both] = base.big ? ["munder", "mover", "munderover"] : ["msub", "msup", "msubsup"];
    if (under !== undefined && over !== undefined)
      return { xml: `<${both}>${base.xml}${under}${over}</${both}>` };
    return under === undefined
      ? { xml: `<${sup}>${base.xml}${over}</${sup}>` }
      : { xml: `<${sub}>${base.xml}${under}</${sub}>` };
  }

  #piece(): Piece | undefined {
    const rest = this.#source.slice(this.#at);
    const command = /^\\([a-zA-Z]+) ?/.exec(rest);
    if (command) {
      this.#at += command[0].length;
      return this.#command(command[1]!);
    }
    const number = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/.exec(rest);
    if (number) {
      this.#at += number[0].length;
      return leaf("mn", number[0]);
    }
    const c = [...rest][0]!;
    if (c === "{") return { xml: this.#argument() };
    this.#at += c.length;
    if (c === "\\") {
      const escaped = this.#source[this.#at++] ?? "";
      return "{}_#%&$".includes(escaped) ? leaf("mo", escaped) : leaf("mtext", "\u00a0");
    }
    if (c === " " || c === "}") return undefined;
    return isLetter(c) ? leaf("mi", c) : leaf("mo", c === "-" ? "−" : c);
  }

  #command(name: string): Piece | undefined {
    if (name === "frac") return { xml: `<mfrac>${this.#argument()}${this.#argument()}</mfrac>` };
    if (name === "sqrt") return { xml: `<msqrt>${this.#argument()}</msqrt>` };
    if (Object.hasOwn(marks, name)) {
      return {
        xml: `<mover accent="true">${this.#argument()}<mo stretchy="true">${marks[name]!}</mo></mover>`,
      };
    }
    if (letterCommands.has(name)) return upright(this.#group().replaceAll(String.raw`\_`, "_"));
    if (name === "left" || name === "right") return undefined;
    const symbol = Object.hasOwn(symbols, name) ? symbols[name] : undefined;
    if (name === "sum" || name === "prod")
      return { xml: `<mo largeop="true">${escape(symbol!)}</mo>`, big: true };
    if (name === "max" || name === "min") return { ...upright(name), big: true };
    if (symbol === undefined) return upright(name);
    return isLetter(symbol) ? leaf("mi", symbol) : leaf("mo", symbol.trim() === "" ? "\u00a0" : symbol);
  }
}

/**
 * The LaTeX of this library's formulas as MathML, which browsers draw and screen readers read: `\frac{a}{b}` becomes
 * `<math><mfrac>…</mfrac></math>`.
 */
export const texToMathML = (source: string): string =>
  `<math>${new Reader(source)
    .pieces()
    .map(({ xml }) => xml)
    .join("")}</math>`;

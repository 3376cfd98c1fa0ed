import * as c from "../../src/index.ts";

/** Functions of one number that formulas name. */
const functions: Readonly<Record<string, (x: number) => number>> = {
  log: Math.log,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  arcsin: Math.asin,
  arccos: Math.acos,
  arctan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  sigma: (x) => 1 / (1 + Math.exp(-x)),
  sign: Math.sign,
};

const constants: Readonly<Record<string, number>> = {
  pi: Math.PI,
  infty: Number.POSITIVE_INFINITY,
};

/** The derivative of that order of an activation of the library. */
function activationValue(name: string, order: number, x: number): number {
  const found = Object.values<unknown>(c).find(
    (one) => typeof one === "function" && "activationName" in one && one.activationName === name,
  ) as c.Activation | undefined;
  if (found === undefined) throw new Error(`no activation ${name}`);
  return found
    .derivative(order)(c.tensor(x, { dtype: "float64" }))
    .item();
}

/** Works out LaTeX in which all slots are numbers: what the tests hold against the engine. Unknown commands throw. */
export function valueOf(source: string): number {
  const tokens =
    source.match(/\\[a-zA-Z]+|\\.|\d+\.?\d*(?:e[+-]?\d+)?|NaN|Infinity|[^\s]/g)?.filter((t) => t !== "\\ ") ??
    [];
  let at = 0;
  const peek = () => tokens[at];
  const take = () => tokens[at++]!;
  const accept = (token: string): boolean => {
    if (peek() !== token) return false;
    at++;
    return true;
  };
  const expect = (token: string): void => {
    if (!accept(token)) throw new Error(`expected ${token} at ${tokens.slice(at).join(" ")} in ${source}`);
  };

  const group = <T>(read: () => T, open = "{", close = "}"): T => {
    expect(open);
    const value = read();
    expect(close);
    return value;
  };
  const groupOrToken = (): number => (peek() === "{" ? group(relation) : atom());
  const name = (): string => {
    let text = "";
    expect("{");
    while (peek() !== "}") text += take().replace("\\_", "_");
    expect("}");
    return text;
  };

  function relation(): number {
    let left = sum();
    let holds: boolean | undefined;
    const relations: Readonly<Record<string, (a: number, b: number) => boolean>> = {
      "<": (a, b) => a < b,
      ">": (a, b) => a > b,
      "\\leq": (a, b) => a <= b,
      "\\geq": (a, b) => a >= b,
      "=": (a, b) => a === b,
      "\\neq": (a, b) => a !== b,
    };
    while (peek() !== undefined && peek()! in relations) {
      const holdsHere = relations[take()]!;
      const right = sum();
      holds = (holds ?? true) && holdsHere(left, right);
      left = right;
    }
    return holds === undefined ? left : Number(holds);
  }

  function sum(): number {
    let value = product();
    for (;;) {
      if (accept("+")) value += product();
      else if (accept("-")) value -= product();
      else return value;
    }
  }

  function product(): number {
    let value = signed();
    for (;;) {
      if (accept("\\cdot")) value *= signed();
      else if (accept("/")) value /= signed();
      else if (accept("\\bmod")) {
        const divisor = signed();
        value -= Math.floor(value / divisor) * divisor;
      } else return value;
    }
  }

  function signed(): number {
    return accept("-") ? -signed() : power();
  }

  function power(): number {
    const base = atom();
    return accept("^") ? base ** groupOrToken() : base;
  }

  function call(named: string): number {
    let order = 0;
    while (accept("'")) order++;
    const raised = accept("^") ? groupOrToken() : 1;
    const args: number[] = [];
    if (accept("(")) {
      do args.push(relation());
      while (accept(","));
      expect(")");
    } else args.push(atom());
    if (order > 0) return activationValue(named, order, args[0]!);
    if (named === "where") return args[0] ? args[1]! : args[2]!;
    if (named === "atan2") return Math.atan2(args[0]!, args[1]!);
    const f = functions[named];
    return f ? f(args[0]!) ** raised : activationValue(named, 0, args[0]!);
  }

  function atom(): number {
    const token = take();
    if (/^\d|^NaN$|^Infinity$/.test(token)) return Number(token);
    if (token === "e") return Math.E;
    if (token === "(" || token === "[" || token === "{") {
      const value = relation();
      expect({ "(": ")", "[": "]", "{": "}" }[token]!);
      return value;
    }
    const command = token.slice(1);
    switch (command) {
      case "left": {
        const value = group(relation, "(", "\\right");
        expect(")");
        return value;
      }
      case "frac":
        return groupOrToken() / groupOrToken();
      case "sqrt":
        return Math.sqrt(groupOrToken());
      case "lvert":
        return Math.abs(closed("\\rvert"));
      case "lfloor":
        return Math.floor(closed("\\rfloor"));
      case "operatorname":
      case "mathrm":
        return call(name());
      case "max":
      case "min": {
        expect("(");
        const a = relation();
        expect(",");
        const b = relation();
        expect(")");
        return Math[command](a, b);
      }
      default:
        return constants[command] ?? call(command);
    }
  }

  function closed(close: string): number {
    const value = relation();
    expect(close);
    return value;
  }

  const value = relation();
  if (at < tokens.length) throw new Error(`left over: ${tokens.slice(at).join(" ")} in ${source}`);
  return value;
}

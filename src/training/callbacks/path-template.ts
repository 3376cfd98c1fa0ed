import { ChainruleError, nearest, show } from "../../errors.ts";

// The part of Python's format strings that file names use.
const field = /\{\{|\}\}|\{([^{}:]*)(?::([^{}]*))?\}|[{}]/g;
const format = /^(0?)(\d*)(?:\.(\d+))?([dfe%]?)$/;

const pythonNumber = (value: number): string =>
  Number.isFinite(value) ? String(value) : Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";

/** Python writes at least two digits of an exponent. */
const exponential = (value: number, digits: number): string =>
  value.toExponential(digits).replace(/e([+-])(\d)$/, "e$10$2");

/** A number as Python's `format(value, ".2f")` writes it. */
export function formatNumber(value: number, spec: string): string {
  const [, zero = "", width = "", precision, type] = format.exec(spec)!;
  const digits = precision === undefined ? 6 : Number(precision);
  const text = !Number.isFinite(value)
    ? pythonNumber(value)
    : type === "f"
      ? value.toFixed(digits)
      : type === "e"
        ? exponential(value, digits)
        : type === "%"
          ? `${(value * 100).toFixed(digits)}%`
          : pythonNumber(value);
  if (!zero) return text.padStart(Number(width));
  const sign = text.startsWith("-") ? "-" : "";
  return sign + text.slice(sign.length).padStart(Number(width) - sign.length, "0");
}

/** Replaces what stands in braces in a template; `{{` and `}}` are braces themselves. */
function replaceFields(template: string, replace: (name: string, spec: string) => string): string {
  return template.replaceAll(field, (match, name: string | undefined, spec: string | undefined) => {
    if (match === "{{" || match === "}}") return match[0]!;
    if (name === undefined || name === "") {
      throw new ChainruleError(
        `${show(template)} has an unpaired brace or empty braces; write {{ for a brace`,
      );
    }
    return replace(name, spec ?? "");
  });
}

/**
 * Refuses a template that could not be filled: a mistake in it should not show up after an hour's training.
 */
export function checkTemplate(template: string): void {
  replaceFields(template, (name, spec) => {
    const match = format.exec(spec);
    if (match && !(match[4] === "d" && match[3]) && !(match[3] && !match[4])) return "";
    throw new ChainruleError(
      `${show(template)}: the format ${show(spec)} of ${name} is none of those like 02d, .2f, .1e, .1%`,
    );
  });
}

/** `{epoch:02d}-{val_loss:.2f}` filled in, as Python's `str.format` does. */
export const fillTemplate = (template: string, values: Readonly<Record<string, number>>): string =>
  replaceFields(template, (name, spec) => {
    const value = Object.hasOwn(values, name) ? values[name]! : undefined;
    if (value === undefined) {
      throw new ChainruleError(
        `${show(template)}: there is no ${name}; known: ${nearest(name, Object.keys(values)).join(", ")}`,
      );
    }
    return formatNumber(value, spec);
  });

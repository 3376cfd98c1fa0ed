import { ChainruleError, nearest, show } from "../errors.ts";
import type { Domain } from "./scale.ts";
import { type Theme, themes } from "./theme.ts";

/** Checks the options of a picture; every message begins with the name of the function that was called. */
export class OptionChecker {
  constructor(readonly who: string) {}

  fail(message: string): never {
    throw new ChainruleError(`${this.who}: ${message}`);
  }

  /** An object with none but known keys. */
  known(options: unknown, keys: readonly string[], what = "options"): void {
    if (typeof options !== "object" || options === null || Array.isArray(options)) {
      this.fail(`expected an object of ${what}: { ${keys.join(", ")} }; received ${show(options)}`);
    }
    const strange = Object.keys(options).find((key) => !keys.includes(key));
    if (strange !== undefined) {
      this.fail(`unknown option ${show(strange)}; known: ${nearest(strange, keys).join(", ")}`);
    }
  }

  theme(value: unknown = "auto"): Theme {
    const theme = themes.find((name) => name === value);
    return theme ?? this.fail(`theme must be ${themes.map(show).join(", ")}; received ${show(value)}`);
  }

  text(name: string, value: unknown): void {
    if (value !== undefined && typeof value !== "string") {
      this.fail(`${name} must be a string; received ${show(value)}`);
    }
  }

  /** A closed interval. */
  domain(name: string, value: unknown): Domain {
    const form = `${name} must be [min, max], two finite numbers with min < max`;
    const [min, max]: unknown[] = Array.isArray(value) && value.length === 2 ? value : [];
    if (typeof min !== "number" || typeof max !== "number" || !Number.isFinite(min) || !Number.isFinite(max)) {
      return this.fail(`${form}; received ${show(value)}`);
    }
    if (min >= max) this.fail(`${form}; received ${show(value)}${min > max ? ". Swap them." : ""}`);
    // Beyond this, the pixels of the picture could not be told apart in float64.
    if (max - min < 1e-9 * Math.max(Math.abs(min), Math.abs(max)) || !Number.isFinite(max - min)) {
      this.fail(`${name} must span more than a billionth of its ends, and less than 1e308; received ${show(value)}`);
    }
    return [min, max];
  }

  size(name: string, value: number, [min, max]: Domain): number {
    if (Number.isFinite(value) && min <= value && value <= max) return value;
    return this.fail(`${name} must be a number of pixels from ${min} to ${max}; received ${show(value)}`);
  }
}

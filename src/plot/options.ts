import { ensure, show } from "../errors.ts";
import type { Domain } from "./scale.ts";
import { type Theme, themes } from "./theme.ts";

export function checkText(name: string, value: unknown): void {
  ensure(
    value === undefined || typeof value === "string",
    () => `${name} must be a string; received ${show(value)}`,
  );
}

export function readTheme(value: unknown = "auto"): Theme {
  const theme = themes.find((name) => name === value);
  ensure(
    theme !== undefined,
    () => `theme must be one of ${themes.map(show).join(", ")}; received ${show(value)}`,
  );
  return theme;
}

const isFinite = (value: unknown): value is number => Number.isFinite(value);

/** A closed interval that is not too narrow to be divided into pixels. */
export function readDomain(name: string, value: unknown): Domain {
  const [min, max]: unknown[] = Array.isArray(value) && value.length === 2 ? value : [];
  ensure(
    isFinite(min) && isFinite(max) && min < max,
    () =>
      `${name} must be [min, max], two finite numbers with min < max; received ${show(value)}` +
      `${isFinite(min) && isFinite(max) && min > max ? ". Swap them." : ""}`,
  );
  ensure(
    max - min > 1e-9 * Math.max(Math.abs(min), Math.abs(max)) && isFinite(max - min),
    () => `${name} must span more than a billionth of its ends, and less than 1e308; received ${show(value)}`,
  );
  return [min, max];
}

export function readSize(name: string, value: unknown, [least, most]: Domain): number {
  ensure(
    isFinite(value) && least <= value && value <= most,
    () => `${name} must be a number of pixels from ${least} to ${most}; received ${show(value)}`,
  );
  return value;
}

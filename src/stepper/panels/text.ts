import { formatNumber } from "../../plot/scale.ts";
import type { Index } from "../windows/ledger.ts";

/** A number in a sentence: four digits. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0 || Math.abs(value) >= 0.001) return formatNumber(value);
  return String(Number(value.toPrecision(4)).toExponential()).replaceAll("-", "−");
}

/** A factor of a product: negative ones in brackets. */
export const factorText = (value: number): string => {
  const text = numberText(value);
  return text.startsWith("−") ? `(${text})` : text;
};

/** `X[0, 1, 2, 0]`. */
export const cellText = (name: string, at: Index): string => `${name}[${at.join(", ")}]`;

/** `1 product`, `3 products`. */
export const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? "" : "s"}`;

/** Two float32 sums of the same terms in different orders differ by no more, for terms of this size in all. */
export const agrees = (a: number, b: number, size: number): boolean =>
  Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-5 * Math.max(size, Math.abs(a), Math.abs(b));

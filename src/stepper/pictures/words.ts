import { printed } from "../../autodiff/explanation.ts";
import { withNames } from "../../autodiff/rule.ts";
import { formatNumber } from "../../plot/scale.ts";
import type { NodeRecord, TensorRecord } from "../trace/records.ts";

/** What an op computes, in the names of its slots: `a · b`. */
export function formulaOf({ formula, slots }: NodeRecord): string | undefined {
  if (formula === undefined) return undefined;
  return printed(withNames({ formula, bind: Object.fromEntries(slots.map((slot) => [slot, slot])) }).tex);
}

export const isSingle = ({ shape }: TensorRecord): boolean => shape.every((size) => size === 1);

/** A number in four digits, with an exponent where there would be many zeros. */
export function brief(x: number): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "NaN" : x > 0 ? "∞" : "−∞";
  const size = Math.abs(x);
  if (x === 0 || (size >= 1e-3 && size < 1e6)) return formatNumber(x);
  return x
    .toExponential(3)
    .replace(/\.?0*e/, "e")
    .replace("e+", "e")
    .replaceAll("-", "−");
}

/** A tensor in a few characters: its number if it has one, else how large its cells are, and how many are not finite (✕). */
export function summed(x: TensorRecord): string {
  if (isSingle(x)) return brief(x.sample.cells[0]!);
  const { rms, nonFinite } = x.statistics;
  return `rms ${brief(rms)}${nonFinite > 0 ? `, ${nonFinite} ✕` : ""}`;
}

/** The same where there is little room. */
export const short = (x: TensorRecord): string => summed(x).replace(/, \d+ ✕$/, " ✕");

/** `8×32×32×3`; nothing for a scalar. */
export const shapeText = ({ shape }: TensorRecord): string => shape.join("×");

/** `1,792 parameters`; nothing for none. */
export const parametersText = (count: number): string =>
  count === 0 ? "" : `${count.toLocaleString("en-US")} parameter${count === 1 ? "" : "s"}`;

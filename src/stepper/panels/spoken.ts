import type { Account, Line } from "./scene.ts";
import { agrees, counted, numberText } from "./text.ts";

/** The sum, and what the trace has for it. */
export interface Total {
  readonly sum: string;
  readonly recorded: string | undefined;
}

/** What comes out; nothing where the terms are no sum. */
export function totalOf({ sum, recorded, missing, lines }: Account): Total | undefined {
  if (sum === undefined && recorded === undefined && missing === 0) return undefined;
  const largest = Math.max(0, ...lines.map(({ product = 0 }) => Math.abs(product)));
  const same = sum !== undefined && recorded !== undefined && agrees(sum, recorded, largest);
  return {
    sum: sum === undefined ? `unknown: ${counted(missing, "term")} not in this file` : numberText(sum),
    recorded: recorded === undefined ? undefined : `${same ? "✓ " : ""}the trace has ${numberText(recorded)}`,
  };
}

const spokenLine = ({ names, numbers, product, note }: Line): string => {
  const outcome = product === undefined ? "" : ` = ${numberText(product)}`;
  return `${numbers ?? names}${outcome}${note ? `, ${note}` : ""}`;
};

/** What a picked cell is made of, in one sentence for a screen reader. */
export function spokenOf(account: Account): string {
  const lines = account.lines.map(spokenLine);
  const more = account.more > 0 ? [`and ${account.more} more`] : [];
  const total = totalOf(account);
  return [
    account.heading,
    ...lines,
    ...more,
    ...(total ? [`sum ${total.sum}`] : []),
    ...(total?.recorded ? [total.recorded] : []),
  ].join("; ");
}

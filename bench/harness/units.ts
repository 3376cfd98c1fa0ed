import type { Workload } from "./workload.ts";

/** A unit that amounts are shown in. */
export interface Scale {
  readonly name: string;
  /** How many µs or bytes it is. */
  readonly size: number;
}

const scales: Record<NonNullable<Workload["quantity"]>, readonly Scale[]> = {
  time: [
    { name: "s", size: 1e6 },
    { name: "ms", size: 1e3 },
    { name: "µs", size: 1 },
  ],
  memory: [
    { name: "MB", size: 1e6 },
    { name: "kB", size: 1e3 },
  ],
};

/** The largest unit that the smallest amount still reaches. */
export const scaleFor = (quantity: Workload["quantity"], amounts: readonly number[]): Scale => {
  const known = scales[quantity ?? "time"];
  return known.find(({ size }) => Math.min(...amounts) >= size) ?? known.at(-1)!;
};

/** With three digits. */
export const digits = (x: number): string =>
  x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(2);

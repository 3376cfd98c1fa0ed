import { totalOps } from "./count.ts";
import type { Measurement } from "./measure.ts";
import { table } from "./table.ts";
import type { OpCount, Workload } from "./workload.ts";

/** A workload's results, as they are written to JSON. */
export interface Report extends Measurement {
  readonly title: string;
  readonly unit: string;
  readonly ops: OpCount | undefined;
}

export const report = ({ title, unit, ops }: Workload, measurement: Measurement): Report => ({
  title,
  unit,
  ops: ops?.(),
  ...measurement,
});

const digits = (x: number): string => (x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(2));

/** The report as Markdown, which is what the terminal shows too. */
export function markdown({ title, unit, ops, results }: Report): string {
  const count = ops && totalOps(ops);
  const head = [
    "library",
    `µs per ${unit}`,
    "min–max",
    ...(count ? ["µs per op"] : []),
    `× ${results[0]!.name}`,
    "difference",
  ];
  const rows = results.map((result) => {
    if ("failed" in result) return [`${result.name}: not timed`, ...head.slice(1).map(() => "–")];
    const { name, microseconds, ratio, difference } = result;
    const { median, min, max } = microseconds;
    const perOp = count ? [digits(median / count)] : [];
    return [
      name,
      digits(median),
      `${digits(min)}–${digits(max)}`,
      ...perOp,
      ratio.toFixed(2),
      difference.toExponential(0),
    ];
  });
  const counted =
    ops && count
      ? `${count} ops per ${unit}: ${ops.forward} forward, ${ops.backward} backward, ${ops.update} update. `
      : "";
  const first = results[0]!;
  const said = "said" in first ? `Result: ${first.said}.` : "";
  const failures = results.flatMap((result) =>
    "failed" in result ? [`\n${result.name} was not timed: ${result.failed}`] : [],
  );
  return [`**${title}**`, "", `${counted}${said}`, "", table([head, ...rows]), ...failures].join("\n");
}

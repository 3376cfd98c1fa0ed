import type { Bars } from "./chart.ts";
import { totalOps } from "./count.ts";
import { type Measured, type Measurement, measure } from "./measure.ts";
import { table } from "./table.ts";
import { digits, type Scale, scaleFor } from "./units.ts";
import type { OpCount, Workload } from "./workload.ts";

/** What a part of a group found, for readers and for programs. */
export interface Report {
  readonly title: string;
  /** Markdown, which is what the terminal shows too. */
  readonly text: string;
  readonly data: object;
  readonly bars?: Bars;
}

/** One table of a group. */
export interface Part {
  readonly title: string;
  report(say: (line: string) => void): Promise<Report>;
}

/** Measures a workload, and puts the contenders side by side. */
export const compare = (workload: Workload): Part => ({
  title: workload.title,
  report: async (say) => describe(workload, await measure(workload, say)),
});

const isMeasured = (result: Measurement["results"][number]): result is Measured => "amount" in result;

function describe(workload: Workload, measurement: Measurement): Report {
  const { title, unit, quantity } = workload;
  const ops = workload.ops?.();
  const measured = measurement.results.filter(isMeasured);
  const scale = scaleFor(
    quantity,
    measured.map(({ amount }) => amount.median),
  );
  const text = [
    `**${title}**`,
    [counted(unit, ops), said(measured[0]!)].join(""),
    resultTable(workload, measurement, scale, ops),
    ...remarks(workload, measurement),
  ];
  return {
    title,
    text: text.filter((part) => part !== "").join("\n\n"),
    data: { title, unit, quantity: quantity ?? "time", ops, ...measurement },
    bars: {
      title,
      unit: `${scale.name} per ${unit}`,
      bars: measured.map(({ name, amount }) => ({ label: name, value: amount.median / scale.size })),
    },
  };
}

const counted = (unit: string, ops: OpCount | undefined): string =>
  ops
    ? `${totalOps(ops)} ops per ${unit}: ${ops.forward} forward, ${ops.backward} backward, ${ops.update} update. `
    : "";

const said = (first: Measured): string => (first.said === "" ? "" : `Result: ${first.said}.`);

function resultTable(workload: Workload, { results }: Measurement, scale: Scale, ops: OpCount | undefined) {
  const { unit, tolerance, kind = "library", about } = workload;
  const count = ops && totalOps(ops);
  const optional = <T>(wanted: unknown, cell: T) => (wanted ? [cell] : []);
  const head = [
    kind,
    ...optional(about, about ?? ""),
    `${scale.name} per ${unit}`,
    "min–max",
    ...optional(count, "µs per op"),
    `× ${results[0]!.name}`,
    ...optional(tolerance, "difference"),
  ];
  const rows = results.filter(isMeasured).map((result) => {
    const { amount, ratio, difference, runs } = result;
    const [median, min, max] = [amount.median, amount.min, amount.max].map((x) => digits(x / scale.size));
    return [
      result.name + (result.note ? " *" : ""),
      ...optional(about, result.about ?? ""),
      median!,
      runs === 1 ? "one run" : `${min}–${max}`,
      ...optional(count, digits(amount.median / (count ?? 1))),
      ratio.toFixed(2),
      ...optional(tolerance, difference?.toExponential(0) ?? "–"),
    ];
  });
  return table([head, ...rows]);
}

function remarks({ limit }: Workload, { results }: Measurement): string[] {
  const measured = results.filter(isMeasured);
  const notes = measured.flatMap(({ name, note }) => (note ? [`\\* ${name}: ${note}.`] : []));
  const failures = results.flatMap((result) =>
    isMeasured(result) ? [] : [`Not measured: ${result.name} (${result.failed}).`],
  );
  if (limit === undefined) return [...notes, ...failures];
  const above = measured.filter(({ ratio }) => ratio > limit).map(({ name }) => name);
  const verdict = above.length === 0 ? "all are within it" : `above it: ${above.join(", ")}`;
  return [...notes, ...failures, `The limit is ${limit} × ${measured[0]!.name}; ${verdict}.`];
}

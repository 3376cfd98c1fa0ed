import type { Part } from "../harness/report.ts";
import { table } from "../harness/table.ts";
import { ask, nodeProbe } from "../peers/fresh.ts";

/** The programs whose memory must not grow, and what they do. */
const programs = [
  ["eager-memory", "10,000 eager steps of a perceptron"],
  ["fit-memory", "3 epochs of `fit` on 5,000 images of 28×28"],
] as const;

/** Where along the program memory is shown. */
const shares = [0.05, 0.25, 0.5, 0.75, 1];

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);

/** Whether memory stays flat, though nobody disposes of anything. */
export const memory: Part = {
  title: "Resident memory of a process along the way",
  report: async (say) => {
    const data: { program: string; resident: readonly number[] }[] = [];
    for (const [probe, program] of programs) {
      say(`  ${program}`);
      data.push({ program, ...(await ask<{ resident: number[] }>(nodeProbe(probe))) });
    }
    const at = (resident: readonly number[], share: number) =>
      resident[Math.max(0, Math.round(share * resident.length) - 1)]!;
    const head = ["MB after", ...shares.map((share) => `${100 * share} %`), "growth in the last half"];
    const rows = data.map(({ program, resident }) => [
      program,
      ...shares.map((share) => megabytes(at(resident, share))),
      megabytes(at(resident, 1) - at(resident, 0.5)),
    ]);
    return { title: memory.title, text: `**${memory.title}**\n\n${table([head, ...rows])}`, data };
  },
};

import { write } from "./harness/files.ts";
import { asked } from "./harness/options.ts";
import type { Report } from "./harness/report.ts";
import { stopPython } from "./peers/python.ts";
import { groups } from "./workloads/index.ts";

const known = groups.map(({ name }) => name);
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) throw new Error(`unknown group ${unknown.join(", ")}; known: ${known.join(", ")}`);

for (const { name, title, parts } of groups) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const reports: Report[] = [];
  for (const part of parts) {
    console.log(part.title);
    const report = await part.report(console.log);
    console.log(`\n${report.text}\n`);
    reports.push(report);
  }
  write(name, title, reports);
}
await stopPython();

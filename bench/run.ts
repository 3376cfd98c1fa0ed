import { write } from "./harness/files.ts";
import { measure } from "./harness/measure.ts";
import { markdown, type Report, report } from "./harness/report.ts";
import { workloads } from "./workloads/index.ts";

const known = [...new Set(workloads.map(({ group }) => group))];
const asked = process.argv.slice(2);
const unknown = asked.filter((group) => !known.includes(group));
if (unknown.length > 0) throw new Error(`unknown group ${unknown.join(", ")}; known: ${known.join(", ")}`);

for (const group of asked.length > 0 ? asked : known) {
  const reports: Report[] = [];
  for (const workload of workloads.filter((each) => each.group === group)) {
    console.log(workload.title);
    const done = report(workload, await measure(workload, console.log));
    console.log(`\n${markdown(done)}\n`);
    reports.push(done);
  }
  write(group, reports);
}

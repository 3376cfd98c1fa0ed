import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { pythonVersions } from "../peers/python.ts";
import { barChart } from "./chart.ts";
import { folder } from "./folder.ts";
import { full } from "./options.ts";
import type { Report } from "./report.ts";

const read = (path: string): string => readFileSync(new URL(path, folder), "utf8");

function save(path: string, text: string): void {
  const file = new URL(path, folder);
  mkdirSync(new URL(".", file), { recursive: true });
  writeFileSync(file, text);
}

/** What the figures depend on besides the code. */
function conditions() {
  const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
  const { chainrule: _, ...peers } = dependencies;
  const { version } = JSON.parse(read("../package.json")) as { version: string };
  return {
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    node: process.version,
    versions: { chainrule: version, ...peers, ...pythonVersions() },
  };
}

/**
 * Writes `results/<group>.json` and `.md` and the chart `docs/bench/<group>.svg`, and puts the tables between the
 * group's markers in the README. Results of a run that was not a full one only go to `out/partial/`.
 */
export function write(name: string, title: string, reports: readonly Report[]): void {
  const about = conditions();
  const versions = Object.entries(about.versions).map((entry) => entry.join(" "));
  const text = [
    ...reports.map((report) => report.text),
    `${about.processor}, ${about.cores} cores, Node ${about.node}; ${versions.join(", ")}.`,
  ].join("\n\n");
  const [results, charts] = full ? ["results/", "../docs/bench/"] : ["out/partial/", "out/partial/"];
  const data = { ...about, reports: reports.map((report) => report.data) };
  save(`${results}${name}.json`, `${JSON.stringify(data, null, 2)}\n`);
  save(`${results}${name}.md`, `${text}\n`);
  const panels = reports.flatMap(({ bars }) => bars ?? []);
  if (panels.length > 0) save(`${charts}${name}.svg`, barChart(name, title, panels));
  if (!full) return;
  const marked = new RegExp(`(<!-- ${name} -->\n).*?(<!-- /${name} -->)`, "s");
  const readme = read("README.md").replace(
    marked,
    (_, open: string, close: string) => `${open}\n${text}\n\n${close}`,
  );
  save("README.md", readme);
}

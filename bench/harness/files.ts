import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { markdown, type Report } from "./report.ts";

/** The package's folder, seen from where this file is compiled to. */
const folder = new URL("../../../", import.meta.url);

const read = (path: string): string => readFileSync(new URL(path, folder), "utf8");

/** What the figures depend on besides the code. */
function conditions() {
  const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
  const { version } = JSON.parse(read("../package.json")) as { version: string };
  return {
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    node: process.version,
    versions: { chainrule: version, ...dependencies },
  };
}

/** Writes `results/<group>.json` and `.md`, and puts the tables between the group's markers in the README. */
export function write(group: string, reports: readonly Report[]): void {
  const about = conditions();
  const versions = Object.entries(about.versions).map(([name, version]) => `${name} ${version}`);
  const text = [
    ...reports.map(markdown),
    `${about.processor}, ${about.cores} cores, Node ${about.node}; ${versions.join(", ")}.`,
  ].join("\n\n");
  mkdirSync(new URL("results/", folder), { recursive: true });
  const json = JSON.stringify({ ...about, reports }, null, 2);
  writeFileSync(new URL(`results/${group}.json`, folder), `${json}\n`);
  writeFileSync(new URL(`results/${group}.md`, folder), `${text}\n`);
  const marked = new RegExp(`(<!-- ${group} -->\n).*?(<!-- /${group} -->)`, "s");
  writeFileSync(
    new URL("README.md", folder),
    read("README.md").replace(marked, (_, open: string, close: string) => `${open}\n${text}\n\n${close}`),
  );
}

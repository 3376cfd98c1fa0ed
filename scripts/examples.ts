/** Runs every example with --quick (less of everything, no network), each in a process of its own, and stops at the first that fails. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

const examples = readdirSync("examples").filter((name) => name.endsWith(".ts"));
if (examples.length === 0) throw new Error("examples/ is empty");

for (const example of examples) {
  console.log(`\n▶ examples/${example}`);
  const { status } = spawnSync(process.execPath, ["--import", "tsx", `examples/${example}`, "--quick"], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}

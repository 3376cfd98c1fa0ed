/** Runs scripts/smoke.ts, compiled, under the Node versions that are supported; npm has them as the package `node`. */
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

const script = "scripts/smoke.js";
await build({ entryPoints: ["scripts/smoke.ts"], outfile: script, format: "esm", platform: "node" });

const folder = mkdtempSync(join(tmpdir(), "chainrule-node-"));
for (const version of ["20", "22", "24"]) {
  const { status } = spawnSync("npx", ["--yes", "--prefix", folder, `node@${version}`, script], {
    stdio: "inherit",
    timeout: 300_000,
  });
  if (status !== 0) process.exit(status ?? 1);
}

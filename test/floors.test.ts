import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";

const depcruise = "node_modules/dependency-cruiser/bin/dependency-cruise.mjs";

test("imports go down only, without cycles, and to known packages (.dependency-cruiser.cjs)", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [depcruise, "src", "-T", "err-long"], {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  if (status !== 0) expect.fail(`${stdout}\n${stderr}`);
}, 30_000);

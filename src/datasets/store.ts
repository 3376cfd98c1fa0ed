import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { ensure, show } from "../errors.ts";
import { type Raw, type RawSplit, type Recipe, type SplitName, splitNames } from "./recipe.ts";

/**
 * A decoded dataset as a file: a line with the SHA-256 of the JSON after it, and that JSON; then, for each split,
 * the labels and the images as bytes. The JSON has a SHA-256 for the labels and for every thousand images, so that
 * a few images are read and checked without the others.
 */
interface Header {
  readonly format: string;
  readonly name: string;
  readonly package: string;
  readonly shape: readonly number[];
  readonly splits: Readonly<Record<SplitName, Sums>>;
}

interface Sums {
  readonly count: number;
  readonly labels: string;
  readonly images: readonly string[];
}

const format = "chainrule images 1";
const blockImages = 1000;
const maxHeaderBytes = 65_536;

const sizeOfImage = ({ shape }: Recipe): number => shape[0] * shape[1] * shape[2];
const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

const lineOf = (json: string): string => `${sha256(json)} ${json}\n`;

function headerOf(recipe: Recipe, sums: (name: SplitName) => Sums): Header {
  return {
    format,
    name: recipe.name,
    package: `${recipe.npm.name}@${recipe.npm.version}`,
    shape: recipe.shape,
    splits: { train: sums("train"), test: sums("test") },
  };
}

/** Writes a new file, and returns when it is on the disk. */
export async function writeStore(file: string, recipe: Recipe, raw: Raw): Promise<void> {
  const blockBytes = blockImages * sizeOfImage(recipe);
  const json = JSON.stringify(
    headerOf(recipe, (name) => ({
      count: raw[name].labels.length,
      labels: sha256(raw[name].labels),
      images: blocksOf(raw[name].bytes, blockBytes).map(sha256),
    })),
  );
  const handle = await open(file, "wx");
  try {
    await handle.writeFile(lineOf(json));
    for (const name of splitNames) {
      await handle.writeFile(raw[name].labels);
      await handle.writeFile(raw[name].bytes);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function blocksOf(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
}

/** Reads of each split all labels, and at least as many images as `countOf` tells from them. */
export async function readStore(
  file: string,
  recipe: Recipe,
  countOf: (name: SplitName, labels: Uint8Array) => number,
): Promise<Raw> {
  const handle = await open(file, "r");
  try {
    const { header, end } = await readHeader(handle, recipe);
    const size = sizeOfImage(recipe);
    const trainBytes = recipe.counts.train * (1 + size);
    const split = (name: SplitName, at: number) =>
      readSplit(handle, at, header.splits[name], size, (labels) => countOf(name, labels));
    return { train: await split("train", end), test: await split("test", end + trainBytes) };
  } finally {
    await handle.close();
  }
}

async function readSplit(
  handle: FileHandle,
  at: number,
  sums: Sums,
  size: number,
  countOf: (labels: Uint8Array) => number,
): Promise<RawSplit> {
  const labels = await readAt(handle, at, sums.count);
  ensure(sha256(labels) === sums.labels, () => "its labels are damaged");
  const blocks = Math.ceil(countOf(labels) / blockImages);
  const bytes = await readAt(handle, at + sums.count, Math.min(blocks * blockImages, sums.count) * size);
  blocksOf(bytes, blockImages * size).forEach((block, i) => {
    ensure(sha256(block) === sums.images[i], () => `its images from ${i * blockImages} on are damaged`);
  });
  return { bytes, labels };
}

async function readHeader(handle: FileHandle, recipe: Recipe): Promise<{ header: Header; end: number }> {
  const start = new Uint8Array(maxHeaderBytes);
  const { bytesRead } = await handle.read(start, 0, maxHeaderBytes, 0);
  const end = start.subarray(0, bytesRead).indexOf(10) + 1;
  const line = new TextDecoder().decode(start.subarray(0, end));
  const json = line.slice(65, -1);
  ensure(end > 0 && line === lineOf(json), () => "its first line is damaged");
  const header: Header = JSON.parse(json);
  ensure(header.format === format, () => `it is of another format: ${show(header.format)}`);
  const expected = headerOf(recipe, (name) => ({ ...header.splits[name], count: recipe.counts[name] }));
  ensure(
    JSON.stringify(header) === JSON.stringify(expected),
    () => `it holds something else: ${header.name} from ${header.package}`,
  );
  return { header, end };
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await handle.read(bytes, 0, length, position);
  ensure(bytesRead === length, () => "it ends too early");
  return bytes;
}

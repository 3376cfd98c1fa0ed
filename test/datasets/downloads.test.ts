import { expect, test } from "vitest";
import { cifar10, fashionMnist, type ImageSet, mnist } from "../../src/datasets/index.ts";
import { temporaryFolder } from "./files.ts";

const asked = process.env.CHAINRULE_TEST_DOWNLOADS === "1";
if (!asked) console.info("downloads are not tested: CHAINRULE_TEST_DOWNLOADS=1 fetches 11, 39 and 139 MB");

function statistics({ bytes, shape }: ImageSet): { mean: string[]; std: string[] } {
  const channels = shape[3];
  const [sums, squares] = [new Float64Array(channels), new Float64Array(channels)];
  for (let i = 0; i < bytes.length; i++) {
    sums[i % channels]! += bytes[i]!;
    squares[i % channels]! += bytes[i]! ** 2;
  }
  const n = bytes.length / channels;
  const mean = sums.map((sum) => sum / n);
  const std = squares.map((square, c) => Math.sqrt(square / n - mean[c]! ** 2));
  return {
    mean: Array.from(mean, (v) => (v / 255).toFixed(4)),
    std: Array.from(std, (v) => (v / 255).toFixed(4)),
  };
}

const perClass = ({ labels }: ImageSet): number[] =>
  Array.from({ length: 10 }, (_, k) => labels.data.filter((label) => label === k).length);

const first = ({ labels }: ImageSet): number[] => [...labels.data.slice(0, 5)];

const all = (count: number): number[] => new Array<number>(10).fill(count);

/** Loads twice, so that what came from the package and what came from the cache are both looked at. */
async function twice(load: typeof mnist) {
  const options = { cache: temporaryFolder() };
  const loaded = await load(options);
  const start = performance.now();
  const again = await load(options);
  expect(performance.now() - start).toBeLessThan(2000);
  expect(Buffer.compare(loaded.train.bytes, again.train.bytes)).toBe(0);
  expect(Buffer.compare(loaded.test.bytes, again.test.bytes)).toBe(0);
  return again;
}

test.runIf(asked)("mnist is the published one", { timeout: 300_000 }, async () => {
  const { train, test: tests } = await twice(mnist);
  expect([train.shape, tests.shape]).toEqual([
    [60_000, 28, 28, 1],
    [10_000, 28, 28, 1],
  ]);
  expect([first(train), first(tests)]).toEqual([
    [5, 0, 4, 1, 9],
    [7, 2, 1, 0, 4],
  ]);
  expect(statistics(train)).toEqual({ mean: ["0.1307"], std: ["0.3081"] });
  expect(perClass(train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
});

test.runIf(asked)("fashionMnist is balanced, and divided in its own way", { timeout: 300_000 }, async () => {
  const { train, test: tests } = await twice(fashionMnist);
  expect([perClass(train), perClass(tests)]).toEqual([all(6000), all(1000)]);
  // The official division has 0.2860 and 0.3530 for the training images.
  expect(statistics(train)).toEqual({ mean: ["0.2861"], std: ["0.3528"] });
});

test.runIf(asked)("cifar10 is the published one", { timeout: 600_000 }, async () => {
  const { train, test: tests, classNames } = await twice(cifar10);
  expect([train.shape, tests.shape]).toEqual([
    [50_000, 32, 32, 3],
    [10_000, 32, 32, 3],
  ]);
  expect([first(train), first(tests)]).toEqual([
    [6, 9, 9, 4, 1],
    [3, 8, 8, 0, 6],
  ]);
  expect(classNames[train.labels.data[0]!]).toBe("frog");
  expect([perClass(train), perClass(tests)]).toEqual([all(5000), all(1000)]);
  expect(statistics(train)).toEqual({
    mean: ["0.4914", "0.4822", "0.4465"],
    std: ["0.2470", "0.2435", "0.2616"],
  });
});

import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import * as browser from "../../src/datasets/browser.ts";
import * as node from "../../src/datasets/index.ts";
import { progressLines } from "../../src/datasets/progress.ts";

const { ImageSet } = node;

describe("ImageSet", () => {
  const bytes = Uint8Array.from({ length: 256 * 3 }, (_, i) => i % 256);
  const set = new ImageSet(bytes, new Uint8Array(3).fill(4), [16, 16, 1]);

  test("its images are the bytes divided by 255, rounded to float32", () => {
    expect(set.images.dtype).toBe("float32");
    expect(set.images.shape).toEqual([3, 16, 16, 1]);
    for (let byte = 0; byte < 256; byte++) {
      expect(set.images.data[byte]).toBe(Math.fround(Math.fround(byte) / Math.fround(255)));
    }
  });

  test("they are made once, when first asked for", () => {
    expect(set.images).toBe(set.images);
    expect(set.bytes).toBe(bytes);
  });

  test("single images are views", () => {
    expect(set.bytesOf(2)).toEqual(bytes.subarray(512));
    expect(set.bytesOf(2).buffer).toBe(bytes.buffer);
    for (const wrong of [-1, 3, 0.5, Number.NaN]) {
      expect(() => set.bytesOf(wrong)).toThrow("ImageSet.bytesOf: expected an index from 0 to 2");
    }
  });

  test("prints in short, not its bytes", () => {
    expect(inspect({ set })).toBe("{ set: ImageSet [3, 16, 16, 1] }");
    expect(`${new ImageSet(new Uint8Array(0), [], [2, 2, 3])}`).toBe("ImageSet [0, 2, 2, 3]");
  });

  test.each<[unknown, unknown, unknown, string]>([
    [[1, 2], [1, 2], [1, 1, 1], "expected bytes as a Uint8Array; received [1, 2]"],
    [new Uint8Array(2), [1, 2], [1, 1], "expected a shape [height, width, channels]; received [1, 1]"],
    [new Uint8Array(2), [1, 2], [1, 0, 1], "received [1, 0, 1]"],
    [new Uint8Array(2), "12", [1, 1, 1], 'expected labels as an array; received "12"'],
    [new Uint8Array(2), [1, -2], [1, 1, 1], "expected labels that are whole numbers ≥ 0; received -2"],
    [new Uint8Array(2), [1, 2.5], [1, 1, 1], "received 2.5"],
    [new Uint8Array(3), [1, 2], [1, 1, 1], "expected 2 bytes, 1 for each of 2 labels; received 3"],
  ])("case %#: arrays that do not fit are refused", (pixels, labels, shape, message) => {
    expect(() => Reflect.construct(ImageSet, [pixels, labels, shape])).toThrow(
      `ImageSet: ${message}`.slice(0, 10),
    );
    expect(() => Reflect.construct(ImageSet, [pixels, labels, shape])).toThrow(message);
  });
});

test("a browser gets the same names; downloading says what to do instead", async () => {
  expect(Object.keys(browser).sort()).toEqual(Object.keys(node).sort());
  await expect(browser.cifar10()).rejects.toThrow("cifar10: datasets are downloaded and kept by Node only");
});

describe("progress", () => {
  const written = (isTTY: boolean) => {
    let text = "";
    const report = progressLines({ isTTY, write: (piece: string) => (text += piece) });
    for (const done of [0, 51e6, 51.1e6, 139e6])
      report({ dataset: "cifar10", step: "download", done, total: 139e6 });
    for (const done of [1, 2]) report({ dataset: "cifar10", step: "unpack", done, total: 2 });
    return text;
  };

  test("on a terminal: one line for each step, written over", () => {
    expect(written(true).split("\x1b[K").slice(1)).toEqual([
      "Downloading cifar10   0 %  0/139 MB\r",
      "Downloading cifar10  36 %  51/139 MB\r",
      "Downloading cifar10 100 %  139/139 MB\n",
      "Unpacking cifar10  50 %  1/2 files\r",
      "Unpacking cifar10 100 %  2/2 files\n",
    ]);
  });

  test("elsewhere: a few plain lines", () => {
    expect(written(false)).toBe(
      "Downloading cifar10   0 %  0/139 MB\nDownloading cifar10 100 %  139/139 MB\nUnpacking cifar10 100 %  2/2 files\n",
    );
  });
});

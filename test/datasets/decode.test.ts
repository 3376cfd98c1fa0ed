import { join } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readIdx } from "../../src/datasets/idx.ts";
import { archiveFiles } from "../../src/datasets/npm.ts";
import { decodePng } from "../../src/datasets/png.ts";
import { tarFiles } from "../../src/datasets/tar.ts";
import {
  bytesOf,
  chunk,
  idx,
  png,
  pngEnd,
  pngHeader,
  pngStart,
  type TarEntry,
  tar,
  tarHeader,
  temporaryFolder,
} from "./files.ts";

describe("IDX", () => {
  const body = bytesOf(12);
  const file = idx([3, 2, 2], body);

  test("gives the bytes after the header", () => expect([...readIdx(file, [3, 2, 2])]).toEqual([...body]));

  test("a file of another kind, count or length is refused, and says how", () => {
    expect(() => readIdx(new Uint8Array(3), [3, 2, 2])).toThrow(
      "expected an IDX file of bytes [3, 2, 2]; received a file of only 3 bytes",
    );
    expect(() => readIdx(idx([12], body), [3, 2, 2])).toThrow("starts with 0x00000803; received 0x00000801");
    const floats = Uint8Array.from(file);
    floats[2] = 0x0d;
    expect(() => readIdx(floats, [3, 2, 2])).toThrow("received 0x00000d03");
    expect(() => readIdx(idx([4, 2, 2], body), [3, 2, 2])).toThrow("its header says [4, 2, 2]");
    expect(() => readIdx(idx([2 ** 32 - 1, 2, 2], body), [3, 2, 2])).toThrow(
      "its header says [4294967295, 2, 2]",
    );
    expect(() => readIdx(file.subarray(0, -1), [3, 2, 2])).toThrow("it holds 11 bytes instead of 12");
    expect(() => readIdx(Buffer.concat([file, body]), [3, 2, 2])).toThrow("it holds 24 bytes instead of 12");
  });
});

describe("PNG", () => {
  test("gives back the pixels that were packed, with any filters", () => {
    const picture = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })).chain(([w, h]) =>
      fc.record({
        width: fc.constant(w),
        pixels: fc.uint8Array({ minLength: 3 * w * h, maxLength: 3 * w * h }),
        filters: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: h, maxLength: h }),
      }),
    );
    fc.assert(
      fc.property(picture, ({ width, pixels, filters }) => {
        const file = png(width, pixels, (row) => filters[row]!);
        expect(decodePng(file)).toEqual({ width, height: filters.length, pixels });
      }),
    );
  });

  const pack = (header: Buffer, raw: Uint8Array) =>
    Buffer.concat([pngStart, header, chunk("IDAT", deflateSync(raw)), pngEnd]);

  test("what is no such picture is refused", () => {
    const raw = new Uint8Array(7);
    expect(() => decodePng(Buffer.from("GIF89a"))).toThrow("expected a PNG file");
    expect(() => decodePng(pack(pngHeader(2, 1, [8, 6, 0, 0, 0]), raw))).toThrow("bit depth 8, color type 6");
    expect(() => decodePng(pack(pngHeader(2, 1, [16, 2, 0, 0, 0]), raw))).toThrow("bit depth 16");
    expect(() => decodePng(pack(pngHeader(2, 1, [8, 2, 0, 0, 1]), raw))).toThrow("without interlacing");
    expect(() => decodePng(pack(pngHeader(0, 1), raw))).toThrow("its header says 0×1");
    expect(() => decodePng(pack(chunk("IHDR", raw), raw))).toThrow(
      "expected a header of 13 bytes; received 7",
    );
    expect(() => decodePng(Buffer.concat([pngStart, pngEnd]))).toThrow("no header chunk");
    const filter9 = Uint8Array.of(9, 0, 0, 0, 0, 0, 0);
    expect(() => decodePng(pack(pngHeader(2, 1), filter9))).toThrow(
      "expected row filters from 0 to 4; received 9",
    );
  });

  test("sizes that lie and bombs are refused before memory is spent", () => {
    expect(() => decodePng(pack(pngHeader(2 ** 31, 2 ** 31), new Uint8Array(7)))).toThrow(
      "at most 67108864 bytes",
    );
    expect(() => decodePng(pack(pngHeader(2, 2), new Uint8Array(7)))).toThrow(
      "expected 14 bytes of pixels; received 7",
    );
    expect(() => decodePng(pack(pngHeader(2, 1), new Uint8Array(10_000_000)))).toThrow(
      "cannot be unpacked to 7 bytes",
    );
    const long = Buffer.concat([pngStart, pngHeader(2, 1), chunk("IDAT", new Uint8Array(4), 2 ** 32 - 1)]);
    expect(() => decodePng(long)).toThrow("its chunk IDAT is longer than the file");
  });

  test("no cut of a file is taken for a picture", () => {
    const file = png(4, bytesOf(60), (row) => row % 5);
    for (let end = 0; end < file.length; end++) expect(() => decodePng(file.subarray(0, end))).toThrow();
  });
});

describe("tar", () => {
  async function* inPieces(bytes: Uint8Array, size: number) {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  async function read(
    archive: Uint8Array,
    wanted: readonly string[],
    size = 100,
  ): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for await (const { name, bytes } of tarFiles(inPieces(archive, size), new Set(wanted))) {
      found[name] = new TextDecoder().decode(bytes);
    }
    return found;
  }
  const entry = (name: string, text: string, more: Partial<TarEntry> = {}): TarEntry => ({
    name,
    body: new TextEncoder().encode(text),
    ...more,
  });

  test.each([1, 7, 511, 512, 513, 100_000])("finds files by name, in pieces of %i bytes", async (size) => {
    const archive = tar([
      entry("package/a.txt", "A".repeat(512)),
      entry("package/other.txt", "no".repeat(700)),
      entry("b.txt", "B", { prefix: "package/deep" }),
      entry("package/empty.txt", ""),
    ]);
    const found = await read(archive, ["a.txt", "b.txt", "empty.txt"], size);
    expect(found).toEqual({ "a.txt": "A".repeat(512), "b.txt": "B", "empty.txt": "" });
  });

  test("paths that climb out and links lead nowhere: only names count, and nothing is written", async () => {
    const archive = tar([
      entry("../../../etc/evil", "x"),
      entry("/etc/passwd", "x"),
      entry("a.txt", "", { type: "2" }),
      entry("__proto__", "x"),
    ]);
    expect(await read(archive, ["a.txt"])).toEqual({});
    expect(await read(tar([entry("../../a.txt", "just bytes")]), ["a.txt"])).toEqual({
      "a.txt": "just bytes",
    });
  });

  test("damage and sizes that lie are refused", async () => {
    const archive = tar([entry("a.txt", "A".repeat(600))]);
    await expect(read(archive.subarray(0, 700), ["a.txt"])).rejects.toThrow("ends in the middle of a file");
    await expect(read(archive.subarray(0, 700), [])).rejects.toThrow("ends in the middle of a file");
    await expect(read(archive.subarray(0, 512), ["a.txt"])).rejects.toThrow("the archive ends before a.txt");
    const flipped = Uint8Array.from(archive);
    flipped[0]! ^= 1;
    await expect(read(flipped, ["a.txt"])).rejects.toThrow("a header in it is damaged");
    await expect(read(bytesOf(2000), ["a.txt"])).rejects.toThrow("expected a tar archive");
    const huge = tarHeader({ name: "a.txt", size: 8 ** 11 - 1 });
    await expect(read(huge, ["a.txt"])).rejects.toThrow("at most 67108864 bytes; received 8589934591");
  });

  test("an archive that unpacks without end is given up", async () => {
    async function* endless() {
      yield tarHeader({ name: "other", size: 8 ** 11 - 1 });
      const zeros = new Uint8Array(2 ** 24);
      for (;;) yield zeros;
    }
    const reading = (async () => {
      for await (const _ of tarFiles(endless(), new Set(["a"]))) expect.fail();
    })();
    await expect(reading).rejects.toThrow("unpacks to more than 1073741824 bytes");
  });

  test("a file that is no gzip, or a cut one, is said to be so", async () => {
    const whole = gzipSync(tar([entry("a.txt", "A".repeat(5000))]));
    const folder = temporaryFolder({ "no.tgz": bytesOf(600), "cut.tgz": whole.subarray(0, -20) });
    const drain = async (name: string) => {
      for await (const _ of archiveFiles(join(folder, name), new Set())) expect.fail();
    };
    await expect(drain("no.tgz")).rejects.toThrow(/no\.tgz: expected a gzipped archive \(Z_DATA_ERROR\)/);
    await expect(drain("cut.tgz")).rejects.toThrow(/cut\.tgz: expected a gzipped archive \(Z_BUF_ERROR\)/);
    await expect(drain("none.tgz")).rejects.toThrow("ENOENT");
  });
});

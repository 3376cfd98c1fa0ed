import { ensure } from "../errors.ts";
import { maxFileBytes, type NamedFile } from "./recipe.ts";

const blockBytes = 512;
const maxTotalBytes = 2 ** 30;

/**
 * The wanted files in a tar archive, found by the last part of their path. Nothing is written to disk, so it does
 * not matter where an archive would put its files.
 */
export async function* tarFiles(
  archive: AsyncIterable<Uint8Array>,
  wanted: { has(name: string): boolean },
): AsyncGenerator<NamedFile> {
  const reader = new Reader(archive);
  for (;;) {
    const header = await reader.read(blockBytes);
    if (header === undefined || header.every((byte) => byte === 0)) return;
    const { path, size, isFile } = readHeader(header);
    const name = path.slice(path.lastIndexOf("/") + 1);
    const padding = -size & (blockBytes - 1);
    if (isFile && wanted.has(name)) {
      ensure(
        size <= maxFileBytes,
        () => `${path}: expected a file of at most ${maxFileBytes} bytes; received ${size}`,
      );
      const bytes = await reader.read(size);
      ensure(bytes !== undefined, () => `the archive ends before ${path}: it was cut`);
      yield { name, bytes };
      await reader.skip(padding);
    } else {
      await reader.skip(size);
      await reader.skip(padding);
    }
  }
}

function readHeader(header: Uint8Array) {
  const text = (at: number, length: number): string => {
    const field = header.subarray(at, at + length);
    const end = field.indexOf(0);
    return new TextDecoder().decode(end === -1 ? field : field.subarray(0, end));
  };
  const octal = (at: number, length: number): number => Number.parseInt(text(at, length).trim() || "0", 8);
  // The checksum is the sum of the header, taken with blanks in place of the checksum itself.
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  const size = octal(124, 12);
  ensure(
    sum === octal(148, 8) && Number.isSafeInteger(size) && size >= 0,
    () => "expected a tar archive; a header in it is damaged",
  );
  const prefix = text(257, 5) === "ustar" ? text(345, 155) : "";
  const type = text(156, 1);
  return {
    path: prefix ? `${prefix}/${text(0, 100)}` : text(0, 100),
    size,
    isFile: type === "" || type === "0",
  };
}

/** Reads an exact number of bytes at a time from chunks of any size. */
class Reader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #total = 0;

  constructor(archive: AsyncIterable<Uint8Array>) {
    this.#chunks = archive[Symbol.asyncIterator]();
  }

  /** The next `length` bytes; undefined where the archive has ended. */
  async read(length: number): Promise<Uint8Array | undefined> {
    const bytes = new Uint8Array(length);
    const filled = await this.#pass(length, (piece, at) => bytes.set(piece, at));
    if (filled === 0 && length > 0) return undefined;
    ensure(filled === length, () => "the archive ends in the middle of a file: it was cut");
    return bytes;
  }

  async skip(length: number): Promise<void> {
    const skipped = await this.#pass(length, () => {});
    ensure(skipped === length, () => "the archive ends in the middle of a file: it was cut");
  }

  async #pass(length: number, take: (piece: Uint8Array, at: number) => void): Promise<number> {
    let done = 0;
    while (done < length) {
      if (this.#chunk.length === 0) {
        const next = await this.#chunks.next();
        if (next.done) break;
        this.#chunk = next.value;
        this.#total += next.value.length;
        ensure(this.#total <= maxTotalBytes, () => `the archive unpacks to more than ${maxTotalBytes} bytes`);
      }
      const piece = this.#chunk.subarray(0, length - done);
      take(piece, done);
      done += piece.length;
      this.#chunk = this.#chunk.subarray(piece.length);
    }
    return done;
  }
}

import { inflateSync } from "node:zlib";
import { ensure } from "../errors.ts";

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each pixel, row after row. */
  readonly pixels: Uint8Array;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const channels = 3;
const maxPixelBytes = 2 ** 26;

/** Decodes a PNG of 8-bit RGB without interlacing, which is what CIFAR-10 is packed in. */
export function decodePng(file: Uint8Array): Picture {
  ensure(
    signature.every((byte, i) => file[i] === byte),
    () => "expected a PNG file; it does not start as one",
  );
  const { width, height, compressed } = readChunks(file);
  const rowBytes = width * channels;
  const size = (rowBytes + 1) * height;
  const filtered = inflate(compressed, size);
  ensure(filtered.length === size, () => `expected ${size} bytes of pixels; received ${filtered.length}`);
  const pixels = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y++) {
    const start = y * (rowBytes + 1);
    const row = filtered.subarray(start + 1, start + 1 + rowBytes);
    unfilter(filtered[start]!, row, pixels, y * rowBytes);
  }
  return { width, height, pixels };
}

/** Zlib's own checksum covers the pixels, so those of the chunks are not looked at. */
function readChunks(file: Uint8Array) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const compressed: Uint8Array[] = [];
  let size: { width: number; height: number } | undefined;
  for (let at = signature.length; ; ) {
    ensure(at + 12 <= file.length, () => "the PNG file ends too early: it was cut");
    const length = view.getUint32(at);
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    ensure(at + 12 + length <= file.length, () => `its chunk ${type} is longer than the file: it was cut`);
    const body = file.subarray(at + 8, at + 8 + length);
    if (type === "IHDR") size = readHeader(body);
    if (type === "IDAT") compressed.push(body);
    if (type === "IEND") break;
    at += 12 + length;
  }
  ensure(size !== undefined, () => "the PNG file has no header chunk (IHDR)");
  return { ...size, compressed: Buffer.concat(compressed) };
}

function readHeader(body: Uint8Array): { width: number; height: number } {
  ensure(body.length === 13, () => `expected a header of 13 bytes; received ${body.length}`);
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, color, compression, filter, interlace] = body.subarray(8);
  ensure(
    depth === 8 && color === 2 && compression === 0 && filter === 0 && interlace === 0,
    () => `expected 8-bit RGB without interlacing; received bit depth ${depth}, color type ${color}`,
  );
  ensure(
    width > 0 && height > 0 && width * height * channels <= maxPixelBytes,
    () => `expected a picture of at most ${maxPixelBytes} bytes; its header says ${width}×${height}`,
  );
  return { width, height };
}

function inflate(compressed: Uint8Array, size: number): Uint8Array {
  try {
    return inflateSync(compressed, { maxOutputLength: size });
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    ensure(false, () => `its pixels cannot be unpacked to ${size} bytes (${reason}): it was cut or changed`);
  }
}

/** Undoes a row's filter: each byte was stored as its difference to a guess from those left and above. */
function unfilter(filter: number, row: Uint8Array, pixels: Uint8Array, at: number): void {
  const guess = guesses[filter];
  ensure(guess !== undefined, () => `expected row filters from 0 to 4; received ${filter}`);
  const above = at - row.length;
  for (let i = 0; i < row.length; i++) {
    const a = i >= channels ? pixels[at + i - channels]! : 0;
    const b = above >= 0 ? pixels[above + i]! : 0;
    const c = i >= channels && above >= 0 ? pixels[above + i - channels]! : 0;
    pixels[at + i] = row[i]! + guess(a, b, c);
  }
}

/** By filter: from a, left; b, above; c, above and left. */
const guesses: readonly ((a: number, b: number, c: number) => number)[] = [
  () => 0,
  (a) => a,
  (_, b) => b,
  (a, b) => (a + b) >> 1,
  paeth,
];

/** The one of the three that is nearest to a + b − c. */
function paeth(a: number, b: number, c: number): number {
  const toA = Math.abs(b - c);
  const toB = Math.abs(a - c);
  const toC = Math.abs(a + b - 2 * c);
  return toA <= toB && toA <= toC ? a : toB <= toC ? b : c;
}

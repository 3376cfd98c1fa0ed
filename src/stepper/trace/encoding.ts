import { allocate, type Cells, type DType } from "../../dtype.ts";
import { sizeOf } from "../../shape.ts";
import type { Sample, TensorRecord } from "./records.ts";
import { wholeCells } from "./sample.ts";

/** A tensor in a file: whole if it is small, else 8 bits for each of some cells beside exact statistics. */
export interface SavedTensor extends Pick<TensorRecord, "shape" | "dtype" | "statistics" | "histogram"> {
  /** All cells, in their own dtype, in base64 (little-endian). */
  readonly whole?: string;
  readonly sample?: {
    readonly axes: Sample["axes"];
    /** What an 8-bit step is worth. */
    readonly scale: number;
    /** Signed bytes in base64; −128 stands for what is not finite. */
    readonly bytes: string;
  };
}

const toBase64 = (bytes: Uint8Array): string => {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
};

/** @throws If the text is not base64. */
export const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

const bytesOf = (cells: Cells): Uint8Array =>
  new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength);

const notFinite = -128;

function quantized({ axes, cells }: Sample): NonNullable<SavedTensor["sample"]> {
  let largest = 0;
  for (let i = 0; i < cells.length; i++)
    if (Number.isFinite(cells[i])) largest = Math.max(largest, Math.abs(cells[i]!));
  const scale = largest / 127 || 1;
  const bytes = Int8Array.from(cells, (x) => (Number.isFinite(x) ? Math.round(x / scale) : notFinite));
  return { axes, scale, bytes: toBase64(new Uint8Array(bytes.buffer)) };
}

/** The sample's bytes as numbers again. */
export const dequantized = (bytes: Uint8Array, scale: number): Float32Array =>
  Float32Array.from(new Int8Array(bytes), (x) => (x === notFinite ? Number.NaN : x * scale));

export function saved({ shape, dtype, statistics, histogram, cells, sample }: TensorRecord): SavedTensor {
  const about = { shape, dtype, statistics, histogram };
  if (cells !== undefined && cells.length <= wholeCells) return { ...about, whole: toBase64(bytesOf(cells)) };
  return { ...about, sample: quantized(sample) };
}

/** The cells of a tensor from their bytes. */
export function cellsFrom(bytes: Uint8Array, dtype: DType, shape: readonly number[]): Cells | undefined {
  const cells = allocate(dtype, sizeOf(shape));
  if (bytes.length !== cells.byteLength) return undefined;
  bytesOf(cells).set(bytes);
  return cells;
}

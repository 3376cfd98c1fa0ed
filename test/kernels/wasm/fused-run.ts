import { expect } from "vitest";
import type { Cells } from "../../../src/dtype.ts";
import { assemble, type Fused, type FusedCode, lowerFused } from "../../../src/kernels/wasm/fused/fused.ts";
import type { Word } from "../../../src/kernels/wasm/instruction.ts";
import { webAssembly } from "../../../src/kernels/wasm/webassembly.ts";
import type { View } from "../../../src/view.ts";

interface RunOptions {
  /** Whether several threads could work on the memory. */
  readonly shared?: boolean;
  /** The kernel is called for ranges of about so many cells; for all at once unless said. */
  readonly step?: number;
}

type Kernel = (args: number, from: number, to: number) => void;

const page = 65536;
const argsAt = 64;
const cellsAt = 1024;
const bytesOf = (cells: Cells) => new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength);

/** A row-major view whose cells stand between others. */
export const between = ({ data, shape, stride }: View, guards = 5): View => {
  const cells = new (data.constructor as new (size: number) => Cells)(data.length + 2 * guards).fill(1);
  cells.set(data, guards);
  return { data: cells, shape, stride, offset: guards };
};

/** Runs a fused kernel; the views' cells are copied into a memory and out again. Nothing but the outputs may change. */
export function runFused(fused: Fused, { shared = true, step = Infinity }: RunOptions = {}): FusedCode {
  const { code, instruction, grain } = lowerFused(fused);
  const cells = new Set([...fused.inputs, ...fused.outputs.map(({ out }) => out)].map(({ data }) => data));
  const homes = new Map<Cells, number>();
  let top = cellsAt;
  for (const data of cells) {
    homes.set(data, top);
    top = (top + data.byteLength + 63) & ~15;
  }
  const memory = new webAssembly.Memory({ initial: Math.ceil(top / page), maximum: 65536, shared });
  const module = new webAssembly.Module(assemble([code], shared));
  const { exports } = new webAssembly.Instance(module, { env: { memory } });
  const bytes = new Uint8Array(memory.buffer);
  for (const [data, at] of homes) bytes.set(bytesOf(data), at);
  const words = new DataView(memory.buffer);
  const encode = (word: Word, at: number): void => {
    if (typeof word === "number") words.setInt32(at, word, true);
    else if ("data" in word)
      words.setUint32(at, homes.get(word.data)! + word.offset * word.data.BYTES_PER_ELEMENT, true);
  };
  for (const [i, word] of instruction.words.entries()) encode(word, argsAt + 4 * (i + 3));
  const before = bytes.slice();
  const count = instruction.words[1] as number;
  const range = grain * Math.max(Math.ceil(step / grain), 1);
  for (let from = 0; from < count; from += range) {
    (exports["0"] as Kernel)(argsAt, from, Math.min(from + range, count));
  }
  for (const { out } of fused.outputs) {
    const at = homes.get(out.data)! + out.offset * out.data.BYTES_PER_ELEMENT;
    before.set(bytes.subarray(at, at + count * out.data.BYTES_PER_ELEMENT), at);
  }
  expect(Buffer.compare(before, bytes), "only the outputs have changed").toBe(0);
  for (const [data, at] of homes) bytesOf(data).set(bytes.subarray(at, at + data.byteLength));
  return code;
}

import type { Cells } from "../../src/dtype.ts";
import { binary } from "../../src/kernels/wasm/binary.ts";
import { bytesOf } from "../../src/kernels/wasm/binary-text.ts";
import type { Instruction, Place, Word, Workshop } from "../../src/kernels/wasm/instruction.ts";
import { webAssembly } from "../../src/kernels/wasm/webassembly.ts";
import type { View } from "../../src/view.ts";

type Kernel = (args: number, thread: number, threads: number) => void;

/**
 * Runs a lowering of one kernel in a memory of its own, as `threads` threads one after another would (thread 0 first takes
 * all the blocks, so this tests results and not concurrency). The views' cells are copied in, and all of them out again.
 * False where the lowering refuses.
 */
export function runLowering(
  views: readonly View[],
  lower: (workshop: Workshop) => readonly Instruction[] | undefined,
  threads = 1,
  isFixed = false,
): boolean {
  const memory = new webAssembly.Memory({ initial: 2048, maximum: 65536, shared: true });
  const module = new webAssembly.Module(bytesOf(binary));
  const { exports } = new webAssembly.Instance(module, { env: { memory } });
  let top = 4096;
  const reserve = (bytes: number): number => {
    const at = top;
    top = (top + bytes + 127) & ~127;
    return at;
  };
  const homes = new Map<Cells, number>();
  const bytes = new Uint8Array(memory.buffer);
  const raw = (cells: Cells) => new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength);
  for (const { data } of views) {
    if (homes.has(data)) continue;
    const at = reserve(data.byteLength);
    homes.set(data, at);
    bytes.set(raw(data), at);
  }
  const scratch = (cells: number): Place => {
    const data = new Float32Array(0);
    const at = reserve(cells * 4);
    new Float32Array(memory.buffer, at, cells).fill(Number.NaN);
    homes.set(data, at);
    return { data, offset: 0 };
  };
  const instructions = lower({ threads, scratch, isFixed: () => isFixed });
  if (instructions === undefined) return false;
  const encode = (word: Word, at: number): void => {
    const view = new DataView(memory.buffer);
    if (typeof word === "number") view.setInt32(at, word, true);
    else if ("float" in word) view.setFloat32(at, word.float, true);
    else if ("data" in word)
      view.setUint32(at, homes.get(word.data)! + word.offset * word.data.BYTES_PER_ELEMENT, true);
    else throw new Error("generated kernels are not run here");
  };
  for (const { kernel, words } of instructions) {
    const args = reserve((words.length + 3) * 4);
    for (const [i, word] of words.entries()) encode(word, args + 4 * (i + 3));
    for (let thread = 0; thread < threads; thread++) (exports[kernel] as Kernel)(args, thread, threads);
  }
  for (const { data } of views)
    raw(data).set(bytes.slice(homes.get(data)!, homes.get(data)! + data.byteLength));
  return true;
}

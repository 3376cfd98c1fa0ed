import { expect } from "vitest";
import type { Cells } from "../../src/dtype.ts";
import { binary } from "../../src/kernels/wasm/binary.ts";
import { bytesOf } from "../../src/kernels/wasm/binary-text.ts";
import type { Instruction, Place, Word, Workshop } from "../../src/kernels/wasm/instruction.ts";
import { type Table, webAssembly } from "../../src/kernels/wasm/webassembly.ts";
import { sizeOf } from "../../src/shape.ts";
import type { View } from "../../src/view.ts";

type Kernel = (args: number, thread: number, threads: number) => void;
type Epilogue = (args: number, from: number, to: number) => void;

// Cells after each piece of scratch that a kernel must leave alone, and what they hold.
const fence = 64;
const untouched = 123;

/** A module that exports the function `e.f` that it imports, (i32, i32, i32) → (), so that it may stand in a table. */
const passing = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0],
  ...[1, 7, 1, 96, 3, 127, 127, 127, 0],
  ...[2, 7, 1, 1, 101, 1, 102, 0, 0],
  ...[7, 5, 1, 1, 102, 0, 0],
);

function exported(f: Epilogue): unknown {
  return new webAssembly.Instance(new webAssembly.Module(passing), { e: { f } }).exports.f;
}

/** An epilogue that records what the cells of the result are when it comes to them. */
function recorder(result: () => Cells, size: number, grain: number) {
  const seen = new Float64Array(size).fill(Number.NaN);
  const times = new Uint8Array(size);
  const epilogue = (_: number, from: number, to: number) => {
    expect(from % grain === 0 && to % grain === 0, `the block ${from}…${to} is a multiple of ${grain}`).toBe(
      true,
    );
    const cells = result();
    for (let i = from; i < to; i++) {
      seen[i] = cells[i]!;
      times[i]!++;
    }
  };
  const check = () => {
    const cells = result();
    expect(
      times.every((n) => n === 1),
      "the epilogue sees every cell once",
    ).toBe(true);
    expect(
      seen.every((cell, i) => Object.is(cell, cells[i])),
      "the epilogue sees final cells",
    ).toBe(true);
  };
  return { epilogue, check };
}

/**
 * Runs a lowering of one kernel in a memory of its own, as `threads` threads one after another would (thread 0 first takes
 * all the blocks, so this tests results and not concurrency). The views' cells are copied in, and all of them out again.
 * Where an epilogue may follow, one does, and asserts that it sees every cell of the result once, when it is final. False
 * where the lowering refuses.
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
  const fences: Float32Array[] = [];
  const scratch = (cells: number): Place => {
    const data = new Float32Array(0);
    const at = reserve((cells + fence) * 4);
    new Float32Array(memory.buffer, at, cells).fill(Number.NaN);
    fences.push(new Float32Array(memory.buffer, at + cells * 4, fence).fill(untouched));
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
  /** Puts an epilogue that records into the table. */
  const follow = ({ result: { data, offset }, grain }: NonNullable<Instruction["epilogue"]>) => {
    const view = views.find((own) => own.data === data && own.offset === offset);
    if (view === undefined) return undefined;
    const size = sizeOf(view.shape);
    const at = homes.get(data)! + offset * data.BYTES_PER_ELEMENT;
    const { epilogue, check } = recorder(() => new Float32Array(memory.buffer, at, size), size, grain);
    const table = exports.table as Table;
    const place = table.grow(1);
    table.set(place, exported(epilogue));
    return { place, check };
  };
  const last = instructions.at(-1)?.epilogue;
  const recording = last && follow(last);
  for (const instruction of instructions) {
    const { kernel, words } = instruction;
    const args = reserve((words.length + 3) * 4);
    if (instruction === instructions.at(-1) && recording) encode(recording.place, args + 4);
    for (const [i, word] of words.entries()) encode(word, args + 4 * (i + 3));
    for (let thread = 0; thread < threads; thread++) (exports[kernel] as Kernel)(args, thread, threads);
  }
  recording?.check();
  expect(
    fences.every((cells) => cells.every((cell) => cell === untouched)),
    "kernels stay within the scratch that their lowering asked for",
  ).toBe(true);
  for (const { data } of views)
    raw(data).set(bytes.slice(homes.get(data)!, homes.get(data)! + data.byteLength));
  return true;
}

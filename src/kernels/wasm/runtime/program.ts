import type { Cells } from "../../../dtype.ts";
import type { Instruction, Place, Word } from "../instruction.ts";
import type { KernelTable } from "./kernel-table.ts";
import type { Memory } from "./memory.ts";

/** An instruction to run. Its epilogue, an elementwise one, runs block by block with it and not on its own. */
export interface Step {
  readonly instruction: Instruction;
  readonly epilogue?: Instruction | undefined;
}

/** Instructions in memory, ready to run. */
export interface Program {
  /** Runs all instructions and returns when they are done. */
  run(): void;
  /** Frees the memory of the instructions. */
  dispose(): void;
}

/** A program in memory: pairs of a kernel's place in the table and the address of its arguments. */
export interface Layout {
  /** The address of the program, and what to free. */
  readonly address: number;
  /** The addresses of the steps' arguments. */
  readonly args: readonly number[];
}

/** The words before those of the kernel itself. */
const head = 3;

/** On a cache line of its own, as all threads count in its first word. */
const blockBytes = ({ words }: Instruction): number => Math.ceil(((head + words.length) * 4) / 64) * 64;

/** Writes a program to memory. */
export function layOut(
  steps: readonly Step[],
  memory: Memory,
  table: KernelTable,
  addressOf: (data: Cells) => number,
): Layout {
  const start = Math.ceil((steps.length * 8) / 64) * 64;
  const blocks = steps.flatMap(({ instruction, epilogue }) => [instruction, ...(epilogue ? [epilogue] : [])]);
  const bytes = blocks.reduce((sum, block) => sum + blockBytes(block), start);
  const address = memory.allocate(bytes);
  const view = new DataView(memory.pages.buffer, address, bytes);
  const writer = new Writer(view, address, start, table, addressOf);
  try {
    const args = steps.map((step, i) => {
      const place = table.placeOf(step.instruction.kernel);
      const at = writer.step(step);
      view.setUint32(i * 8, place, true);
      view.setUint32(i * 8 + 4, at, true);
      return at;
    });
    return { address, args };
  } catch (error) {
    memory.free(address);
    throw error;
  }
}

/** Writes one block of arguments after another. */
class Writer {
  readonly #view: DataView;
  readonly #base: number;
  #top: number;
  readonly #table: KernelTable;
  readonly #addressOf: (data: Cells) => number;

  constructor(
    view: DataView,
    base: number,
    top: number,
    table: KernelTable,
    addressOf: (data: Cells) => number,
  ) {
    this.#view = view;
    this.#base = base;
    this.#top = top;
    this.#table = table;
    this.#addressOf = addressOf;
  }

  /** The address of the step's arguments. */
  step({ instruction, epilogue }: Step): number {
    if (epilogue === undefined) return this.#block(instruction, 0, 0);
    const [kernel] = epilogue.words;
    if (typeof kernel !== "object" || !("key" in kernel)) {
      throw new Error(
        `${epilogue.kernel} is no epilogue for ${instruction.kernel}: it runs no generated kernel`,
      );
    }
    return this.#block(instruction, this.#table.placeOf(kernel), this.#block(epilogue, 0, 0));
  }

  #block(block: Instruction, epilogue: number, epilogueArgs: number): number {
    const at = this.#top;
    this.#top += blockBytes(block);
    const words = [0, epilogue, epilogueArgs, ...block.words];
    for (const [i, word] of words.entries()) this.#word(at + i * 4, word);
    return this.#base + at;
  }

  #word(at: number, word: Word): void {
    if (typeof word === "number") this.#view.setInt32(at, word, true);
    else if ("float" in word) this.#view.setFloat32(at, word.float, true);
    else if ("key" in word) this.#view.setInt32(at, this.#table.placeOf(word), true);
    else this.#view.setUint32(at, this.#addressIn(word), true);
  }

  #addressIn({ data, offset }: Place): number {
    return this.#addressOf(data) + offset * data.BYTES_PER_ELEMENT;
  }
}

import type { Cells, DType } from "../../../dtype.ts";
import { ChainruleError, show } from "../../../errors.ts";
import { mayShare, maySleep, processors } from "./host.ts";
import { KernelTable } from "./kernel-table.ts";
import { Memory, reserve } from "./memory.ts";
import { mostThreads, Pool } from "./pool.ts";
import { type Layout, layOut, type Program, type Step } from "./program.ts";

/** The kernels in WebAssembly with their memory and threads. */
export interface Runtime {
  /** Whether threads share the memory. */
  readonly shared: boolean;
  /** How many threads may take part in a program, at most. */
  readonly threads: number;
  /** The address of so many bytes, a multiple of 128. They are not cleared. */
  allocate(bytes: number): number;
  free(address: number): void;
  /** The cells at an address. They are lost when the memory grows in `allocate` and is not shared: ask anew, it is cheap. */
  cells(dtype: DType, address: number, count: number): Cells;
  /** The address of cells that lie in this memory; `undefined` for all others. */
  addressOf(cells: Cells): number | undefined;
  /** Loads a module of generated kernels, which exports "0", "1", … for these keys, unless all of them are known already. */
  load(keys: readonly string[], module: (shared: boolean) => Uint8Array): void;
  knows(key: string): boolean;
  /**
   * Writes a program to memory. `addressOf` tells where the cells of a place have their memory. At most `threads` threads
   * will run it, as many as it was lowered for, and fewer while workers start; 1 is best for what is small.
   */
  program(steps: readonly Step[], addressOf: (data: Cells) => number, threads?: number): Program;
}

const nothing = (): void => {};

/** Arguments lie on the stack: 8 KiB, of which the executor and any kernel together take a fourth. */
const manyArguments = new Array<number>(1024).fill(0);

/**
 * Throws now if the stack is all but used up. Later, threads that were invited to a program would wait for this one for
 * ever, as there may be no room to tell them either.
 */
function ensureRoom(): void {
  Reflect.apply(nothing, undefined, manyArguments);
}

/** The executor's own words and the constants of the kernels come before this address, whatever their size. */
const firstAddress = 4096;

class WasmRuntime implements Runtime {
  readonly shared: boolean;
  readonly #memory: Memory;
  readonly #table: KernelTable;
  readonly #pool: Pool;

  constructor(shared: boolean) {
    const pages = reserve(shared);
    this.shared = shared;
    this.#table = new KernelTable(pages, shared);
    this.#memory = new Memory(pages, Math.max(firstAddress, this.#table.executor.base() >>> 0));
    this.#pool = new Pool(this.#memory, this.#table);
  }

  get threads(): number {
    return this.shared ? getThreads() : 1;
  }

  allocate(bytes: number): number {
    return this.#memory.allocate(bytes);
  }

  free(address: number): void {
    this.#memory.free(address);
  }

  cells(dtype: DType, address: number, count: number): Cells {
    return this.#memory.cells(dtype, address, count);
  }

  addressOf({ buffer, byteOffset }: Cells): number | undefined {
    return buffer === this.#memory.pages.buffer ? byteOffset : undefined;
  }

  load(keys: readonly string[], module: (shared: boolean) => Uint8Array): void {
    if (keys.every((key) => this.#table.has(key))) return;
    this.#table.add(keys, module);
    this.#pool.update();
  }

  knows(key: string): boolean {
    return this.#table.has(key);
  }

  program(
    steps: readonly Step[],
    addressOf: (data: Cells) => number,
    threads: number = this.threads,
  ): Program {
    const layout = layOut(steps, this.#memory, this.#table, addressOf);
    let disposed = false;
    return {
      run: () => {
        if (disposed) throw new Error("this program was disposed");
        this.#run(steps, layout, threads);
      },
      dispose: () => {
        if (!disposed) this.#memory.free(layout.address);
        disposed = true;
      },
    };
  }

  /** Starts or ends workers. */
  adjust(): void {
    this.#pool.resize(this.threads - 1);
  }

  /** Another number of threads is wanted. Those that are too many end now. */
  reconsider(): void {
    this.#pool.retry();
    this.#pool.resize(Math.min(this.#pool.size, this.threads - 1));
  }

  /** Whether all threads are there. */
  get complete(): boolean {
    return this.#pool.complete;
  }

  #run(steps: readonly Step[], { address, args }: Layout, most: number): void {
    ensureRoom();
    const { executor } = this.#table;
    const threads = Math.min(most, this.threads);
    if (threads > 1) this.adjust();
    const { control, seats } = this.#pool;
    let cause: unknown;
    try {
      if (executor.execute(control, seats, address, steps.length, threads, maySleep)) return;
      cause = new Error("it was in a worker");
    } catch (error) {
      executor.fail(control, true, maySleep);
      cause = error;
    }
    // The blocks that were taken are counted there.
    for (const at of args) this.cells("int32", at, 1)[0] = 0;
    throw new Error(`the kernel ${steps[executor.position(control)]?.instruction.kernel} failed`, { cause });
  }
}

let made: WasmRuntime | undefined;
let failure: ChainruleError | undefined;

/** The runtime of this process, page or worker; made when it is first asked for. Throws where WebAssembly cannot be used. */
export function runtime(): Runtime {
  return theRuntime();
}

function theRuntime(): WasmRuntime {
  if (failure !== undefined) throw failure;
  try {
    made ??= make();
  } catch (cause) {
    failure = new ChainruleError(
      "WebAssembly with SIMD cannot be used here: it is missing, forbidden or too old",
      { cause },
    );
    throw failure;
  }
  return made;
}

function make(): WasmRuntime {
  if (mayShare) {
    try {
      return new WasmRuntime(true);
    } catch {
      // Shared memory must be reserved in full, which may be too much; one thread is better than none.
    }
  }
  return new WasmRuntime(false);
}

/** Unless asked for more. */
const usualThreads = 8;

let wanted = Math.min(processors, usualThreads);

/**
 * Sets how many threads compute, 1 to 64. Usually it is one for each processor, but at most 8. They start when there is
 * something to do for them, and 1 ends all but the calling one. A browser has threads on pages that are
 * [cross-origin isolated](https://developer.mozilla.org/en-US/docs/Web/API/Window/crossOriginIsolated).
 *
 * @example
 * ```ts
 * setThreads(2);
 * getThreads(); // 2
 * ```
 */
export function setThreads(threads: number): void {
  if (!Number.isInteger(threads) || threads < 1 || threads > mostThreads) {
    throw new ChainruleError(
      `setThreads: expected a whole number from 1 to ${mostThreads}; received ${show(threads)}`,
    );
  }
  wanted = threads;
  made?.reconsider();
}

/**
 * How many threads compute at most; see {@link setThreads}. It is 1 where there can be no others.
 *
 * @example
 * ```ts
 * setThreads(1);
 * getThreads(); // 1
 * ```
 */
export const getThreads = (): number => (mayShare ? wanted : 1);

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** After so many milliseconds a worker that has not come is not waited for. */
const longest = 10_000;

/** Starts the threads, which otherwise happens when a program could use them, and waits for them. Never fails. */
export async function whenReady(): Promise<void> {
  try {
    const runtime = theRuntime();
    runtime.adjust();
    const end = performance.now() + longest;
    while (!runtime.complete && performance.now() < end) await pause(1);
  } catch (error) {
    if (error !== failure) throw error;
  }
}

import type { Cells } from "../../dtype.ts";
import type { Kernels } from "../kernels.ts";

/**
 * Where a kernel finds cells: any view will do. While a program is being compiled, `data` is a stand-in without cells that
 * says which buffer is meant; its address is known when all buffers have their places.
 */
export interface Place {
  readonly data: Cells;
  /** In cells. */
  readonly offset: number;
}

/** A kernel generated at run time: a function in a module of its own. Equal keys mean equal code. */
export interface Generated {
  readonly key: string;
}

/** A word of an instruction's arguments: a whole number, a float, an address, or a generated kernel. */
export type Word = number | { readonly float: number } | Place | Generated;

/**
 * One kernel of the WebAssembly module with its arguments. All threads run it together and take its blocks in turn.
 * The first three words (the counter of blocks and the epilogue) are not listed here; `words` are those from 3 on.
 */
export interface Instruction {
  readonly kernel: string;
  readonly words: readonly Word[];
  /**
   * For a kernel that completes its result block by block, each a run of whole pixels: it can run an elementwise kernel on
   * each block while it is in the cache. The place is the result; a block is a multiple of so many cells.
   */
  readonly epilogue?: { readonly result: Place; readonly grain: number };
  /**
   * The one operand that it reads, where it writes nothing but scratch: while the operand stays the same it need not run
   * again. So the transformed filters of a trained model are made once.
   */
  readonly prepares?: Place;
}

/** What a lowering may ask for. */
export interface Workshop {
  /** How many threads will run the instructions, at most. */
  readonly threads: number;
  /** Whether an operand has the same value in every run, so that instructions that prepare it run once. */
  isFixed(operand: Place): boolean;
  /** Memory between the instructions of one lowering, of so many float32 cells; not cleared. */
  scratch(cells: number): Place;
}

/**
 * How a call of a kernel becomes instructions: `undefined` where the reference must do it (other dtypes, odd strides).
 * Instructions run one after another; all threads have finished one before the next begins.
 */
export type Lowering<K extends keyof Kernels> = (
  workshop: Workshop,
  ...args: Parameters<Kernels[K]>
) => readonly Instruction[] | undefined;

/** The lowerings of some kernels. */
export type Lowerings = { readonly [K in keyof Kernels]?: Lowering<K> };

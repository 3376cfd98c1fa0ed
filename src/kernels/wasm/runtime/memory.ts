import type { Cells, DType } from "../../../dtype.ts";
import { ChainruleError } from "../../../errors.ts";
import { type Memory as Pages, webAssembly } from "../webassembly.ts";
import { FreeList } from "./free-list.ts";

const pageBytes = 65536;
/** 4 GiB: more cannot be addressed. */
const mostPages = 65536;
/** Growing is not free, so it is done in steps; a page costs nothing before it is first written to. */
const step = 16 * 2 ** 20;

const cellsOf = {
  bool: (buffer, address, count) => new Uint8Array(buffer, address, count),
  int32: (buffer, address, count) => new Int32Array(buffer, address, count),
  float32: (buffer, address, count) => new Float32Array(buffer, address, count),
  float64: (buffer, address, count) => new Float64Array(buffer, address, count),
} satisfies Record<DType, (buffer: ArrayBufferLike, address: number, count: number) => Cells>;

/** The memory of the kernels, with what is free in it. */
export class Memory {
  readonly pages: Pages;
  readonly #free: FreeList;

  /** `start` is the first address that may be given out. */
  constructor(pages: Pages, start: number) {
    this.pages = pages;
    this.#free = new FreeList(start);
    this.#free.extendTo(pages.buffer.byteLength);
  }

  /** The address of so many bytes, a multiple of 128. They are not cleared. */
  allocate(bytes: number): number {
    const address = this.#free.take(bytes);
    if (address !== undefined) return address;
    this.#grow(bytes);
    return this.#free.take(bytes)!;
  }

  free(address: number): void {
    this.#free.give(address);
  }

  cells(dtype: DType, address: number, count: number): Cells {
    return cellsOf[dtype](this.pages.buffer, address, count);
  }

  #grow(bytes: number): void {
    const size = this.pages.buffer.byteLength;
    const needed = Math.ceil((this.#free.endFor(bytes) - size) / pageBytes);
    const wanted = Math.ceil(Math.max(step, size / 4) / pageBytes);
    if (!(needed < wanted && this.#tryToGrow(wanted)) && !this.#tryToGrow(needed)) {
      throw new ChainruleError(
        `out of memory: ${inMiB(bytes)} more were wanted, of WebAssembly's memory ${inMiB(size)} are in use, and it cannot grow so far; ` +
          "a smaller batch or a smaller model needs less",
      );
    }
    this.#free.extendTo(this.pages.buffer.byteLength);
  }

  #tryToGrow(pages: number): boolean {
    try {
      this.pages.grow(pages);
      return true;
    } catch {
      return false;
    }
  }
}

const inMiB = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20).toLocaleString("en")} MiB`;

/** A fresh memory. Address space for all that it may grow to is reserved at once; where there is not so much, for less. */
export function reserve(shared: boolean): Pages {
  for (let maximum = mostPages; ; maximum /= 2) {
    try {
      return new webAssembly.Memory({ initial: 16, maximum, shared });
    } catch (error) {
      if (maximum <= 1024) throw error;
    }
  }
}

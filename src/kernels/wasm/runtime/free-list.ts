/** A run of bytes. */
interface Block {
  address: number;
  bytes: number;
}

/** All addresses and sizes are multiples of this, two cache lines: processors fetch lines in pairs. */
const grain = 128;

const roundUp = (bytes: number): number => Math.max(grain, Math.ceil(bytes / grain) * grain);

/** The place in a list, in the order of addresses, of the first block from an address on. */
function firstFrom(blocks: readonly Block[], address: number): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (blocks[middle]!.address < address) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Which parts of a memory are free: the gaps in the order of their addresses, no two touching. The first that fits is taken. */
export class FreeList {
  readonly #gaps: Block[] = [];
  /**
   * In the order of addresses. No `Map`: one that entries come to and go from for ever leaves tables behind that point to
   * their successors, and V8 then keeps all of them until it next goes through its whole heap.
   */
  readonly #taken: Block[] = [];
  #end: number;

  /** The first address that may be given out; there is no memory yet. */
  constructor(start: number) {
    this.#end = Math.ceil(start / grain) * grain;
  }

  /** The memory now ends at this address. */
  extendTo(end: number): void {
    const whole = Math.floor(end / grain) * grain;
    if (whole > this.#end) this.#insert({ address: this.#end, bytes: whole - this.#end });
    this.#end = Math.max(this.#end, whole);
  }

  /** Where the memory must end at least for `take(bytes)` to be sure of success. */
  endFor(bytes: number): number {
    const last = this.#gaps.at(-1);
    const start = last !== undefined && last.address + last.bytes === this.#end ? last.address : this.#end;
    return start + roundUp(bytes);
  }

  /** The address of so many bytes, or `undefined` if no gap is large enough. */
  take(bytes: number): number | undefined {
    const size = roundUp(bytes);
    const at = this.#gaps.findIndex((gap) => gap.bytes >= size);
    if (at < 0) return undefined;
    const gap = this.#gaps[at]!;
    const { address } = gap;
    gap.address += size;
    gap.bytes -= size;
    if (gap.bytes === 0) this.#gaps.splice(at, 1);
    this.#taken.splice(firstFrom(this.#taken, address), 0, { address, bytes: size });
    return address;
  }

  give(address: number): void {
    const at = firstFrom(this.#taken, address);
    const block = this.#taken[at];
    if (block?.address !== address) throw new Error(`nothing is allocated at address ${address}`);
    this.#taken.splice(at, 1);
    this.#insert(block);
  }

  #insert(block: Block): void {
    const { address, bytes } = block;
    const at = firstFrom(this.#gaps, address);
    const before = this.#gaps[at - 1];
    const after = this.#gaps[at];
    const joinsBefore = before !== undefined && before.address + before.bytes === address;
    const joinsAfter = after !== undefined && address + bytes === after.address;
    if (joinsBefore) {
      before.bytes += bytes + (joinsAfter ? after.bytes : 0);
      if (joinsAfter) this.#gaps.splice(at, 1);
    } else if (joinsAfter) {
      after.address = address;
      after.bytes += bytes;
    } else {
      this.#gaps.splice(at, 0, block);
    }
  }
}

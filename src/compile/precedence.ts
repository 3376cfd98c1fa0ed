/** Things with numbers of their own, from 0 up. */
interface Numbered {
  readonly id: number;
}

const has = (bits: Uint32Array, id: number): boolean => (bits[id >>> 5]! & (1 << (id & 31))) !== 0;

function set(bits: Uint32Array, id: number): void {
  bits[id >>> 5]! |= 1 << (id & 31);
}

function unite(bits: Uint32Array, more: Uint32Array): void {
  for (let i = 0; i < bits.length; i++) bits[i]! |= more[i]!;
}

/**
 * What must come after what, directly or by way of others: for each thing a bit for every one that comes before it, so that
 * asking takes no search.
 */
export class Precedence<T extends Numbered> {
  readonly #before = new Map<T, Uint32Array>();
  readonly #words: number;

  /** All numbers are below `count`. */
  constructor(count: number) {
    this.#words = Math.ceil(count / 32);
  }

  /** Adds something new, which comes after others. */
  add(one: T, others: Iterable<T>): void {
    this.#before.set(one, new Uint32Array(this.#words));
    this.delay(one, others);
  }

  isAfter(one: T, other: T): boolean {
    return has(this.#before.get(one)!, other.id);
  }

  /** From now on `one` comes after the others, too, none of which may come after it. */
  delay(one: T, others: Iterable<T>): void {
    const own = this.#before.get(one)!;
    for (const other of others) {
      unite(own, this.#before.get(other)!);
      set(own, other.id);
    }
    this.#passOn(own, one.id, one);
  }

  /** Makes two things one, that bears the name of the first; nothing may lie between them. */
  merge(one: T, gone: T): void {
    const own = this.#before.get(one)!;
    unite(own, this.#before.get(gone)!);
    this.#before.delete(gone);
    for (const { id } of [one, gone]) own[id >>> 5]! &= ~(1 << (id & 31));
    for (const id of [one.id, gone.id]) this.#passOn(own, id, one);
  }

  /** What comes after `id` comes after `one` and all that is before that. */
  #passOn(before: Uint32Array, id: number, one: T): void {
    for (const bits of this.#before.values()) {
      if (!has(bits, id)) continue;
      unite(bits, before);
      set(bits, one.id);
    }
  }
}

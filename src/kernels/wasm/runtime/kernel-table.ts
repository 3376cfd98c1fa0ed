import { binary } from "../binary.ts";
import { bytesOf } from "../binary-text.ts";
import type { Generated } from "../instruction.ts";
import { type Memory, type Module, type Table, webAssembly } from "../webassembly.ts";
import { unshared } from "./unshared.ts";
import type { Parcel } from "./worker.ts";

/** What assembly/threads.ts exports. All but `take` stand here, so that the others are known to be kernels. */
const executorNames = [
  "base",
  "clean",
  "controlBytes",
  "execute",
  "fail",
  "hasLeft",
  "leave",
  "position",
  "ready",
  "serve",
  "setPatience",
  "want",
] as const;

export type Executor = { readonly [K in (typeof executorNames)[number]]: (...args: Word[]) => number };
type Word = number | boolean;

type Exports = Executor & { readonly table: Table };

/** The kernels of this thread, each with its place in the table, which is the same on every thread. */
export class KernelTable {
  readonly executor: Executor;
  /** All that was put in the table, in order. */
  readonly parcels: Parcel<Module>[] = [];
  readonly #table: Table;
  readonly #kernels: ReadonlyMap<string, number>;
  readonly #generated = new Map<string, number>();
  readonly #memory: Memory;
  readonly #shared: boolean;

  constructor(memory: Memory, shared: boolean) {
    this.#memory = memory;
    this.#shared = shared;
    const bytes = bytesOf(binary);
    const module = new webAssembly.Module(shared ? bytes : unshared(bytes));
    const { exports } = new webAssembly.Instance(module, { env: { memory } });
    this.executor = exports as Exports;
    this.#table = (exports as Exports).table;
    const others: readonly string[] = executorNames;
    const names = Object.keys(exports).filter(
      (name) => typeof exports[name] === "function" && !others.includes(name),
    );
    this.#kernels = this.#place(module, exports, names.sort());
  }

  /** Puts the kernels of a module that exports "0", "1", … into the table, under these keys. */
  add(keys: readonly string[], generate: (shared: boolean) => Uint8Array): void {
    const module = new webAssembly.Module(generate(this.#shared));
    const { exports } = new webAssembly.Instance(module, { env: { memory: this.#memory } });
    const places = this.#place(module, exports, [...keys.keys()].map(String));
    for (const [i, key] of keys.entries()) {
      if (!this.#generated.has(key)) this.#generated.set(key, places.get(String(i))!);
    }
  }

  has(key: string): boolean {
    return this.#generated.has(key);
  }

  placeOf(kernel: string | Generated): number {
    const place = typeof kernel === "string" ? this.#kernels.get(kernel) : this.#generated.get(kernel.key);
    if (place === undefined) throw new Error(`there is no kernel ${JSON.stringify(kernel)}`);
    return place;
  }

  #place(module: Module, exports: Readonly<Record<string, unknown>>, names: string[]): Map<string, number> {
    const at = this.#table.length;
    this.#table.grow(names.length);
    for (const [i, name] of names.entries()) this.#table.set(at + i, exports[name]);
    this.parcels.push({ module, names, at });
    return new Map(names.map((name, i) => [name, at + i]));
  }
}

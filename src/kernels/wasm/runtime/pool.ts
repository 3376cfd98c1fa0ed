import { processors, startThread, type Thread } from "./host.ts";
import type { KernelTable } from "./kernel-table.ts";
import type { Memory } from "./memory.ts";
import { workerSource } from "./worker.ts";

/** As many threads as can be asked for. */
export const mostThreads = 64;

/** Workers that are still leaving have seats as well. */
const mostSeats = 2 * mostThreads;

const dismissed = -1;

/** How often a thread looks before it sleeps: for about 0.1 ms, or less where threads wait for a processor. */
const patience = { enough: 70_000, crowded: 1000 };

interface Worker {
  readonly thread: Thread;
  stays: boolean;
}

/** The workers. Who takes part in a program is settled in memory (see assembly/threads.ts): no message is waited for. */
export class Pool {
  /** The address of the control words. */
  readonly control: number;
  readonly #memory: Memory;
  readonly #table: KernelTable;
  /** By seat. Those that were dismissed are kept until they have left. */
  readonly #workers: (Worker | undefined)[] = [];
  #size = 0;
  /** A worker could not be started, or ended though it should not have: no other takes its place unless asked for. */
  #failed = false;

  constructor(memory: Memory, table: KernelTable) {
    this.#memory = memory;
    this.#table = table;
    const bytes = table.executor.controlBytes(mostSeats);
    this.control = memory.allocate(bytes);
    memory.cells("bool", this.control, bytes).fill(0);
    table.executor.setPatience(this.control, patience.enough);
  }

  /** The seats among which the executor finds those that are ready. */
  get seats(): number {
    return this.#workers.length;
  }

  /** How many workers there are, ready or not. */
  get size(): number {
    return this.#size;
  }

  /** Whether all workers are ready that should be. */
  get complete(): boolean {
    return this.#table.executor.ready(this.control, this.seats) >= this.#size;
  }

  /** Starts or dismisses workers, for there to be so many. */
  resize(workers: number): void {
    if (this.#size === workers) return;
    for (let seat = this.seats - 1; this.#size > workers; seat--) this.#dismiss(seat);
    while (this.#size < workers && !this.#failed) this.#failed = !this.#start();
    const crowded = this.#size >= processors;
    this.#table.executor.setPatience(this.control, crowded ? patience.crowded : patience.enough);
  }

  /** After a failure: tries again to start workers when they are needed. */
  retry(): void {
    this.#failed = false;
  }

  /** Has the workers load what was added to the table last. They are not ready until they have. */
  update(): void {
    const message = { parcels: this.#table.parcels.slice(-1), version: this.#version };
    for (const [seat, worker] of this.#workers.entries()) {
      if (!worker?.stays) continue;
      this.#table.executor.want(this.control, seat, message.version);
      worker.thread.post(message);
    }
  }

  get #version(): number {
    return this.#table.parcels.length;
  }

  /** False if there can be no further worker now. */
  #start(): boolean {
    const { executor, parcels } = this.#table;
    const seat = this.#vacantSeat();
    if (seat === undefined) return false;
    const thread = startThread(workerSource, () => this.#ended(seat, worker));
    if (thread === undefined) return false;
    const worker = { thread, stays: true };
    this.#workers[seat] = worker;
    this.#size++;
    executor.clean(this.control, seat);
    executor.want(this.control, seat, this.#version);
    const { pages: memory } = this.#memory;
    thread.post({ memory, control: this.control, seat, parcels, version: this.#version });
    return true;
  }

  #vacantSeat(): number | undefined {
    for (const [seat, worker] of this.#workers.entries()) {
      if (worker === undefined) return seat;
      if (!worker.stays && this.#table.executor.hasLeft(this.control, seat)) return seat;
    }
    return this.seats < mostSeats ? this.seats : undefined;
  }

  #dismiss(seat: number): void {
    const worker = this.#workers[seat];
    if (!worker?.stays) return;
    worker.stays = false;
    this.#size--;
    this.#table.executor.want(this.control, seat, dismissed);
    worker.thread.post({ leave: true });
  }

  /** A worker has come to an end, as it should or not. */
  #ended(seat: number, worker: Worker): void {
    if (this.#workers[seat] !== worker) return;
    if (worker.stays) {
      this.#size--;
      this.#failed = true;
    }
    this.#workers[seat] = undefined;
    this.#table.executor.clean(this.control, seat);
  }
}

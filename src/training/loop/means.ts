import type { Logs } from "../callbacks/index.ts";

/** Means over batches, each counted by its samples. */
export class Means {
  readonly #sums = new Map<string, number>();
  #samples = 0;

  add(logs: Logs, size: number): void {
    this.#samples += size;
    for (const [name, x] of Object.entries(logs))
      this.#sums.set(name, (this.#sums.get(name) ?? 0) + x * size);
  }

  get logs(): Logs {
    return Object.fromEntries([...this.#sums].map(([name, sum]) => [name, sum / this.#samples]));
  }
}

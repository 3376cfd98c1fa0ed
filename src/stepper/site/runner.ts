/// <reference lib="dom" />
import { loadTrace } from "../trace/load.ts";
import type { Trace } from "../trace/trace.ts";
import type { Job, Outcome } from "./messages.ts";

/** How long a program may take, in milliseconds. */
const limit = 20_000;

const tooLong = `the program was ended, since it took longer than ${limit / 1000} seconds: is there a loop without an end?`;

/** A program failed, in a line if that is known. */
export class RunError extends Error {
  readonly line: number | undefined;

  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}

/** The worker stands beside the page. */
const startWorker = (): Worker => new Worker(new URL("worker.js", import.meta.url), { type: "module" });

/** Runs programs, each in a worker of its own, one at a time. */
export class Runner {
  /** One that has the library loaded, for the next program. */
  #ready: Worker | undefined = startWorker();
  #end: ((reason: RunError) => void) | undefined;

  /** Ends the program that is running. */
  stop(): void {
    this.#end?.(new RunError("the program was stopped"));
  }

  /**
   * The trace of a program. One that is still running is ended.
   *
   * @throws {@link RunError} if the program fails, is stopped, or takes too long.
   */
  async run(source: string): Promise<Trace> {
    this.stop();
    const worker = this.#ready ?? startWorker();
    this.#ready = undefined;
    let timer: number | undefined;
    try {
      const outcome = await new Promise<Outcome>((resolve, reject) => {
        this.#end = reject;
        timer = window.setTimeout(() => reject(new RunError(tooLong)), limit);
        worker.addEventListener("message", ({ data }: MessageEvent<Outcome>) => resolve(data));
        worker.addEventListener("error", ({ message }) =>
          reject(new RunError(`the program could not be run: ${message || "its worker did not start"}`)),
        );
        worker.postMessage({ source } satisfies Job);
      });
      if ("json" in outcome) return loadTrace(outcome.json);
      throw new RunError(outcome.message, outcome.line);
    } finally {
      window.clearTimeout(timer);
      worker.terminate();
      this.#ready ??= startWorker();
    }
  }
}

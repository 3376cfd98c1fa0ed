import { withOptions } from "../../config/configurable.ts";
import { flag, kind } from "../../ops/attributes.ts";
import { Callback, type Logs } from "./callback.ts";

/** Takes one line of text, its line break included; what it returns is awaited. */
export type WriteLine = (line: string) => unknown;

const separator = kind<string, string>("a character", (value) =>
  typeof value === "string" && /^[^"\r\n]$/.test(value) ? value : undefined,
);

const write = kind<WriteLine | null, WriteLine | null>("a function of a line", (value) =>
  value === null || typeof value === "function" ? value : undefined,
);

/**
 * Keeps what each epoch logs as lines of comma-separated values: a header, `epoch` and the sorted names of the first
 * epoch's logs, then one line per epoch, counted from 0, with `NA` for what is missing. `write` gets each line as it comes,
 * with its line break, to append it to a file; it may be async. `lines` has them all.
 *
 * `separator` is `","`; with `append` (false) a further training goes on with the same lines, without another header.
 * Keras: `CSVLogger`, which takes a file name.
 *
 * @example
 * ```ts
 * const logger = new CSVLogger();
 * await logger.onTrainBegin();
 * await logger.onEpochEnd(0, { loss: 0.5, accuracy: 0.75 });
 * await logger.onEpochEnd(1, { loss: 0.25 });
 * deepEqual(logger.lines, ["epoch,accuracy,loss", "0,0.75,0.5", "1,NA,0.25"]);
 * ```
 */
export class CSVLogger extends withOptions(Callback, "CSVLogger", [], {
  separator: separator(","),
  append: flag(false),
  write: write(null),
}) {
  lines: string[] = [];
  #names: readonly string[] | undefined;

  override onTrainBegin(): void {
    if (this.options.append) return;
    this.lines = [];
    this.#names = undefined;
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    if (this.#names === undefined) {
      this.#names = Object.keys(logs).sort();
      await this.#add(["epoch", ...this.#names]);
    }
    await this.#add([epoch, ...this.#names.map((name) => logs[name] ?? "NA")]);
  }

  /** A line; fields that could be mistaken are quoted. */
  async #add(fields: readonly (string | number)[]): Promise<void> {
    const { separator, write } = this.options;
    const line = fields
      .map(String)
      .map((text) =>
        /["\r\n]/.test(text) || text.includes(separator) ? `"${text.replaceAll('"', '""')}"` : text,
      )
      .join(separator);
    this.lines.push(line);
    await write?.(`${line}\n`);
  }
}

import type { Logs } from "../callbacks/index.ts";

/** 0 is silent, 1 a line that grows, 2 a line per epoch. */
export type Verbose = 0 | 1 | 2;

interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Where the line can be written over; none in browsers and where the output goes to a file. */
function terminal(): Terminal | undefined {
  const { process } = globalThis as { process?: { stdout?: Terminal } };
  return process?.stdout?.isTTY ? process.stdout : undefined;
}

const cells = 30;

/** `[=====>....]`: how Keras 2 draws it. */
function bar(done: number, total: number): string {
  const filled = Math.floor((done / total) * cells);
  if (done >= total) return `[${"=".repeat(cells)}]`;
  return `[${filled > 0 ? `${"=".repeat(filled - 1)}>` : ""}${".".repeat(cells - filled)}]`;
}

const value = (x: number): string => (Math.abs(x) > 1e-3 || x === 0 ? x.toFixed(4) : x.toExponential(4));

const entries = (logs: Logs): string =>
  Object.entries(logs)
    .map(([name, x]) => ` - ${name}: ${value(x)}`)
    .join("");

/** Seconds as `1s`, `2:05` or `1:02:05`. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number) => String(n).padStart(2, "0");
  if (whole >= 3600)
    return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return whole >= 60 ? `${Math.floor(whole / 60)}:${two(whole % 60)}` : `${whole}s`;
}

function perStep(seconds: number): string {
  if (seconds >= 1) return `${Math.round(seconds)}s/step`;
  return seconds >= 1e-3 ? `${Math.round(seconds * 1e3)}ms/step` : `${Math.round(seconds * 1e6)}us/step`;
}

/** The progress of an epoch, or of an evaluation, in one line. */
export class Progress {
  readonly #verbose: Verbose;
  readonly #total: number | undefined;
  readonly #start = performance.now();
  readonly #terminal = terminal();
  #drawn = 0;
  #width = 0;

  constructor(verbose: Verbose, total: number | undefined) {
    this.#verbose = verbose;
    this.#total = total;
  }

  /** Draws the line over the last one, on a terminal and ten times a second at most. */
  update(done: number, logs: () => Logs): void {
    const now = performance.now();
    if (this.#verbose !== 1 || this.#terminal === undefined || now - this.#drawn < 100) return;
    this.#drawn = now;
    const total = this.#total ?? Number.POSITIVE_INFINITY;
    const left = ((now - this.#start) / 1000 / done) * (total - done);
    const time = Number.isFinite(left) ? `ETA: ${duration(left)}` : duration((now - this.#start) / 1000);
    this.#write(
      `${this.#count(done)} ${Number.isFinite(total) ? bar(done, total) : "[>]"} - ${time}${entries(logs())}`,
    );
  }

  /** The last state of the line. */
  finish(done: number, logs: Logs): void {
    if (this.#verbose === 0) return;
    const seconds = (performance.now() - this.#start) / 1000;
    const time = `${duration(seconds)} ${perStep(seconds / Math.max(done, 1))}`;
    const line =
      this.#verbose === 1
        ? `${this.#count(done)} ${bar(1, 1)} - ${time}${entries(logs)}`
        : `${done}/${this.#total ?? done} - ${time.replace(" ", " - ")}${entries(logs)}`;
    if (this.#terminal !== undefined && this.#verbose === 1) {
      this.#write(line);
      this.#terminal.write("\n");
    } else {
      console.log(line);
    }
  }

  #count(done: number): string {
    const total = String(this.#total ?? done);
    return `${String(done).padStart(total.length)}/${total}`;
  }

  #write(line: string): void {
    this.#terminal!.write(`\r${line.padEnd(this.#width)}`);
    this.#width = line.length;
  }
}

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { folder } from "../harness/folder.ts";
import type { Contender } from "../harness/workload.ts";

/** The Python libraries: `python/<library>_peer.py` has the work of each. */
export type Library = "torch" | "keras";

type Message = Readonly<Record<string, unknown>>;

/** The interpreter that has the libraries. */
export const interpreter = process.env.CHAINRULE_BENCH_PYTHON ?? "python3";

/** Typed arrays go as base64, which both sides read at once. */
const encode = (_: string, value: unknown): unknown =>
  value instanceof Float32Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64")
    : value;

/** A Python process that answers each message, a line of JSON, by a line of JSON. */
class PythonProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  #errors = "";

  constructor(library: Library) {
    const script = fileURLToPath(new URL("peers/python/serve.py", folder));
    this.#child = spawn(interpreter, [script, library]);
    const note = (words: unknown) => {
      this.#errors = `${this.#errors}${words}`.slice(-2000);
    };
    this.#child.stderr.on("data", note);
    this.#child.on("error", note);
    this.#child.stdin.on("error", note);
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Sends a message and waits for the answer. */
  ask<T>(message: Message): Promise<T> {
    this.#child.stdin.write(`${JSON.stringify(message, encode)}\n`);
    return this.answer();
  }

  /** The next answer: the first says that the process is ready. */
  async answer<T>(): Promise<T> {
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(this.#errors.trim().split("\n").at(-1) || `${interpreter} ended`);
    const answer = JSON.parse(value) as T & { error?: string };
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }

  async stop(): Promise<void> {
    this.#child.stdin.end();
    if (this.#child.exitCode === null) await once(this.#child, "exit");
  }
}

const running = new Map<Library, Promise<PythonProcess>>();
const versions: Record<string, string> = {};

/** The versions of the libraries that ran. */
export const pythonVersions = (): Readonly<Record<string, string>> => versions;

async function start(library: Library): Promise<PythonProcess> {
  const peer = new PythonProcess(library);
  Object.assign(versions, (await peer.answer<{ versions: Record<string, string> }>()).versions);
  return peer;
}

/** The process of a library: one for the whole time, started when it is first wanted. */
function peerOf(library: Library): Promise<PythonProcess> {
  const found = running.get(library) ?? start(library);
  running.set(library, found);
  return found;
}

/** Does something with each process that could be started. */
async function each(action: (peer: PythonProcess) => Promise<unknown>): Promise<void> {
  for (const peer of running.values()) await peer.then(action).catch(() => undefined);
}

/** Ends the processes. */
export async function stopPython(): Promise<void> {
  await each((peer) => peer.stop());
  running.clear();
}

/** A contender whose work is a function in `python/<library>_peer.py`; `message` makes its arguments. */
export const pythonContender = (
  name: string,
  library: Library,
  task: string,
  message: () => Message,
): Contender => ({
  name,
  setup: async () => {
    const peer = await peerOf(library);
    const job = { do: "setup", task, ...message() };
    const { id, checked } = await peer.ask<{ id: number; checked: number[] }>(job);
    return async () => {
      const { seconds } = await peer.ask<{ seconds: number }>({ do: "run", id });
      return { checked, said: "", amount: 1e6 * seconds };
    };
  },
  release: () => each((peer) => peer.ask({ do: "release" })),
});

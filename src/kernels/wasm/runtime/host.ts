/** A thread beside this one. */
export interface Thread {
  post(message: object): void;
}

interface WebWorker {
  onerror: (() => void) | null;
  postMessage(message: object): void;
  terminate(): void;
}

const { process, crossOriginIsolated, navigator } = globalThis as {
  process?: Partial<NodeJS.Process>;
  crossOriginIsolated?: boolean;
  navigator?: { hardwareConcurrency?: number };
};

// Node gives its modules without an import so, which would be in the way of bundlers for browsers.
const builtinModule = process?.getBuiltinModule;
/** Loaded when the first thread is started: it takes some milliseconds. */
const nodeThreads = () => builtinModule?.("node:worker_threads");
const WebWorker = Reflect.get(globalThis, "Worker") as (new (url: string) => WebWorker) | undefined;

/** How many threads this machine runs at a time. */
export const processors: number =
  builtinModule?.("node:os").availableParallelism() ?? navigator?.hardwareConcurrency ?? 1;

/** Whether threads can share memory and be started here. A page must be cross-origin isolated for that. */
export const mayShare: boolean =
  typeof SharedArrayBuffer === "function" &&
  crossOriginIsolated !== false &&
  (builtinModule ?? WebWorker) !== undefined;

/** Whether this thread may wait without looking all the time. A page's own thread may not. */
export const maySleep: boolean = mayShare && trySleeping();

function trySleeping(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}

/** Starts a thread that keeps no process alive; `undefined` where that is forbidden. `onEnd` is called when it fails or ends. */
export function startThread(source: string, onEnd: () => void): Thread | undefined {
  try {
    const threads = nodeThreads();
    return threads === undefined ? inPage(source, onEnd) : inNode(threads, source, onEnd);
  } catch {
    return undefined;
  }
}

type NodeThreads = NonNullable<ReturnType<typeof nodeThreads>>;

function inNode({ Worker }: NodeThreads, source: string, onEnd: () => void): Thread {
  // No flags of the main program: its loaders would be run again, for nothing.
  const worker = new Worker(source, { eval: true, execArgv: [] });
  worker.unref();
  worker.on("error", onEnd);
  worker.on("exit", onEnd);
  return { post: (message) => worker.postMessage(message) };
}

let sourceUrl: string | undefined;

function inPage(source: string, onEnd: () => void): Thread {
  sourceUrl ??= URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new WebWorker!(sourceUrl);
  worker.onerror = () => {
    worker.terminate();
    onEnd();
  };
  return { post: (message) => worker.postMessage(message) };
}

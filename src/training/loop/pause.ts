interface Port {
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

// Node has the one, browsers the other; types that are there know only their own.
const here: object = globalThis;
const setImmediate = Reflect.get(here, "setImmediate") as ((f: () => void) => unknown) | undefined;
const MessageChannel = Reflect.get(here, "MessageChannel") as new () => { port1: Port; port2: Port };

/** Calls `f` when other work has had its turn. A timer would take a millisecond in Node, and four in browsers. */
function soon(f: () => void): void {
  if (setImmediate !== undefined) {
    setImmediate(f);
    return;
  }
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    f();
  };
  port2.postMessage(undefined);
}

let lastPause = 0;

/** Lets other work run, some sixty times a second. */
export async function pause(): Promise<void> {
  if (performance.now() - lastPause < 16) return;
  await new Promise<void>(soon);
  lastPause = performance.now();
}

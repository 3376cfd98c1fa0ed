/// <reference lib="dom" />
// Runs a program where it can do no harm: apart from the page, without a way to the network, and ended by the page when it takes
// too long. The server forbids connections by a header, too, which no program gets round.
import { setThreads } from "../../kernels/wasm/runtime/runtime.ts";
import { ProgramError } from "../lessons/program.ts";
import { traceOf } from "../lessons/run.ts";
import type { Job, Outcome } from "./messages.ts";

const ways = [
  ...["fetch", "XMLHttpRequest", "WebSocket", "EventSource", "WebTransport", "BroadcastChannel"],
  ...["importScripts", "indexedDB", "caches", "Worker", "Request"],
];

/** Takes away what reaches other places. */
function closeDoors(): void {
  for (const name of ways) Object.defineProperty(globalThis, name, { value: undefined });
}

function outcomeOf(source: string): Outcome {
  try {
    // The page shows the program itself, where it can be edited.
    return { json: JSON.stringify({ ...traceOf(source).toJSON(), program: undefined }) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { message, line: error instanceof ProgramError ? error.line : undefined };
  }
}

// Threads would be workers of their own.
setThreads(1);
closeDoors();
addEventListener("message", ({ data }: MessageEvent<Job>) => postMessage(outcomeOf(data.source)));

import { ChainruleError, checkOptions, show } from "../errors.ts";
import type { Kernels } from "./kernels.ts";
import { reference } from "./reference/reference.ts";
import { canRun, wasm } from "./wasm/eager.ts";

const names = ["wasm", "reference"] as const;

/** Where kernels run: in WebAssembly (SIMD and threads), or on the readable reference in plain JavaScript. */
export type BackendName = (typeof names)[number];

export interface BackendOptions {
  /** Prints, once each, which kernels the reference computes in compiled functions since WebAssembly lacks them. Default false. */
  debug?: boolean;
}

let chosen: BackendName = "wasm";
let debug = false;
const told = new Set<string>();

/** The backend in use: the one that was chosen, but `"reference"` where WebAssembly with SIMD is not to be had. */
export const getBackend = (): BackendName => (chosen === "wasm" && canRun() ? "wasm" : "reference");

/** The kernels that ops run on. */
export const kernels = (): Kernels => (chosen === "wasm" ? wasm : reference);

/**
 * Chooses where kernels run: `"wasm"`, the default, or `"reference"`, the plain JavaScript that defines what is right. What
 * wasm lacks falls back to the reference by itself; `{ debug: true }` lists that.
 *
 * @throws If there is no backend of that name.
 * @example
 * ```ts
 * setBackend("reference");
 * deepEqual(getBackend(), "reference");
 * setBackend("wasm");
 * ```
 */
export function setBackend(name: BackendName, options: BackendOptions = {}): void {
  if (!names.includes(name)) {
    throw new ChainruleError(`setBackend: expected ${names.map(show).join(" or ")}; received ${show(name)}`);
  }
  checkOptions("setBackend", options, ["debug"]);
  chosen = name;
  debug = options.debug ?? false;
  told.clear();
}

/** Notes that a kernel is left to the reference. */
export function noteFallback(what: string): void {
  if (!debug || told.has(what)) return;
  told.add(what);
  console.info(`wasm: ${what} falls back to the reference`);
}

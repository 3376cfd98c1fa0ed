import { ChainruleError, show } from "../errors.ts";
import type { Kernels } from "./kernels.ts";
import { reference } from "./reference/reference.ts";

const names = ["wasm", "reference"] as const;

/** Where kernels run: in WebAssembly (SIMD and threads), or on the readable reference in plain JavaScript. */
export type BackendName = (typeof names)[number];

let current: BackendName = "wasm";

/** The name of the backend in use. */
export const backendName = (): BackendName => current;

/** The kernels that ops run on. */
export const kernels = (): Kernels => reference;

/**
 * Chooses where kernels run: `"wasm"`, which is the default, or `"reference"`, the plain JavaScript that defines what is right.
 * What wasm lacks falls back to the reference by itself.
 *
 * @throws If there is no backend of that name.
 */
export function setBackend(name: BackendName): void {
  if (!names.includes(name)) {
    throw new ChainruleError(`setBackend: expected ${names.map(show).join(" or ")}; received ${show(name)}`);
  }
  current = name;
}

export type Jax = typeof import("@jax-js/jax");

export const jaxName = "jax-js, wasm";
/** Not eager: what it costs once `jit` has compiled the whole computation. */
export const jaxJitName = "jax-js, wasm, jit";

/**
 * jax-js on its default device. In Node that is wasm, on one thread: WebGPU and WebGL need a browser, its
 * threads need a global `Worker`, and its device "cpu" is an interpreter that its authors keep for debugging.
 */
export async function loadJax(): Promise<Jax> {
  const jax = await import("@jax-js/jax");
  const started = await jax.init("wasm");
  if (!started.includes("wasm")) throw new Error("the wasm device did not start");
  jax.defaultDevice("wasm");
  return jax;
}

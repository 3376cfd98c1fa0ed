export type Tfjs = typeof import("@tensorflow/tfjs");
export type TfjsBackend = "cpu" | "wasm";

export const tfjsName = "tfjs, cpu";
export const tfjsWasmName = "tfjs, wasm";

/**
 * tfjs in the mode that it recommends for production, by default on its plain JavaScript backend. Its wasm backend has
 * SIMD, and in Node one thread.
 */
export async function loadTfjs(backend: TfjsBackend = "cpu"): Promise<Tfjs> {
  const tf = await import("@tensorflow/tfjs");
  if (backend === "wasm") await import("@tensorflow/tfjs-backend-wasm");
  tf.enableProdMode();
  if (!(await tf.setBackend(backend))) throw new Error(`the ${backend} backend did not start`);
  return tf;
}

/** A run on one backend, whichever the contenders between have chosen. */
export const onBackend =
  <T>(tf: Tfjs, backend: TfjsBackend, run: () => T) =>
  async (): Promise<Awaited<T>> => {
    await tf.setBackend(backend);
    return await run();
  };

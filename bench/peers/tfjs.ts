export type Tfjs = typeof import("@tensorflow/tfjs");

export const tfjsName = "tfjs, cpu";

/** tfjs on its plain JavaScript backend, in the mode that it recommends for production. */
export async function loadTfjs(): Promise<Tfjs> {
  const tf = await import("@tensorflow/tfjs");
  tf.enableProdMode();
  if (!(await tf.setBackend("cpu"))) throw new Error("the cpu backend did not start");
  return tf;
}

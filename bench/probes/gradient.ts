// A fresh process: from the import of a library to its first gradient, that of x² at 3.
import { peak, tell } from "./report.ts";

const gradients: Readonly<Record<string, () => Promise<number>>> = {
  chainrule: async () => {
    const { variable } = await import("chainrule");
    const x = variable(3);
    x.mul(x).backward();
    return x.grad!.item();
  },
  tfjs: async () => {
    const tf = await (await import("../peers/tfjs.ts")).loadTfjs();
    return tf
      .grad((x) => x.mul(x))(tf.scalar(3))
      .dataSync()[0]!;
  },
  jax: async () => {
    const { grad, numpy } = await (await import("../peers/jax.ts")).loadJax();
    return grad((x: import("@jax-js/jax").Array) => x.ref.mul(x))(numpy.array(3)).item();
  },
};

const start = performance.now();
const dy = await gradients[process.argv[2]!]!();
tell({ microseconds: 1000 * (performance.now() - start), bytes: peak(), checked: [dy] });

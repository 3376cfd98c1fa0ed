import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { folder } from "../harness/folder.ts";
import { fixed } from "../harness/pace.ts";
import type { Contender, Workload } from "../harness/workload.ts";

/** What a page loads that uses a library so. */
const bundled = (name: string, program: string): Contender => ({
  name,
  setup: async () => async () => {
    const { outputFiles } = await build({
      stdin: { contents: program, resolveDir: fileURLToPath(folder) },
      bundle: true,
      minify: true,
      write: false,
      format: "esm",
      platform: "browser",
      logLevel: "silent",
    });
    const amount = gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
    return { checked: [], said: "", amount };
  },
});

/** A page that trains a small convnet. */
const model = `
  import { Conv2D, Dense, Flatten, Input, MaxPooling2D, Sequential } from "chainrule";
  const layers = [Conv2D(8, 3, { activation: "relu" }), MaxPooling2D(2), Flatten(), Dense(10, { activation: "softmax" })];
  export const model = Sequential([Input([28, 28, 1]), ...layers]);
  model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy", metrics: ["accuracy"] });
  export const train = (images, labels) => model.fit(images, labels, { epochs: 5 });
`;

/** The size of the libraries on the web. */
export const bundle: Workload = {
  title: "The size of a bundle for the browser, minified and gzipped",
  unit: "bundle",
  units: 1,
  quantity: "memory",
  pace: fixed,
  contenders: [
    bundled("chainrule, everything", 'export * from "chainrule"'),
    bundled("chainrule, a model to train", model),
    bundled("chainrule, with compile", 'export { compile, grad, tensor, variable } from "chainrule"'),
    bundled("chainrule, tensors and gradients", 'export { grad, tensor, variable } from "chainrule"'),
    bundled("tfjs", 'export * from "@tensorflow/tfjs"'),
    bundled("jax-js", 'export * from "@jax-js/jax"'),
  ],
};

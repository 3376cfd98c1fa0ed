// What must work under every Node that is supported: the built package trains a small convnet with two threads, as the
// reference would, and the process ends by itself.
import assert from "node:assert/strict";
import type { Tensor } from "chainrule";

const { Conv2D, Dense, Flatten, Input, randomNormal, Sequential, setBackend, setSeed, setThreads, tensor } =
  await import("chainrule");

const labels = tensor(Int32Array.from({ length: 64 }, (_, i) => i % 4));

async function losses(backend: "wasm" | "reference"): Promise<readonly number[]> {
  setBackend(backend);
  setSeed(1);
  const model = Sequential([
    Input([12, 12, 8]),
    Conv2D(16, 3, { padding: "same", activation: (x: Tensor) => x.mul(x.sigmoid()) }),
    Conv2D(16, 3, { strides: 2, activation: "hard_swish" }),
    Flatten(),
    Dense(4, { activation: "softmax" }),
  ]);
  model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy" });
  const { history } = await model.fit(randomNormal([64, 12, 12, 8]), labels, { epochs: 4, verbose: 0 });
  return history.loss!;
}

setThreads(2);
const fast = await losses("wasm");
const slow = await losses("reference");
assert.ok(fast.at(-1)! < fast[0]!, `the loss does not fall: ${fast}`);
for (const [i, loss] of fast.entries()) {
  assert.ok(
    Math.abs(loss - slow[i]!) < 1e-4,
    `epoch ${i}: ${loss} in WebAssembly, ${slow[i]} by the reference`,
  );
}
console.log(`Node ${process.version}: losses ${fast.map((loss) => loss.toFixed(4)).join(", ")}`);

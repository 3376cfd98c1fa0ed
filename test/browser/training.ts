// What runs inside a browser besides inside.ts: the whole library. Not on pages that forbid code made of text, which ndarray-ops
// does.
import {
  Conv2D,
  Dense,
  Flatten,
  Input,
  randomNormal,
  Sequential,
  setBackend,
  setSeed,
  tensor,
} from "../../src/index.ts";

async function losses(backend: "wasm" | "reference"): Promise<readonly number[]> {
  setBackend(backend);
  setSeed(1);
  const labels = tensor(Int32Array.from({ length: 48 }, (_, i) => i % 4));
  const model = Sequential([
    Input([12, 12, 8]),
    Conv2D(16, 3, { padding: "same", activation: "hard_swish" }),
    Flatten(),
    Dense(4, { activation: "softmax" }),
  ]);
  model.compile({ optimizer: "adam", loss: "sparse_categorical_crossentropy" });
  const { history } = await model.fit(randomNormal([48, 12, 12, 8]), labels, { epochs: 3, verbose: 0 });
  return history.loss!;
}

export async function trains(): Promise<void> {
  const fast = await losses("wasm");
  const slow = await losses("reference");
  setBackend("wasm");
  for (const [i, loss] of fast.entries()) {
    if (!(Math.abs(loss - slow[i]!) < 1e-4))
      throw new Error(`epoch ${i}: ${loss}; the reference has ${slow[i]}`);
  }
  if (!(fast[2]! < fast[0]!)) throw new Error(`the loss does not fall: ${fast}`);
}

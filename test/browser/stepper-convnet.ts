import { articleModel } from "../../examples/article/model.ts";
import * as c from "../../src/index.ts";
import { record, type Trace } from "../../src/stepper/index.ts";

/** The convolutional net of the article: 1.4 million parameters, on eight images. */
export function convnet(): Trace {
  c.setSeed(1);
  const model = articleModel();
  const labels = c.tensor(Int32Array.from({ length: 8 }, (_, i) => i));
  const loss = new c.SparseCategoricalCrossentropy();
  return record(({ x, y }) => loss.of(y, model(x)), { x: c.randomNormal([8, 32, 32, 3]), y: labels });
}

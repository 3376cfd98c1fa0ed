import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";
import { watchWarnings } from "../support/warnings.ts";

watchWarnings();

describe("a Sequential that grows", () => {
  it("predicts with all of its layers", async () => {
    const model = c.Sequential([c.Input([2]), c.Dense(2, { kernelInitializer: "ones" })]);
    const rows = [[1, 2]];
    model.compile({ optimizer: new c.SGD(0), loss: "mse" });
    const loss = () => model.trainOnBatch(rows, [[0, 0]]).loss;
    expect([loss(), loss()]).toEqual([9, 9]);
    expect(((await model.predict(rows)) as c.Tensor).toArray()).toEqual([[3, 3]]);
    model.add(c.Rescaling(2));
    expect(((await model.predict(rows)) as c.Tensor).toArray()).toEqual([[6, 6]]);
    model.compile({ optimizer: new c.SGD(0), loss: "mse" });
    expect([loss(), model.testOnBatch(rows, [[0, 0]]).loss]).toEqual([36, 36]);
    model.add(c.Rescaling(3));
    expect([loss(), model.testOnBatch(rows, [[0, 0]]).loss]).toEqual([324, 324]);
    expect(((await model.predict(rows)) as c.Tensor).toArray()).toEqual([[18, 18]]);
  });
});

it("a model whose layer is replaced by another predicts with the new one", async () => {
  class Held extends c.Model {
    inner: c.Layer = c.Rescaling(2);
    override call(x: c.Tensor) {
      return this.inner(x);
    }
  }
  const model = new Held();
  expect((await model.predict([[1]])).toArray()).toEqual([[2]]);
  model.inner = c.Rescaling(5);
  expect((await model.predict([[1]])).toArray()).toEqual([[5]]);
});

import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";

const { K } = c;
const none = c.zeros([0]);
const rows = c.zeros([0, 3]);

describe("tensors without cells", () => {
  const results: [string, () => c.Tensor, number[], unknown][] = [
    ["sum of nothing is 0", () => K.sum(none), [], 0],
    ["sum over an empty axis", () => K.sum(rows, 0), [3], [0, 0, 0]],
    ["product of nothing is 1", () => K.prod(none), [], 1],
    ["log-sum-exp of nothing is −∞", () => K.logSumExp(none), [], Number.NEGATIVE_INFINITY],
    ["elementwise", () => K.exp(rows), [0, 3], []],
    ["broadcasting against one row", () => K.add(rows, [[1, 2, 3]]), [0, 3], []],
    ["reduction over the full axis", () => K.mean(rows, 1), [0], []],
    ["argmax over the full axis", () => K.argmax(rows, { axis: 1 }), [0], []],
    ["softmax of no rows", () => K.softmax(rows), [0, 3], []],
    ["softmax of rows without cells", () => K.softmax(c.zeros([2, 0])), [2, 0], [[], []]],
    [
      "a product over an inner size of 0 is 0",
      () => K.matmul(c.zeros([2, 0]), rows),
      [2, 3],
      [
        [0, 0, 0],
        [0, 0, 0],
      ],
    ],
    ["concat with an empty one", () => K.concat([rows, [[1, 2, 3]]]), [1, 3], [[1, 2, 3]]],
    ["gather with no indices", () => K.gather([[1, 2]], c.tensor([], { dtype: "int32" })), [0, 2], []],
    ["one-hot of nothing", () => K.oneHot(c.tensor([], { dtype: "int32" }), 4), [0, 4], []],
    ["slice of nothing", () => K.slice([1, 2, 3], { begin: [2], end: [1] }), [0], []],
    [
      "convolution of no images",
      () => K.conv2d(c.zeros([0, 4, 4, 1]), c.zeros([3, 3, 1, 2])),
      [0, 2, 2, 2],
      [],
    ],
    ["pooling of no images", () => K.maxPool2d(c.zeros([0, 4, 4, 1])), [0, 2, 2, 1], []],
    [
      "an image smaller than the window",
      () => K.conv2d(c.zeros([1, 2, 2, 1]), c.zeros([3, 3, 1, 2])),
      [1, 0, 0, 2],
      [[]],
    ],
  ];

  it.each(results)("%s", (_, run, shape, value) => {
    const y = run();
    expect(y.shape).toEqual(shape);
    expect(y.toArray()).toEqual(value);
  });

  it("have gradients of their shape", () => {
    const x = c.variable(c.zeros([0, 3]));
    K.softmax(x).sum().backward();
    expect(x.grad?.shape).toEqual([0, 3]);
  });

  it.each([
    ["max", () => K.max(none)],
    ["min", () => K.min(rows, 0)],
    ["mean", () => K.mean(none)],
    ["variance", () => K.variance(none)],
    ["argmax", () => K.argmax(none)],
  ])("%s of no cells does not exist, and says so", (name, run) => {
    expect(run).toThrow(new RegExp(`^${name}: there is no .* of no cells; received x \\[0`));
  });
});

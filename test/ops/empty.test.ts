import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";

const { K } = c;
const none = c.zeros([0]);
const rows = c.zeros([0, 3]);
const noIndices = c.tensor([], { dtype: "int32" });

describe("tensors without cells", () => {
  const results: [string, () => c.Tensor, number[], unknown][] = [
    ["sum of nothing is 0", () => K.sum(none), [], 0],
    ["sum of no rows, kept", () => K.sum(rows, { axis: 0, keepdims: true }), [1, 3], [[0, 0, 0]]],
    ["product over an empty axis", () => K.prod(rows, 0), [3], [1, 1, 1]],
    ["running sum", () => K.cumsum(none), [0], []],
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
    ["gather with no indices", () => K.gather([[1, 2]], noIndices), [0, 2], []],
    ["one-hot of nothing", () => K.oneHot(noIndices, 4), [0, 4], []],
    ["one-hot of no classes", () => K.oneHot([0, 1], 0), [2, 0], [[], []]],
    ["nothing scattered", () => K.scatterAdd(none, noIndices, { size: 2 }), [2], [0, 0]],
    ["nothing stretched to nothing", () => K.broadcastTo([[1]], [0, 2]), [0, 2], []],
    ["reshape", () => K.reshape(rows, [3, -1]), [3, 0], [[], [], []]],
    ["transpose", () => K.transpose(rows), [3, 0], [[], [], []]],
    ["flip", () => K.flip(none), [0], []],
    ["padding makes cells", () => K.pad(none, [[1, 1]]), [2], [0, 0]],
    ["0 times", () => K.repeat([1, 2], 0), [0], []],
    ["stack", () => K.stack([none, none]), [2, 0], [[], []]],
    [
      "einsum",
      () => K.einsum([c.zeros([2, 0]), rows], "ij,jk->ik"),
      [2, 3],
      [
        [0, 0, 0],
        [0, 0, 0],
      ],
    ],
    ["a vector product", () => K.matmul(none, none), [], 0],
    [
      "one image without channels",
      () => K.conv2d(c.zeros([1, 2, 2, 0]), c.zeros([1, 1, 0, 1])),
      [1, 2, 2, 1],
      [
        [
          [[0], [0]],
          [[0], [0]],
        ],
      ],
    ],
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

  it.each<[string, number[], (x: c.Tensor) => c.Tensor]>([
    ["softmax", [0, 3], (x) => K.softmax(x)],
    ["product", [0], (x) => K.prod(x)],
    ["broadcasting", [1, 0], (x) => x.add(c.ones([3, 1]))],
    ["matmul with an inner size of 0", [2, 0], (x) => x.matmul(c.zeros([0, 3]))],
    ["gather of nothing from nothing", [0, 2], (x) => x.gather(noIndices)],
    ["convolution of images without rows", [1, 0, 4, 1], (x) => K.conv2d(x, c.ones([1, 1, 1, 1]))],
    ["mean of images without rows", [1, 0, 4, 1], (x) => K.averagePool2d(x, { poolSize: 1 })],
    ["largest of images without rows", [1, 0, 4, 1], (x) => K.maxPool2d(x, { poolSize: 1 })],
    ["tile 0 times", [2], (x) => K.tile(x, [0])],
    ["concat", [0, 2], (x) => c.concat([x, x])],
    ["padding", [0], (x) => x.pad([[1, 1]])],
  ])("have gradients of their shape: %s", (_, shape, f) => {
    const x = c.variable(c.zeros(shape));
    f(x).sum().backward();
    expect([x.grad?.shape, x.grad?.data.every((cell) => cell === 0)]).toEqual([shape, true]);
  });

  it.each([
    ["max", () => K.max(none)],
    ["min", () => K.min(rows, 0)],
    ["mean", () => K.mean(none)],
    ["variance", () => K.variance(none)],
    ["argmax", () => K.argmax(none)],
    ["argmin", () => K.argmin(rows, { axis: 0 })],
  ])("%s of no cells does not exist, and says so", (name, run) => {
    expect(run).toThrow(new RegExp(`^${name}: there is no .* of no cells; received x \\[0`));
  });
});

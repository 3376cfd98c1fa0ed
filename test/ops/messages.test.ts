import { expect, it } from "vitest";
import * as c from "../../src/index.ts";

const { K } = c;

/** What is said of a call that cannot work. */
const message = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing was wrong";
};

it("messages say which op, what was expected, what was received and what to do", () => {
  const x = c.ones([2, 3]);
  const said = [
    () => x.add(c.ones([4])),
    () => x.matmul(c.ones([2, 3])),
    () => K.matmul(3, x),
    () => x.sum(2),
    () => x.sum({ axis: [0, 0] }),
    () => x.sum({ axes: 1 } as never),
    () => x.reshape([4, -1]),
    () => x.reshape({} as never),
    () => x.transpose([0, 0]),
    () => x.gather([0, 5]),
    () => x.gather([0.5]),
    () => x.gather(c.tensor([0])),
    () => K.where(c.tensor([0.5]), 1, 2),
    () => K.cast([Number.NaN], "int32"),
    () => K.cast([1], "float16" as never),
    () => c.tensor([1, Number.NaN], { dtype: "int32" }),
    () => c.tensor([[1, 2], [3]]),
    () => K.conv2d(c.ones([1, 8, 8, 3]), c.ones([3, 3, 4, 16])),
    () => K.conv2d(c.ones([8, 8, 3]), c.ones([3, 3, 3, 16])),
    () => K.conv2d(c.ones([1, 8, 8, 4]), c.ones([3, 3, 2, 3]), { groups: 2 }),
    () => K.conv2d(c.ones([1, 8, 8, 3]), c.ones([3, 3, 3, 1]), { padding: "full" as never }),
    () => K.maxPool2d(x),
    () => K.concat([x, c.ones([2, 4])]),
    () => K.concat([]),
    () => K.einsum([x, x], "ij,jk->ik"),
    () => K.einsum([x], "ij->k"),
    () => K.split(x, 2, { axis: 1 }),
    () => K.sparseSoftmaxCrossEntropy(x, [0, 3]),
    () => K.clip(x, { min: 2, max: 1 }),
    () => K.add(x, undefined as never),
    () => x.item(),
    () => c.placeholder([null, 3]).data,
  ].map(message);
  expect(said.join("\n")).toMatchInlineSnapshot(`
    "add: shapes [2, 3] and [4] do not broadcast: axis -1 has sizes 3 and 4, which must be equal or 1; received a [2, 3], b [4]
    matmul: a has 3 columns and b has 2 rows; they must be equal; received a [2, 3], b [2, 3]
    matmul: a scalar is no matrix; use mul; received a [], b [2, 3]
    sum: axis 2 is out of range: with 2 axes it must be a whole number from -2 to 1; received x [2, 3]
    sum: axes [0,0] name an axis twice; received x [2, 3]
    sum: unknown option "axes"; known: axis, keepdims
    reshape: 6 cells do not divide into [4, -1]; received x [2, 3]
    reshape: shape is needed: an array of whole sizes ≥ 0, one of which may be -1 for what is left
    transpose: axes [0,0] must name each of the 2 axes once; received x [2, 3]
    gather: index 5 is out of range: the axis has 2 cells; received x [2, 3], indices [2]
    gather, indices: a cell of int32 must be a whole number within ±2³¹; received 0.5 in cell 0
    gather: indices must be int32; received a float32 tensor [1]. Convert it with cast(indices, "int32") if that is what you mean.
    where: condition must be bool; received a float32 tensor [1]. Convert it with cast(condition, "bool") if that is what you mean.
    cast: NaN cannot become int32; received x [1]
    cast: dtype must be "bool" or "int32" or "float32" or "float64"; received "float16"
    tensor: a cell of int32 must be a whole number within ±2³¹; received NaN in cell 1
    tensor: expected nested arrays of equal lengths, shape [2, 2]; received 1 items at [1]
    conv2d: filter [3, 3, 4, 16] expects 4 input channels; the images have 3; received x [1, 8, 8, 3], filter [3, 3, 4, 16]
    conv2d: expected images [batch, height, width, channels]; got rank 3; received x [8, 8, 3], filter [3, 3, 3, 16]
    conv2d: 3 output channels do not divide into 2 groups; received x [1, 8, 8, 4], filter [3, 3, 2, 3]
    conv2d: padding must be "same" or "valid"; received "full"
    maxPool2d: expected images [batch, height, width, channels]; got rank 2; received x [2, 3]
    concat: all sizes but that of axis 0 must agree; received xs[0] [2, 3], xs[1] [2, 4]
    concat: expected an array of tensors, at least one: concat([a, b, …]); received []
    einsum: "j" has size 3 in one input and 2 in another; received xs[0] [2, 3], xs[1] [2, 3]
    einsum: "k" of the result appears in no input; received xs[0] [2, 3]
    split: axis 1 of 3 cells does not divide into 2 parts
    sparseSoftmaxCrossEntropy: label 3 is no class: there are 3, counted from 0; received logits [2, 3], labels [2]
    clip: min must be ≤ max; received 2 and 1; received x [2, 3]
    add, b: expected a tensor, number, nested array, typed array or ndarray; received undefined
    item: expected a tensor of one cell; received shape [2, 3]
    this tensor [None, 3] is symbolic: it has a shape but no values yet. Call the function on real tensors to get values."
  `);
});

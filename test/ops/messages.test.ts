import { expect, it } from "vitest";
import * as c from "../../src/index.ts";
import { messageOf } from "../support/message.ts";

const { K } = c;

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
  ].map(messageOf);
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

it("messages of calls that are wrong in form", () => {
  const x = c.ones([2, 3]);
  // As plain JavaScript calls them: with whatever there is.
  const wrong = (name: keyof typeof K, ...args: unknown[]) =>
    messageOf(() => (K[name] as (...given: unknown[]) => unknown)(...args));
  expect(
    [
      wrong("add", 1),
      wrong("add", 1, 2, 3),
      wrong("exp", x, 2),
      wrong("exp", 1, 0, [1]),
      wrong("add", x, "y"),
      wrong("add", x, [1, "2"]),
      wrong("add", x, [[1], [2, 3]]),
      wrong("sum", x, 0, true),
      wrong("sum", x, new Map()),
      wrong("sum", x, { axis: [0.5] }),
      wrong("sum", x, { axis: null, keepdims: 1 }),
      wrong("conv2d", x, x, 2),
      wrong("conv2d", x, x, { stride: 2 }),
      wrong("conv2d", x, x, { strides: [1, 2, 3] }),
      wrong("conv2d", x, x, { strides: 0 }),
      wrong("concat", x, x),
      wrong("concat", [x, "y"]),
      wrong("concat", [x, c.ones([2])]),
      wrong("stack", [x, c.ones([2])]),
      wrong("pad", x, [1, 2]),
      wrong("pad", x, [
        [1, -1],
        [0, 0],
      ]),
      wrong("pad", x, { padding: [[0, 0]], mode: "edge" }),
      wrong("tensordot", x, x, [[0], [0, 1]]),
      wrong("oneHot", [0, 1], 2.5),
      wrong("relu", x, { maxValue: "6" }),
      wrong("clip", x, { min: Number.NaN }),
      wrong("where", [2], 1, 0),
      wrong("add", c.tensor([1], { dtype: "int32" }), 3e10),
    ].join("\n"),
  ).toMatchInlineSnapshot(`
    "add: expected 2 inputs (a, b); received 1
    add: expected no options; received 3
    exp: expected no options; received 2
    exp: too many arguments, the last being [1]; it has no options
    add, b: expected a tensor, number, nested array, typed array or ndarray; received "y"
    add, b: expected numbers; received "2" at [1]
    add, b: expected nested arrays of equal lengths, shape [2, 1]; received 2 items at [1]
    sum: too many arguments, the last being true; options go into one object: { axis, keepdims }
    sum: axis must be an axis, an array of axes or null for all; received a Map
    sum: axis must be an axis, an array of axes or null for all; received [0.5]
    sum: keepdims must be true or false; received 1
    conv2d: expected options { strides, padding, dilationRate, groups }; received 2
    conv2d: unknown option "stride"; known: strides, groups, padding, dilationRate
    conv2d: strides must be a whole number ≥ 1, or two of them for height and width; received [1, 2, 3]
    conv2d: strides must be a whole number ≥ 1, or two of them for height and width; received 0
    concat: expected an array of tensors, at least one: concat([a, b, …]); received a Tensor
    concat, xs[1]: expected a tensor, number, nested array, typed array or ndarray; received "y"
    concat: all sizes but that of axis 0 must agree; received xs[0] [2, 3], xs[1] [2]
    stack: all shapes must be equal; received xs[0] [2, 3], xs[1] [2]
    pad: padding must be an array with [before, after] for each axis, whole numbers ≥ 0; received [1, 2]
    pad: padding must be an array with [before, after] for each axis, whole numbers ≥ 0; received [[1, -1], [0, 0]]
    pad: mode must be "constant" or "reflect" or "symmetric"; received "edge"
    tensordot: axes must be a whole number ≥ 0, or two arrays of axes of equal length; received [[0], [0, 1]]
    oneHot: depth must be a whole number ≥ 0; received 2.5
    relu: maxValue must be a number or null for no limit; received "6"
    clip: min must be a number; received NaN
    where, condition: a cell of bool must be true or false; received 2 in cell 0
    add, b: a cell of int32 must be a whole number within ±2³¹; received 30000000000 in cell 0"
  `);
});

it("messages of the adjoints, which are ops too", () => {
  const image = c.ones([1, 4, 4, 1]);
  const said = [
    () => K.conv2dInput(image, c.ones([3, 3, 1, 1]), { size: [9, 9] }),
    () => K.conv2dFilter(image, c.ones([1, 4, 4, 2]), { kernel: 1, groups: 2 }),
    () => K.maxPoolScatter(image, image),
    () => K.averagePoolScatter(image, { size: [4, 4] }),
    () => K.embed([1, 2], { start: [], step: [1], shape: [4] }),
    () => K.embed([1, 2], { start: [0], step: [0], shape: [4] }),
    () => K.embed([1, 2], { start: [3], step: [1], shape: [4] }),
    () => K.embed([true], { start: [0], step: [1], shape: [2], value: 2 }),
    () => K.scatterAdd([1, 2], [0, 9], { size: 3 }),
    () => K.scatterAdd([1, 2], [0], { size: 3 }),
  ].map(messageOf);
  expect(said.join("\n")).toMatchInlineSnapshot(`
    "conv2dInput: u must have the shape that the convolution gives, [1, 7, 7, 1]; received u [1, 4, 4, 1], filter [3, 3, 1, 1]
    conv2dFilter: 1 input channels do not divide into 2 groups; received x [1, 4, 4, 1], u [1, 4, 4, 2]
    maxPoolScatter: u must have the shape that the pooling gives, [1, 2, 2, 1]; received u [1, 4, 4, 1], x [1, 4, 4, 1]
    averagePoolScatter: u must have the shape that the pooling gives, [1, 2, 2, 1]; received u [1, 4, 4, 1]
    embed: start, step and shape must have one entry for each of the 1 axes; received x [2]
    embed: step must not be 0; received x [2]
    embed: x does not fit into [4]; received x [2]
    embed: value 2 is no cell of bool; received x [1]
    scatterAdd: index 9 is out of range: the axis has 3 cells; received x [2], indices [2]
    scatterAdd: x must have the shape of the indices at axis 0; received x [2], indices [1]"
  `);
});

it("messages of ops that are made of others name both, and what the inner one received", () => {
  const said = [
    () => K.std([]),
    () => K.tile([1, 2], [2 ** 40]),
    () => K.conv1d(c.ones([1, 8, 3]), c.ones([3, 4, 2])),
    () => K.separableConv2d(c.ones([1, 8, 8, 2]), c.ones([3, 3, 3, 1]), c.ones([1, 1, 3, 4])),
    () => K.matmul(c.ones([3]), c.ones([4, 2])),
    () => K.globalMaxPool2d(c.ones([2, 2])),
    () => K.pad(c.ones([2], "int32"), { padding: [[1, 0]], value: 0.5 }),
  ].map(messageOf);
  expect(said.join("\n")).toMatchInlineSnapshot(`
    "std: variance: there is no variance of no cells; received x [0]
    tile: broadcastTo: 2199023255552 cells are too many: a tensor holds at most 268435456 of them (2²⁸); received x [1, 2]
    conv1d: conv2d: filter [1, 3, 4, 2] expects 4 input channels; the images have 3; received x [1, 1, 8, 3], filter [1, 3, 4, 2]
    separableConv2d: depthwiseConv2d: the filter is for 3 channels; the images have 2; received x [1, 8, 8, 2], filter [3, 3, 3, 1]
    matmul: a has 3 columns and b has 4 rows; they must be equal; received a [3], b [4, 2]
    globalMaxPool2d: x must have 4 axes: [batch, height, width, channels]; received x [2, 2]
    pad: embed: value 0.5 is no cell of int32; received x [2]"
  `);
});

it("a symbolic tensor is refused for its shape alone, as a real one is", () => {
  const x = c.placeholder([null, 3]);
  const said = [
    () => x.matmul(c.ones([2, 2])),
    () => x.sum(2),
    () => x.add(c.ones([2, 4])),
    () => K.einsum([c.placeholder([null, null])], "ii->i"),
  ].map(messageOf);
  expect(said.join("\n")).toMatchInlineSnapshot(`
    "matmul: a has 3 columns and b has 2 rows; they must be equal; received a [None, 3], b [2, 2]
    sum: axis 2 is out of range: with 2 axes it must be a whole number from -2 to 1; received x [None, 3]
    add: shapes [None, 3] and [2, 4] do not broadcast: axis -1 has sizes 3 and 4, which must be equal or 1; received a [None, 3], b [2, 4]
    einsum: "i" is there twice, so its size must be known; received xs[0] [None, None]"
  `);
});

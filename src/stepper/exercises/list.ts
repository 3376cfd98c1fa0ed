import * as ops from "../../ops/index.ts";
import type { Stream } from "../../random.ts";
import { type Shape, sizeOf } from "../../shape.ts";
import { Tensor } from "../../tensor/tensor.ts";

/** Draws the cells of an input for which any numbers will not do. */
export type Draw = (shape: Shape, random: Stream) => Tensor;

/** All there is to say about an exercise. The formula, the shapes and the solution follow from the function. */
export interface Declaration {
  readonly name: string;
  readonly title: string;
  /** What to think of when writing the rule. */
  readonly task: string;
  /** The function to differentiate, in ops. */
  of(...xs: Tensor[]): Tensor;
  /** The names of the inputs, each with the shapes to try, smallest first. */
  readonly inputs: Readonly<Record<string, readonly Shape[]>>;
  /** The inputs whose gradients are asked for; all of them unless said. */
  readonly wanted?: readonly string[];
  readonly draws?: Readonly<Record<string, Draw>>;
}

/** The names of the inputs whose gradients are asked for. */
export const wantedOf = ({ inputs, wanted = Object.keys(inputs) }: Declaration): readonly string[] => wanted;

/** Ones and zeros: one class is right in each row. */
const oneHot: Draw = (shape, random) => {
  const classes = shape.at(-1)!;
  const cells = new Float64Array(sizeOf(shape));
  for (let row = 0; row < cells.length; row += classes) cells[row + random.below(classes)] = 1;
  return new Tensor(shape, "float64", cells);
};

const cellwise: readonly Shape[] = [[], [2], [2, 3]];

/** Images and filters: [batch, height, width, channels] and [height, width, inputs, outputs]. */
const images: Declaration["inputs"] = {
  x: [
    [1, 1, 1, 1],
    [1, 1, 2, 1],
    [1, 1, 2, 1],
    [1, 1, 3, 1],
    [1, 3, 3, 1],
    [2, 4, 4, 2],
  ],
  filter: [
    [1, 1, 1, 1],
    [1, 1, 1, 1],
    [1, 2, 1, 1],
    [1, 2, 1, 1],
    [2, 2, 1, 1],
    [2, 2, 2, 2],
  ],
};

/** In the order in which they build on each other. */
export const declarations: readonly Declaration[] = [
  {
    name: "mul",
    title: "A product, cell by cell",
    task: "Give the gradients of a and of b. Each says how much its own cell of the product moves.",
    of: (a, b) => ops.mul(a!, b!),
    inputs: { a: cellwise, b: cellwise },
  },
  {
    name: "sigmoid",
    title: "The sigmoid",
    task: "The slope can be written with the result y alone. The rule is given y as its third argument.",
    of: (x) => ops.sigmoid(x!),
    inputs: { x: cellwise },
  },
  {
    name: "swish",
    title: "Swish: a value used twice",
    task: "x goes into the product directly and through the sigmoid. Add up what comes back along both paths.",
    of: (x) => ops.mul(x!, ops.sigmoid(x!)),
    inputs: { x: cellwise },
  },
  {
    name: "relu",
    title: "ReLU: a kink",
    task: "Let the gradient through where x is above 0. At 0 the slopes of both sides are accepted.",
    of: (x) => ops.relu(x!),
    inputs: { x: cellwise },
  },
  {
    name: "hardSwish",
    title: "Hard-swish: two kinks and two paths",
    task: "Three pieces: 0 up to −3, x from 3 on, and a parabola between. At −3 and 3 both sides are accepted.",
    of: (x) => ops.div(ops.mul(x!, ops.relu6(ops.add(x!, 3))), 6),
    inputs: { x: cellwise },
  },
  {
    name: "clipThrough",
    title: "A clip that keeps the gradient",
    task: "The value is limited to [−1, 1], but the gradient is to pass as if it were not: a value that is clipped must not stop learning.",
    of: (x) => ops.add(x!, ops.stopGradient(ops.sub(ops.clip(x!, { min: -1, max: 1 }), x!))),
    inputs: { x: cellwise },
  },
  {
    name: "sum",
    title: "A sum over the rows",
    task: "Each cell of x moves one cell of y, by as much. The gradient needs the shape of x.",
    of: (x) => ops.sum(x!, { axis: 0 }),
    inputs: { x: [[1], [2], [2, 1], [2, 3]] },
  },
  {
    name: "addBias",
    title: "A bias for a whole batch",
    task: "The same b is added to every row of x. Its gradient has the shape of b: gather what comes back from all rows.",
    of: (x, b) => ops.add(x!, b!),
    inputs: { x: [[], [2], [2, 1], [2, 3]], b: [[], [2], [1], [3]] },
  },
  {
    name: "scaleRows",
    title: "A scale of its own for each row",
    task: "s has size 1 where x has columns: it is stretched along them. Its gradient keeps the size 1.",
    of: (x, s) => ops.mul(x!, s!),
    inputs: {
      x: [[], [2, 1], [1, 2], [2, 2], [2, 3]],
      s: [[], [2, 1], [1, 1], [2, 1], [2, 1]],
    },
  },
  {
    name: "matmul",
    title: "A matrix product",
    task: "Give the gradients of a and of b. The shapes leave only one way to multiply.",
    of: (a, b) => ops.matmul(a!, b!),
    inputs: {
      a: [
        [1, 1],
        [1, 2],
        [2, 2],
        [2, 3],
        [3, 3],
      ],
      b: [
        [1, 1],
        [2, 1],
        [2, 2],
        [3, 2],
        [3, 3],
      ],
    },
  },
  {
    name: "square",
    title: "The same matrix twice",
    task: "x is both arguments of one product. Each use sends back a contribution; add them, do not overwrite.",
    of: (x) => ops.matmul(x!, x!),
    inputs: {
      x: [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
    },
  },
  {
    name: "softmax",
    title: "Softmax",
    task: "Every cell of a row moves all results of that row, since they share a sum.",
    of: (x) => ops.softmax(x!),
    inputs: { x: [[2], [3], [2, 3]] },
  },
  {
    name: "softmaxCrossEntropy",
    title: "Cross-entropy of softmax, from the logits",
    task: "Give the gradient of the logits. Each row of the targets sums to 1, which makes it short.",
    of: (logits, targets) => ops.softmaxCrossEntropy(logits!, targets!),
    inputs: {
      logits: [[2], [1, 2], [2, 3]],
      targets: [[2], [1, 2], [2, 3]],
    },
    wanted: ["logits"],
    draws: { targets: oneHot },
  },
  {
    name: "batchNormalization",
    title: "Batch normalization: three paths",
    task: "x reaches y directly, through the mean of its column and through its standard deviation.",
    of: (x) => ops.div(ops.sub(x!, ops.mean(x!, 0)), ops.sqrt(ops.variance(x!, 0))),
    inputs: {
      x: [
        [3, 1],
        [4, 1],
        [4, 2],
      ],
    },
  },
  {
    name: "maxPool2d",
    title: "Max pooling",
    task: "In each window of 2 × 2 cells the largest gets all of the gradient. Images are [batch, height, width, channels].",
    of: (x) => ops.maxPool2d(x!),
    inputs: {
      x: [
        [1, 2, 2, 1],
        [1, 2, 4, 1],
        [1, 4, 4, 2],
      ],
    },
  },
  {
    name: "conv2dFilter",
    title: "A convolution: the gradient of the filter",
    task: "Each tap of the filter sees a part of the image, once per result. No padding, stride 1.",
    of: (x, filter) => ops.conv2d(x!, filter!),
    inputs: images,
    wanted: ["filter"],
  },
  {
    name: "conv2dInput",
    title: "A convolution: the gradient of the image",
    task: "Each cell of the image is seen by several taps: every upstream cell stamps the filter onto it. No padding, stride 1.",
    of: (x, filter) => ops.conv2d(x!, filter!),
    inputs: images,
    wanted: ["x"],
  },
];

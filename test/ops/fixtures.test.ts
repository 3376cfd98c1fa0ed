import { describe, expect, it } from "vitest";
import * as c from "../../src/index.ts";
import { expectClose } from "../support/close.ts";
import { load, readFixture, type Stored } from "../support/fixtures.ts";

type Attrs = Readonly<Record<string, unknown>>;

interface Case {
  readonly name: string;
  readonly op: string;
  readonly attrs: Attrs;
  readonly inputs: readonly Stored[];
  readonly y: Stored;
  readonly dy: Stored | null;
  readonly grads: readonly (Stored | null)[];
  readonly note?: string;
}

type Run = (xs: readonly c.Tensor[], attrs: Attrs) => c.Tensor;

/** Calls an op by name with attributes as the file has them: it checks them itself. */
const call = (op: string, ...args: readonly unknown[]): c.Tensor => {
  const own = Object.entries(c.K).find(([name]) => name === op)?.[1];
  if (own === undefined) throw new Error(`no op for the fixture ${op}`);
  return (own as (...args: readonly unknown[]) => c.Tensor)(...args);
};

const over = ({ axis, keepdims = false }: Attrs) => ({ axis: axis ?? null, keepdims });
const window = ({ strides = 1, padding = "valid", dilation_rate = 1 }: Attrs) => ({
  strides,
  padding,
  dilationRate: dilation_rate,
});
const pool = ({ pool_size, strides, padding }: Attrs) => ({ poolSize: pool_size, strides, padding });
const renamed =
  (op: string, rename: (attrs: Attrs) => Attrs): Run =>
  (xs, attrs) =>
    call(op, ...xs, rename(attrs));
const plain =
  (op: string): Run =>
  (xs) =>
    call(op, ...xs);

/** keras.ops names in ours, where they or their attributes differ. */
const runs: Record<string, Run> = {
  subtract: plain("sub"),
  multiply: plain("mul"),
  divide: plain("div"),
  power: plain("pow"),
  arctan2: plain("atan2"),
  negative: plain("neg"),
  arctan: plain("atan"),
  dot: plain("matmul"),
  clip: renamed("clip", ({ x_min, x_max }) => ({ min: x_min, max: x_max })),
  var: renamed("variance", over),
  logsumexp: renamed("logSumExp", over),
  global_average_pool: renamed("mean", over),
  global_max_pool: renamed("max", over),
  einsum: (xs, attrs) => call("einsum", xs, attrs),
  concatenate: (xs, attrs) => call("concat", xs, attrs),
  stack: (xs, attrs) => call("stack", xs, attrs),
  reshape: renamed("reshape", ({ newshape }) => ({ shape: newshape })),
  slice: renamed("slice", ({ start_indices, shape }) => {
    const begin = start_indices as number[];
    return { begin, end: begin.map((at, i) => at + (shape as number[])[i]!) };
  }),
  slice_step: renamed("slice", ({ begin, end, strides }) => ({ begin, end, step: strides })),
  pad: renamed("pad", ({ pad_width, mode, constant_values = 0 }) => ({
    padding: pad_width,
    mode,
    value: constant_values,
  })),
  take: renamed("gather", (attrs) => attrs),
  one_hot: renamed("oneHot", ({ num_classes, axis }) => ({ depth: num_classes, axis })),
  expand_dims: renamed("expandDims", (attrs) => attrs),
  broadcast_to: renamed("broadcastTo", (attrs) => attrs),
  split: ([x], { indices_or_sections, axis, take_output }) =>
    c.split(x!, indices_or_sections as number, { axis: axis as number })[take_output as number]!,
  conv: ([x, filter], attrs) =>
    x!.rank === 3
      ? call("conv1d", x, filter, window(attrs))
      : call("conv2d", x, filter, { ...window(attrs), groups: x!.shape[3]! / filter!.shape[2]! }),
  conv_transpose: renamed("conv2dTranspose", window),
  depthwise_conv: renamed("depthwiseConv2d", window),
  separable_conv: renamed("separableConv2d", window),
  max_pool: ([x], attrs) => call(x!.rank === 3 ? "maxPool1d" : "maxPool2d", x, pool(attrs)),
  average_pool: ([x], attrs) => call(x!.rank === 3 ? "averagePool1d" : "averagePool2d", x, pool(attrs)),
};

const sameName =
  (op: string): Run =>
  (xs, attrs) =>
    call(op, ...xs, ...(Object.keys(attrs).length > 0 ? [attrs] : []));

const { cases } = readFixture<{ cases: Case[] }>("ops.json");
const tolerance = { rtol: 1e-10, atol: 1e-13 };

describe("ops agree with Keras in float64", () => {
  it.each(cases.map((one) => [`${one.name}${one.note ? ` (${one.note})` : ""}`, one] as const))(
    "%s",
    (name, one) => {
      const run = runs[one.op] ?? sameName(one.op);
      const xs = one.inputs.map(load);
      expectClose(run(xs, one.attrs), one.y, tolerance, name);
      if (one.dy === null) return;
      const leaves = xs.map((x) => (x.dtype === "float64" ? c.variable(x, { dtype: "float64" }) : x));
      const gradients = c.gradients(run(leaves, one.attrs), leaves, { upstream: load(one.dy) });
      one.grads.forEach((grad, i) => {
        if (grad !== null) expectClose(gradients[i]!, grad, tolerance, `${name}, gradient ${i}`);
      });
    },
  );

  it("covers the whole file", () => {
    expect(cases.length).toBeGreaterThan(250);
  });
});

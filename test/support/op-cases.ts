import fc from "fast-check";
import type { Tensor } from "../../src/index.ts";
import type { AnyOp } from "../../src/ops/op.ts";
import { bools, broadcastable, type CellOptions, indices, seeds, shapes, spread } from "./cells.ts";

/** Inputs and attributes that an op accepts. */
export interface Case {
  readonly inputs: readonly Tensor[];
  readonly attrs?: object;
}

type Cases = fc.Arbitrary<Case>;

const int = (min: number, max: number) => fc.integer({ min, max });

/** One tensor of any shape. */
const one = (options?: CellOptions, shape = shapes()): Cases =>
  fc.tuple(shape, seeds).map(([s, seed]) => ({ inputs: [spread(s, seed, options)] }));

/** One tensor, with attributes drawn for its shape. */
const withAttrs = (
  shape: fc.Arbitrary<number[]>,
  attrs: (shape: readonly number[]) => fc.Arbitrary<object>,
  options?: CellOptions,
): Cases =>
  fc
    .tuple(shape, seeds)
    .chain(([s, seed]) => attrs(s).map((drawn) => ({ inputs: [spread(s, seed, options)], attrs: drawn })));

/** Tensors of the drawn shapes. */
const several = (
  drawn: fc.Arbitrary<readonly (readonly number[])[]>,
  attrs: object = {},
  options?: CellOptions,
): Cases =>
  fc.tuple(drawn, seeds).map(([list, seed]) => ({
    inputs: list.map((s, i) => spread(s, seed + i, options)),
    ...(Object.keys(attrs).length > 0 && { attrs }),
  }));

const pairs = (a?: CellOptions, b: CellOptions | undefined = a): Cases =>
  fc.tuple(broadcastable(2), seeds).map(([[s, t], seed]) => ({
    inputs: [spread(s!, seed, a), spread(t!, seed + 1, b)],
  }));

const axisOf = (rank: number) => int(-rank, rank - 1);
const someAxes = (shape: readonly number[]) => fc.subarray(shape.map((_, i) => i));
const over = (shape: readonly number[]) =>
  fc.record({ axis: fc.option(someAxes(shape), { nil: null }), keepdims: fc.boolean() });
const reduce = (options?: CellOptions, minSize = 0) => withAttrs(shapes({ minSize }), over, options);
const along = (shape = shapes({ minRank: 1, minSize: 1 }), options?: CellOptions): Cases =>
  withAttrs(shape, (s) => axisOf(s.length).map((axis) => ({ axis })), options);

const positive: CellOptions = { domain: [0.2, 3] };
const within: CellOptions = { domain: [-0.9, 0.9] };

const replaced = (shape: readonly number[], axis: number, size: number) =>
  shape.map((old, i) => (i === (axis + shape.length) % shape.length ? size : old));

/** A convolution's window that fits images of h × w: attributes, and sizes by the rules of TensorFlow. */
interface Window {
  readonly image: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly attrs: { strides: [number, number]; padding: "same" | "valid"; dilationRate: [number, number] };
  readonly output: readonly [number, number];
}

const size = (n: number, k: number, s: number, d: number, padding: string): number =>
  padding === "same" ? Math.ceil(n / s) : Math.ceil((n - (k - 1) * d) / s);

const two = <T>(arbitrary: fc.Arbitrary<T>) => fc.tuple(arbitrary, arbitrary);

const windows: fc.Arbitrary<Window> = fc
  .record({
    image: two(int(3, 6)),
    kernel: two(int(1, 3)),
    strides: two(int(1, 3)),
    dilationRate: two(int(1, 2)),
    padding: fc.constantFrom("same" as const, "valid" as const),
  })
  .map(({ image, kernel, ...attrs }) => {
    const along = (i: 0 | 1) =>
      size(image[i], kernel[i], attrs.strides[i], attrs.dilationRate[i], attrs.padding);
    return { image, kernel, attrs, output: [along(0), along(1)] as const };
  })
  .filter(({ output }) => output[0] > 0 && output[1] > 0);

const channels = fc.record({ batch: int(1, 2), groups: int(1, 2), inputs: int(1, 2), outputs: int(1, 2) });

type Conv = Window & { batch: number; groups: number; inputs: number; outputs: number };

const conv = (build: (c: Conv) => { shapes: number[][]; attrs: object }): Cases =>
  fc.tuple(windows, channels, seeds).map(([window, sizes, seed]) => {
    const built = build({ ...window, ...sizes });
    return { inputs: built.shapes.map((s, i) => spread(s, seed + i)), attrs: built.attrs };
  });

const images = (c: Conv) => [c.batch, ...c.image, c.inputs * c.groups];
const filter = (c: Conv) => [...c.kernel, c.inputs, c.outputs * c.groups];
const result = (c: Conv) => [c.batch, ...c.output, c.outputs * c.groups];

const pool = (build: (c: Conv, attrs: object) => { shapes: number[][]; attrs: object }): Cases =>
  conv((c) => {
    const { dilationRate: _, ...window } = c.attrs;
    return build(c, { ...window, poolSize: c.kernel });
  }).filter(({ inputs }) => inputs.every((x) => x.size > 0));

const undilated = (c: Conv): [number, number] => {
  const along = (i: 0 | 1) => size(c.image[i], c.kernel[i], c.attrs.strides[i], 1, c.attrs.padding);
  return [along(0), along(1)];
};

const special: Readonly<Record<string, Cases>> = {
  // Where the domain or the kinks are not the default ones.
  log: one(positive),
  sqrt: one(positive),
  rsqrt: one(positive),
  reciprocal: pieces(),
  log1p: one({ domain: [-0.8, 3] }),
  asin: one(within),
  acos: one(within),
  tan: one({ domain: [-1.4, 1.4] }),
  floor: one({ kinks: [-3, -2, -1, 0, 1, 2, 3] }),
  pow: pairs(positive, { domain: [-2, 3] }),
  div: pairs(undefined, { kinks: [-0.1, 0, 0.1] }),
  mod: fc.tuple(broadcastable(2), seeds).map(([[s, t], seed]) => ({
    // Far from the multiples of the divisor, where the remainder jumps.
    inputs: [
      spread(s!, seed, { domain: [0.4, 1.8], kinks: [] }),
      spread(t!, seed + 1, { domain: [2.2, 3], kinks: [] }),
    ],
  })),
  atan2: pairs({ domain: [0.3, 3] }),
  maximum: tieFree(),
  minimum: tieFree(),
  equal: tieFree(),
  notEqual: tieFree(),

  where: fc.tuple(broadcastable(3), seeds).map(([[s, t, u], seed]) => ({
    inputs: [bools(s!, seed), spread(t!, seed + 1), spread(u!, seed + 2)],
  })),
  cast: withAttrs(shapes(), () => fc.constantFrom({ dtype: "float64" }, { dtype: "float32" }), { kinks: [] }),
  relu: withAttrs(
    shapes(),
    () =>
      fc.record({
        alpha: fc.constantFrom(0, 0.1),
        maxValue: fc.constantFrom(null, 1, 6),
        threshold: fc.constantFrom(0, 0.5),
      }),
    { domain: [-4, 8], kinks: [0, 0.5, 1, 6] },
  ),
  relu6: one({ domain: [-4, 8], kinks: [0, 6] }),
  clip: withAttrs(shapes(), () => fc.constant({ min: -1, max: 2 }), { kinks: [-1, 2] }),

  sum: reduce(),
  mean: reduce({}, 1),
  max: reduce({}, 1),
  min: reduce({}, 1),
  prod: reduce({ domain: [0.5, 1.5] }),
  variance: reduce({}, 1),
  std: withAttrs(shapes({ minRank: 1, minSize: 2 }), (s) =>
    fc.record({ axis: fc.constantFrom(null, s.length - 1), keepdims: fc.boolean() }),
  ),
  logSumExp: reduce({}, 1),
  argmax: withAttrs(shapes({ minRank: 1, minSize: 1 }), (s) =>
    fc.record({ axis: fc.option(axisOf(s.length), { nil: null }), keepdims: fc.boolean() }),
  ),
  argmin: withAttrs(shapes({ minRank: 1, minSize: 1 }), (s) =>
    fc.record({ axis: fc.option(axisOf(s.length), { nil: null }), keepdims: fc.boolean() }),
  ),
  cumsum: withAttrs(shapes({ minRank: 1 }), (s) =>
    fc.record({ axis: axisOf(s.length), reverse: fc.boolean() }),
  ),
  softmax: along(),
  logSoftmax: along(),
  sparsemax: along(),

  reshape: withAttrs(shapes(), (s) =>
    fc.constantFrom({ shape: [...s].reverse() }, { shape: s.includes(0) ? s : [-1] }),
  ),
  transpose: withAttrs(shapes(), (s) =>
    fc
      .shuffledSubarray(
        s.map((_, i) => i),
        { minLength: s.length },
      )
      .map((axes) => ({ axes })),
  ),
  broadcastTo: fc.tuple(broadcastable(1), shapes({ maxRank: 3 }), seeds).map(([[s], lead, seed]) => ({
    inputs: [spread(s!, seed)],
    attrs: { shape: [...lead.slice(0, 2), ...s!.map((n) => (n === 1 ? 2 : n))] },
  })),
  expandDims: withAttrs(shapes({ maxRank: 3 }), (s) => axisOf(s.length + 1).map((axis) => ({ axis }))),
  squeeze: withAttrs(shapes(), (s) =>
    fc.subarray(s.flatMap((n, i) => (n === 1 ? [i] : []))).map((axis) => ({ axis })),
  ),
  flip: withAttrs(shapes(), (s) => someAxes(s).map((axis) => ({ axis }))),
  slice: withAttrs(shapes(), (s) =>
    fc.record({
      begin: fc.tuple(...s.map(() => fc.option(int(-4, 4)))),
      end: fc.tuple(...s.map(() => fc.option(int(-4, 4)))),
      step: fc.tuple(...s.map(() => fc.constantFrom(-2, -1, 1, 2))),
    }),
  ),
  embed: withAttrs(shapes({ maxRank: 3 }), (s) =>
    fc.tuple(...s.map(() => fc.tuple(int(0, 2), fc.constantFrom(-2, -1, 1, 2)))).map((axes) => ({
      start: axes.map(([room, step], i) => room + (step < 0 ? Math.max(s[i]! - 1, 0) * -step : 0)),
      step: axes.map(([, step]) => step),
      shape: axes.map(([room, step], i) => room + Math.max(s[i]! - 1, 0) * Math.abs(step) + 2),
      value: 1.5,
    })),
  ),
  pad: withAttrs(shapes({ maxRank: 3, minSize: 2 }), (s) =>
    fc.record({
      padding: fc.tuple(...s.map(() => fc.tuple(int(0, 1), int(0, 1)))),
      mode: fc.constantFrom("constant", "reflect", "symmetric"),
      value: fc.constantFrom(0, 2.5),
    }),
  ),
  tile: withAttrs(shapes({ maxRank: 3 }), (s) =>
    fc.array(int(0, 2), { maxLength: s.length + 1 }).map((repeats) => ({ repeats })),
  ),
  repeat: withAttrs(shapes({ minRank: 1, maxRank: 3 }), (s) =>
    fc.record({ repeats: int(0, 2), axis: axisOf(s.length) }),
  ),
  concat: fc
    .tuple(shapes({ minRank: 1, maxRank: 3 }), fc.array(int(0, 3), { minLength: 1, maxLength: 3 }), seeds)
    .chain(([s, sizes, seed]) =>
      axisOf(s.length).map((axis) => ({
        inputs: sizes.map((n, i) => spread(replaced(s, axis, n), seed + i)),
        attrs: { axis },
      })),
    ),
  stack: fc.tuple(shapes({ maxRank: 3 }), int(1, 3), seeds).chain(([s, count, seed]) =>
    axisOf(s.length + 1).map((axis) => ({
      inputs: Array.from({ length: count }, (_, i) => spread(s, seed + i)),
      attrs: { axis },
    })),
  ),

  gather: fc
    .tuple(shapes({ minRank: 1, maxRank: 3, minSize: 1 }), shapes({ maxRank: 2 }), seeds)
    .chain(([s, picked, seed]) =>
      axisOf(s.length).map((axis) => ({
        inputs: [spread(s, seed), indices(picked, seed + 1, s.at(axis)!)],
        attrs: { axis },
      })),
    ),
  scatterAdd: fc
    .tuple(shapes({ minRank: 1, maxRank: 2 }), int(0, 2), int(1, 4), seeds)
    .map(([s, after, limit, seed]) => ({
      inputs: [spread([...s, after], seed), indices(s, seed + 1, limit)],
      attrs: { axis: 0, size: limit },
    })),
  oneHot: fc
    .tuple(shapes({ maxRank: 3 }), int(1, 4), seeds)
    .chain(([s, depth, seed]) =>
      axisOf(s.length + 1).map((axis) => ({ inputs: [indices(s, seed, 5)], attrs: { depth, axis } })),
    ),

  matmul: fc
    .record({
      batch: broadcastable(2),
      m: int(0, 3),
      k: int(0, 3),
      n: int(0, 3),
      transposeA: fc.boolean(),
      transposeB: fc.boolean(),
      seed: seeds,
    })
    .map(({ batch, m, k, n, transposeA, transposeB, seed }) => ({
      inputs: [
        spread([...batch[0]!, ...(transposeA ? [k, m] : [m, k])], seed),
        spread([...batch[1]!, ...(transposeB ? [n, k] : [k, n])], seed + 1),
      ],
      attrs: { transposeA, transposeB },
    })),
  tensordot: several(
    fc.tuple(int(1, 3), int(1, 3), int(1, 3)).map(([a, b, c]) => [
      [a, b, c],
      [b, c, a],
    ]),
    {
      axes: [
        [1, 2],
        [0, 1],
      ],
    },
  ),
  einsum: fc.oneof(
    several(
      fc.tuple(int(1, 3), int(1, 3), int(1, 3)).map(([i, j, k]) => [
        [i, j],
        [j, k],
      ]),
      { subscripts: "ij,jk->ik" },
    ),
    several(
      fc.tuple(int(1, 3), int(1, 3)).map(([b, i]) => [[b, i, i]]),
      { subscripts: "bii->b" },
    ),
    several(
      fc.tuple(int(1, 3), int(1, 3), int(1, 3)).map(([b, i, j]) => [
        [b, i],
        [b, j],
        [i, j],
      ]),
      { subscripts: "bi,bj,ij->b" },
    ),
    several(
      int(1, 3).map((n) => [[n, n]]),
      { subscripts: "ij->ji" },
    ),
  ),

  conv2d: conv((c) => ({ shapes: [images(c), filter(c)], attrs: { ...c.attrs, groups: c.groups } })),
  conv2dInput: conv((c) => ({
    shapes: [result(c), filter(c)],
    attrs: { ...c.attrs, groups: c.groups, size: c.image },
  })),
  conv2dFilter: conv((c) => ({
    shapes: [images(c), result(c)],
    attrs: { ...c.attrs, groups: c.groups, kernel: c.kernel },
  })),
  conv2dTranspose: conv((c) => ({
    shapes: [[c.batch, ...c.output, c.outputs * c.groups], filter(c)],
    attrs: { ...c.attrs, groups: c.groups },
  })),
  depthwiseConv2d: conv((c) => ({
    shapes: [
      [c.batch, ...c.image, c.inputs],
      [...c.kernel, c.inputs, c.outputs],
    ],
    attrs: c.attrs,
  })),
  separableConv2d: conv((c) => ({
    shapes: [
      [c.batch, ...c.image, c.inputs],
      [...c.kernel, c.inputs, c.outputs],
      [1, 1, c.inputs * c.outputs, 2],
    ],
    attrs: c.attrs,
  })),
  conv1d: conv((c) => ({
    shapes: [
      [c.batch, c.image[0], c.inputs * c.groups],
      [c.kernel[0], c.inputs, c.outputs * c.groups],
    ],
    attrs: {
      strides: c.attrs.strides[0],
      padding: c.attrs.padding,
      dilationRate: c.attrs.dilationRate[0],
      groups: c.groups,
    },
  })),
  maxPool2d: pool((c, attrs) => ({ shapes: [images(c)], attrs })),
  averagePool2d: pool((c, attrs) => ({ shapes: [images(c)], attrs })),
  maxPoolScatter: pool((c, attrs) => ({
    shapes: [[c.batch, ...undilated(c), c.inputs * c.groups], images(c)],
    attrs,
  })),
  maxPoolGather: pool((c, attrs) => ({ shapes: [images(c), images(c)], attrs })),
  averagePoolScatter: pool((c, attrs) => ({
    shapes: [[c.batch, ...undilated(c), c.inputs]],
    attrs: { ...attrs, size: c.image },
  })),
  maxPool1d: pool((c) => ({
    shapes: [[c.batch, c.image[0], c.inputs]],
    attrs: { poolSize: c.kernel[0], strides: c.attrs.strides[0], padding: c.attrs.padding },
  })),
  averagePool1d: pool((c) => ({
    shapes: [[c.batch, c.image[0], c.inputs]],
    attrs: { poolSize: c.kernel[0], strides: c.attrs.strides[0], padding: c.attrs.padding },
  })),
  globalAveragePool2d: withAttrs(shapes({ minRank: 4, minSize: 1 }), () =>
    fc.record({ keepdims: fc.boolean() }),
  ),
  globalMaxPool2d: withAttrs(shapes({ minRank: 4, minSize: 1 }), () => fc.record({ keepdims: fc.boolean() })),

  statelessUniform: drawn(),
  statelessNormal: drawn(),

  softmaxCrossEntropy: fc.tuple(shapes({ minRank: 1, maxRank: 3, minSize: 1 }), seeds).chain(([s, seed]) =>
    axisOf(s.length).map((axis) => ({
      inputs: [spread(s, seed), spread(s, seed + 1, { domain: [0, 1], kinks: [] })],
      attrs: { axis },
    })),
  ),
  sparseSoftmaxCrossEntropy: fc.tuple(shapes({ maxRank: 2 }), int(1, 4), seeds).map(([s, classes, seed]) => ({
    inputs: [spread([...s, classes], seed), indices(s, seed + 1, classes)],
  })),
  sigmoidCrossEntropy: several(
    shapes({ maxRank: 3 }).map((s) => [s, s]),
    {},
    { domain: [0.1, 0.9] },
  ),
};

/** A key, and the numbers wanted. */
function drawn(): Cases {
  return fc.tuple(seeds, shapes(), int(-3, 3)).map(([seed, shape, salt]) => ({
    inputs: [indices([], seed, 2 ** 31)],
    attrs: { shape, salt, dtype: "float64" },
  }));
}

/** On both sides of a pole. */
function pieces(): Cases {
  return fc.oneof(one({ domain: [0.3, 3] }), one({ domain: [-3, -0.3] }));
}

/** Pairs whose cells never come close to each other, so that no comparison flips: they interleave. */
function tieFree(): Cases {
  return fc.tuple(broadcastable(2), seeds).map(([[s, t], seed]) => {
    const on = (shift: number) => (x: number) => Math.round(x * 4) / 4 + shift;
    const shifted = (shape: number[], at: number, shift: number) => {
      const x = spread(shape, at);
      x.data.forEach((value, i) => {
        x.data[i] = on(shift)(value);
      });
      return x;
    };
    return { inputs: [shifted(s!, seed, 0), shifted(t!, seed + 1, 0.125)] };
  });
}

/** The cases of an op; fails for one that is neither pointwise nor listed, so that no new op goes unchecked. */
export function casesOf(op: AnyOp): Cases {
  const own = special[op.opName];
  if (own !== undefined) return own;
  if (Object.keys(op.specs).length === 0) {
    if (op.inputs.length === 1 && !op.inputs[0]!.startsWith("...")) return one();
    if (op.inputs.length === 2 && op.broadcasts) return pairs();
  }
  throw new Error(`${op.opName} has no cases: add them to test/support/op-cases.ts`);
}

import { beforeEach, describe, expect, it } from "vitest";
import { classNameOf } from "../../src/config/names.ts";
import * as c from "../../src/index.ts";
import { CallContext, inContext } from "../../src/layers/context.ts";
import { originOf } from "../../src/layers/layer.ts";

/** As the article writes it. */
class Hard_swish extends c.Layer {
  override call(x: c.Tensor) {
    return x.mul(c.K.relu(x.add(3), { maxValue: 6 }).div(6));
  }
}

class Scale extends c.Layer {
  declare factor: c.Variable;
  override build() {
    this.factor = this.addWeight("factor", [], { initializer: "ones" });
  }
  override call(x: c.Tensor) {
    return x.mul(this.factor);
  }
}

/** Layers as properties, one of them in an array. */
class Block extends c.Layer {
  norm = c.BatchNormalization();
  steps = [c.Dense(2, { useBias: false }), new Scale()];
  override call(x: c.Tensor) {
    return this.steps.reduce((y, step) => step(y), this.norm(x));
  }
}

const message = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    expect(error).toBeInstanceOf(c.ChainruleError);
    return (error as Error).message;
  }
  return "no error";
};

beforeEach(() => {
  c.clearSession();
  c.setSeed(1);
});

describe("a layer of one's own", () => {
  const x = c.tensor([-4, -1, 0, 2, 5]);

  it("is three lines, used at once", () => {
    const layer = new Hard_swish();
    expect(layer.name).toBe("hard_swish");
    expect(layer(x).data).toEqual(c.hardSwish(x).data);
    expect(String(layer)).toBe("<Hard_swish hard_swish, 0 parameters>");
  });

  it("is callable without new through layer()", () => {
    const HardSwish = c.layer(Hard_swish);
    expect(HardSwish()).toBeInstanceOf(Hard_swish);
    expect(HardSwish({ name: "mine" }).name).toBe("mine");
    expect(new HardSwish()(x).data).toEqual(HardSwish()(x).data);
  });

  it("needs no computeOutputShape, and may have one where call reads values", () => {
    expect(new Hard_swish()(c.Input([7])).shape).toEqual([Number.NaN, 7]);
    class Peek extends c.Layer {
      override call(input: c.Tensor) {
        return c.tensor(Array.from(input.data, Math.round), { shape: input.shape });
      }
      override computeOutputShape(shape: c.Shape) {
        return shape;
      }
    }
    expect(new Peek()(c.Input([7])).shape).toEqual([Number.NaN, 7]);
    expect(new Peek()([0.4, 0.6]).toArray()).toEqual([0, 1]);
  });

  it("has weights, with sensible first values", () => {
    class Weights extends c.Layer {
      override build() {
        this.addWeight("matrix", [2, 3]);
        this.addWeight("vector", [3]);
        this.addWeight("counter", [], { initializer: "ones", trainable: false, constraint: "non_neg" });
      }
      override call(input: c.Tensor) {
        return input;
      }
    }
    const layer = new Weights();
    expect(layer.weights).toEqual([]);
    layer([1]);
    const [matrix, vector, counter] = layer.weights;
    expect(layer.weights.map(({ name }) => name)).toEqual([
      "weights/matrix",
      "weights/vector",
      "weights/counter",
    ]);
    expect(matrix!.data.every((value) => value !== 0 && Math.abs(value) < Math.sqrt(6 / 5))).toBe(true);
    expect([...vector!.data, counter!.item()]).toEqual([0, 0, 0, 1]);
    expect([layer.trainableWeights.length, layer.nonTrainableWeights.length]).toEqual([2, 1]);
    expect(layer.countParams()).toBe(10);
  });

  it("collects the weights of the layers in it, in the order of Keras 3, frozen or not", () => {
    const block = new Block();
    block([[1, 2, 3]]);
    const names = () => block.weights.map(({ name }) => name);
    const before = names();
    expect(before).toEqual([
      "batch_normalization/gamma",
      "batch_normalization/beta",
      "batch_normalization/moving_mean",
      "batch_normalization/moving_variance",
      "dense/kernel",
      "scale/factor",
    ]);
    expect(block.trainableWeights).toHaveLength(4);
    block.trainable = false;
    expect(block.trainableWeights).toEqual([]);
    expect(block.norm.trainable).toBe(false);
    expect(names()).toEqual(before);
    const moving = block.norm.movingMean.toArray();
    block([[1, 2, 3]], { training: true });
    expect(block.norm.movingMean.toArray(), "a frozen layer keeps its statistics").toEqual(moving);
    block.trainable = true;
    block([[1, 2, 3]], { training: true });
    expect(block.norm.movingMean.toArray()).not.toEqual(moving);
  });

  it("hands its mode on to the layers in it", () => {
    class Twice extends c.Layer {
      inner = c.Dropout(0.5);
      override call(input: c.Tensor, { training }: { training: boolean }) {
        return training ? this.inner(input) : this.inner(input, { training: true });
      }
    }
    const ones = c.ones([50]);
    for (const training of [true, false]) {
      expect(new Set(new Twice()(ones, { training }).data)).toEqual(new Set([0, 2]));
    }
  });

  it("is written and read once it is registered, with options of its own", () => {
    class Power extends c.Layer {
      readonly exponent: number;
      constructor({ exponent = 2, ...options }: c.LayerOptions & { exponent?: number } = {}) {
        super(options);
        this.exponent = exponent;
      }
      override call(input: c.Tensor) {
        return input.pow(this.exponent);
      }
      override getConfig() {
        return { ...super.getConfig(), exponent: this.exponent };
      }
    }
    const cube = new Power({ exponent: 3, name: "cube", trainable: false });
    expect(message(() => c.layerClasses.serialize(cube))).toContain("Call registerLayer first");
    expect(c.registerLayer(Power, { package: "tests" })).toBe(Power);
    const stored = JSON.parse(JSON.stringify(c.layerClasses.serialize(cube)));
    expect(stored).toMatchObject({ class_name: "Power", registered_name: "tests>Power" });
    for (const form of [stored, { ...stored, registered_name: null }]) {
      const again = c.layerFromConfig(form);
      expect(again).toBeInstanceOf(Power);
      expect([again.name, again.trainable, again([2]).item()]).toEqual(["cube", false, 8]);
      expect(again.getConfig()).toEqual(cube.getConfig());
    }
    expect(message(() => c.registerLayer(Hard_swish, { package: "tests", name: "Power" }))).toContain(
      "is taken",
    );
  });

  it("keeps its name under a minifier where it says it", () => {
    const A = class extends c.layerClass("Fancy", [], {}) {};
    const B = class extends c.Layer {
      static override readonly className = "Plain";
    };
    expect([new A().name, new B().name]).toEqual(["fancy", "plain"]);
  });

  it("has the name of its root from that class itself alone, which a bundler may rename", () => {
    const Root = class _Root {
      static readonly className: string = "Root";
      readonly units = 1;
    };
    class Own extends Root {}
    expect([Root, Own].map((Class) => classNameOf(Class, Root))).toEqual(["Root", "Own"]);
  });

  it("may extend a layer", () => {
    class TwinPool extends c.MaxPooling2D {}
    const pool = new TwinPool(3);
    expect([pool.name, c.classNameOf(pool)]).toEqual(["twin_pool", "TwinPool"]);
    expect(pool(c.ones([1, 6, 6, 1])).shape).toEqual([1, 2, 2, 1]);
  });
});

describe("the layer of an activation of one's own", () => {
  it("has its parameters as options", () => {
    const bent = c.activation({ name: "bent", params: { slope: 2 }, of: (x, { slope }) => x.mul(slope) });
    const Bent = c.activationLayer(bent, { positional: ["slope"] });
    expect([Bent()([1]).item(), Bent(3)([1]).item(), Bent({ slope: 4 })([1]).item()]).toEqual([2, 3, 4]);
    expect(Bent(3).getConfig()).toMatchObject({ name: "bent_3", slope: 3 });
    c.registerLayer(Bent);
    expect(
      c
        .layerFromConfig(c.layerClasses.serialize(Bent(5)))([1])
        .item(),
    ).toBe(5);
  });
});

describe("names", () => {
  it("are tf.keras's", () => {
    const made = [
      c.Conv2D(1, 1),
      c.Conv2D(1, 1),
      c.ReLU(),
      c.Conv2DTranspose(1, 1),
      c.MaxPooling2D(),
      c.HardSwish(),
    ];
    expect(made.map(({ name }) => name)).toEqual([
      "conv2d",
      "conv2d_1",
      "re_lu",
      "conv2d_transpose",
      "max_pooling2d",
      "hard_swish",
    ]);
    expect([
      c.InputLayer([1]).name,
      c.InputLayer([1], { name: "image" }).name,
      c.InputLayer([1]).name,
    ]).toEqual(["input_1", "image", "input_2"]);
    c.clearSession();
    expect(c.Conv2D(1, 1).name).toBe("conv2d");
  });
});

describe("calls on symbolic tensors", () => {
  it("are nodes of a graph; a shared layer has several", () => {
    const [a, b] = [c.Input([3]), c.Input({ shape: [3], batchSize: 2, name: "second" })];
    const dense = c.Dense(4);
    const [y, z] = [dense(a), dense(b, { training: true })];
    expect([y.shape, z.shape]).toEqual([
      [Number.NaN, 4],
      [2, 4],
    ]);
    expect(
      dense.nodes.map(({ inputs, index, options }) => [inputs[0] === [a, b][index], options.training]),
    ).toEqual([
      [true, undefined],
      [true, true],
    ]);
    expect(originOf(z)).toMatchObject({ node: { layer: dense, index: 1, outputs: [z] }, index: 0 });
    expect(originOf(b)).toMatchObject({ node: { inputs: [], index: 0 } });
    expect(originOf(b)?.node.layer.name).toBe("second");
    expect(dense.countParams()).toBe(16);
  });

  it("give tensors of their own, also where a layer passes its input on", () => {
    const x = c.Input([3]);
    const y = c.Dropout(0.5)(x);
    expect(y).not.toBe(x);
    expect(originOf(y)?.node.layer.name).toBe("dropout");
  });

  it("have what the layer was called on as inputs, also of another dtype", () => {
    const x = c.Input({ shape: [3], dtype: "float64" });
    const dense = c.Dense(2);
    expect(dense(x).dtype).toBe("float32");
    expect(dense.nodes[0]!.inputs[0]).toBe(x);
  });

  it("leave moving statistics alone", () => {
    const norm = c.BatchNormalization();
    norm(c.Input([3]), { training: true });
    expect(norm.movingMean.toArray()).toEqual([0, 0, 0]);
  });
});

describe("state", () => {
  it("of a layer called twice in one call adds up", () => {
    const norm = c.BatchNormalization({ momentum: 0.5 });
    const context = new CallContext(true);
    inContext(context, () => [norm([[1]]), norm([[3]])]);
    expect(norm.movingMean.toArray(), "nothing is written before the end").toEqual([0]);
    context.commit();
    expect(norm.movingMean.toArray()).toEqual([(0 + 1) / 4 + 3 / 2]);
  });

  it("stays as it was when a call fails", () => {
    class Failing extends c.Layer {
      norm = c.BatchNormalization();
      override call(x: c.Tensor) {
        return this.norm(x).matmul(c.ones([7, 7]));
      }
    }
    const layer = new Failing();
    expect(message(() => layer([[1, 2]], { training: true }))).toContain("failing: matmul");
    expect(layer.norm.movingMean.toArray()).toEqual([0, 0]);
  });

  it("of noise is a seed of its own, or that of the call", () => {
    const draws = (layer: c.Layer, count = 2) =>
      Array.from({ length: count }, () => layer(c.ones([20]), { training: true }).toArray());
    const [first, second] = draws(c.Dropout(0.5, { seed: 7 }));
    expect(first).not.toEqual(second);
    c.setSeed(99);
    expect(draws(c.Dropout(0.5, { seed: 7 }))).toEqual([first, second]);
    expect(draws(c.Dropout(0.5, { seed: 8 }))).not.toEqual([first, second]);
    c.setSeed(99);
    const [global, next] = draws(c.Dropout(0.5));
    expect(global).not.toEqual(next);
    c.setSeed(99);
    expect(draws(c.Dropout(0.5), 1)).toEqual([global]);
  });

  it("of noise differs between the layers of one call", () => {
    const [a, b] = [c.Dropout(0.5), c.Dropout(0.5)];
    const [x, y] = inContext(new CallContext(true), () => [a(c.ones([40])), b(c.ones([40]))]);
    expect(x!.toArray()).not.toEqual(y!.toArray());
  });
});

describe("dropout", () => {
  it("keeps the mean, drops the right part, and sends no gradient through what it dropped", () => {
    const x = c.variable(c.ones([40_000]));
    const y = c.Dropout(0.3)(x, { training: true });
    expect(Math.abs(y.mean().item() - 1)).toBeLessThan(0.02);
    const dropped = y.toTypedArray().filter((value) => value === 0).length / y.size;
    expect(Math.abs(dropped - 0.3)).toBeLessThan(0.01);
    y.sum().backward();
    expect(x.grad!.data).toEqual(y.data);
  });

  it("drops whole channels of images", () => {
    const y = c.SpatialDropout2D(0.5)(c.ones([8, 4, 4, 16]), { training: true });
    const perChannel = y.mean({ axis: [1, 2] }).toTypedArray();
    expect(new Set(perChannel)).toEqual(new Set([0, 2]));
  });

  it("is the identity at rate 0, and lets no infinity become NaN", () => {
    expect(c.Dropout(0)([1, 2], { training: true }).toArray()).toEqual([1, 2]);
    const y = c.Dropout(0.9)(c.full([100], Infinity), { training: true });
    expect(new Set(y.data)).toEqual(new Set([0, Infinity]));
  });
});

describe("failures change nothing", () => {
  it("a failed build leaves no weights, and the layer can be built again", () => {
    class Picky extends c.Layer {
      override build(shape: c.Shape) {
        this.addWeight("first", [2]);
        if (shape.length !== 2) throw new c.ChainruleError("only matrices");
        this.addWeight("second", [2]);
      }
      override call(x: c.Tensor) {
        return x;
      }
    }
    const layer = new Picky();
    expect(message(() => layer([1]))).toBe("picky (Picky): only matrices");
    expect([layer.built, layer.weights.length]).toEqual([false, 0]);
    layer([[1]]);
    expect([layer.built, layer.weights.length]).toEqual([true, 2]);
  });

  it("setWeights sets all or none", () => {
    const dense = c.Dense(2);
    dense([[1, 2, 3]]);
    const before = dense.getWeights();
    const kernel = c.ones([3, 2]);
    expect(message(() => dense.setWeights([kernel]))).toBe("dense: setWeights expects 2 weights; received 1");
    expect(message(() => dense.setWeights([kernel, [1]]))).toContain(
      "shape [2] for dense/bias; received [1]",
    );
    expect(message(() => dense.setWeights([kernel, "x" as never]))).toContain("expected a tensor");
    expect(dense.getWeights()).toEqual(before);
    dense.setWeights([kernel, [1, 2]]);
    expect(dense([[1, 1, 1]]).toArray()).toEqual([[4, 5]]);
    expect(message(() => c.Dense(2).setWeights([1]))).toContain("before the first call");
  });

  it("getWeights gives copies", () => {
    const dense = c.Dense(1);
    dense([[1]]);
    const [kernel] = dense.getWeights();
    const value = kernel!.get(0, 0);
    kernel!.set(0, 0, value + 1);
    expect(dense.kernel.item()).toBe(value);
  });
});

describe("configurations of Keras", () => {
  it("2 are read", () => {
    const read = (class_name: string, config: object) =>
      c.layerFromConfig({ class_name, config: { ...config } });
    const conv = read("Conv2D", {
      name: "conv2d",
      trainable: false,
      batch_input_shape: [null, 32, 32, 3],
      dtype: "float32",
      filters: 4,
      kernel_size: [3, 3],
      data_format: "channels_last",
      activation: "hard_sigmoid",
      kernel_initializer: { class_name: "GlorotUniform", config: { seed: null } },
      activity_regularizer: null,
    });
    expect([conv.trainable, conv.inputShape]).toEqual([false, [32, 32, 3]]);
    expect(read("LeakyReLU", { name: "l", alpha: 0.5 })([-2]).item()).toBe(-1);
    expect(read("ELU", { alpha: 2 })([-1e9]).item()).toBe(-2);
    expect(
      read("InputLayer", { batch_input_shape: [null, 3], sparse: false, ragged: false }).getConfig(),
    ).toMatchObject({
      batch_shape: [null, 3],
    });
    expect(
      read("BatchNormalization", { axis: [3], fused: null, renorm: false })(c.ones([1, 2, 2, 5])).shape,
    ).toEqual([1, 2, 2, 5]);
    expect(
      read("SeparableConv2D", {
        filters: 2,
        kernel_size: 3,
        groups: 1,
        kernel_initializer: { class_name: "GlorotUniform", config: {} },
        kernel_regularizer: null,
      }),
    ).toBeInstanceOf(c.SeparableConv2D);
  });

  it("3 are read, dtype policies included", () => {
    const policy = (name: string) => ({ module: "keras", class_name: "DTypePolicy", config: { name } });
    const dense = (name: string) => ({
      class_name: "Dense",
      config: { units: 1, dtype: policy(name), quantization_config: null },
    });
    expect(c.layerFromConfig(dense("float64")).dtype).toBe("float64");
    expect(message(() => c.layerFromConfig(dense("mixed_bfloat16")))).toContain(
      'unknown dtype "mixed_bfloat16"',
    );
    expect(c.Dense.fromConfig(dense("float64").config).options.units).toBe(1);
  });

  it("with what means something and is not known are refused", () => {
    const read = (class_name: string, config: object) => () =>
      c.layerFromConfig({ class_name, config: { ...config } });
    const conv = { filters: 1, kernel_size: 1 };
    expect(message(read("Conv2D", { ...conv, data_format: "channels_first" }))).toBe(
      'Conv2D: data_format "channels_first" is not supported: images are [batch, height, width, channels], "channels_last"',
    );
    expect(message(read("DepthwiseConv2D", { kernel_size: 1, groups: 2 }))).toBe(
      "DepthwiseConv2D: groups 2 is not supported",
    );
    expect(message(read("Embedding", { input_dim: 2, output_dim: 2, mask_zero: true }))).toContain(
      '"mask_zero" (true)',
    );
    expect(message(read("Conv2d", conv))).toMatch(/^unknown layer class "Conv2d"; known: Conv2D, /);
    expect(message(read("__proto__", {}))).toContain("unknown layer class");
  });
});

describe("errors name the layer, say what was expected and what was received", () => {
  const errors: Readonly<Record<string, () => unknown>> = {
    rank: () => c.Conv2D(8, 3)(c.ones([2, 5])),
    list: () => c.MaxPooling2D()([c.ones([1, 2, 2, 1]), c.ones([1, 2, 2, 1])]),
    channels: () => c.Conv2D(8, 3)(c.placeholder([null, 5, 5, null])),
    window: () => c.Conv2D(8, 7)(c.Input([5, 5, 2])),
    pool: () => c.MaxPooling2D(4)(c.ones([2, 3, 3, 1])),
    groups: () => c.Conv2D(9, 3, { groups: 3 })(c.ones([1, 5, 5, 4])),
    filters: () => c.Conv1D(4, 3, { groups: 3 })(c.ones([1, 5, 6])),
    groupNorm: () => c.GroupNormalization()(c.ones([2, 3])),
    other: () => {
      const layer = c.Dense(2);
      layer(c.ones([1, 3]));
      layer(c.ones([1, 4]));
    },
    option: () => Reflect.construct(c.Dense, [3, { useBais: true }]),
    range: () => c.Dropout(1),
    merge: () => c.Add()(c.ones([2, 3])),
    two: () => c.Subtract()([c.ones([1]), c.ones([1]), c.ones([1])]),
    dot: () => c.Dot(1)([c.ones([2, 3]), c.ones([2, 4])]),
    reshape: () => c.Reshape([5])(c.Input([4])),
    permute: () => c.Permute([1, 1])(c.ones([2, 4, 3])),
    crop: () => c.Cropping1D(3)(c.ones([2, 3, 1])),
    index: () => c.Embedding(5, 2)([7]),
    bilinear: () => c.UpSampling2D({ interpolation: "bilinear" })(c.placeholder([null, null, 3, 1])),
    input: () => c.InputLayer({ shape: [3], batchShape: [2, 3] }),
    lambda: () => c.Lambda((() => 3) as never)(c.ones([2])),
    callOption: () => Reflect.apply(c.Dense(3), undefined, [c.ones([1, 2]), { trainning: true }]),
    noCall: () => new c.Layer()([1]),
  };

  it("in words that say what to do", () => {
    expect(Object.entries(errors).map(([what, f]) => `${what}: ${message(f)}`)).toMatchInlineSnapshot(`
      [
        "rank: conv2d (Conv2D): expected images [batch, height, width, channels]: 4 axes; received [2, 5]",
        "list: max_pooling2d (MaxPooling2D): expected images [batch, height, width, channels]: 4 axes; received [1, 2, 2, 1], [1, 2, 2, 1]",
        "channels: conv2d_1 (Conv2D): the number of channels is not known; give it in the shape of the input; received [None, 5, 5, None]",
        "window: conv2d_2: the window [7, 7] is larger than the input; use padding: "same", a smaller window, or fewer poolings before; received [None, 5, 5, 2]",
        "pool: max_pooling2d_1: the window [4, 4] is larger than the input; use padding: "same", a smaller window, or fewer poolings before; received [2, 3, 3, 1]",
        "groups: conv2d_3 (Conv2D): 4 channels do not divide into 3 groups; received [1, 5, 5, 4]",
        "filters: conv1d (Conv1D): 4 filters do not divide into 3 groups; received [1, 5, 6]",
        "groupNorm: group_normalization (GroupNormalization): 3 channels do not divide into 32 groups; set { groups }; received [2, 3]",
        "other: dense: matmul: a has 4 columns and b has 3 rows; they must be equal; received a [1, 4], b [3, 2]",
        "option: Dense: unknown option "useBais"; known: useBias, units, name, dtype, activation, inputShape, trainable, biasConstraint, biasRegularizer, biasInitializer, kernelConstraint, kernelInitializer, kernelRegularizer",
        "range: Dropout: rate must be a number from 0 up to, not including, 1; received 1",
        "merge: add (Add): expected a list of at least 2 tensors, [a, b, …]; received [2, 3]",
        "two: subtract (Subtract): expected a list of 2 tensors, [a, b]; received [1], [1], [1]",
        "dot: dot (Dot): axis 1 of the first and axis 1 of the second input must have the same size; received [2, 3], [2, 4]",
        "reshape: reshape (Reshape): [4] has 4 cells, which [5] cannot hold (5); received [None, 4]",
        "permute: permute (Permute): dims [1,1] must name each axis from 1 to 2 once; received [2, 4, 3]",
        "crop: cropping1d: cropping 3 and 3 cells of axis 1 leaves none of its 3; received [2, 3, 1]",
        "index: embedding: gather: index 7 is out of range: the axis has 5 cells; received x [5, 2], indices [1]",
        "bilinear: up_sampling2d: bilinear interpolation needs to know the height and width of the input; received [None, None, 3, 1]",
        "input: input_3: give the shape of one sample, { shape: [32, 32, 3] }, or the whole one, { batchShape: [8, 32, 32, 3] }",
        "lambda: lambda: the function must return a tensor; it returned 3; received [2]",
        "callOption: dense_1: unknown option "trainning"; known: training",
        "noCall: layer: layer (Layer) has no call(x): say there what the layer computes",
      ]
    `);
  });
});

it("options and positional arguments are typed", () => {
  const layers = [
    c.Conv2D(4, [3, 3], { padding: "SAME", activation: c.hardSwish }),
    new c.Conv2D({ filters: 4, kernelSize: 3 }),
    c.ReLU(6),
    c.ReLU({ maxValue: null }),
    c.HardSwish({ name: "h" }),
    c.Gelu({ approximate: true }),
    // @ts-expect-error: no such padding
    () => c.Conv2D(4, 3, { padding: "sam" }),
    // @ts-expect-error: no such option
    () => c.Dense(4, { useBais: true }),
    // @ts-expect-error: units is a number
    () => c.Dense("4"),
    // @ts-expect-error: no such parameter
    () => c.Gelu({ slope: 1 }),
  ];
  const [padding, useBias, limit]: [string, boolean, number | null] = [
    c.Conv2D(1, 1).options.padding,
    c.Dense(1).options.useBias,
    c.ReLU().options.maxValue,
  ];
  expect([layers.length, padding, useBias, limit]).toEqual([10, "valid", true, null]);
});

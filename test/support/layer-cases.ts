import * as c from "../../src/index.ts";
import { type CellOptions, indices, spread } from "./cells.ts";

/** A layer and inputs that it accepts. */
export interface LayerCase {
  readonly args?: readonly unknown[];
  readonly options?: object;
  readonly inputs: readonly c.Tensor[];
  /** Called with a list. */
  readonly list?: boolean;
  /** The number of cells in its weights. */
  readonly params?: number;
  /** Why training differs from inference. */
  readonly training?: "noise" | "statistics";
}

const x = (shape: readonly number[], seed = 1, options?: CellOptions) => spread(shape, seed, options);
const vectors = [x([3, 4])];
const sequences = [x([2, 6, 3])];
const images = [x([2, 5, 6, 4])];
const two = [x([2, 3, 4]), x([2, 3, 4], 2, { domain: [-2.1, 3.3] })];

const pooled = (inputs: readonly c.Tensor[]): LayerCase[] => [
  { inputs },
  { args: [3], options: { strides: 2, padding: "same" }, inputs },
];
const merged = (count = 2): LayerCase[] => [
  { inputs: two, list: true },
  { inputs: [x([2, 3, 4]), x([2, 1, 4], 5), x([2, 4], 6)].slice(0, count), list: true },
];
const global = (inputs: readonly c.Tensor[]): LayerCase[] => [
  { inputs },
  { options: { keepdims: true }, inputs },
];

/** By class: each has cases here, or is the layer of an activation. */
const table: Readonly<Record<string, readonly LayerCase[]>> = {
  InputLayer: [
    { args: [[4]], inputs: vectors },
    { options: { batchShape: [3, 4] }, inputs: vectors },
  ],
  Dense: [
    { args: [3], inputs: vectors, params: 15 },
    {
      args: [2],
      options: {
        useBias: false,
        activation: "softmax",
        kernelInitializer: "he_normal",
        kernelRegularizer: { class_name: "L2", config: { l2: 0.1 } },
        kernelConstraint: "max_norm",
      },
      inputs: sequences,
      params: 6,
    },
  ],
  Conv1D: [
    { args: [2, 3], inputs: sequences, params: 20 },
    {
      args: [2, 2],
      options: { padding: "causal", dilationRate: 2, activation: "tanh" },
      inputs: sequences,
      params: 14,
    },
  ],
  Conv2D: [
    { args: [2, [2, 3]], inputs: images, params: 50 },
    {
      args: [4, 3, 2, "SAME"],
      options: { groups: 2, activation: c.silu, useBias: false },
      inputs: images,
      params: 72,
    },
  ],
  DepthwiseConv2D: [
    { args: [3], options: { depthMultiplier: 2, padding: "same" }, inputs: images, params: 80 },
  ],
  SeparableConv2D: [{ args: [3, 2], options: { activation: "softplus" }, inputs: images, params: 31 }],
  Conv2DTranspose: [
    { args: [3, 3], options: { strides: 2, padding: "same" }, inputs: [x([1, 2, 3, 2])], params: 57 },
    { args: [1, [1, 3]], options: { strides: [2, 1], useBias: false }, inputs: [x([1, 2, 3, 2])], params: 6 },
  ],
  MaxPooling1D: pooled(sequences),
  AveragePooling1D: pooled(sequences),
  MaxPooling2D: pooled(images),
  AveragePooling2D: pooled(images),
  GlobalAveragePooling1D: global(sequences),
  GlobalMaxPooling1D: global(sequences),
  GlobalAveragePooling2D: global(images),
  GlobalMaxPooling2D: global(images),
  BatchNormalization: [
    { inputs: images, params: 16, training: "statistics" },
    {
      options: { axis: 1, center: false, momentum: 0.9 },
      inputs: sequences,
      params: 18,
      training: "statistics",
    },
  ],
  LayerNormalization: [
    { inputs: sequences, params: 6 },
    { options: { axis: [1, 2], scale: false }, inputs: sequences, params: 18 },
  ],
  GroupNormalization: [
    { args: [2], inputs: images, params: 8 },
    { args: [-1], options: { epsilon: 0.1 }, inputs: sequences, params: 6 },
  ],
  RMSNormalization: [{ inputs: vectors, params: 4 }],
  UnitNormalization: [{ inputs: vectors }, { options: { axis: [1, 2] }, inputs: sequences }],
  Dropout: [
    { args: [0.4], inputs: vectors, training: "noise" },
    { args: [0.3], options: { noiseShape: [null, 1, 3], seed: 3 }, inputs: sequences, training: "noise" },
  ],
  SpatialDropout1D: [{ args: [0.5], inputs: sequences, training: "noise" }],
  SpatialDropout2D: [{ args: [0.5], inputs: images, training: "noise" }],
  GaussianNoise: [{ args: [0.5], inputs: vectors, training: "noise" }],
  GaussianDropout: [{ args: [0.5], inputs: vectors, training: "noise" }],
  Flatten: [{ inputs: images }],
  Reshape: [{ args: [[3, -1]], inputs: [x([2, 12])] }],
  Permute: [{ args: [[2, 3, 1]], inputs: images }],
  RepeatVector: [{ args: [3], inputs: vectors }],
  ZeroPadding1D: [{ args: [[0, 2]], inputs: sequences }],
  ZeroPadding2D: [
    { args: [[2, 1]], inputs: images },
    {
      args: [
        [
          [0, 1],
          [2, 0],
        ],
      ],
      inputs: images,
    },
  ],
  Cropping1D: [{ args: [[0, 2]], inputs: sequences }],
  Cropping2D: [
    {
      args: [
        [
          [0, 1],
          [2, 0],
        ],
      ],
      inputs: images,
    },
  ],
  UpSampling1D: [{ args: [3], inputs: sequences }],
  UpSampling2D: [
    { args: [[1, 2]], inputs: images },
    { args: [2], options: { interpolation: "bilinear" }, inputs: images },
  ],
  Add: merged(3),
  Subtract: merged(),
  Multiply: merged(3),
  Average: merged(3),
  Maximum: merged(),
  Minimum: merged(),
  Concatenate: [
    { inputs: [x([2, 3]), x([2, 1], 2)], list: true },
    { args: [1], inputs: [x([2, 2, 3]), x([2, 1, 3], 2)], list: true },
  ],
  Dot: [
    { args: [1], inputs: [x([2, 3]), x([2, 3], 2)], list: true },
    { args: [[3, 1]], options: { normalize: true }, inputs: [x([2, 3, 2, 4]), x([2, 4, 2], 2)], list: true },
  ],
  Embedding: [{ args: [5, 3], inputs: [indices([2, 4], 1, 5)], params: 15 }],
  Rescaling: [{ args: [0.5, -1], inputs: vectors }],
  Lambda: [{ args: [c.hardSwish], inputs: [x([3, 4], 1, { kinks: [-3, 3] })] }],
  Activation: [
    { args: ["mish"], inputs: vectors },
    { args: [c.leakyRelu({ negativeSlope: 0.1 })], inputs: vectors },
  ],
  ReLU: [{ inputs: vectors }, { args: [2, 0.1, 0.5], inputs: [x([3, 4], 1, { kinks: [0.5, 2] })] }],
  LeakyReLU: [{ inputs: vectors }],
  ELU: [{ args: [0.5], inputs: vectors }],
  Softmax: [{ inputs: vectors }],
  PReLU: [
    { options: { alphaInitializer: "ones" }, inputs: sequences, params: 18 },
    { options: { sharedAxes: [1, 2] }, inputs: images, params: 4 },
  ],
};

/** The cases of a class; fails for one that has none, so that no new layer goes unchecked. */
export function casesOf(className: string): readonly LayerCase[] {
  const own = table[className];
  if (own !== undefined) return own;
  if (className in c.activationLayers) {
    const activation = c.getActivation(className) as c.Activation;
    return [{ inputs: [x([3, 4], 1, { kinks: activation.kinks })] }];
  }
  throw new Error(`${className} has no cases: add them to test/support/layer-cases.ts`);
}

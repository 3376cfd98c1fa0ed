/** Activations under Keras's names. */
export type ActivationName = "relu" | "hard_swish" | "hard_sigmoid" | "softmax";

/** A layer as plain data, from which each library builds its own. Images are [height, width, channels]. */
export type LayerSpec =
  | {
      kind: "conv";
      filters: number;
      size: number;
      padding: "same" | "valid";
      bias: boolean;
    }
  | { kind: "depthwise"; size: number; stride: 1 | 2 }
  | { kind: "batchNormalization" }
  | { kind: "activation"; name: ActivationName }
  | { kind: "maxPool" }
  | { kind: "globalAveragePool"; keepdims: boolean }
  | { kind: "flatten" }
  | { kind: "dense"; units: number }
  /** x + layers(x) */
  | { kind: "residual"; layers: readonly LayerSpec[] }
  /** x · layers(x) */
  | { kind: "gate"; layers: readonly LayerSpec[] };

/** A classifier as plain data. */
export interface Net {
  readonly input: readonly [height: number, width: number, channels: number];
  readonly layers: readonly LayerSpec[];
}

/** A weight's shape in Keras's layout, and the range that its first values are drawn from. */
export interface WeightSpec {
  readonly shape: readonly number[];
  readonly range: readonly [from: number, to: number];
}

/** The weights in Keras's order, and the floating-point operations of one sample's forward pass. */
export interface Account {
  readonly weights: readonly WeightSpec[];
  readonly flops: number;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** He's range: it keeps the size of the signal from layer to layer. */
const kernel = (shape: readonly number[], fanIn: number): WeightSpec => {
  const limit = Math.sqrt(6 / fanIn);
  return { shape, range: [-limit, limit] };
};

const bias = (size: number): WeightSpec => ({ shape: [size], range: [0, 0] });

/** Goes through a net and notes weights and work. */
class Walk {
  readonly weights: WeightSpec[] = [];
  flops = 0;

  /** The shape after the layers. */
  all(layers: readonly LayerSpec[], shape: readonly number[]): readonly number[] {
    return layers.reduce((before, layer) => this.one(layer, before), shape);
  }

  one(layer: LayerSpec, shape: readonly number[]): readonly number[] {
    const channels = shape.at(-1)!;
    const [height, width] = shape as [number, number];
    switch (layer.kind) {
      case "conv": {
        const { filters, size } = layer;
        const lost = layer.padding === "same" ? 0 : size - 1;
        const fanIn = size * size * channels;
        this.weights.push(kernel([size, size, channels, filters], fanIn));
        if (layer.bias) this.weights.push(bias(filters));
        return this.#computed([height - lost, width - lost, filters], fanIn);
      }
      case "depthwise": {
        const { size, stride } = layer;
        this.weights.push(kernel([size, size, channels, 1], size * size));
        return this.#computed([Math.ceil(height / stride), Math.ceil(width / stride), channels], size * size);
      }
      case "batchNormalization": {
        // gamma, beta, moving mean, moving variance
        const ranges = [
          [0.5, 1.5],
          [-0.1, 0.1],
          [-0.1, 0.1],
          [0.5, 1.5],
        ] as const;
        this.weights.push(...ranges.map((range) => ({ shape: [channels], range })));
        return shape;
      }
      case "activation":
        return shape;
      case "maxPool":
        return [Math.floor(height / 2), Math.floor(width / 2), channels];
      case "globalAveragePool":
        return layer.keepdims ? [1, 1, channels] : [channels];
      case "flatten":
        return [sizeOf(shape)];
      case "dense":
        this.weights.push(kernel([channels, layer.units], channels), bias(layer.units));
        return this.#computed([layer.units], channels);
      case "residual":
      case "gate":
        this.all(layer.layers, shape);
        return shape;
    }
  }

  /** Each cell of a result is a sum of so many products. */
  #computed(shape: readonly number[], products: number): readonly number[] {
    this.flops += 2 * products * sizeOf(shape);
    return shape;
  }
}

/** The weights and the work of a net. Only products and their sums count; the rest is small beside them. */
export function account({ input, layers }: Net): Account {
  const walk = new Walk();
  walk.all(layers, input);
  return walk;
}

/** A training step computes three times a forward pass: forward, gradients of inputs, gradients of weights. */
export const trainingFlops = (net: Net): number => 3 * account(net).flops;

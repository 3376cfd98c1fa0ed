import type { ActivationName, LayerSpec, Net } from "./net.ts";

const activation = (name: ActivationName): LayerSpec => ({ kind: "activation", name });
const pointwise = (filters: number, bias = false): LayerSpec => ({
  kind: "conv",
  filters,
  size: 1,
  padding: "same",
  bias,
});
const normalize: LayerSpec = { kind: "batchNormalization" };

/** A weight between 0 and 1 for each channel. */
const squeezeExcite = (channels: number): LayerSpec => ({
  kind: "gate",
  layers: [
    { kind: "globalAveragePool", keepdims: true },
    pointwise(channels / 4, true),
    activation("relu"),
    pointwise(channels, true),
    activation("hard_sigmoid"),
  ],
});

interface Block {
  expanded: number;
  size: 3 | 5;
  stride: 1 | 2;
  filters: number;
  excite: boolean;
  name: ActivationName;
  residual: boolean;
}

/** An inverted residual: 1×1 to more channels, a window for each of them, 1×1 back to few. */
function block({ expanded, size, stride, filters, excite, name, residual }: Block): LayerSpec[] {
  const layers: LayerSpec[] = [
    ...[pointwise(expanded), normalize, activation(name)],
    ...[{ kind: "depthwise", size, stride } as const, normalize, activation(name)],
    ...(excite ? [squeezeExcite(expanded)] : []),
    ...[pointwise(filters), normalize],
  ];
  return residual ? [{ kind: "residual", layers }] : layers;
}

const block1 = { expanded: 72, size: 3, stride: 1, filters: 24, excite: false, name: "relu" } as const;
const block2 = { expanded: 72, size: 5, stride: 2, filters: 40, excite: true, name: "relu" } as const;
const block3 = { ...block2, expanded: 120, stride: 1 } as const;
const block4 = { expanded: 240, size: 3, stride: 2, filters: 80, excite: false, name: "hard_swish" } as const;
const block5 = { ...block4, expanded: 480, stride: 1, filters: 112, excite: true } as const;

/** Blocks of MobileNetV3-Large that have one of everything (table 1 of Howard et al., 2019), and a classifier. */
export const mobileBlocks: Net = {
  input: [56, 56, 24],
  layers: [
    ...block({ ...block1, residual: true }),
    ...block({ ...block2, residual: false }),
    ...block({ ...block3, residual: true }),
    ...block({ ...block4, residual: false }),
    ...block({ ...block5, residual: false }),
    { kind: "globalAveragePool", keepdims: false },
    { kind: "dense", units: 10 },
    activation("softmax"),
  ],
};

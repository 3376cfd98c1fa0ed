import type { LayerSpec, Net } from "./net.ts";

const hardSwish = { kind: "activation", name: "hard_swish" } as const;

const twoConvs = (filters: number): LayerSpec[] => {
  const conv = { kind: "conv", filters, size: 3, padding: "same", bias: true } as const;
  return [conv, hardSwish, conv, hardSwish];
};

/** The article's net: 1,418,826 parameters for images of 32×32 cells and 64 channels in the first layers. */
export const articleNet = (size = 32, channels = 64): Net => ({
  input: [size, size, 3],
  layers: [
    ...twoConvs(channels),
    { kind: "maxPool" },
    ...twoConvs(2 * channels),
    { kind: "maxPool" },
    ...twoConvs(4 * channels),
    { kind: "globalAveragePool", keepdims: false },
    { kind: "dense", units: 1024 },
    hardSwish,
    { kind: "dense", units: 10 },
    { kind: "activation", name: "softmax" },
  ],
});

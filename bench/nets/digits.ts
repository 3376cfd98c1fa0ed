import type { LayerSpec, Net } from "./net.ts";

const relu = { kind: "activation", name: "relu" } as const;
const hardSwish = { kind: "activation", name: "hard_swish" } as const;
const flatten = { kind: "flatten" } as const;
const probabilities: LayerSpec[] = [
  { kind: "dense", units: 10 },
  { kind: "activation", name: "softmax" },
];

/** 784-128-10. */
export const perceptron: Net = {
  input: [28, 28, 1],
  layers: [flatten, { kind: "dense", units: 128 }, relu, ...probabilities],
};

const conv = (filters: number): LayerSpec[] => [
  { kind: "conv", filters, size: 3, padding: "valid", bias: true },
  hardSwish,
  { kind: "maxPool" },
];

/** The convnet of `examples/mnist.ts`. */
export const smallConvnet: Net = {
  input: [28, 28, 1],
  layers: [...conv(8), ...conv(16), flatten, { kind: "dense", units: 64 }, hardSwish, ...probabilities],
};

import { ensure } from "./errors.ts";
import { formatShape, type Shape, sameSize } from "./shape.ts";

export type Padding = "valid" | "same";

/** How a window of cells slides along one image axis. */
export interface WindowAxis {
  /** Cells of the input along the axis. */
  readonly input: number;
  /** Positions of the window. */
  readonly output: number;
  /** Taps of the window. */
  readonly kernel: number;
  readonly stride: number;
  /** Distance between neighbouring taps. */
  readonly dilation: number;
  /** Cells of padding before the first input cell. */
  readonly before: number;
}

export interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: Padding;
  readonly dilation: readonly [number, number];
}

/** A window on NHWC images: all that pooling needs, and the larger part of what convolution does. */
export interface PoolGeometry {
  readonly batch: number;
  readonly height: WindowAxis;
  readonly width: WindowAxis;
  readonly channels: number;
}

/**
 * A convolution of x [batch, height, width, inputs] with a filter [kh, kw, inputs / groups, outputs]:
 * computed once here; the shape rule, every kernel and the drawings read it.
 */
export interface ConvGeometry {
  readonly batch: number;
  readonly height: WindowAxis;
  readonly width: WindowAxis;
  readonly inputs: number;
  readonly outputs: number;
  readonly groups: number;
}

/**
 * The window along one axis. Sizes as in TensorFlow: with k′ = (k−1)·d + 1,
 * valid gives ⌈(n − k′ + 1) / s⌉ positions, same gives ⌈n / s⌉ with ⌊pad/2⌋ cells of padding before.
 */
export function windowAxis(
  input: number,
  kernel: number,
  stride: number,
  dilation: number,
  padding: Padding,
): WindowAxis {
  const reach = (kernel - 1) * dilation + 1;
  if (padding === "same") {
    const output = Math.ceil(input / stride);
    const pad = Math.max((output - 1) * stride + reach - input, 0);
    return { input, output, kernel, stride, dilation, before: Math.floor(pad / 2) };
  }
  const output = Math.max(Math.ceil((input - reach + 1) / stride), 0);
  return { input, output, kernel, stride, dilation, before: 0 };
}

function axesOf(image: Shape, { kernel, strides, padding, dilation }: Window) {
  const axis = (i: 0 | 1) => windowAxis(image[i + 1]!, kernel[i], strides[i], dilation[i], padding);
  return { height: axis(0), width: axis(1) };
}

export function poolGeometry(x: Shape, window: Window): PoolGeometry {
  ensure(x.length === 4, () => `expected images [batch, height, width, channels]; got rank ${x.length}`);
  return { batch: x[0]!, ...axesOf(x, window), channels: x[3]! };
}

export function convGeometry(
  x: Shape,
  filter: Shape,
  window: Omit<Window, "kernel">,
  groups: number,
): ConvGeometry {
  ensure(x.length === 4, () => `expected images [batch, height, width, channels]; got rank ${x.length}`);
  ensure(filter.length === 4, () => `expected a filter [kh, kw, inputs, outputs]; got rank ${filter.length}`);
  const [kh, kw, perGroup, outputs] = filter as readonly [number, number, number, number];
  const inputs = x[3]!;
  ensure(!(kh < 1 || kw < 1), () => "the filter must have at least one tap along each image axis");
  ensure(
    sameSize(inputs, perGroup * groups),
    () =>
      `filter ${formatShape(filter)} expects ${perGroup * groups} input channels` +
      `${groups > 1 ? ` (${groups} groups of ${perGroup})` : ""}; the images have ${inputs}`,
  );
  ensure(
    sameSize(outputs % groups, 0),
    () => `${outputs} output channels do not divide into ${groups} groups`,
  );
  return {
    batch: x[0]!,
    ...axesOf(x, { ...window, kernel: [kh, kw] }),
    inputs,
    outputs,
    groups,
  };
}

/**
 * The image size that a transposed convolution makes of `input` cells, the inverse of
 * {@link windowAxis}: same n·s, valid n·s + max(k′ − s, 0).
 */
export const transposedSize = (
  input: number,
  kernel: number,
  stride: number,
  dilation: number,
  padding: Padding,
): number =>
  padding === "same" ? input * stride : input * stride + Math.max((kernel - 1) * dilation + 1 - stride, 0);

export const outputShape = (g: ConvGeometry): Shape => [g.batch, g.height.output, g.width.output, g.outputs];

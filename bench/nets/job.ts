import { uniformFrom } from "../data/random.ts";
import { account, type Net } from "./net.ts";

/** A tensor of float32, as every library can take it. */
export interface Cells {
  readonly shape: readonly number[];
  readonly cells: Float32Array;
}

/** What a library is to do with a net: go through all batches once. */
export interface Job {
  readonly net: Net;
  readonly batch: number;
  readonly batches: number;
  /** Hard-swish as one line in the library's own operations, in place of the built-in one. */
  readonly ownActivation?: boolean;
}

/**
 * Adam's options, the same in every library: Keras's but for the rate, which is low, so that the first losses do not jump
 * and can be compared. (PyTorch adds epsilon at another place of the formula.)
 */
export const adam = { rate: 1e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

/** The losses of so many first steps must agree. */
export const checkedSteps = 3;

const filled = (shape: readonly number[], next: () => number): Cells => ({
  shape,
  cells: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, next),
});

/** The first weights, in Keras's order and layout. */
export function firstWeights(net: Net): Cells[] {
  const uniform = uniformFrom(1);
  return account(net).weights.map(({ shape, range: [from, to] }) =>
    filled(shape, () => from + (to - from) * uniform()),
  );
}

/** The samples of all batches, the first ones the same however many there are. What they show does not count. */
export function samples({ net, batch, batches }: Job): { x: Cells; labels: Cells } {
  const [pixel, label] = [uniformFrom(2), uniformFrom(3)];
  const count = batch * batches;
  return {
    x: filled([count, ...net.input], pixel),
    labels: filled([count], () => Math.floor(10 * label())),
  };
}

/** The cells of some samples. */
export function range({ shape, cells }: Cells, from: number, to: number): Cells {
  const [count, ...sample] = shape as [number, ...number[]];
  const size = cells.length / count;
  return { shape: [to - from, ...sample], cells: cells.subarray(from * size, to * size) };
}

/** The first batches, one by one. */
export function firstBatches(job: Job): { x: Cells; labels: Cells }[] {
  const { x, labels } = samples(job);
  return Array.from({ length: Math.min(checkedSteps, job.batches) }, (_, i) => {
    const bounds = [i * job.batch, (i + 1) * job.batch] as const;
    return { x: range(x, ...bounds), labels: range(labels, ...bounds) };
  });
}

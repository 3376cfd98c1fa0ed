import { normalFrom } from "../data/random.ts";
import { quick } from "../harness/options.ts";
import { long } from "../harness/pace.ts";
import type { Workload } from "../harness/workload.ts";
import type { Cells } from "../nets/job.ts";
import { type OpName, opContenders } from "../peers/ops.ts";

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Normal numbers, scaled so that sums of many products stay about as large. */
const normal = (seed: number, shape: readonly number[], scale = 1): Cells => {
  const next = normalFrom(seed);
  return { shape, cells: Float32Array.from({ length: sizeOf(shape) }, () => scale * next()) };
};

function single(title: string, name: OpName, inputs: readonly Cells[], times: number): Workload {
  const units = quick ? 1 : times;
  const least = name === "sum" ? 1 : Math.min(...inputs.map(({ cells }) => cells.length / 4));
  const places = Array.from({ length: name === "sum" ? 1 : 16 }, (_, i) => Math.floor((i * least) / 16));
  const contenders = opContenders({ name, inputs, times: units, places });
  return { title, unit: "call", units, tolerance: 1e-4, pace: long, contenders };
}

const million = normal(1, [1000, 1000]);
const square = [512, 512];
const images = normal(2, [8, 32, 32, 64]);
const filters = normal(3, [3, 3, 64, 64], 1 / 24);

/** Single ops, eager, without gradients. */
export const ops: readonly Workload[] = [
  single("matmul, 512×512 by 512×512", "matmul", [normal(4, square), normal(5, square, 0.05)], 20),
  single("conv2d 3×3, 64 → 64 channels, 8 images of 32×32", "conv2d", [images, filters], 20),
  single("hard-swish of a million cells", "hardSwish", [million], 50),
  single("sum of a million cells", "sum", [million], 50),
  single("softmax of 1000 rows of 1000 cells", "softmax", [million], 20),
  single("max-pool 2×2, 8 images of 32×32×64", "maxPool2d", [images], 50),
];

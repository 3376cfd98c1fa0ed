import type { ConvGeometry } from "../geometry.ts";
import { sizeOf } from "../shape.ts";
import type { View } from "../view.ts";
import type { Kernels } from "./kernels.ts";

/** Whether an argument of a kernel is a view. */
export const isView = (value: unknown): value is View =>
  typeof value === "object" && value !== null && "data" in value && "stride" in value;

/** Products that take about as long as touching one cell of memory. */
const productsPerCell = 16;

const productsOf = ({ batch, height, width, inputs, outputs, groups }: ConvGeometry): number =>
  (batch * height.output * width.output * height.kernel * width.kernel * inputs * outputs) / groups;

/** About how long a call of a kernel takes, in cells touched: decides whether it is worth a detour or a second thread. */
export function workOf(kernel: keyof Kernels, args: readonly unknown[]): number {
  const views = args.filter(isView);
  const cells = views.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (kernel === "matmul") {
    return cells + (sizeOf(views[2]!.shape) * views[0]!.shape.at(-1)!) / productsPerCell;
  }
  if (kernel === "conv2d" || kernel === "conv2dInput" || kernel === "conv2dFilter") {
    return cells + productsOf(args[2] as ConvGeometry) / productsPerCell;
  }
  return cells;
}

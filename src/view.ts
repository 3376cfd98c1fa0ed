import type { Cells } from "./dtype.ts";
import { type Shape, stridesOf } from "./shape.ts";

/**
 * A strided window on some cells, as in `ndarray`: cell (i, j, …) lies at
 * `offset + i·stride[0] + j·stride[1] + …`. Transposing, slicing, flipping and broadcasting only make
 * another view; a kernel that copies one view to another then does all of them.
 */
export interface View {
  readonly data: Cells;
  readonly shape: Shape;
  readonly stride: readonly number[];
  readonly offset: number;
}

/** Row-major cells as a view. */
export const viewOf = (data: Cells, shape: Shape): View => ({
  data,
  shape,
  stride: stridesOf(shape),
  offset: 0,
});

/** Stride 0 along the stretched axes: each cell is read many times (or, as an output, added into). */
export function broadcastView(view: View, to: Shape): View {
  if (view.shape === to) return view;
  const lead = to.length - view.shape.length;
  const stride = to.map((_, i) => (i < lead || view.shape[i - lead] === 1 ? 0 : view.stride[i - lead]!));
  return { ...view, shape: to, stride };
}

export const transposeView = (view: View, permutation: readonly number[]): View => ({
  ...view,
  shape: permutation.map((axis) => view.shape[axis]!),
  stride: permutation.map((axis) => view.stride[axis]!),
});

/** Cells `start`, `start + step`, … along each axis; `step` may be negative. */
export const sliceView = (
  view: View,
  start: readonly number[],
  step: readonly number[],
  shape: Shape,
): View => ({
  data: view.data,
  shape,
  stride: view.stride.map((stride, i) => stride * step[i]!),
  offset: view.offset + view.stride.reduce((sum, stride, i) => sum + stride * start[i]!, 0),
});

/** Whether the cells of the view lie in row-major order without gaps. */
export function isContiguous(view: View): boolean {
  let step = 1;
  for (let i = view.shape.length - 1; i >= 0; i--) {
    if (view.shape[i] !== 1 && view.stride[i] !== step) return false;
    step *= view.shape[i]!;
  }
  return true;
}

import { sizeOf } from "../../shape.ts";
import type { View } from "../../view.ts";

/** The offsets of the matrices in a batch: one per cell of the leading axes, row-major. */
function matrixOffsets(view: View): number[] {
  const rank = view.shape.length - 2;
  let offsets = [view.offset];
  for (let axis = 0; axis < rank; axis++) {
    const steps = Array.from({ length: view.shape[axis]! }, (_, i) => i * view.stride[axis]!);
    offsets = offsets.flatMap((base) => steps.map((step) => base + step));
  }
  return offsets;
}

/** out[i, j] = Σ_k a[i, k] · b[k, j] for each matrix of the batch, summed in float64. */
export function matmul(a: View, b: View, out: View): void {
  const rank = out.shape.length;
  const rows = out.shape[rank - 2]!;
  const columns = out.shape[rank - 1]!;
  const inner = a.shape[rank - 1]!;
  if (sizeOf(out.shape) === 0) return;
  const [rowA, colA] = a.stride.slice(-2) as [number, number];
  const [rowB, colB] = b.stride.slice(-2) as [number, number];
  const [cellsA, cellsB, cells] = [a.data, b.data, out.data];
  const startsB = matrixOffsets(b);
  const sum = new Float64Array(columns);
  let at = 0;
  for (const [batch, startA] of matrixOffsets(a).entries()) {
    for (let i = 0; i < rows; i++) {
      sum.fill(0);
      for (let k = 0; k < inner; k++) {
        const value = cellsA[startA + i * rowA + k * colA]!;
        let cell = startsB[batch]! + k * rowB;
        for (let j = 0; j < columns; j++, cell += colB) sum[j]! += value * cellsB[cell]!;
      }
      for (let j = 0; j < columns; j++) cells[at++] = sum[j]!;
    }
  }
}

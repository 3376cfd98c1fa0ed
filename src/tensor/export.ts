import ndarray, { type NdArray } from "ndarray";
import type { Cells, DType } from "../dtype.ts";
import { type Shape, stridesOf } from "../shape.ts";

/** Row-major cells with their shape and dtype: what leaves a tensor. */
export interface Contents {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly data: Cells;
}

export type Nested = number | boolean | Nested[];

/** The cells as nested arrays; a scalar gives its number. */
export function toNested({ shape, dtype, data }: Contents): Nested {
  const strides = stridesOf(shape);
  const build = (axis: number, at: number): Nested => {
    if (axis === shape.length) return dtype === "bool" ? data[at] === 1 : data[at]!;
    return Array.from({ length: shape[axis]! }, (_, i) => build(axis + 1, at + i * strides[axis]!));
  };
  return build(0, 0);
}

export const toNdArray = ({ shape, data }: Contents): NdArray<Cells> => ndarray(data.slice(), [...shape]);

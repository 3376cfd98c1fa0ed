import type { NdArray } from "ndarray";
import { allocate, type Cells, type DType, floatx, isFloat } from "../dtype.ts";
import { ChainruleError, show } from "../errors.ts";
import { formatShape, type Shape, sizeOf, stridesOf } from "../shape.ts";
import type { Tensor } from "./tensor.ts";

type NumericArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array;

export type NestedArray = readonly (number | boolean | NestedArray)[];

/** Numbers, nested arrays, typed arrays and ndarrays (views with any stride) stand for tensors everywhere. */
export type TensorLike = Tensor | number | boolean | NestedArray | NumericArray | NdArray;

/** Shape, cells and natural dtype of a value that is no tensor yet. */
export interface Raw {
  readonly shape: Shape;
  readonly cells: ArrayLike<number>;
  readonly dtype: DType;
  /** Made of plain numbers, whose dtype gives way to that of the tensors they meet. */
  readonly weak: boolean;
}

const isTyped = (value: unknown): value is NumericArray =>
  ArrayBuffer.isView(value) &&
  !(value instanceof DataView) &&
  !(value instanceof BigInt64Array) &&
  !(value instanceof BigUint64Array);

const isNdArray = (value: unknown): value is NdArray =>
  typeof value === "object" &&
  value !== null &&
  "data" in value &&
  "shape" in value &&
  "stride" in value &&
  "offset" in value;

function typedDType(data: ArrayLike<number>): DType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  return isTyped(data) ? "int32" : floatx();
}

/** The cells of a strided ndarray in row-major order. */
function ndCells(view: NdArray): ArrayLike<number> {
  const size = sizeOf(view.shape);
  const strides = stridesOf(view.shape);
  const out = new Float64Array(size);
  const data = view.data as ArrayLike<number>;
  for (let i = 0; i < size; i++) {
    let at = view.offset;
    let rest = i;
    for (let axis = 0; axis < strides.length; axis++) {
      const index = Math.floor(rest / strides[axis]!);
      rest -= index * strides[axis]!;
      at += index * view.stride[axis]!;
    }
    out[i] = data[at]!;
  }
  return out;
}

function nestedRaw(who: string, value: NestedArray): Raw {
  const shape: number[] = [];
  for (let level: unknown = value; Array.isArray(level); level = level[0]) shape.push(level.length);
  const cells: number[] = [];
  let logical = true;
  const walk = (part: unknown, axis: number, path: string): void => {
    if (axis < shape.length) {
      if (!Array.isArray(part) || part.length !== shape[axis]) {
        throw new ChainruleError(
          `${who}: expected nested arrays of equal lengths, shape ${formatShape(shape)}; ` +
            `received ${Array.isArray(part) ? `${part.length} items` : show(part)} at ${path || "the top"}`,
        );
      }
      for (const [i, item] of part.entries()) walk(item, axis + 1, `${path}[${i}]`);
    } else {
      if (typeof part !== "number" && typeof part !== "boolean") {
        throw new ChainruleError(`${who}: expected a number at ${path}; received ${show(part)}`);
      }
      logical &&= typeof part === "boolean";
      cells.push(Number(part));
    }
  };
  walk(value, 0, "");
  return { shape, cells, dtype: logical && cells.length > 0 ? "bool" : floatx(), weak: true };
}

/** Reads a value that stands for a tensor. */
export function readRaw(who: string, value: Exclude<TensorLike, Tensor>): Raw {
  if (typeof value === "number") return { shape: [], cells: [value], dtype: floatx(), weak: true };
  if (typeof value === "boolean") {
    return { shape: [], cells: [Number(value)], dtype: "bool", weak: true };
  }
  if (Array.isArray(value)) return nestedRaw(who, value);
  if (isTyped(value)) {
    return { shape: [value.length], cells: value, dtype: typedDType(value), weak: false };
  }
  if (isNdArray(value)) {
    const dtype = typedDType(value.data as ArrayLike<number>);
    return { shape: [...value.shape], cells: ndCells(value), dtype, weak: false };
  }
  throw new ChainruleError(
    `${who}: expected a tensor, number, nested array, typed array or ndarray; received ${show(value)}`,
  );
}

/** Copies cells into a dtype; what an integer cannot hold is refused. */
export function toCells(who: string, cells: ArrayLike<number>, dtype: DType): Cells {
  const out = allocate(dtype, cells.length);
  for (let i = 0; i < out.length; i++) {
    const value = cells[i]!;
    if (!isFloat(dtype)) {
      if (dtype === "bool" && value !== 0 && value !== 1) {
        throw new ChainruleError(`${who}: a bool cell must be true or false; received ${value} in cell ${i}`);
      }
      if (!Number.isInteger(value) || value !== (value | 0)) {
        throw new ChainruleError(
          `${who}: an int32 cell must be a whole number within ±2³¹; received ${value} in cell ${i}`,
        );
      }
    }
    out[i] = value;
  }
  return out;
}

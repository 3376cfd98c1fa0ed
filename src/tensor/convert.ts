import type { NdArray } from "ndarray";
import { allocate, type Cells, type DType, floatx, isFloat } from "../dtype.ts";
import { ChainruleError, ensure, saying, show } from "../errors.ts";
import { ensureFits, formatShape, maxRank, type Shape, sizeOf, stridesOf } from "../shape.ts";

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

/** What a tensor can be made of, besides another tensor. */
export type Value = number | boolean | NestedArray | NumericArray | NdArray;

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

function typedDType(data: unknown): DType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  return isTyped(data) ? "int32" : floatx();
}

const isWholeArray = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every(Number.isInteger);

/** The cells of a strided ndarray in row-major order; throws a {@link Mismatch} if it is no sound one. */
function ndCells({ data, shape, stride, offset }: NdArray): ArrayLike<number> {
  const sound =
    isWholeArray(shape) &&
    shape.every((size) => size >= 0) &&
    isWholeArray(stride) &&
    stride.length === shape.length &&
    Number.isInteger(offset);
  ensure(
    sound,
    () => `the ndarray's shape ${show(shape)}, stride ${show(stride)} and offset ${show(offset)} do not fit`,
  );
  ensureFits(shape);
  const size = sizeOf(shape);
  const strides = stridesOf(shape);
  const out = new Float64Array(size);
  const source = data as ArrayLike<unknown> | null | undefined;
  for (let i = 0; i < size; i++) {
    let at = offset;
    let rest = i;
    for (let axis = 0; axis < strides.length; axis++) {
      const index = Math.floor(rest / strides[axis]!);
      rest -= index * strides[axis]!;
      at += index * stride[axis]!;
    }
    const value = source?.[at];
    ensure(typeof value === "number", () => `the ndarray has no number at ${at} of its data: ${show(value)}`);
    out[i] = value;
  }
  return out;
}

function nestedRaw(who: string, value: NestedArray): Raw {
  const shape: number[] = [];
  for (let level: unknown = value; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (shape.length > maxRank) {
      throw new ChainruleError(`${who}: expected arrays nested at most ${maxRank} deep`);
    }
  }
  const cells: number[] = [];
  const at: number[] = [];
  let logical = true;
  const refusal = (expected: string, received: string, axis: number): ChainruleError => {
    const path = at.slice(0, axis).map((i) => `[${i}]`);
    return new ChainruleError(`${who}: expected ${expected}; received ${received} at ${path.join("")}`);
  };
  const walk = (part: unknown, axis: number): void => {
    if (axis < shape.length) {
      if (!Array.isArray(part) || part.length !== shape[axis]) {
        const expected = `nested arrays of equal lengths, shape ${formatShape(shape)}`;
        throw refusal(expected, Array.isArray(part) ? `${part.length} items` : show(part), axis);
      }
      for (let i = 0; i < part.length; i++) {
        at[axis] = i;
        walk(part[i], axis + 1);
      }
    } else {
      if (typeof part !== "number" && typeof part !== "boolean") throw refusal("numbers", show(part), axis);
      logical &&= typeof part === "boolean";
      cells.push(Number(part));
    }
  };
  walk(value, 0);
  return { shape, cells, dtype: logical && cells.length > 0 ? "bool" : floatx(), weak: true };
}

/** Reads a value that stands for a tensor. */
export function readRaw(who: string, value: Value): Raw {
  if (typeof value === "number") return { shape: [], cells: [value], dtype: floatx(), weak: true };
  if (typeof value === "boolean") {
    return { shape: [], cells: [Number(value)], dtype: "bool", weak: true };
  }
  if (Array.isArray(value)) return nestedRaw(who, value);
  if (isTyped(value)) {
    return { shape: [value.length], cells: value, dtype: typedDType(value), weak: false };
  }
  if (isNdArray(value)) {
    const cells = saying(who, () => ndCells(value));
    return { shape: [...value.shape], cells, dtype: typedDType(value.data), weak: false };
  }
  throw new ChainruleError(
    `${who}: expected a tensor, number, nested array, typed array or ndarray; received ${show(value)}`,
  );
}

/** Copies cells into a dtype; what an integer cannot hold is refused. */
export function toCells(who: string, cells: ArrayLike<number>, dtype: DType): Cells {
  const out = allocate(dtype, cells.length);
  if (!isFloat(dtype)) checkWhole(who, cells, dtype);
  out.set(cells);
  return out;
}

function checkWhole(who: string, cells: ArrayLike<number>, dtype: DType): void {
  for (let i = 0; i < cells.length; i++) {
    const value = cells[i]!;
    if (dtype === "bool" ? value !== 0 && value !== 1 : value !== (value | 0)) {
      const expected = dtype === "bool" ? "true or false" : "a whole number within ±2³¹";
      throw new ChainruleError(
        `${who}: a cell of ${dtype} must be ${expected}; received ${value} in cell ${i}`,
      );
    }
  }
}

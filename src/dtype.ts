import { ChainruleError, ensure, show } from "./errors.ts";
import { maxCells } from "./shape.ts";

/** The cell types of a tensor. `bool` is stored as bytes of 0 and 1. */
export type DType = "float32" | "float64" | "int32" | "bool";

/** The storage behind a tensor. */
export type Cells = Float32Array | Float64Array | Int32Array | Uint8Array;

// In the order of promotion: mixing two dtypes gives the later one.
const storage = {
  bool: Uint8Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

export const dtypes = Object.keys(storage) as DType[];

let defaultFloat: "float32" | "float64" = "float32";

/** The float dtype of tensors made from plain numbers (Keras: `K.floatx`). `float32` unless set. */
export function floatx(): "float32" | "float64" {
  return defaultFloat;
}

/** Sets {@link floatx} (Keras: `K.set_floatx`). */
export function setFloatx(dtype: "float32" | "float64"): void {
  if (dtype !== "float32" && dtype !== "float64") {
    throw new ChainruleError(`setFloatx: expected "float32" or "float64"; received ${show(dtype)}`);
  }
  defaultFloat = dtype;
}

let fuzz = 1e-7;

/** The small number that keeps divisions and logarithms finite (Keras: `K.epsilon`): 1e-7 unless set. */
export const epsilon = (): number => fuzz;

/** Sets {@link epsilon} for all losses, metrics and constraints (Keras: `K.set_epsilon`). */
export function setEpsilon(value: number): void {
  if (!(value > 0 && value < 1)) {
    throw new ChainruleError(`setEpsilon: expected a number between 0 and 1; received ${show(value)}`);
  }
  fuzz = value;
}

export const isFloat = (dtype: DType): boolean => dtype === "float32" || dtype === "float64";

/** Fresh zeroed cells. */
export function allocate(dtype: DType, size: number): Cells {
  ensure(
    !(size > maxCells),
    () => `${size} cells are too many: a tensor holds at most ${maxCells} of them (2²⁸)`,
  );
  return new storage[dtype](size);
}

/** The dtype of cells. */
export const dtypeOf = (cells: Cells): DType => dtypes.find((dtype) => cells instanceof storage[dtype])!;

/** Bytes of a cell. */
export const bytesOf = (dtype: DType): number => storage[dtype].BYTES_PER_ELEMENT;

/** The dtype that holds both: bool < int32 < float32 < float64. */
export function promote(a: DType, b: DType): DType {
  return dtypes.indexOf(a) >= dtypes.indexOf(b) ? a : b;
}

/** Checks a dtype that came from a user. */
export function checkDType(who: string, dtype: unknown): DType {
  const known = dtypes.find((name) => name === dtype);
  if (known === undefined) {
    throw new ChainruleError(`${who}: unknown dtype ${show(dtype)}; known: ${dtypes.join(", ")}`);
  }
  return known;
}

import { checkDType, type DType, floatx, isFloat } from "../dtype.ts";
import { ChainruleError, checkOptions, ensure, saying, show } from "../errors.ts";
import { type Stream, stream } from "../random.ts";
import { checkShape, ensureFits, resolveReshape, type Shape, type ShapeLike } from "../shape.ts";
import { readRaw, toCells } from "./convert.ts";
import { Filled } from "./filled.ts";
import { Leaf, Tensor, type TensorLike, Variable } from "./tensor.ts";

export interface TensorOptions {
  /** Default: that of the typed array, bool for booleans, else {@link floatx}. */
  dtype?: DType;
  /** Default: as nested; a flat array can be given its shape here. */
  shape?: ShapeLike;
}

function read(who: string, value: TensorLike, options: TensorOptions, more: readonly string[] = []) {
  checkOptions(who, options, ["dtype", "shape", ...more]);
  return saying(who, () => {
    const raw =
      value instanceof Tensor
        ? { shape: value.shape, cells: value.data, dtype: value.dtype }
        : readRaw(who, value);
    const dtype = options.dtype === undefined ? raw.dtype : checkDType(who, options.dtype);
    const shape = options.shape === undefined ? raw.shape : reshaped(raw.shape, options.shape);
    return { shape, dtype, cells: toCells(who, raw.cells, dtype) };
  });
}

function reshaped(from: Shape, to: ShapeLike): Shape {
  ensure(Array.isArray(to), () => `shape must be an array of whole numbers; received ${show(to)}`);
  const shape = resolveReshape(
    from,
    to.map((size) => size ?? -1),
  );
  ensureFits(shape);
  return shape;
}

/**
 * A constant tensor with a copy of `value`: a number, nested arrays, a typed array or an ndarray (a view with
 * any stride).
 *
 * @throws If nested arrays are ragged, or a cell does not fit the dtype.
 * @example
 * ```ts
 * const x = tensor([[1, 2, 3], [4, 5, 6]]);
 * deepEqual(x.shape, [2, 3]);
 * deepEqual(x.sum().item(), 21);
 * ```
 */
export function tensor(value: TensorLike, options: TensorOptions = {}): Tensor {
  const { shape, dtype, cells } = read("tensor", value, options);
  return new Tensor(shape, dtype, cells);
}

export interface VariableOptions extends TensorOptions {
  name?: string;
  /** Default true. */
  trainable?: boolean;
}

/**
 * A variable with a copy of `value`: results computed from it are recorded, and `backward()` adds its
 * gradient to `.grad`. Keras: `K.variable`.
 *
 * @throws If it is trainable and its dtype is not a float.
 * @example
 * ```ts
 * const w = variable(3);
 * w.square().backward();
 * deepEqual(w.grad?.item(), 6);
 * ```
 */
export function variable(value: TensorLike, options: VariableOptions = {}): Variable {
  const { shape, dtype, cells } = read("variable", value, options, ["name", "trainable"]);
  const trainable = options.trainable ?? isFloat(dtype);
  if (trainable && !isFloat(dtype)) {
    throw new ChainruleError(`variable: a trainable variable must be a float; received ${dtype}`);
  }
  return new Variable(shape, dtype, cells, { name: options.name, trainable });
}

/**
 * A tensor without values: ops on it run their shape rules and record the graph. `null` is a size not known
 * yet. Keras: `K.placeholder`.
 *
 * @example
 * ```ts
 * const images = placeholder([null, 32, 32, 3]);
 * deepEqual(String(images.mean({ axis: [1, 2] })), "Tensor(float32, [None, 3]) symbolic, made by mean");
 * ```
 */
export function placeholder(shape: ShapeLike, dtype: DType = floatx()): Tensor {
  return new Leaf(
    saying("placeholder", () => checkShape(shape)),
    checkDType("placeholder", dtype),
  );
}

function filled(who: string, shape: ShapeLike, value: number, dtype: DType): Tensor {
  const size = saying(who, () => checkShape(shape, false));
  checkDType(who, dtype);
  if (typeof value !== "number") {
    throw new ChainruleError(`${who}: the value must be a number; received ${show(value)}`);
  }
  return new Filled(size, dtype, toCells(who, [value], dtype)[0]!);
}

/** A tensor of `shape` whose every cell is `value`. */
export const full = (shape: ShapeLike, value: number, dtype: DType = floatx()): Tensor =>
  filled("full", shape, value, dtype);

/** A tensor of zeros. */
export const zeros = (shape: ShapeLike, dtype: DType = floatx()): Tensor => filled("zeros", shape, 0, dtype);

/** A tensor of ones. */
export const ones = (shape: ShapeLike, dtype: DType = floatx()): Tensor => filled("ones", shape, 1, dtype);

function checkFinite(who: string, numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isFinite(value)) {
      throw new ChainruleError(`${who}: ${name} must be a finite number; received ${show(value)}`);
    }
  }
}

/** A vector whose cell i is `at(i)`. */
function vector(who: string, size: number, dtype: DType, at: (i: number) => number): Tensor {
  const shape = saying(who, () => checkShape([size], false));
  const cells = Float64Array.from({ length: size }, (_, i) => at(i));
  return new Tensor(shape, dtype, toCells(who, cells, checkDType(who, dtype)));
}

/**
 * The numbers start, start + step, … below `stop`, as numpy's `arange` makes them: start + i·step, and
 * ⌈(stop − start) / step⌉ of them.
 *
 * @example
 * ```ts
 * deepEqual(arange(-10, 10.2, 0.2).size, 101);
 * ```
 */
export function arange(start: number, stop: number, step = 1, dtype: DType = floatx()): Tensor {
  checkFinite("arange", { start, stop, step });
  if (step === 0) throw new ChainruleError("arange: step must not be 0");
  const count = Math.max(Math.ceil((stop - start) / step), 0);
  return vector("arange", count, dtype, (i) => start + i * step);
}

/** `count` evenly spaced numbers from `start` to `stop`, both included. */
export function linspace(start: number, stop: number, count: number, dtype: DType = floatx()): Tensor {
  checkFinite("linspace", { start, stop });
  const last = count - 1;
  const step = (stop - start) / last;
  return vector("linspace", count, dtype, (i) => (i === 0 ? start : i === last ? stop : start + i * step));
}

/** The identity matrix of `size` rows. */
export function eye(size: number, dtype: DType = floatx()): Tensor {
  const out = filled("eye", [size, size], 0, dtype);
  for (let i = 0; i < size; i++) out.data[i * size + i] = 1;
  return out;
}

export interface RandomOptions {
  /** A float dtype; {@link floatx} by default. */
  dtype?: DType;
  /** Default: the stream "tensor" under {@link setSeed}. */
  stream?: Stream;
}

function draw(
  who: string,
  shape: ShapeLike,
  dtype: DType,
  from: Stream,
  next: (from: Stream) => number,
): Tensor {
  const out = filled(who, shape, 0, dtype);
  for (let i = 0; i < out.data.length; i++) out.data[i] = next(from);
  return out;
}

function drawFloats(
  who: string,
  shape: ShapeLike,
  { dtype = floatx(), stream: from = stream("tensor") }: RandomOptions,
  next: (from: Stream) => number,
): Tensor {
  if (!isFloat(checkDType(who, dtype))) {
    throw new ChainruleError(`${who}: dtype must be a float; received ${dtype}. Whole numbers: randomInt.`);
  }
  return draw(who, shape, dtype, from, next);
}

export interface UniformOptions extends RandomOptions {
  /** Default 0. */
  min?: number;
  /** Default 1. */
  max?: number;
}

/** Uniform in [min, max), by default [0, 1). Reproducible after {@link setSeed}. */
export function randomUniform(shape: ShapeLike, options: UniformOptions = {}): Tensor {
  checkOptions("randomUniform", options, ["min", "max", "dtype", "stream"]);
  const { min = 0, max = 1 } = options;
  checkFinite("randomUniform", { min, max });
  if (min > max) throw new ChainruleError(`randomUniform: min must be ≤ max; received ${min} and ${max}`);
  const round = (options.dtype ?? floatx()) === "float32" ? Math.fround : Number;
  return drawFloats("randomUniform", shape, options, (from) => {
    const x = min + (max - min) * from.uniform();
    // In float32 one in some ten million would round to max.
    return round(x) < max ? x : min;
  });
}

export interface NormalOptions extends RandomOptions {
  /** Default 0. */
  mean?: number;
  /** The standard deviation; default 1. */
  std?: number;
}

function drawNormals(
  who: string,
  shape: ShapeLike,
  options: NormalOptions,
  standard: (from: Stream) => number,
): Tensor {
  checkOptions(who, options, ["mean", "std", "dtype", "stream"]);
  const { mean = 0, std = 1 } = options;
  checkFinite(who, { mean, std });
  if (std < 0) throw new ChainruleError(`${who}: std must be ≥ 0; received ${std}`);
  return drawFloats(who, shape, options, (from) => mean + std * standard(from));
}

/** Normal with the given mean and standard deviation, by default 0 and 1. */
export const randomNormal = (shape: ShapeLike, options: NormalOptions = {}): Tensor =>
  drawNormals("randomNormal", shape, options, (from) => from.normal());

/** Normal, drawn again while farther than two standard deviations from the mean, as Keras does. */
export const truncatedNormal = (shape: ShapeLike, options: NormalOptions = {}): Tensor =>
  drawNormals("truncatedNormal", shape, options, (from) => {
    let z = from.normal();
    while (Math.abs(z) > 2) z = from.normal();
    return z;
  });

/** Whole numbers from `min` to `max` − 1, as int32. */
export function randomInt(shape: ShapeLike, min: number, max: number, from?: Stream): Tensor {
  const well = Number.isInteger(min) && Number.isInteger(max) && -(2 ** 31) <= min && max <= 2 ** 31;
  if (!well || min >= max) {
    throw new ChainruleError(
      `randomInt: expected whole numbers min < max within ±2³¹; received ${show(min)} and ${show(max)}`,
    );
  }
  const source = from ?? stream("tensor");
  return draw("randomInt", shape, "int32", source, (random) => min + random.below(max - min));
}

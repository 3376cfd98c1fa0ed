import { allocate, checkDType, type DType, floatx, isFloat } from "../dtype.ts";
import { ChainruleError, ensure, saying, show } from "../errors.ts";
import { type Stream, stream } from "../random.ts";
import { checkShape, resolveReshape, type Shape, type ShapeLike, sizeOf } from "../shape.ts";
import { readRaw, type TensorLike, toCells } from "./convert.ts";
import { Leaf, Tensor, Variable } from "./tensor.ts";

export interface TensorOptions {
  /** Default: that of the typed array, bool for booleans, else {@link floatx}. */
  dtype?: DType;
  /** Default: as nested; a flat array can be given its shape here. */
  shape?: ShapeLike;
}

function read(who: string, value: TensorLike, options: TensorOptions) {
  const raw =
    value instanceof Tensor
      ? { shape: value.shape, cells: value.data, dtype: value.dtype }
      : readRaw(who, value);
  const dtype = options.dtype === undefined ? raw.dtype : checkDType(who, options.dtype);
  const shape =
    options.shape === undefined
      ? raw.shape
      : saying(who, () =>
          resolveReshape(
            raw.shape,
            options.shape!.map((size) => size ?? -1),
          ),
        );
  return { shape, dtype, cells: toCells(who, raw.cells, dtype) };
}

const shapeOf = (who: string, shape: ShapeLike): Shape => saying(who, () => checkShape(shape, false));

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
  const { shape, dtype, cells } = read("variable", value, options);
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

/** A tensor of `shape` whose every cell is `value`. */
export function full(shape: ShapeLike, value: number, dtype: DType = floatx()): Tensor {
  const size = shapeOf("full", shape);
  return new Tensor(size, dtype, toCells("full", new Array<number>(sizeOf(size)).fill(value), dtype));
}

export function zeros(shape: ShapeLike, dtype: DType = floatx()): Tensor {
  const size = shapeOf("zeros", shape);
  return new Tensor(size, checkDType("zeros", dtype), allocate(dtype, sizeOf(size)));
}

export const ones = (shape: ShapeLike, dtype: DType = floatx()): Tensor => full(shape, 1, dtype);

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
  if (!Number.isFinite(start) || !Number.isFinite(stop) || !Number.isFinite(step) || step === 0) {
    throw new ChainruleError(
      `arange: expected finite numbers and a step other than 0; received ${[start, stop, step].map(show)}`,
    );
  }
  const count = Math.max(Math.ceil((stop - start) / step), 0);
  const cells = Float64Array.from({ length: count }, (_, i) => start + i * step);
  return new Tensor([count], dtype, toCells("arange", cells, dtype));
}

/** `count` evenly spaced numbers from `start` to `stop`, both included. */
export function linspace(start: number, stop: number, count: number, dtype: DType = floatx()): Tensor {
  const [size] = shapeOf("linspace", [count]) as readonly [number];
  const step = size > 1 ? (stop - start) / (size - 1) : 0;
  const cells = Float64Array.from({ length: size }, (_, i) =>
    i === size - 1 && i > 0 ? stop : start + i * step,
  );
  return new Tensor([size], dtype, toCells("linspace", cells, dtype));
}

/** The identity matrix of `size` rows. */
export function eye(size: number, dtype: DType = floatx()): Tensor {
  const out = zeros([size, size], dtype);
  for (let i = 0; i < size; i++) out.data[i * size + i] = 1;
  return out;
}

export interface RandomOptions {
  dtype?: DType;
  /** Default: the stream "tensor" under {@link setSeed}. */
  stream?: Stream;
}

function draw(who: string, shape: ShapeLike, options: RandomOptions, next: (from: Stream) => number): Tensor {
  const size = shapeOf(who, shape);
  const from = options.stream ?? stream("tensor");
  const dtype = checkDType(who, options.dtype ?? floatx());
  const cells = allocate(dtype, sizeOf(size));
  for (let i = 0; i < cells.length; i++) cells[i] = next(from);
  return new Tensor(size, dtype, cells);
}

/** Uniform in [min, max), by default [0, 1). Reproducible after {@link setSeed}. */
export function randomUniform(
  shape: ShapeLike,
  options: RandomOptions & { min?: number; max?: number } = {},
): Tensor {
  const { min = 0, max = 1 } = options;
  return draw("randomUniform", shape, options, (from) => min + (max - min) * from.uniform());
}

/** Normal with the given mean and standard deviation, by default 0 and 1. */
export function randomNormal(
  shape: ShapeLike,
  options: RandomOptions & { mean?: number; std?: number } = {},
): Tensor {
  const { mean = 0, std = 1 } = options;
  return draw("randomNormal", shape, options, (from) => mean + std * from.normal());
}

/** Normal, drawn again while farther than two standard deviations from the mean, as Keras does. */
export function truncatedNormal(
  shape: ShapeLike,
  options: RandomOptions & { mean?: number; std?: number } = {},
): Tensor {
  const { mean = 0, std = 1 } = options;
  return draw("truncatedNormal", shape, options, (from) => {
    let z = from.normal();
    while (Math.abs(z) > 2) z = from.normal();
    return mean + std * z;
  });
}

/** Whole numbers from `min` to `max` − 1, as int32. */
export function randomInt(shape: ShapeLike, min: number, max: number, from?: Stream): Tensor {
  saying("randomInt", () =>
    ensure(
      Number.isInteger(min) && Number.isInteger(max) && min < max,
      () => `expected whole numbers min < max; received ${min} and ${max}`,
    ),
  );
  const options = { dtype: "int32" as const, ...(from && { stream: from }) };
  return draw("randomInt", shape, options, (source) => min + source.below(max - min));
}

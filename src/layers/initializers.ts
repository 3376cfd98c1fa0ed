import { type Configurable, withOptions } from "../config/configurable.ts";
import { seed } from "../config/kinds.ts";
import type { DType } from "../dtype.ts";
import { ensure } from "../errors.ts";
import { oneOf, real } from "../ops/attributes.ts";
import { type Stream, stream, streamFrom } from "../random.ts";
import { formatShape, type Shape, sizeOf } from "../shape.ts";
import { eye, full, ones, randomNormal, randomUniform, truncatedNormal, zeros } from "../tensor/create.ts";
import { Tensor } from "../tensor/tensor.ts";

/** Makes the first values of a weight. */
export abstract class Initializer implements Configurable {
  declare readonly options: object;
  abstract of(shape: Shape, dtype: DType): Tensor;
  declare getConfig: () => Record<string, unknown>;
}

/** The stream of an initializer: of its own seed, or with `null` that of all initializers under `setSeed`. */
const source = (own: number | null): Stream =>
  own === null ? stream("initializer") : streamFrom(`initializer/${own}`);

/** The number of inputs and outputs of a weight: for a kernel, its window times its channels. */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length < 2) {
    const n = sizeOf(shape);
    return { fanIn: n, fanOut: n };
  }
  const window = sizeOf(shape.slice(0, -2));
  return { fanIn: window * shape.at(-2)!, fanOut: window * shape.at(-1)! };
}

/** 0 everywhere. */
export class Zeros extends withOptions(Initializer, "Zeros", [], {}) {
  override of(shape: Shape, dtype: DType): Tensor {
    return zeros(shape, dtype);
  }
}

/** 1 everywhere. */
export class Ones extends withOptions(Initializer, "Ones", [], {}) {
  override of(shape: Shape, dtype: DType): Tensor {
    return ones(shape, dtype);
  }
}

/** The same value everywhere. */
export class Constant extends withOptions(Initializer, "Constant", ["value"], { value: real(0) }) {
  override of(shape: Shape, dtype: DType): Tensor {
    return full(shape, this.options.value, dtype);
  }
}

/** Uniform in [minval, maxval). */
export class RandomUniform extends withOptions(Initializer, "RandomUniform", ["minval", "maxval"], {
  minval: real(-0.05),
  maxval: real(0.05),
  seed: seed(null),
}) {
  override of(shape: Shape, dtype: DType): Tensor {
    const { minval, maxval, seed } = this.options;
    return randomUniform(shape, { dtype, min: minval, max: maxval, stream: source(seed) });
  }
}

const normal = { mean: real(0), stddev: real(0.05), seed: seed(null) };

/** Normal. */
export class RandomNormal extends withOptions(Initializer, "RandomNormal", ["mean", "stddev"], normal) {
  override of(shape: Shape, dtype: DType): Tensor {
    const { mean, stddev, seed } = this.options;
    return randomNormal(shape, { dtype, mean, std: stddev, stream: source(seed) });
  }
}

/** Normal, drawn again beyond two standard deviations. */
export class TruncatedNormal extends withOptions(Initializer, "TruncatedNormal", ["mean", "stddev"], normal) {
  override of(shape: Shape, dtype: DType): Tensor {
    const { mean, stddev, seed } = this.options;
    return truncatedNormal(shape, { dtype, mean, std: stddev, stream: source(seed) });
  }
}

type Mode = "fan_in" | "fan_out" | "fan_avg";
type Distribution = "truncated_normal" | "untruncated_normal" | "uniform";

// A standard normal cut at two standard deviations has this standard deviation itself.
const cutNormalStd = 0.8796256610342398;

/** Numbers whose variance is scale / n, n the number of inputs, of outputs, or their mean. */
function scaled(
  shape: Shape,
  dtype: DType,
  {
    scale,
    mode,
    distribution,
    from,
  }: { scale: number; mode: Mode; distribution: Distribution; from: Stream },
): Tensor {
  const { fanIn, fanOut } = fans(shape);
  const n = Math.max({ fan_in: fanIn, fan_out: fanOut, fan_avg: (fanIn + fanOut) / 2 }[mode], 1);
  const std = Math.sqrt(scale / n);
  if (distribution === "uniform") {
    const limit = Math.sqrt(3) * std;
    return randomUniform(shape, { dtype, min: -limit, max: limit, stream: from });
  }
  if (distribution === "truncated_normal")
    return truncatedNormal(shape, { dtype, std: std / cutNormalStd, stream: from });
  return randomNormal(shape, { dtype, std, stream: from });
}

/** Variance scale / fan. Keras: `VarianceScaling`. */
export class VarianceScaling extends withOptions(
  Initializer,
  "VarianceScaling",
  ["scale", "mode", "distribution"],
  {
    scale: real(1),
    mode: oneOf<Mode>("fan_in", "fan_out", "fan_avg")("fan_in"),
    distribution: oneOf<Distribution>(
      "truncated_normal",
      "untruncated_normal",
      "uniform",
    )("truncated_normal"),
    seed: seed(null),
  },
) {
  override of(shape: Shape, dtype: DType): Tensor {
    return scaled(shape, dtype, { ...this.options, from: source(this.options.seed) });
  }
}

/** The six named scalings: each is one row. */
const scaling = (className: string, scale: number, mode: Mode, distribution: Distribution) =>
  class extends withOptions(Initializer, className, [], { seed: seed(null) }) {
    override of(shape: Shape, dtype: DType): Tensor {
      return scaled(shape, dtype, { scale, mode, distribution, from: source(this.options.seed) });
    }
  };

/** Uniform with variance 2 / (inputs + outputs). Glorot and Bengio, 2010. */
export const GlorotUniform = scaling("GlorotUniform", 1, "fan_avg", "uniform");
/** Normal with variance 2 / (inputs + outputs). Glorot and Bengio, 2010. */
export const GlorotNormal = scaling("GlorotNormal", 1, "fan_avg", "truncated_normal");
/** Uniform with variance 2 / inputs. He et al., 2015. */
export const HeUniform = scaling("HeUniform", 2, "fan_in", "uniform");
/** Normal with variance 2 / inputs. He et al., 2015. */
export const HeNormal = scaling("HeNormal", 2, "fan_in", "truncated_normal");
/** Uniform with variance 1 / inputs. LeCun et al., 1998. */
export const LecunUniform = scaling("LecunUniform", 1, "fan_in", "uniform");
/** Normal with variance 1 / inputs. LeCun et al., 1998. */
export const LecunNormal = scaling("LecunNormal", 1, "fan_in", "truncated_normal");

/** The identity matrix times `gain`. */
export class Identity extends withOptions(Initializer, "Identity", ["gain"], { gain: real(1) }) {
  override of(shape: Shape, dtype: DType): Tensor {
    ensure(shape.length === 2, () => `Identity is for matrices; received shape ${formatShape(shape)}`);
    const [rows, columns] = shape as readonly [number, number];
    const size = Math.max(rows, columns);
    return eye(size, dtype)
      .slice({ end: [rows, columns] })
      .mul(this.options.gain);
  }
}

/** A random orthogonal matrix times `gain`: rows or columns of length 1 that are perpendicular. Saxe et al., 2013. */
export class Orthogonal extends withOptions(Initializer, "Orthogonal", ["gain"], {
  gain: real(1),
  seed: seed(null),
}) {
  override of(shape: Shape, dtype: DType): Tensor {
    ensure(
      shape.length >= 2,
      () => `Orthogonal needs at least two axes; received shape ${formatShape(shape)}`,
    );
    const columns = shape.at(-1)!;
    const rows = sizeOf(shape.slice(0, -1));
    const [long, short] = [Math.max(rows, columns), Math.min(rows, columns)];
    const from = source(this.options.seed);
    const vectors = Array.from({ length: short }, () =>
      Float64Array.from({ length: long }, () => from.normal()),
    );
    orthonormalize(vectors);
    const cells = Float64Array.from({ length: rows * columns }, (_, i) => {
      const [r, c] = [Math.floor(i / columns), i % columns];
      return this.options.gain * (rows >= columns ? vectors[c]![r]! : vectors[r]![c]!);
    });
    const matrix = new Tensor(shape, "float64", cells);
    return dtype === "float64" ? matrix : matrix.cast(dtype);
  }
}

/** Gram and Schmidt, each vector twice, which keeps it orthogonal in spite of rounding. */
function orthonormalize(vectors: readonly Float64Array[]): void {
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  vectors.forEach((v, i) => {
    for (const u of [...vectors.slice(0, i), ...vectors.slice(0, i)]) {
      const along = dot(u, v);
      for (let k = 0; k < v.length; k++) v[k]! -= along * u[k]!;
    }
    const length = Math.sqrt(dot(v, v));
    for (let k = 0; k < v.length; k++) v[k]! /= length;
  });
}

import { ChainruleError } from "../../errors.ts";
import { noGrad } from "../../ops/recording.ts";
import { streamFrom } from "../../random.ts";
import { formatShape, stridesOf } from "../../shape.ts";
import { randomNormal, randomUniform, tensor } from "../../tensor/create.ts";
import { formatCell } from "../../tensor/format.ts";
import type { TensorLike } from "../../tensor/tensor.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { vjp } from "../grad.ts";
import { diagnose } from "./diagnose.ts";
import { type Slope, slopeOf } from "./numeric.ts";

export type Verdict = "agree" | "wrong" | "inconclusive";

export interface CheckOptions {
  /** The relative difference that counts as agreement. Default 1e-6. */
  rtol?: number;
  /** Inputs with more cells are checked along random directions instead of cell by cell. Default 256. */
  maxCells?: number;
}

/** One measured slope beside the one from the gradient rules. */
export interface Comparison {
  /** The cell, or nothing for a random direction. */
  readonly at: readonly number[] | undefined;
  readonly yours: number;
  readonly numeric: number;
  readonly error: number;
  readonly verdict: Verdict;
  readonly kink: Slope["kink"];
}

export interface InputReport {
  readonly name: string;
  readonly shape: readonly number[];
  readonly verdict: Verdict;
  readonly comparisons: readonly Comparison[];
  /** The likely mistake, when the gradient is wrong and looks like a known one. */
  readonly diagnosis: string | undefined;
}

/** What {@link checkGradient} found; prints as a readable text. */
export class GradientReport {
  readonly verdict: Verdict;
  readonly inputs: readonly InputReport[];
  /** Why the gradient could not be computed at all, if so. */
  readonly failure: string | undefined;

  /** @internal Made by `checkGradient`. */
  constructor(inputs: readonly InputReport[], failure?: string) {
    this.inputs = inputs;
    this.failure = failure;
    this.verdict = failure !== undefined ? "wrong" : worst(inputs.map(({ verdict }) => verdict));
  }

  toString(): string {
    if (this.failure !== undefined) return `✗ ${this.failure}`;
    return this.inputs.map(describe).join("\n");
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

const worst = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.includes("wrong") ? "wrong" : verdicts.includes("agree") ? "agree" : "inconclusive";

const number = (x: number): string => formatCell(x, "float64").replace("-", "−");

function describe({ name, shape, verdict, comparisons, diagnosis }: InputReport): string {
  const mark = { agree: "✓", wrong: "✗", inconclusive: "?" }[verdict];
  const where = (at: readonly number[] | undefined) =>
    at === undefined ? "along a random direction" : `[${at}]`;
  const wrong = comparisons.filter((one) => one.verdict === "wrong");
  const kinks = comparisons.filter((one) => one.kink !== undefined);
  const lines = [`${mark} ${name} ${formatShape(shape)}: ${summary(verdict, comparisons)}`];
  const [first] = [...wrong].sort((a, b) => Math.abs(b.yours - b.numeric) - Math.abs(a.yours - a.numeric));
  if (first !== undefined) {
    lines.push(
      `    at ${where(first.at)}: yours ${number(first.yours)}, numeric ${number(first.numeric)} ± ${first.error.toExponential(0)}`,
    );
  }
  if (diagnosis !== undefined) lines.push(`    → ${diagnosis}`);
  for (const { at, kink } of kinks.slice(0, 3)) {
    lines.push(
      `  ! ${where(at)}: kink, left ${number(kink!.left)}, right ${number(kink!.right)}: anything between is accepted`,
    );
  }
  if (kinks.length > 3) lines.push(`  ! and ${kinks.length - 3} more kinks`);
  return lines.join("\n");
}

function summary(verdict: Verdict, comparisons: readonly Comparison[]): string {
  const count = (wanted: Verdict) => comparisons.filter((one) => one.verdict === wanted).length;
  const kind = comparisons[0]?.at === undefined ? "directions" : "cells";
  if (comparisons.length === 0) return "no cells to check";
  if (verdict === "wrong") return `${count("wrong")} of ${comparisons.length} ${kind} wrong`;
  const open = count("inconclusive");
  if (verdict === "agree") return `${count("agree")} ${kind} agree${open ? `, ${open} inconclusive` : ""}`;
  return "inconclusive: the differences are too rough here to tell (not finite, or a kink close by)";
}

/** Judges one slope. The estimated error of the measurement may excuse a difference, but never make it an agreement. */
export function compare(
  at: Comparison["at"],
  yours: number,
  slope: Slope,
  size: number,
  rtol: number,
): Comparison {
  const { value: numeric, error, kink } = slope;
  const make = (verdict: Verdict): Comparison => ({ at, yours, numeric, error, verdict, kink });
  if (!Number.isFinite(numeric) || !Number.isFinite(error)) return make("inconclusive");
  if (!Number.isFinite(yours)) return make("wrong");
  const scale = Math.max(Math.abs(numeric), 1e-3 * size);
  if (kink !== undefined) {
    const slack = 1e-3 * Math.max(Math.abs(kink.left), Math.abs(kink.right));
    const [low, high] = [Math.min(kink.left, kink.right) - slack, Math.max(kink.left, kink.right) + slack];
    return make(yours >= low && yours <= high ? "inconclusive" : "wrong");
  }
  const off = Math.abs(yours - numeric);
  if (off > rtol * scale + 20 * error) return make("wrong");
  return make(error <= 1e-4 * scale || (off === 0 && numeric === 0) ? "agree" : "inconclusive");
}

/** A copy of `x` with one cell, or all along a direction, moved by t. */
function moved(x: Tensor, t: number, along: number | Tensor): Tensor {
  const cells = Float64Array.from(x.data);
  if (typeof along === "number") cells[along]! += t;
  else for (let i = 0; i < cells.length; i++) cells[i]! += t * along.data[i]!;
  return new Tensor(x.shape, "float64", cells);
}

/** Σ a · b, outside the engine under test. */
function inner(a: Tensor, b: Tensor): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += a.data[i]! * b.data[i]!;
  return sum;
}

/** The function under test with an upstream gradient: a scalar of its inputs. */
export class Probe {
  readonly xs: readonly Tensor[];
  readonly #f: (...xs: Tensor[]) => Tensor;

  constructor(f: (...xs: Tensor[]) => Tensor, xs: readonly Tensor[]) {
    this.#f = f;
    this.xs = xs;
  }

  /** Σ upstream · f, with input `position` moved. */
  slope(upstream: Tensor, position: number, along: number | Tensor): Slope {
    const x = this.xs[position]!;
    const scale = typeof along === "number" ? Math.abs(x.data[along]!) : 1;
    return slopeOf((t) => {
      const y = noGrad(() =>
        this.#f(...this.xs.map((other, i) => (i === position ? moved(x, t, along) : other))),
      );
      return inner(y, upstream);
    }, scale);
  }

  slopes(upstream: Tensor, position: number): Slope[] {
    return Array.from(this.xs[position]!.data, (_, cell) => this.slope(upstream, position, cell));
  }
}

/**
 * Compares the gradients of `f` with slopes measured by differences, in float64 and with a random upstream gradient.
 * Inputs of up to `maxCells` cells are checked cell by cell, larger ones along random directions. The verdict per input is
 * `agree`, `wrong` (with the likely mistake) or `inconclusive` (a kink, or differences too rough to tell); `print` the report
 * to read it.
 *
 * @throws If the inputs or the result of `f` are no tensors.
 * @example
 * ```ts
 * deepEqual(checkGradient((x) => hardSwish(x), [[-4, -1, 2]]).verdict, "agree");
 * const twice = customGradient({
 *   name: "square",
 *   forward: (x) => x.square(),
 *   backward: (upstream, [x]) => upstream.mul(x),
 * });
 * const report = checkGradient(twice, [[1, 2, 3]]);
 * deepEqual(report.verdict, "wrong");
 * deepEqual(report.inputs[0].diagnosis.includes("missing factor 2"), true);
 * ```
 */
export function checkGradient(
  f: (...xs: Tensor[]) => Tensor,
  inputs: readonly TensorLike[],
  options: CheckOptions = {},
): GradientReport {
  const { rtol = 1e-6, maxCells = 256 } = options;
  if (!Array.isArray(inputs)) {
    throw new ChainruleError("checkGradient: the inputs must be an array with one entry per argument of f");
  }
  const xs = inputs.map((x) => tensor(x, { dtype: "float64" }));
  const probe = new Probe(f, xs);
  const random = streamFrom("checkGradient");
  const y = noGrad(() => f(...xs));
  const upstream = randomUniform(y.shape, { dtype: "float64", min: 0.5, max: 1.5, stream: random });
  const ones = new Tensor(y.shape, "float64", new Float64Array(y.size).fill(1));
  let pulled: Tensor[];
  try {
    const result = vjp(f)(...xs)[1](upstream);
    pulled = Array.isArray(result) ? result : [result];
  } catch (error) {
    if (!(error instanceof ChainruleError)) throw error;
    return new GradientReport([], error.message);
  }

  const reports = xs.map((x, position): InputReport => {
    const yours = pulled[position]!;
    const name = xs.length === 1 ? "input" : `input ${position}`;
    const about = { name, shape: x.shape };
    if (x.size > maxCells) {
      const comparisons = Array.from({ length: 5 }, () => {
        const direction = randomNormal(x.shape, { dtype: "float64", stream: random });
        const along = inner(yours, direction);
        const slope = probe.slope(upstream, position, direction);
        return compare(undefined, along, slope, Math.abs(slope.value), rtol);
      });
      return {
        ...about,
        verdict: worst(comparisons.map(({ verdict }) => verdict)),
        comparisons,
        diagnosis: undefined,
      };
    }
    const slopes = probe.slopes(upstream, position);
    const size = slopes.reduce((top, { value }) => Math.max(top, Math.abs(value) || 0), 0);
    const strides = stridesOf(x.shape);
    const comparisons = slopes.map((slope, cell) => {
      const at = strides.map((stride, axis) => Math.floor(cell / stride) % x.shape[axis]!);
      const one = compare(at, yours.data[cell]!, slope, size, rtol);
      // A kink is shown as that of f itself, without the random upstream.
      return slope.kink ? { ...one, kink: probe.slope(ones, position, cell).kink ?? slope.kink } : one;
    });
    const verdict = worst(comparisons.map((one) => one.verdict));
    const diagnosis =
      verdict === "wrong" ? find(probe, { upstream, ones }, position, yours, slopes, maxCells) : undefined;
    return { ...about, verdict, comparisons, diagnosis };
  });
  return new GradientReport(reports);
}

/** Measures what the diagnosis asks for. */
function find(
  probe: Probe,
  { upstream, ones }: { readonly upstream: Tensor; readonly ones: Tensor },
  position: number,
  yours: Tensor,
  slopes: readonly Slope[],
  maxCells: number,
): string | undefined {
  const { xs } = probe;
  const values = (list: readonly Slope[]) => list.map(({ value }) => value);
  const others = xs.flatMap((x, i) =>
    i === position || x.size > maxCells
      ? []
      : [{ position: i, shape: x.shape, numeric: values(probe.slopes(upstream, i)) }],
  );
  return diagnose({
    shape: yours.shape,
    yours: yours.data,
    numeric: values(slopes),
    numericOfOnes: values(probe.slopes(ones, position)),
    upstream: formatShape(upstream.shape) === formatShape(yours.shape) ? upstream.data : undefined,
    others,
  });
}

import type { DType } from "../../../dtype.ts";
import { type Shape, sizeOf } from "../../../shape.ts";
import type { View } from "../../../view.ts";
import type { BinaryName, UnaryName } from "../../kernels.ts";
import type { Generated, Instruction } from "../instruction.ts";
import { emit, type Operand } from "./emit.ts";
import { moduleOf } from "./encoder.ts";
import { dtypeOf, planOf } from "./layout.ts";
import { binaryRule, canConvert, constantOf, convert, isPredicate, unaryRule } from "./rules.ts";
import { bits, i32, lowBytes, type Vector } from "./vector.ts";

/** A value in a fused kernel: an input, the result of a step, or a number, of the dtype that it meets. */
export type Ref = { readonly input: number } | { readonly step: number } | { readonly constant: number };

export type FusedStep =
  | { readonly kind: "unary"; readonly name: UnaryName; readonly x: Ref }
  | { readonly kind: "binary"; readonly name: BinaryName; readonly a: Ref; readonly b: Ref }
  | { readonly kind: "select"; readonly condition: Ref; readonly a: Ref; readonly b: Ref }
  | { readonly kind: "copy"; readonly x: Ref; readonly dtype: DType };

/** Elementwise steps that run in one loop. */
export interface Fused {
  /** The cells to loop over. */
  readonly shape: Shape;
  /** Views of this shape. */
  readonly inputs: readonly View[];
  /** Each uses only the results of steps before it. */
  readonly steps: readonly FusedStep[];
  /** Row-major views of this shape. One may be an input's cells, if that is row-major, too. */
  readonly outputs: readonly { readonly value: Ref; readonly out: View }[];
}

/** The code of a kernel for all sizes and addresses. */
export interface FusedCode extends Generated {
  readonly axes: number;
  readonly operands: readonly Operand[];
  readonly steps: readonly FusedStep[];
  readonly values: readonly Ref[];
}

/** Whether a step can be part of a fused kernel, given the dtypes of its operands (for select: condition, a, b). */
export function canFuse(
  name: UnaryName | BinaryName | "select" | "copy",
  operands: readonly DType[],
  result: DType,
): boolean {
  const [first, second, third] = operands as readonly [DType, DType?, DType?];
  if (name === "copy") return canConvert(first, result);
  if (name === "select")
    return first === "bool" && second === result && third === result && result !== "float64";
  if (result !== (isPredicate(name) ? "bool" : first)) return false;
  if (second === undefined) return unaryRule(name as UnaryName, first) !== undefined;
  return first === second && binaryRule(name as BinaryName, first) !== undefined;
}

// As many bytes as are read and written in one block: they fit into the nearest cache.
const blockBytes = 32768;

function blockOf(cells: number, bytesPerCell: number, grain: number): number {
  if (cells * bytesPerCell <= 2 * blockBytes) return Math.max(cells, 1);
  const unit = grain === 1 ? 16 : grain;
  return unit * Math.max(Math.floor(blockBytes / bytesPerCell / unit), 1);
}

/** The code that a fused kernel needs, and the instruction that runs it. `grain` divides the ranges that it takes. */
export function lowerFused({ shape, inputs, steps, outputs }: Fused): {
  readonly code: FusedCode;
  readonly instruction: Instruction;
  readonly grain: number;
} {
  const views = [...inputs, ...outputs.map(({ out }) => out)];
  const { axes, layouts, words, grain } = planOf(shape, views);
  const operands = views.map((view, k) => ({ dtype: dtypeOf(view), layout: layouts[k]! }));
  const values = outputs.map(({ value }) => value);
  const structure = { axes, operands, steps, values };
  const code = { key: keyOf(structure), ...structure };
  const moved = views.filter((_, k) => layouts[k] !== "scalar" && layouts[k] !== "splat");
  const bytesPerCell = moved.reduce((sum, { data }) => sum + data.BYTES_PER_ELEMENT, 0);
  const cells = sizeOf(shape);
  const block = blockOf(cells, bytesPerCell, grain);
  return { code, instruction: { kernel: "elementwise", words: [code, cells, block, ...words] }, grain };
}

/** JSON, but with the constants that it lacks. */
const keyOf = (structure: object): string =>
  JSON.stringify(structure, (_, value: unknown) =>
    typeof value === "number" && !(Number.isFinite(value) && !Object.is(value, -0))
      ? Object.is(value, -0)
        ? "-0"
        : String(value)
      : value,
  );

interface Value {
  readonly dtype: DType;
  readonly vector: Vector;
}

/** The steps as expressions. */
function valuesOf({ operands, steps, values }: FusedCode): Value[] {
  const inputs = operands.slice(0, operands.length - values.length).map(({ dtype }, input): Value => {
    const vector = { code: [], args: [], input };
    return { dtype, vector: dtype === "bool" ? i32.gt(vector, i32.of(0)) : vector };
  });
  const results: Value[] = [];
  const dtypeAt = (ref: Ref): DType | undefined =>
    "constant" in ref ? undefined : "input" in ref ? inputs[ref.input]!.dtype : results[ref.step]!.dtype;
  const vectorAt = (ref: Ref, dtype: DType): Vector => {
    if ("constant" in ref) return constantOf(ref.constant, dtype);
    return ("input" in ref ? inputs[ref.input]! : results[ref.step]!).vector;
  };
  const common = (...refs: readonly Ref[]): DType => refs.map(dtypeAt).find(Boolean) ?? "float32";
  const result = (step: FusedStep): Value => {
    if (step.kind === "copy") {
      const from = common(step.x);
      return { dtype: step.dtype, vector: convert(vectorAt(step.x, from), from, step.dtype) };
    }
    if (step.kind === "select") {
      const dtype = common(step.a, step.b);
      const [a, b] = [vectorAt(step.a, dtype), vectorAt(step.b, dtype)];
      return { dtype, vector: bits.select(vectorAt(step.condition, "bool"), a, b) };
    }
    const given = step.kind === "unary" ? [step.x] : [step.a, step.b];
    const dtype = common(...given);
    const [a, b] = given.map((ref) => vectorAt(ref, dtype));
    const vector =
      step.kind === "unary" ? unaryRule(step.name, dtype)!(a!) : binaryRule(step.name, dtype)!(a!, b!);
    return { dtype: isPredicate(step.name) ? "bool" : dtype, vector };
  };
  for (const step of steps) results.push(result(step));
  return values.map((ref, i) => {
    const dtype = operands[operands.length - values.length + i]!.dtype;
    const from = dtypeAt(ref) ?? dtype;
    return { dtype, vector: convert(vectorAt(ref, from), from, dtype) };
  });
}

function functionOf(code: FusedCode): readonly number[] {
  const outputs = valuesOf(code).map(({ dtype, vector }) => ({
    dtype,
    value: dtype === "bool" ? lowBytes(bits.and(vector, i32.of(1))) : vector,
  }));
  const inputs = code.operands.slice(0, code.operands.length - outputs.length);
  return emit({ axes: code.axes, inputs, outputs });
}

/** A module with the kernels as its exports "0", "1", … */
export const assemble = (codes: readonly FusedCode[], shared: boolean): Uint8Array =>
  moduleOf(codes.map(functionOf), shared);

import { type DType, dtypeOf } from "../../../dtype.ts";
import { type Shape, sizeOf } from "../../../shape.ts";
import type { View } from "../../../view.ts";
import type { BinaryName, UnaryName } from "../../kernels.ts";
import type { Generated, Instruction } from "../instruction.ts";
import type { Operand } from "./cursor.ts";
import { emit } from "./emit.ts";
import { type Bytes, moduleOf } from "./encoder.ts";
import { planOf } from "./layout.ts";
import { binaryRule, canConvert, isPredicate, unaryRule } from "./rules.ts";
import { type FusedStep, type Ref, Values } from "./steps.ts";
import { bits, i32, lowBytes } from "./vector.ts";

export type { FusedStep, Ref } from "./steps.ts";

/** Elementwise steps that run in one loop. */
export interface Fused {
  /** The cells to loop over. */
  readonly shape: Shape;
  /** Views of this shape. */
  readonly inputs: readonly View[];
  /** Each uses only the results of steps before it. */
  readonly steps: readonly FusedStep[];
  /** Row-major views of this shape. One may have the cells of an input, if that is row-major, too. */
  readonly outputs: readonly { readonly value: Ref; readonly out: View }[];
}

/** The code of a kernel for all sizes and addresses. */
export interface FusedCode extends Generated {
  readonly axes: number;
  readonly inputs: readonly Operand[];
  readonly steps: readonly FusedStep[];
  readonly outputs: readonly { readonly value: Ref; readonly dtype: DType }[];
}

/** Whether a step can be part of a fused kernel, given the dtypes of its operands (for select: condition, a, b). */
export function canFuse(
  name: UnaryName | BinaryName | "select" | "copy",
  operands: readonly DType[],
  result: DType,
): boolean {
  const [first, second, third] = operands as readonly [DType, DType?, DType?];
  if (name === "copy") return canConvert(first, result);
  if (name === "select") {
    return first === "bool" && second === result && third === result && result !== "float64";
  }
  if (result !== (isPredicate(name) ? "bool" : first)) return false;
  if (second === undefined) return unaryRule(name as UnaryName, first) !== undefined;
  return first === second && binaryRule(name as BinaryName, first) !== undefined;
}

// What a block reads and writes fits into the nearest cache.
const blockBytes = 32768;

function blockOf(cells: number, bytesPerCell: number, grain: number): number {
  if (cells * bytesPerCell <= 2 * blockBytes) return Math.max(cells, 1);
  const unit = grain === 1 ? 16 : grain;
  return unit * Math.max(Math.floor(blockBytes / bytesPerCell / unit), 1);
}

/** The code that a fused kernel needs, and the instruction that runs it. The ranges it takes are multiples of `grain`. */
export function lowerFused({ shape, inputs, steps, outputs }: Fused): {
  readonly code: FusedCode;
  readonly instruction: Instruction;
  readonly grain: number;
} {
  const views = [...inputs, ...outputs.map(({ out }) => out)];
  const { axes, layouts, words, grain } = planOf(shape, views);
  const structure = {
    axes,
    inputs: inputs.map(({ data }, i) => ({ dtype: dtypeOf(data), layout: layouts[i]! })),
    steps,
    outputs: outputs.map(({ value, out }) => ({ value, dtype: dtypeOf(out.data) })),
  };
  const code = { key: keyOf(structure), ...structure };
  const moved = views.filter((_, k) => layouts[k] !== "scalar" && layouts[k] !== "splat");
  const bytesPerCell = moved.reduce((sum, { data }) => sum + data.BYTES_PER_ELEMENT, 0);
  const cells = sizeOf(shape);
  const block = blockOf(cells, bytesPerCell, grain);
  return { code, instruction: { kernel: "elementwise", words: [code, cells, block, ...words] }, grain };
}

/** JSON, and what it would write as null or 0 as text. */
const keyOf = (structure: object): string =>
  JSON.stringify(structure, (_, value: unknown) => {
    if (Object.is(value, -0)) return "-0";
    return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
  });

function functionOf({ axes, inputs, steps, outputs }: FusedCode): Bytes {
  const values = new Values(
    inputs.map(({ dtype }) => dtype),
    steps,
  );
  return emit({
    axes,
    inputs,
    vectors: values.results.map(({ vector }) => vector),
    outputs: outputs.map(({ value, dtype }) => {
      const vector = values.as(value, dtype);
      return { dtype, value: dtype === "bool" ? lowBytes(bits.and(vector, i32.of(1))) : vector };
    }),
  });
}

/** A module with the kernels as its exports "0", "1", … */
export const assemble = (codes: readonly FusedCode[], shared: boolean): Uint8Array =>
  moduleOf(codes.map(functionOf), shared);

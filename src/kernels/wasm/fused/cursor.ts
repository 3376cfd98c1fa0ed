import type { DType } from "../../../dtype.ts";
import { type Bytes, type FunctionBuilder, get, i32Const, loadWord, op, set, simd } from "./encoder.ts";
import type { Level } from "./graph.ts";
import { firstWord, type Layout, stridesOf } from "./layout.ts";

// The parameters of a kernel.
export const args = 0;
export const from = 1;
export const to = 2;

/** Word `i` of the arguments. */
export const word = (i: number): Bytes => [...get(args), ...loadWord(4 * i)];

export const increase = (local: number, amount: Bytes): Bytes => [
  ...get(local),
  ...amount,
  ...op.add,
  ...set(local),
];

export interface Operand {
  readonly dtype: DType;
  readonly layout: Layout;
}

/** An operand while its kernel is written: the locals and words that say where its cells are. */
export interface Cursor {
  readonly layout: Layout;
  readonly isByte: boolean;
  /** The local with the address of the next cell. */
  readonly pointer: number;
  /** The address of the first cell of all. */
  readonly base: Bytes;
  /** From a cell to the next of a row, in bytes. */
  readonly step: Bytes;
  /** The words of its strides. */
  readonly strides: readonly number[];
}

/** How often its cells change. */
export const levelOf = ({ layout }: Operand | Cursor): Level =>
  layout === "scalar" ? 0 : layout === "splat" ? 1 : 2;

export function cursorsOf(operands: readonly Operand[], axes: number, fn: FunctionBuilder): Cursor[] {
  let next = firstWord + operands.length + Math.max(axes - 1, 0);
  return operands.map(({ layout, dtype }, k) => {
    const strides = stridesOf(layout, axes).map(() => next++);
    const isByte = dtype === "bool";
    const step = layout === "strided" ? get(fn.int()) : i32Const(isByte ? 1 : 4);
    return { layout, isByte, pointer: fn.int(), base: word(firstWord + k), step, strides };
  });
}

/** The words of the strides along all axes but the innermost. */
export const outerStrides = ({ layout, strides }: Cursor): readonly number[] =>
  layout === "strided" ? strides.slice(1) : strides;

// Instructions by the number of cells, then for words and for bytes.
const loads: Record<number, readonly [Bytes, Bytes]> = {
  1: [simd(9, 2, 0), simd(7, 0, 0)], // one cell in all lanes
  4: [simd(0, 2, 0), [...simd(92, 0, 0), ...simd(137), ...simd(169)]], // four bytes are widened
};
const stores: Record<number, readonly [Bytes, Bytes]> = {
  1: [simd(90, 2, 0, 0), simd(88, 0, 0, 0)],
  4: [simd(11, 2, 0), simd(90, 0, 0, 0)],
};

const zeros: Bytes = [...i32Const(0), ...simd(17)];

/** Leaves `count` cells on the stack, of bytes each in the lowest of its lane. */
export function load({ layout, pointer, step, isByte }: Cursor, count: number): Bytes {
  if (layout !== "strided" || count === 1) return [...get(pointer), ...loads[count]![Number(isByte)]!];
  const lanes = [0, 1, 2, 3];
  const addresses = lanes.map(
    (lane): Bytes => [...[...get(pointer), ...step, ...i32Const(lane), ...op.mul, ...op.add]],
  );
  const fill = lanes.map((lane) => (isByte ? simd(84, 0, 0, 4 * lane) : simd(86, 2, 0, lane)));
  return [...addresses.reverse().flat(), ...zeros, ...fill.flat()];
}

/** Stores a value of `count` cells, of bytes side by side. */
export const store = ({ pointer, isByte }: Cursor, value: Bytes, count: number): Bytes => [
  ...[...get(pointer), ...value, ...stores[count]![Number(isByte)]!],
];

export const advance = (cursor: Cursor, count: number): Bytes =>
  levelOf(cursor) < 2 ? [] : increase(cursor.pointer, [...cursor.step, ...i32Const(count), ...op.mul]);

/** What can be said of an operand before any loop: its stride, and its address unless that changes with the row. */
export function begin({ layout, pointer, base, step, strides }: Cursor, axes: number): Bytes {
  const stride: Bytes = layout === "strided" ? [...word(strides[0]!), ...set(step[1]!)] : [];
  if (layout === "scalar") return [...base, ...set(pointer)];
  if (layout !== "full" && axes > 1) return stride;
  return [...stride, ...base, ...get(from), ...step, ...op.mul, ...op.add, ...set(pointer)];
}

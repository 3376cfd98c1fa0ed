import type { DType } from "../../../dtype.ts";
import {
  type Bytes,
  FunctionBuilder,
  get,
  i32Const,
  loadWord,
  op,
  set,
  simd,
  tee,
  until,
} from "./encoder.ts";
import { Graph, type Level } from "./graph.ts";
import { firstWord, type Layout, stridesOf } from "./layout.ts";
import type { Vector } from "./vector.ts";

export interface Operand {
  readonly dtype: DType;
  readonly layout: Layout;
}

/** What a kernel computes, and along which loops. Outputs are `full`. */
export interface Body {
  readonly axes: number;
  readonly inputs: readonly Operand[];
  readonly outputs: readonly { readonly dtype: DType; readonly value: Vector }[];
}

// The parameters of a kernel.
const args = 0;
const from = 1;
const to = 2;

const lanes = 4;
const word = (i: number): Bytes => [...get(args), ...loadWord(4 * i)];
const plus = (local: number, amount: Bytes): Bytes => [...get(local), ...amount, ...op.add, ...set(local)];

/** An operand while its kernel is written: where its address and its words are. */
interface Cursor extends Operand {
  readonly pointer: number;
  readonly size: number;
  /** The word of its first stride. */
  readonly strides: number;
  readonly base: Bytes;
}

/** From the address that `at` leaves for a lane: cells of the operand in lanes; bools as 0 and 1 in the lowest byte. */
function load({ size, layout, pointer, strides }: Cursor, count: number): Bytes {
  if (count === 1) return [...get(pointer), ...simd(size === 1 ? 7 : 9, 0, 0)];
  if (layout === "strided") {
    const at = (lane: number): Bytes => [
      ...[...get(pointer), ...word(strides), ...i32Const(lane), ...op.mul, ...op.add],
    ];
    const put = (lane: number): Bytes => simd(size === 1 ? 84 : 86, 0, 0, size === 1 ? 4 * lane : lane);
    const zero: Bytes = [...i32Const(0), ...simd(17)];
    return [...at(3), ...at(2), ...at(1), ...at(0), ...zero, ...put(0), ...put(1), ...put(2), ...put(3)];
  }
  if (size === 1) return [...get(pointer), ...simd(92, 0, 0), ...simd(137), ...simd(169)];
  return [...get(pointer), ...simd(0, 2, 0)];
}

function store({ size, pointer }: Cursor, value: Bytes, count: number): Bytes {
  const immediates: Record<number, Bytes> = {
    1: simd(count === 1 ? 88 : 90, 0, 0, 0),
    4: count === 1 ? simd(90, 2, 0, 0) : simd(11, 2, 0),
  };
  return [...get(pointer), ...value, ...immediates[size]!];
}

const levels: Record<Layout, Level> = { full: 2, scalar: 0, row: 2, splat: 1, strided: 2 };

/** Writes the function of a kernel: (args, from, to) → (). */
export function emit({ axes, inputs, outputs }: Body): Bytes {
  const fn = new FunctionBuilder();
  const graph = new Graph(
    outputs.map(({ value }) => value),
    (input) => levels[inputs[input]!.layout],
    () => fn.vector(),
  );
  const operands = [...inputs, ...outputs.map(({ dtype }): Operand => ({ dtype, layout: "full" }))];
  let next = firstWord + operands.length + Math.max(axes - 1, 0);
  const cursors = operands.map((operand, k): Cursor => {
    const strides = next;
    next += stridesOf(operand.layout, axes).length;
    const size = operand.dtype === "bool" ? 1 : 4;
    return { ...operand, pointer: fn.int(), size, strides, base: word(firstWord + k) };
  });
  const sinks = cursors.slice(inputs.length);
  const left = fn.int();

  const enter = (level: Level, count: number): Bytes => [
    ...graph.inputs(level).flatMap(({ input, local }) => [...load(cursors[input]!, count), ...set(local)]),
    ...graph.enter(level),
  ];

  /** Computes `count` cells and steps on. */
  const cells = (count: number): Bytes => [
    ...enter(2, count),
    ...sinks.flatMap((sink, i) => store(sink, graph.root(i), count)),
    ...cursors.flatMap(({ layout, pointer, size, strides }) => {
      if (levels[layout] < 2) return [];
      const step = layout === "strided" ? word(strides) : i32Const(size);
      return plus(pointer, [...step, ...i32Const(count), ...op.mul]);
    }),
    ...plus(left, i32Const(-count)),
  ];

  const run: Bytes = [
    ...until([...get(left), ...i32Const(lanes), ...op.ltS], cells(lanes)),
    ...until([...get(left), ...i32Const(1), ...op.ltS], cells(1)),
  ];

  const start = cursors.flatMap(({ layout, base, pointer, size, strides }): Bytes => {
    if (layout === "scalar") return [...base, ...set(pointer)];
    const step =
      layout === "full" ? i32Const(size) : layout === "strided" && axes === 1 ? word(strides) : null;
    return step === null ? [] : [...base, ...get(from), ...step, ...op.mul, ...op.add, ...set(pointer)];
  });

  const rows = (): Bytes => {
    const length = word(firstWord + operands.length);
    const row = fn.int();
    const places = Array.from({ length: axes - 1 }, () => fn.int());
    const last = places.length - 1;
    const locate: Bytes = [
      ...[...get(row), ...set(places[last]!)],
      ...places.slice(0, -1).flatMap((place, i): Bytes => {
        const size = word(firstWord + operands.length + 1 + i);
        const rest = places[last]!;
        return [
          ...[...get(rest), ...size, ...op.remU, ...set(place)],
          ...[...get(rest), ...size, ...op.divU, ...set(rest)],
        ];
      }),
    ];
    const aim = cursors.flatMap(({ layout, base, pointer, strides }): Bytes => {
      if (layout === "full" || layout === "scalar") return [];
      const outer = strides + (layout === "strided" ? 1 : 0);
      const steps = places.flatMap((place, i) => [...get(place), ...word(outer + i), ...op.mul, ...op.add]);
      return [...base, ...steps, ...set(pointer)];
    });
    return [
      ...[...get(from), ...length, ...op.divU, ...set(row)],
      ...until(
        [...get(from), ...get(to), ...op.geS],
        [
          ...locate,
          ...aim,
          ...enter(1, 1),
          ...[...length, ...tee(left), ...get(from), ...op.add, ...set(from)],
          ...run,
          ...plus(row, i32Const(1)),
        ],
      ),
    ];
  };

  const flat = (): Bytes => [...get(to), ...get(from), ...op.sub, ...set(left), ...run];
  const body = [...start, ...enter(0, 1), ...(axes > 1 ? rows() : flat())];
  return fn.finish(body);
}

import type { DType } from "../../../dtype.ts";
import * as c from "./cursor.ts";
import { type Bytes, FunctionBuilder, get, i32Const, op, set, tee, until } from "./encoder.ts";
import { Graph, type Level } from "./graph.ts";
import { firstWord } from "./layout.ts";
import type { Vector } from "./vector.ts";

/** What a kernel computes, and along which loops. */
export interface Body {
  readonly axes: number;
  readonly inputs: readonly c.Operand[];
  /** All that is computed, in order. */
  readonly vectors: readonly Vector[];
  /** Row-major results. */
  readonly outputs: readonly { readonly dtype: DType; readonly value: Vector }[];
}

const lanes = 4;

/** Writes the function of a kernel: (args, from, to) → (). */
export function emit({ axes, inputs, vectors, outputs }: Body): Bytes {
  const fn = new FunctionBuilder();
  const graph = new Graph(
    vectors,
    outputs.map(({ value }) => value),
    (input) => c.levelOf(inputs[input]!),
    () => fn.vector(),
  );
  const operands = [...inputs, ...outputs.map(({ dtype }): c.Operand => ({ dtype, layout: "full" }))];
  const cursors = c.cursorsOf(operands, axes, fn);
  const sinks = cursors.slice(inputs.length);
  const left = fn.int();

  const enter = (level: Level, count: number): Bytes =>
    graph.enter(level, (input) => c.load(cursors[input]!, count));

  // All inputs are loaded before a result is stored, since it may take an input's place.
  const cells = (count: number): Bytes => [
    ...enter(2, count),
    ...sinks.flatMap((sink, i) => c.store(sink, graph.root(i), count)),
    ...cursors.flatMap((cursor) => c.advance(cursor, count)),
    ...c.increase(left, i32Const(-count)),
  ];
  const run: Bytes = [lanes, 1].flatMap((count) =>
    until([...get(left), ...i32Const(count), ...op.ltS], cells(count)),
  );

  const loops =
    axes > 1
      ? rowByRow(fn, axes, cursors, left, [...enter(1, 1), ...run])
      : [...get(c.to), ...get(c.from), ...op.sub, ...set(left), ...run];
  const begin = cursors.flatMap((cursor) => c.begin(cursor, axes));
  return fn.finish([...begin, ...enter(0, 1), ...loops]);
}

/** Finds the operands' cells of each row between `from` and `to`; `run` works on `left` cells. */
function rowByRow(
  fn: FunctionBuilder,
  axes: number,
  cursors: readonly c.Cursor[],
  left: number,
  run: Bytes,
): Bytes {
  const sizes = Array.from({ length: axes - 1 }, (_, axis) => c.word(firstWord + cursors.length + axis));
  const length = sizes[0]!;
  const row = fn.int();
  // The row's index along each outer axis; the outermost is what is left when the others are taken off.
  const places = sizes.map(() => fn.int());
  const rest = places.at(-1)!;
  const locate: Bytes = [
    ...[...get(row), ...set(rest)],
    ...places.slice(0, -1).flatMap((place, i): Bytes => {
      const size = sizes[i + 1]!;
      const remainder = [...get(rest), ...size, ...op.remU, ...set(place)];
      return [...remainder, ...get(rest), ...size, ...op.divU, ...set(rest)];
    }),
  ];
  const aim = cursors.flatMap((cursor): Bytes => {
    const strides = c.outerStrides(cursor);
    if (strides.length === 0) return [];
    const steps = strides.flatMap((stride, i) => [
      ...[...get(places[i]!), ...c.word(stride), ...op.mul, ...op.add],
    ]);
    return [...cursor.base, ...steps, ...set(cursor.pointer)];
  });
  return [
    ...[...get(c.from), ...length, ...op.divU, ...set(row)],
    ...until(
      [...get(c.from), ...get(c.to), ...op.geS],
      [
        ...[...locate, ...aim],
        ...[...length, ...tee(left), ...get(c.from), ...op.add, ...set(c.from)],
        ...[...run, ...c.increase(row, i32Const(1))],
      ],
    ),
  ];
}

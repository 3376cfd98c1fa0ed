import { type DType, dtypes } from "../../dtype.ts";
import { ChainruleError } from "../../errors.ts";
import { sizeOf } from "../../shape.ts";
import { levels } from "../../tex.ts";
import { cellsFrom, dequantized, fromBase64 } from "./encoding.ts";
import {
  dictionary,
  flag,
  list,
  number,
  object,
  oneOf,
  optional,
  type Read,
  refuse,
  text,
  whole,
} from "./reading.ts";
import { phases, type Sample, type Tables, type TensorRecord } from "./records.ts";
import { wholeCells } from "./sample.ts";
import { format, version } from "./save.ts";
import { Trace } from "./trace.ts";

// No honest trace is larger; a hostile one is refused before it costs anything.
const most = {
  bytes: 2 ** 26,
  records: 20_000,
  steps: 100_000,
  rank: 8,
  depth: 8,
  name: 500,
  formula: 5000,
  program: 2 ** 20,
};

const index = whole(0, most.steps);
const name = text(most.name);
const shape = list(whole(0, 2 ** 31), most.rank);
const formula = object({ tex: text(most.formula), level: oneOf(...levels) });

const statistics = object({
  rms: number,
  mean: number,
  min: number,
  max: number,
  zeros: number,
  nonFinite: number,
});
const histogram = object({ low: number, high: number, counts: list(whole(0, 2 ** 31), 64) });

const savedTensor = object({
  shape,
  dtype: oneOf(...dtypes),
  statistics,
  histogram,
  whole: optional(text(wholeCells * 12)),
  sample: optional(
    object({
      axes: list(object({ first: index, step: whole(1, 2 ** 31), count: whole(0, wholeCells) }), most.rank),
      scale: number,
      bytes: text(wholeCells * 2),
    }),
  ),
});

const group = object({ name, kind: name, parent: optional(index), call: index });

/** A value that an attribute of an op may have. */
const attribute: Read<unknown> = (value, path) => {
  if (Array.isArray(value)) return list(attribute, 100)(value, path);
  if (typeof value === "string") return name(value, path);
  const isPlain = value === null || typeof value === "boolean" || typeof value === "number";
  return isPlain ? value : refuse(path, "a number, text, a flag or a list", value);
};

const node = object({
  kind: oneOf("op", "variable", "input", "constant"),
  label: name,
  op: optional(name),
  group: optional(index),
  inputs: list(index, 1000),
  slots: list(name, 1000),
  tensor: index,
  attributes: dictionary(attribute, 50),
  formula: optional(formula),
  pointwise: flag,
  source: optional(object({ file: text(4096), line: whole(0, 2 ** 31), column: whole(0, 2 ** 31) })),
});

const step = object({
  phase: oneOf(...phases),
  node: index,
  from: optional(index),
  slot: optional(index),
  name,
  value: index,
  upstream: optional(index),
  rule: optional(object({ formula, bind: dictionary(index, 1000) })),
  axes: optional(shape),
  arrived: optional(list(index, 2)),
  total: optional(index),
});

const row = object({
  group: index,
  layer: name,
  kind: name,
  activation: number,
  gradient: number,
  localGain: optional(number),
  weightGradient: optional(number),
  saturated: optional(number),
  dead: optional(number),
  nonFinite: number,
});

const savedTrace = object({
  format: oneOf(format),
  version: whole(version, version),
  program: optional(object({ source: text(most.program), language: oneOf("ts", "js") })),
  loss: index,
  groups: list(group, most.records),
  nodes: list(node, most.records),
  steps: list(step, most.steps),
  tensors: list(savedTensor, most.records * 4),
  flow: list(row, most.records),
  // Read one by one, so that their depth can be limited.
  parts: list(object({ node: index, trace: (value: unknown) => value }), most.records),
});

type Saved = ReturnType<typeof savedTrace>;

function bytesFrom(source: string, path: string): Uint8Array {
  try {
    return fromBase64(source);
  } catch {
    return refuse(path, "base64", `${source.slice(0, 20)}…`);
  }
}

function tensorFrom(saved: Saved["tensors"][number], path: string): TensorRecord {
  const { shape, dtype, statistics, histogram } = saved;
  const about = { shape, dtype: dtype as DType, statistics, histogram };
  if (saved.whole !== undefined) {
    if (sizeOf(shape) > wholeCells) return refuse(`${path}.shape`, `at most ${wholeCells} cells`, shape);
    const cells = cellsFrom(bytesFrom(saved.whole, `${path}.whole`), about.dtype, shape);
    if (cells === undefined)
      return refuse(`${path}.whole`, "the bytes of all cells", `${saved.whole.length} characters`);
    const axes = shape.map((count) => ({ first: 0, step: 1, count }));
    return { ...about, cells, sample: { axes, cells } };
  }
  if (saved.sample === undefined) return refuse(path, "whole or sample", Object.keys(saved));
  return { ...about, cells: undefined, sample: sampleFrom(saved.sample, shape, `${path}.sample`) };
}

function sampleFrom(
  saved: NonNullable<Saved["tensors"][number]["sample"]>,
  shape: readonly number[],
  path: string,
): Sample {
  const { axes, scale, bytes } = saved;
  const fits =
    axes.length === shape.length &&
    axes.every(({ first, step, count }, axis) => count === 0 || first + step * (count - 1) < shape[axis]!);
  if (!fits) return refuse(`${path}.axes`, `indices within [${shape}]`, axes);
  const cells = dequantized(bytesFrom(bytes, `${path}.bytes`), scale);
  const expected = sizeOf(axes.map(({ count }) => count));
  if (cells.length !== expected) return refuse(`${path}.bytes`, `${expected} bytes`, cells.length);
  return { axes, cells };
}

/** What records name must be there, and must have come before where one is made of the other. */
function checkReferences({ nodes, groups, steps, tensors, flow, loss }: Saved): void {
  const within = (value: number | undefined, count: number, path: string): void => {
    if (value !== undefined && value >= count) refuse(path, `a number below ${count}`, value);
  };
  groups.forEach(({ parent }, i) => {
    within(parent, i, `groups[${i}].parent`);
  });
  nodes.forEach(({ inputs, slots, group, tensor }, i) => {
    for (const input of inputs) within(input, i, `nodes[${i}].inputs`);
    within(group, groups.length, `nodes[${i}].group`);
    within(tensor, tensors.length, `nodes[${i}].tensor`);
    if (slots.length !== inputs.length) refuse(`nodes[${i}].slots`, `${inputs.length} names`, slots);
  });
  steps.forEach((one, i) => {
    for (const key of ["node", "from"] as const) within(one[key], nodes.length, `steps[${i}].${key}`);
    for (const key of ["value", "upstream", "total"] as const)
      within(one[key], tensors.length, `steps[${i}].${key}`);
    for (const x of Object.values(one.rule?.bind ?? {})) within(x, tensors.length, `steps[${i}].rule.bind`);
    if (one.arrived && one.arrived.length !== 2) refuse(`steps[${i}].arrived`, "two numbers", one.arrived);
    const backward = one.phase !== "forward" && one.phase !== "seed";
    if (backward && (one.from === undefined || one.upstream === undefined || one.rule === undefined)) {
      refuse(`steps[${i}]`, "from, upstream and rule", Object.keys(one));
    }
    if (one.phase === "sum" && one.axes === undefined) refuse(`steps[${i}].axes`, "a list", one.axes);
  });
  flow.forEach(({ group }, i) => {
    within(group, groups.length, `flow[${i}].group`);
  });
  within(loss, nodes.length, "loss");
}

/**
 * A trace from what {@link Trace.toJSON} gave, as JSON text or as a value. It is checked first: what has wrong types, is
 * too large or names what is not there is refused. It can be stepped through, but not run again.
 *
 * @throws If it is no trace; the error says where.
 */
export function loadTrace(json: unknown): Trace {
  return traceFrom(typeof json === "string" ? parse(json) : json, "trace", 0);
}

function traceFrom(json: unknown, path: string, depth: number): Trace {
  if (depth > most.depth) return refuse(path, `parts of parts ${most.depth} deep at most`, "deeper ones");
  const read = savedTrace(json, path);
  checkReferences(read);
  const tensors = read.tensors.map((one, i) => tensorFrom(one, `${path}.tensors[${i}]`));
  const parts = new Map(
    read.parts.map(({ node, trace }, i) => [node, traceFrom(trace, `${path}.parts[${i}].trace`, depth + 1)]),
  );
  const tables: Tables = { ...read, tensors, steps: read.steps as Tables["steps"] };
  const open = (node: number) => parts.get(node);
  return new Trace(tables, { flow: () => tables.flow, open, saved: open });
}

function parse(json: string): unknown {
  if (json.length > most.bytes)
    throw new ChainruleError(
      `loadTrace: the file has ${json.length} characters; at most ${most.bytes} are read`,
    );
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new ChainruleError(`loadTrace: this is no JSON: ${error instanceof Error ? error.message : error}`);
  }
}

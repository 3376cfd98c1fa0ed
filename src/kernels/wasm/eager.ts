import { type Cells, dtypeOf } from "../../dtype.ts";
import { sizeOf } from "../../shape.ts";
import { isContiguous, type View } from "../../view.ts";
import type { Kernels } from "../kernels.ts";
import { reference } from "../reference/reference.ts";
import { isView, workOf } from "../work.ts";
import { canGenerate, stepOf } from "./fused/call.ts";
import { assemble, type Fused, lowerFused, type Ref } from "./fused/fused.ts";
import type { Instruction } from "./instruction.ts";
import { type Lowered, lower } from "./lower/lower.ts";
import { runtime } from "./runtime/runtime.ts";

type Name = keyof Kernels;
type Arguments = readonly unknown[];

/** Less work than this is done before the operands have been copied. */
const smallWork = 2 ** 14;

/** Matrix products of fewer multiplications are left to the reference. */
const fewProducts = 2 ** 12;

/** Elementwise kernels with fewer cells than this are left to the reference. */
const fewCells = 2 ** 13;

/** With less work threads wait for each other longer than they help. */
const threadedWork = 2 ** 17;

const threadsFor = (work: number): number => (work < threadedWork ? 1 : runtime().threads);

/** Runs instructions, which write `out`, on copies of the cells, and copies the result back. */
function detour(
  { instructions, scratch }: Lowered,
  reads: readonly View[],
  out: View,
  threads: number,
): void {
  const machine = runtime();
  const taken: number[] = [];
  const addresses = new Map<Cells, number>();
  const reserve = (data: Cells, bytes: number): void => {
    const address = machine.allocate(bytes);
    taken.push(address);
    addresses.set(data, address);
  };
  const copyOf = (data: Cells): Cells => machine.cells(dtypeOf(data), addresses.get(data)!, data.length);
  const operands = new Set(reads.map(({ data }) => data));
  // Variables of compiled functions are there already. Their cells are not looked at below: growing memory takes them away.
  for (const data of operands) {
    const address = machine.addressOf(data);
    if (address === undefined) continue;
    addresses.set(data, address);
    operands.delete(data);
  }
  try {
    for (const [data, bytes] of scratch) reserve(data, bytes);
    for (const data of new Set([...operands, out.data])) reserve(data, data.byteLength);
    for (const data of operands) copyOf(data).set(data);
    run(instructions, (data) => addresses.get(data)!, threads);
    out.data.set(copyOf(out.data));
  } finally {
    for (const address of taken) machine.free(address);
  }
}

function run(
  instructions: readonly Instruction[],
  addressOf: (data: Cells) => number,
  threads: number,
): void {
  const steps = instructions.map((instruction) => ({ instruction }));
  const program = runtime().program(steps, addressOf, threads);
  try {
    program.run();
  } finally {
    program.dispose();
  }
}

/** Runs one kernel; false where it refuses. */
function compute(name: Name, args: Arguments): boolean {
  const threads = threadsFor(workOf(name, args));
  const lowered = lower(name, args, { threads, isFixed: () => false });
  if (lowered === undefined) return false;
  const views = args.filter(isView);
  detour(lowered, views.slice(0, -1), views.at(-1)!, threads);
  return true;
}

/** Runs elementwise steps with one result in one loop. */
export function computeFused(fused: Fused): void {
  const { code, instruction } = lowerFused(fused);
  const machine = runtime();
  if (!machine.knows(code.key)) machine.load([code.key], (shared) => assemble([code], shared));
  const threads = threadsFor(sizeOf(fused.shape) * fused.steps.length);
  detour({ instructions: [instruction], scratch: new Map() }, fused.inputs, fused.outputs[0]!.out, threads);
}

/** Runs an elementwise kernel; false where none can be generated. */
function computeCells(name: Name, args: Arguments): boolean {
  if (!canGenerate(name, args)) return false;
  const inputs = args.filter(isView);
  const out = inputs.pop()!;
  const step = stepOf(name, args, (view): Ref => ({ input: inputs.indexOf(view) }))!;
  computeFused({ shape: out.shape, inputs, steps: [step], outputs: [{ value: { step: 0 }, out }] });
  return true;
}

/** Whether there is WebAssembly; asked when it is first needed. */
export function canRun(): boolean {
  works ??= attempt();
  return works;
}

let works: boolean | undefined;

function attempt(): boolean {
  try {
    runtime();
    return true;
  } catch {
    return false;
  }
}

const onReference = (name: Name, args: Arguments): void =>
  (reference[name] as (...args: Arguments) => void)(...args);

/** Whether a call does so much that it may be worth the way there and back. */
function isLarge(name: Name, args: Arguments): boolean {
  const views = args.filter(isView);
  const enough =
    name === "matmul"
      ? sizeOf(views[2]!.shape) * views[0]!.shape.at(-1)! >= fewProducts
      : workOf(name, args) >= smallWork;
  return enough && canRun();
}

const eager = (name: Name) => [
  name,
  (...args: Arguments): void => {
    if (!isLarge(name, args) || !compute(name, args)) onReference(name, args);
  },
];

/** Whether a copy to all of its result does more than move a block of cells, which is fastest where they are. */
const rearranges = (x: View, out: View): boolean =>
  sizeOf(out.shape) === out.data.length &&
  x.data.length <= out.data.length &&
  !(isContiguous(x) && isContiguous(out) && dtypeOf(x.data) === dtypeOf(out.data));

/** Kernels that do so much with each cell that it is worth the way there and back. */
const busy: readonly Name[] = [
  "matmul",
  "conv2d",
  "conv2dInput",
  "conv2dFilter",
  "maxPool",
  "maxPoolGather",
  "maxPoolScatter",
  "averagePool",
  "averagePoolScatter",
  "reduce",
  "scan",
];

/** Small numbers of cells are frequent, and must cost no more than this. */
const cellByCell = (name: "unary" | "binary" | "select") => [
  name,
  (...args: Arguments): void => {
    const out = args[args.length - 1] as View;
    if (out.data.length < fewCells || !canRun() || !computeCells(name, args)) onReference(name, args);
  },
];

/** Kernels for ops that run one by one: in WebAssembly where that pays, else the reference. */
export const wasm: Kernels = {
  ...reference,
  ...Object.fromEntries(busy.map(eager)),
  ...Object.fromEntries((["unary", "binary", "select"] as const).map(cellByCell)),
  copy: (x, out) => {
    const pays = out.data.length >= fewCells && rearranges(x, out) && canRun();
    if (!pays || !compute("copy", [x, out])) reference.copy(x, out);
  },
};
